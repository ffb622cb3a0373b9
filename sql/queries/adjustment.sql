-- name: adjustment_insert
INSERT INTO token_adjustment (organization_id, user_id, amount, balance_after,
	reason, created_at)
VALUES (:org, :user, :amount, :after, :reason, :now)

-- The house sees those of all organizations.
-- name: adjustment_list
SELECT id, organization_id, user_id, amount, balance_after, reason, created_at
FROM token_adjustment
-- index: adjustment_organization when organization
-- index: adjustment_created
WHERE TRUE
-- where: organization
AND organization_id = :org
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
