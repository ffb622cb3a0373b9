-- Products of an organization, by the names that its billing has for them.

-- name: company_product_insert
INSERT INTO company_product (organization_id, name, ext_id, created_at,
	updated_at)
VALUES (:org, :name, :ext, :now, :now)

-- name: company_price_insert
INSERT INTO company_price (product_id, position, organization_id, ext_id,
	description)
VALUES
-- rows:
(:product, :position, :org, :ext, :description)

-- name: company_price_delete
DELETE FROM company_price
WHERE product_id = :product AND organization_id = :org

-- name: company_product_get
SELECT p.id, p.name, p.ext_id, p.created_at, p.version,
	(SELECT JSON_OBJECT('prices', JSON_ARRAYAGG(JSON_OBJECT('ext_id',
	r.ext_id, 'desc', r.description) ORDER BY r.position))
	FROM company_price r WHERE r.product_id = p.id) AS prices
FROM company_product p WHERE p.id = :id AND p.organization_id = :org

-- name: company_product_update
UPDATE company_product SET name = :name, ext_id = :ext, updated_at = :now,
	version = version + 1
WHERE id = :id AND organization_id = :org AND version = :version

-- What was sold of it stays; rewards are no longer for it.
-- name: company_product_forget
DELETE x FROM reward_use_product x
JOIN company_product p ON p.id = x.product_id
WHERE p.id = :id AND p.organization_id = :org

-- name: company_product_delete
DELETE FROM company_product WHERE id = :id AND organization_id = :org

-- name: company_product_list
SELECT p.id, p.name, p.ext_id, p.created_at, p.version,
	(SELECT JSON_OBJECT('prices', JSON_ARRAYAGG(JSON_OBJECT('ext_id',
	r.ext_id, 'desc', r.description) ORDER BY r.position))
	FROM company_price r WHERE r.product_id = p.id) AS prices
FROM company_product p
-- index: company_product_book
WHERE p.organization_id = :org
-- where: q
AND (p.name LIKE :pattern OR (SELECT 1 FROM company_price y
	WHERE y.product_id = p.id AND (y.ext_id LIKE :pattern
	OR y.description LIKE :pattern) LIMIT 1) IS NOT NULL)
-- where: after
AND p.id > :after
-- order: id
ORDER BY p.id
-- tail:
LIMIT :limit OFFSET :skip
