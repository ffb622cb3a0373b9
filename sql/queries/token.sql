-- name: token_insert
INSERT INTO token_transaction (organization_id, type, amount, balance_after,
	reference, payment_id, created_at)
VALUES (:org, :type, :amount, :after, :reference, :payment, :now)

-- name: token_get
SELECT id, type, amount, balance_after, reference, created_at
FROM token_transaction WHERE id = :id AND organization_id = :org

-- name: token_balance
SELECT CAST(COALESCE(SUM(IF(kind = 'tokens_available', balance, 0)), 0)
		AS SIGNED) AS available,
	CAST(COALESCE(SUM(IF(kind = 'tokens_reserved', balance, 0)), 0)
		AS SIGNED) AS reserved,
	CAST(COALESCE(SUM(IF(kind = 'tokens_owed', -balance, 0)), 0)
		AS SIGNED) AS owed
FROM account WHERE organization_id = :org AND owner_id = 0
AND kind IN ('tokens_available', 'tokens_reserved', 'tokens_owed')
AND currency = 'TOK'

-- name: token_list
SELECT id, type, amount, balance_after, reference, created_at
FROM token_transaction
-- index: token_reference when reference
-- index: token_type_amount when type amount
-- index: token_amount when amount
-- index: token_type_created when type
-- index: token_created
WHERE organization_id = :org
-- where: type
AND type = :type
-- where: reference
AND reference = :reference
-- where: since
AND created_at >= :since
-- where: before
AND created_at < :before
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
