-- name: organization_insert
INSERT INTO organization (name, slug, account_id, created_at, updated_at)
VALUES (:name, :slug, :account, :now, :now)

-- name: organization_get
SELECT id, name, slug, account_id, created_at, updated_at, version
FROM organization WHERE id = :id AND deleted_at IS NULL

-- name: organization_by_slug
SELECT name, slug, created_at FROM organization
WHERE slug = :slug AND deleted_at IS NULL

-- name: organization_find
SELECT id, name, slug, account_id, created_at, updated_at, deleted_at,
	erase_at, erased_at
FROM organization WHERE id = :id

-- name: organization_update
UPDATE organization SET name = :name, slug = :slug, updated_at = :now,
	version = version + 1
WHERE id = :id AND version = :version AND deleted_at IS NULL

-- name: organization_list
SELECT o.id, o.name, o.slug, o.account_id, o.created_at, o.updated_at,
	o.deleted_at, o.erase_at
FROM member m JOIN organization o ON o.id = m.organization_id
WHERE m.user_id = :user
-- where: live
AND o.deleted_at IS NULL
-- where: recoverable
AND m.role = 'owner' AND o.taken = 0 AND o.erased_at IS NULL
AND o.erase_at > :now
-- where: after_asc
AND (o.created_at > :key OR (o.created_at = :key AND o.id > :after))
-- where: after_desc
AND (o.created_at < :key OR (o.created_at = :key AND o.id < :after))
-- order: created_desc
ORDER BY o.created_at DESC, o.id DESC
-- order: created_asc
ORDER BY o.created_at, o.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: organization_search
SELECT id, name, slug, account_id, created_at, updated_at, deleted_at,
	erase_at, erased_at
FROM organization
-- index: any when account
-- index: any when slug
-- index: organization_name when name
-- index: organization_created
WHERE gone = :gone
-- where: begins
AND name LIKE :name
-- where: slug
AND slug = :slug
-- where: account
AND account_id = :account
-- where: after_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: after_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- where: after_name
AND (name > :key OR (name = :key AND id > :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- order: name
ORDER BY name, id
-- tail:
LIMIT :limit OFFSET :skip

-- name: organization_name
SELECT name FROM organization WHERE id = :id

-- name: member_insert
INSERT INTO member (organization_id, user_id, role, created_at, gone)
VALUES (:org, :user, :role, :now, (SELECT deleted_at IS NOT NULL FROM user
	WHERE id = :user))

-- name: member_role
SELECT m.role FROM member m JOIN organization o ON o.id = m.organization_id
WHERE m.organization_id = :org AND m.user_id = :user AND o.deleted_at IS NULL

-- name: statistics_organization
SELECT o.id AS organization_id, o.created_at,
	(SELECT COUNT(*) FROM member m
	WHERE m.organization_id = o.id AND m.gone = 0) AS members,
	(SELECT COUNT(*) FROM api_key k
	WHERE k.organization_id = o.id AND k.revoked_at IS NULL) AS api_keys
FROM organization o WHERE o.id = :org

-- name: statistics_campaigns
SELECT r.id AS referrer_id, COUNT(p.id) AS total,
	COUNT(CASE WHEN p.status = 'ACTIVE' THEN 1 END) AS active
FROM referrer r LEFT JOIN placement p ON p.referrer_id = r.id
WHERE r.organization_id = :house AND r.member_organization_id = :org
GROUP BY r.id

-- What is summed up, and what came since; a sale's time is its transaction's.
-- name: statistics_bought
SELECT currency, CAST(SUM(sessions) AS SIGNED) AS sessions,
	CAST(SUM(payments) AS SIGNED) AS payments,
	CAST(SUM(amount) AS SIGNED) AS amount
FROM (SELECT currency, sessions, payments, amount FROM organization_bought
	WHERE organization_id = :org
	UNION ALL
	SELECT currency, 1, 0, 0 FROM payment
	WHERE organization_id = :org AND created_at >= (SELECT done_until
		FROM rollup WHERE name = 'bought')
	UNION ALL
	SELECT p.currency, 0, 1, p.amount
	FROM token_transaction t JOIN payment p ON p.id = t.payment_id
	WHERE t.organization_id = :org AND t.type = 'purchase'
	AND t.created_at >= (SELECT done_until FROM rollup
		WHERE name = 'bought')) x
GROUP BY currency ORDER BY currency

-- name: organization_owner
SELECT u.email FROM member m JOIN user u ON u.id = m.user_id
WHERE m.organization_id = :org AND m.role = 'owner' AND u.deleted_at IS NULL
ORDER BY m.id LIMIT 1
