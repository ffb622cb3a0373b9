-- name: earning_insert
INSERT INTO earning (organization_id, referrer_id, campaign_id, placement_id,
	sale_id, type, status, amount, currency, rate_ppm, available_at,
	created_at)
VALUES (:org, :referrer, :campaign, :placement, :sale, :type, :status, :amount,
	:currency, :rate, :available, :now)

-- name: earning_get
SELECT id, type, status, amount, currency, campaign_id, placement_id,
	available_at, created_at
FROM earning WHERE id = :id AND referrer_id = :referrer

-- name: earning_list
SELECT id, type, status, amount, currency, campaign_id, placement_id,
	available_at, created_at
FROM earning WHERE referrer_id = :referrer
-- where: type
AND type = :type
-- where: status
AND status = :status
-- where: created_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: created_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- where: amount_asc
AND (amount > :key OR (amount = :key AND id > :after))
-- where: amount_desc
AND (amount < :key OR (amount = :key AND id < :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- order: amount_desc
ORDER BY amount DESC, id DESC
-- order: amount_asc
ORDER BY amount, id
-- tail:
LIMIT :limit OFFSET :skip

-- name: earning_due
SELECT id, organization_id, referrer_id, amount, currency FROM earning
WHERE status = 'pending' AND available_at <= :now LIMIT 200

-- name: earning_release
UPDATE earning SET status = 'available' WHERE id = :id AND status = 'pending'
