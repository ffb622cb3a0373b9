-- Members of an organization, and who is invited to be one.

-- name: member_get
SELECT m.id, m.user_id, u.email, u.name, m.role, m.created_at AS joined_at
FROM member m JOIN user u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE m.organization_id = :org AND m.id = :id

-- name: member_list
SELECT m.id, m.user_id, u.email, u.name, m.role, m.created_at AS joined_at
FROM member m
-- index: member_role when role
-- index: member_list
JOIN user u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE m.organization_id = :org
-- where: role
AND m.role = :role
-- where: after_asc
AND (m.created_at > :key OR (m.created_at = :key AND m.id > :after))
-- where: after_desc
AND (m.created_at < :key OR (m.created_at = :key AND m.id < :after))
-- order: created_desc
ORDER BY m.created_at DESC, m.id DESC
-- order: created_asc
ORDER BY m.created_at, m.id
-- tail:
LIMIT :limit OFFSET :skip

-- Roles change one after the other, behind the lock of the organization.

-- name: organization_lock
SELECT id FROM organization WHERE id = :id AND deleted_at IS NULL FOR UPDATE

-- name: member_locked
SELECT m.id, m.user_id, m.role
FROM member m JOIN user u ON u.id = m.user_id AND u.deleted_at IS NULL
WHERE m.organization_id = :org
AND (m.role = 'owner' OR m.user_id = :user OR m.id = :id) FOR UPDATE

-- name: member_update
UPDATE member SET role = :role WHERE organization_id = :org AND id = :id

-- name: member_delete
DELETE FROM member WHERE organization_id = :org AND id = :id

-- name: member_keys_revoke
UPDATE api_key SET revoked_at = :now
WHERE organization_id = :org AND user_id = :user AND revoked_at IS NULL

-- name: member_by_email
SELECT m.id, m.user_id, m.role
FROM user u JOIN member m ON m.user_id = u.id AND m.organization_id = :org
WHERE u.email = :email AND u.deleted_at IS NULL FOR UPDATE

-- name: membership
SELECT m.id, m.organization_id, o.name AS organization_name, m.user_id,
	u.email, u.name, m.role, m.created_at AS joined_at
FROM member m JOIN user u ON u.id = m.user_id
JOIN organization o ON o.id = m.organization_id
WHERE m.organization_id = :org AND m.user_id = :user

-- name: invitation_insert
INSERT INTO invitation (organization_id, email, role, message, seed,
	token_hash, invited_by, created_at, sent_at, expires_at)
VALUES (:org, :email, :role, :message, :seed, :hash, :user, :now, :now,
	:expires)

-- name: invitation_renew
UPDATE invitation SET email = :email, role = :role, message = :message,
	seed = :seed, token_hash = :hash, invited_by = :user,
	letters = letters + 1, sent_at = :now, expires_at = :expires
WHERE organization_id = :org AND id = :id AND pending = 1

-- name: invitation_open
SELECT id, organization_id, email, role, message, created_at, expires_at
FROM invitation
WHERE organization_id = :org AND email = :email AND pending = 1 FOR UPDATE

-- name: invitation_locked
SELECT id, organization_id, email, role, message, created_at, expires_at
FROM invitation
WHERE organization_id = :org AND id = :id AND pending = 1 FOR UPDATE

-- name: invitation_count
SELECT COUNT(*) AS n FROM invitation
WHERE organization_id = :org AND pending = 1 AND expires_at > :now FOR UPDATE

-- name: invitation_letters
SELECT CAST(COALESCE(SUM(letters), 0) AS SIGNED) AS n FROM invitation
WHERE organization_id = :org AND sent_at > :since FOR UPDATE

-- name: invitation_list
SELECT id, organization_id, email, role, message, created_at, expires_at
FROM invitation
WHERE organization_id = :org AND pending = 1
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

-- name: invitation_withdraw
UPDATE invitation SET pending = NULL
WHERE organization_id = :org AND id = :id AND pending = 1

-- name: invitation_by_token
SELECT i.id, i.organization_id, i.email, i.role, i.accepted_by, i.expires_at
FROM invitation i
JOIN organization o ON o.id = i.organization_id AND o.deleted_at IS NULL
WHERE i.token_hash = :hash AND (i.pending = 1 OR i.accepted_by IS NOT NULL)
FOR UPDATE

-- name: invitation_accept
UPDATE invitation SET pending = NULL, accepted_by = :user
WHERE id = :id AND pending = 1

-- name: invitation_letter
SELECT i.email, i.role, i.message, i.seed, i.expires_at,
	o.name AS organization_name, u.name AS inviter
FROM invitation i JOIN user u ON u.id = i.invited_by
JOIN organization o ON o.id = i.organization_id AND o.deleted_at IS NULL
WHERE i.id = :id AND i.pending = 1 AND i.expires_at > :now

-- name: purge_invitations
DELETE FROM invitation WHERE expires_at < :before LIMIT 1000
