-- name: api_key_insert
INSERT INTO api_key (organization_id, user_id, public_id, secret_hash,
	description, scopes, test, created_at, expires_at)
VALUES (:org, :user, :public, :hash, :description, :scopes, :test, :now,
	:expires)

-- name: api_key_get
SELECT id, public_id, description, scopes, test, created_at, expires_at
FROM api_key
WHERE organization_id = :org AND id = :id AND revoked_at IS NULL

-- name: api_key_update
UPDATE api_key SET description = :description
WHERE organization_id = :org AND id = :id AND revoked_at IS NULL

-- name: api_key_revoke
UPDATE api_key SET revoked_at = :now
WHERE organization_id = :org AND id = :id AND revoked_at IS NULL

-- name: api_key_list
SELECT id, public_id, description, scopes, test, created_at, expires_at
FROM api_key
WHERE organization_id = :org AND revoked_at IS NULL
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

-- name: api_key_of_user
SELECT id, public_id, description, scopes, test, created_at, expires_at
FROM api_key
WHERE organization_id = :org AND user_id = :user AND description = :description
AND revoked_at IS NULL LIMIT 1
