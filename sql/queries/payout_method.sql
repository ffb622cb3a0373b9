-- How promoters want to be paid.

-- name: payout_method_list
SELECT id, referrer_id, method, details, is_disabled,
	(selected IS NOT NULL) AS is_selected, created_at, version
FROM payout_method
-- index: PRIMARY when one
-- index: payout_method_referrer when promoter
-- index: payout_method_book
WHERE organization_id = :org
-- where: one
AND id = :id
-- where: promoter
AND referrer_id = :referrer
-- where: after
AND id < :after
-- tail:
ORDER BY id DESC LIMIT :limit OFFSET :skip

-- name: payout_method_owner
SELECT id FROM referrer WHERE id = :referrer AND organization_id = :org
FOR UPDATE

-- name: payout_method_any
SELECT id FROM payout_method WHERE referrer_id = :referrer AND selected = 1
FOR UPDATE

-- name: payout_method_unselect
UPDATE payout_method SET selected = NULL, updated_at = :now,
	version = version + 1
WHERE referrer_id = :referrer AND selected = 1

-- name: payout_method_insert
INSERT INTO payout_method (organization_id, referrer_id, method, details,
	is_disabled, selected, created_at, updated_at)
VALUES (:org, :referrer, :method, :details, :disabled, :selected, :now, :now)

-- name: payout_method_update
UPDATE payout_method SET method = :method, details = :details,
	is_disabled = :disabled, selected = :selected, updated_at = :now,
	version = version + 1
WHERE id = :id

-- name: payout_method_lock
SELECT id, referrer_id, method, details, is_disabled,
	(selected IS NOT NULL) AS is_selected, created_at, version
FROM payout_method WHERE id = :id AND organization_id = :org FOR UPDATE

-- What is paid by the one that is selected.  One of a payments batch is of an
-- open one: what is pending is in no other.
-- name: payout_method_used
SELECT id, batch_id FROM payout FORCE INDEX (payout_promoters)
WHERE organization_id = :org AND deleted_at IS NULL
AND referrer_id = :referrer AND status = 'pending' FOR UPDATE

-- name: payout_method_used_of
SELECT o.id
FROM referrer r STRAIGHT_JOIN payout o FORCE INDEX (payout_promoters)
	ON o.organization_id = r.organization_id AND o.deleted_at IS NULL
	AND o.referrer_id = r.id AND o.status = 'pending'
WHERE r.organization_id = :org AND r.member_organization_id = :member
FOR UPDATE

-- name: payout_method_wanted
UPDATE payout FORCE INDEX (payout_promoters) SET wanted = :method
WHERE organization_id = :org AND deleted_at IS NULL
AND referrer_id = :referrer AND status = 'pending'

-- name: payout_method_delete
DELETE FROM payout_method WHERE id = :id
