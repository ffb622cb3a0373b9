-- Who asks, and how he got in.

-- name: identity_session
SELECT s.user_id, s.organization_id AS org_id, o.account_id, m.role, h.role AS house_role
FROM session s
JOIN user u ON u.id = s.user_id AND u.deleted_at IS NULL
LEFT JOIN organization o ON o.id = s.organization_id AND o.deleted_at IS NULL
LEFT JOIN member m ON m.organization_id = o.id AND m.user_id = s.user_id
LEFT JOIN member h ON h.organization_id = 1 AND h.user_id = s.user_id
WHERE s.id = :session AND s.user_id = :user AND s.revoked_at IS NULL
AND s.expires_at > :now

-- name: identity_api_key
SELECT k.id AS key_id, k.user_id, k.organization_id AS org_id, o.account_id,
	k.secret_hash,
	k.scopes, k.test, k.expires_at, k.last_used_at, m.role,
	h.role AS house_role
FROM api_key k
JOIN user u ON u.id = k.user_id AND u.deleted_at IS NULL
JOIN organization o ON o.id = k.organization_id AND o.deleted_at IS NULL
JOIN member m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
LEFT JOIN member h ON h.organization_id = 1 AND h.user_id = k.user_id
	AND k.organization_id = 1
WHERE k.public_id = :public AND k.revoked_at IS NULL
AND (k.expires_at IS NULL OR k.expires_at > :now)

-- name: identity_login
SELECT id, password_hash, email_confirmed_at FROM user
WHERE email = :email AND deleted_at IS NULL

-- name: identity_recoverable
SELECT id, password_hash, email_confirmed_at FROM user
WHERE email = :email AND (deleted_at IS NULL OR erase_at > :now)

-- name: identity_own
SELECT id, password_hash FROM user WHERE id = :user AND deleted_at IS NULL

-- Whoever changes his password meanwhile ends all sessions: this one too.
-- name: session_insert
INSERT INTO session (user_id, organization_id, created_at, expires_at,
	address_hash)
SELECT u.id, (SELECT m.organization_id FROM member m
		JOIN organization o ON o.id = m.organization_id
		WHERE m.user_id = u.id AND o.deleted_at IS NULL
		ORDER BY m.id LIMIT 1),
	:now, :expires, :address
FROM user u WHERE u.id = :user AND u.deleted_at IS NULL
AND u.password_hash = :known

-- name: session_extend
UPDATE session SET expires_at = :expires
WHERE id = :session AND revoked_at IS NULL AND expires_at > :now

-- name: session_revoke
UPDATE session SET revoked_at = :now WHERE id = :session AND revoked_at IS NULL

-- name: sessions_revoke
UPDATE session SET revoked_at = :now
WHERE user_id = :user AND id <> :except AND revoked_at IS NULL

-- name: session_choose
UPDATE session SET organization_id = :org WHERE id = :session

-- name: refresh_insert
INSERT INTO refresh_token (hash, session_id, created_at, expires_at)
VALUES (:hash, :session, :now, :expires)

-- name: refresh_find
SELECT r.session_id, s.user_id, r.used_at, r.expires_at, s.revoked_at
FROM refresh_token r JOIN session s ON s.id = r.session_id
JOIN user u ON u.id = s.user_id AND u.deleted_at IS NULL
WHERE r.hash = :hash FOR UPDATE

-- name: refresh_use
UPDATE refresh_token SET used_at = :now WHERE hash = :hash AND used_at IS NULL

-- name: user_insert
INSERT INTO user (email, name, password_hash, created_at, updated_at)
VALUES (:email, :name, :hash, :now, :now)

-- name: user_get
SELECT id, email, email_confirmed_at IS NOT NULL AS email_confirmed, name,
	created_at, updated_at, version
FROM user
WHERE id = :id AND deleted_at IS NULL

-- name: user_update
UPDATE user SET name = :name, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND deleted_at IS NULL

-- known: what was verified; NULL: whatever it was.
-- name: user_rehash
UPDATE user SET password_hash = :hash
WHERE id = :id AND (:known IS NULL OR password_hash = :known)

-- name: user_by_email
SELECT id, email, email_confirmed_at IS NOT NULL AS email_confirmed, name,
	created_at, updated_at
FROM user
WHERE email = :email AND deleted_at IS NULL

-- name: user_password
SELECT id, password_hash FROM user WHERE id = :id AND deleted_at IS NULL

-- name: user_confirm
UPDATE user SET email_confirmed_at = :now
WHERE id = :id AND email_confirmed_at IS NULL

-- name: user_token_insert
INSERT INTO user_token (token_hash, user_id, kind, created_at, expires_at)
VALUES (:hash, :user, :kind, :now, :expires)

-- name: user_by_address
SELECT id, email, name, email_confirmed_at IS NOT NULL AS email_confirmed
FROM user WHERE email = :email AND deleted_at IS NULL FOR UPDATE

-- name: user_token_count
SELECT COUNT(*) AS n FROM user_token
WHERE user_id = :user AND kind = :kind AND created_at > :since

-- name: user_token_find
SELECT u.id, u.email FROM user_token t
JOIN user u ON u.id = t.user_id AND u.deleted_at IS NULL
WHERE t.token_hash = :hash AND t.kind = :kind AND t.expires_at > :now

-- name: user_token_use
DELETE FROM user_token
WHERE token_hash = :hash AND kind = :kind AND expires_at > :now

-- name: user_tokens_delete
DELETE FROM user_token WHERE user_id = :user AND kind = :kind

-- name: purge_user_tokens
DELETE FROM user_token WHERE expires_at < :before LIMIT 1000
