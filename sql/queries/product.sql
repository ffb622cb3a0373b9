-- name: product_for_sale
SELECT p.id, p.name, p.description, p.tokens, p.valid_days, p.position,
	p.active, p.created_at, p.updated_at, p.version,
	(SELECT GROUP_CONCAT(r.currency, ':', r.amount ORDER BY r.position)
	FROM product_price r WHERE r.product_id = p.id) AS prices
FROM product p WHERE p.organization_id = 1 AND p.active = 1
ORDER BY p.position, p.id

-- name: product_get
SELECT p.id, p.name, p.description, p.tokens, p.valid_days, p.position,
	p.active, p.created_at, p.updated_at, p.version,
	(SELECT GROUP_CONCAT(r.currency, ':', r.amount ORDER BY r.position)
	FROM product_price r WHERE r.product_id = p.id) AS prices
FROM product p WHERE p.id = :id AND p.organization_id = 1

-- name: product_list
SELECT p.id, p.name, p.description, p.tokens, p.valid_days, p.position,
	p.active, p.created_at, p.updated_at, p.version,
	(SELECT GROUP_CONCAT(r.currency, ':', r.amount ORDER BY r.position)
	FROM product_price r WHERE r.product_id = p.id) AS prices
FROM product p WHERE p.organization_id = 1
-- where: position_asc
AND (p.position > :key OR (p.position = :key AND p.id > :after))
-- where: position_desc
AND (p.position < :key OR (p.position = :key AND p.id < :after))
-- where: created_asc
AND (p.created_at > :key OR (p.created_at = :key AND p.id > :after))
-- where: created_desc
AND (p.created_at < :key OR (p.created_at = :key AND p.id < :after))
-- order: position_asc
ORDER BY p.position, p.id
-- order: position_desc
ORDER BY p.position DESC, p.id DESC
-- order: created_desc
ORDER BY p.created_at DESC, p.id DESC
-- order: created_asc
ORDER BY p.created_at, p.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: product_insert
INSERT INTO product (organization_id, name, description, tokens, valid_days,
	position, created_at, updated_at)
SELECT 1, :name, :description, :tokens, :days,
	COALESCE(:position, m.last + 1, 1), :now, :now
FROM (SELECT MAX(position) AS last FROM product WHERE organization_id = 1) m

-- name: product_update
UPDATE product SET name = :name, description = :description,
	tokens = :tokens, valid_days = :days, active = :active,
	position = :position, updated_at = :now, version = version + 1
WHERE id = :id AND organization_id = 1 AND version = :version

-- name: product_withdraw
UPDATE product SET active = 0, updated_at = :now, version = version + 1
WHERE id = :id AND organization_id = 1 AND active = 1

-- name: price_insert
INSERT INTO product_price (product_id, position, currency, amount)
VALUES (:product, :position, :currency, :amount)

-- name: price_delete
DELETE FROM product_price WHERE product_id = :product
