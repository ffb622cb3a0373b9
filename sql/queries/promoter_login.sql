-- How promoters come in themselves.  Who is blocked in a campaign, and neither
-- accepted nor waiting in another, stays outside.  LIMIT: else the server may
-- read everybody's placements at once.

-- name: promoter_session_find
SELECT s.id AS session_id, s.referrer_id AS promoter_id,
	s.organization_id AS org_id, o.account_id
FROM promoter_session s
JOIN organization o ON o.id = s.organization_id AND o.deleted_at IS NULL
JOIN referrer r ON r.id = s.referrer_id AND r.status = 'active'
	AND r.archived_at IS NULL
WHERE s.token_hash = :hash AND s.expires_at > :now
AND ((SELECT 1 FROM placement p FORCE INDEX (placement_created)
	WHERE p.referrer_id = r.id AND p.standing = 'blocked' LIMIT 1) IS NULL
OR (SELECT 1 FROM placement p FORCE INDEX (placement_created)
	WHERE p.referrer_id = r.id AND p.standing IN ('accepted', 'pending')
	LIMIT 1))

-- name: promoter_login_get
SELECT r.id, r.organization_id, r.member_organization_id, r.archived_at,
	p.email, p.password_version,
	(r.status <> 'active' OR ((SELECT 1
		FROM placement p FORCE INDEX (placement_created)
		WHERE p.referrer_id = r.id AND p.standing = 'blocked'
		LIMIT 1) IS NOT NULL
	AND (SELECT 1 FROM placement p FORCE INDEX (placement_created)
		WHERE p.referrer_id = r.id
		AND p.standing IN ('accepted', 'pending') LIMIT 1) IS NULL))
	AS blocked
FROM referrer r
JOIN organization o ON o.id = r.organization_id AND o.deleted_at IS NULL
LEFT JOIN promoter p ON p.referrer_id = r.id
WHERE r.id = :id AND r.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id

-- name: promoter_login_known
SELECT r.id, r.organization_id, r.archived_at, p.password_hash,
	(r.status <> 'active' OR ((SELECT 1
		FROM placement p FORCE INDEX (placement_created)
		WHERE p.referrer_id = r.id AND p.standing = 'blocked'
		LIMIT 1) IS NOT NULL
	AND (SELECT 1 FROM placement p FORCE INDEX (placement_created)
		WHERE p.referrer_id = r.id
		AND p.standing IN ('accepted', 'pending') LIMIT 1) IS NULL))
	AS blocked
FROM organization o
JOIN promoter p ON p.organization_id = o.id AND p.email = :email
JOIN referrer r ON r.id = p.referrer_id
WHERE o.account_id = :account AND o.deleted_at IS NULL
AND p.password_hash IS NOT NULL

-- known: the password that he gave; NULL: his company asks.
-- name: promoter_came
UPDATE promoter SET last_login_at = :now,
	address_hash = COALESCE(:address, address_hash)
WHERE referrer_id = :id AND organization_id = :org
AND (:known IS NULL OR password_hash = :known)

-- name: promoter_session_insert
INSERT INTO promoter_session (organization_id, referrer_id, token_hash,
	user_id, created_at, expires_at)
VALUES (:org, :id, :hash, :user, :now, :expires)

-- name: promoter_rehash
UPDATE promoter SET password_hash = :hash
WHERE referrer_id = :id AND organization_id = :org
AND password_hash = :known

-- name: promoter_password_set
UPDATE promoter SET password_hash = :hash,
	password_version = password_version + 1
WHERE referrer_id = :id AND organization_id = :org
AND password_version = :version

-- name: promoter_session_end
DELETE FROM promoter_session WHERE id = :id AND referrer_id = :promoter

-- name: promoter_sessions_end
DELETE FROM promoter_session WHERE referrer_id = :promoter

-- name: purge_promoter_sessions
DELETE FROM promoter_session WHERE expires_at < :before LIMIT 1000
