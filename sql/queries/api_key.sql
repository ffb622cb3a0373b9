-- A key belongs to its organization and acts as its maker; nothing is made for
-- one who is deleted at the same moment.

-- name: api_key_insert
INSERT INTO api_key (organization_id, user_id, public_id, secret_hash,
	description, scopes, test, created_at, expires_at)
SELECT o.id, u.id, :public, :hash, :description, :scopes, :test, :now, :expires
FROM organization o JOIN user u
WHERE o.id = :org AND o.deleted_at IS NULL
AND u.id = :user AND u.deleted_at IS NULL

-- name: api_key_get
SELECT k.id, k.public_id, k.description, k.scopes, k.test, k.created_at,
	k.expires_at, k.last_used_at, u.id IS NULL AS orphan
FROM api_key k
LEFT JOIN member m ON m.organization_id = k.organization_id
	AND m.user_id = k.user_id
LEFT JOIN user u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE k.organization_id = :org AND k.id = :id AND k.revoked_at IS NULL

-- name: api_key_update
UPDATE api_key SET description = :description
WHERE organization_id = :org AND id = :id AND revoked_at IS NULL
AND user_id = COALESCE(:only, user_id)

-- name: api_key_revoke
UPDATE api_key SET revoked_at = :now
WHERE organization_id = :org AND id = :id AND revoked_at IS NULL
AND user_id = COALESCE(:only, user_id)

-- name: api_key_list
SELECT k.id, k.public_id, k.description, k.scopes, k.test, k.created_at,
	k.expires_at, k.last_used_at, u.id IS NULL AS orphan
FROM api_key k
-- index: api_key_test when test
-- index: api_key_list
LEFT JOIN member m ON m.organization_id = k.organization_id
	AND m.user_id = k.user_id
LEFT JOIN user u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE k.organization_id = :org AND k.revoked_at IS NULL
-- where: test
AND k.test = :test
-- where: after_asc
AND (k.created_at > :key OR (k.created_at = :key AND k.id > :after))
-- where: after_desc
AND (k.created_at < :key OR (k.created_at = :key AND k.id < :after))
-- order: created_desc
ORDER BY k.created_at DESC, k.id DESC
-- order: created_asc
ORDER BY k.created_at, k.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: api_key_of_user
SELECT id, public_id, description, scopes, test, created_at, expires_at
FROM api_key
WHERE organization_id = :org AND user_id = :user AND description = :description
AND revoked_at IS NULL LIMIT 1

-- name: api_key_used
SET STATEMENT lock_wait_timeout=0, innodb_lock_wait_timeout=0 FOR
UPDATE api_key
SET last_used_at = :now
WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :before)
