-- name: token_insert
INSERT INTO token_transaction (organization_id, type, amount, balance_after,
	reference, payment_id, created_at)
VALUES (:org, :type, :amount, :after, :reference, :payment, :now)

-- name: token_get
SELECT id, type, amount, balance_after, reference, created_at
FROM token_transaction WHERE id = :id AND organization_id = :org

-- name: token_list
SELECT id, type, amount, balance_after, reference, created_at
FROM token_transaction WHERE organization_id = :org
-- where: type
AND type = :type
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
