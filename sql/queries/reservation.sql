-- name: reservation_insert
INSERT INTO token_reservation (organization_id, status, amount, reference,
	created_at, expires_at)
VALUES (:org, 'held', :amount, :reference, :now, :expires)

-- name: reservation_get
SELECT id, organization_id, status, amount, settled_amount, reference,
	created_at, expires_at
FROM token_reservation WHERE id = :id AND organization_id = :org

-- name: reservation_list
SELECT id, organization_id, status, amount, settled_amount, reference,
	created_at, expires_at
FROM token_reservation
-- index: reservation_status when status
-- index: reservation_created
WHERE organization_id = :org
-- where: status
AND status = :status
-- where: after_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: after_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- tail:
LIMIT :limit OFFSET :skip

-- name: reservation_settle
UPDATE token_reservation SET status = 'settled', settled_amount = :amount,
	ended_at = :now
WHERE id = :id AND organization_id = :org AND status = 'held'
AND expires_at > :now

-- name: reservation_release
UPDATE token_reservation SET
	status = IF(expires_at > :now, 'released', 'expired'), ended_at = :now
WHERE id = :id AND organization_id = :org AND status = 'held'

-- name: reservation_due
SELECT id, organization_id, status, amount, settled_amount, reference,
	created_at, expires_at
FROM token_reservation WHERE status = 'held' AND expires_at <= :now
ORDER BY expires_at LIMIT 200
