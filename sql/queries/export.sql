-- Files of promoters' own rows.

-- name: export_insert
INSERT INTO export (organization_id, referrer_id, kind, filters, seed, open,
	created_at, turn_at, expires_at)
VALUES (:org, :referrer, :kind, :filters, :seed, 1, :now, :now, :expires)

-- name: export_open
SELECT id, organization_id, referrer_id, kind, filters, seed, open, parts,
	bytes, after_key, after_id, created_at, expires_at
FROM export WHERE referrer_id = :referrer AND kind = :kind AND open = 1
AND organization_id = :org FOR UPDATE

-- The link is good as long as its promoter could come himself: as in
-- promoter_session_find.
-- name: export_get
SELECT x.id, x.organization_id, x.referrer_id, x.kind, x.filters, x.seed,
	x.open, x.parts, x.bytes, x.after_key, x.after_id, x.created_at,
	x.expires_at
FROM export x
JOIN organization o ON o.id = x.organization_id AND o.deleted_at IS NULL
JOIN referrer r ON r.id = x.referrer_id AND r.status = 'active'
	AND r.archived_at IS NULL
WHERE x.id = :id AND x.expires_at > :now
AND ((SELECT 1 FROM placement p FORCE INDEX (placement_created)
	WHERE p.referrer_id = r.id AND p.standing = 'blocked' LIMIT 1) IS NULL
OR (SELECT 1 FROM placement p FORCE INDEX (placement_created)
	WHERE p.referrer_id = r.id AND p.standing IN ('accepted', 'pending')
	LIMIT 1))

-- name: export_part
SELECT text FROM export_part WHERE export_id = :id AND number = :number

-- The one that has waited longest.
-- name: export_next
SELECT id, organization_id, referrer_id, kind, filters, seed, open, parts,
	bytes, after_key, after_id, created_at, expires_at
FROM export FORCE INDEX (export_turn)
WHERE open = 1 ORDER BY turn_at, id LIMIT 1

-- What fails stands behind the others as well.
-- name: export_claim
UPDATE export SET turn_at = :now WHERE id = :id

-- name: export_part_insert
INSERT INTO export_part (export_id, number, text)
VALUES (:id, :number, :text)

-- name: export_grow
UPDATE export SET parts = parts + 1, bytes = bytes + :bytes,
	after_key = :after_key, after_id = :after_id
WHERE id = :id AND parts = :parts AND open = 1

-- name: export_finish
UPDATE export SET open = NULL, finished_at = :now, expires_at = :expires
WHERE id = :id

-- A new one takes the place of those before it.
-- name: export_supersede
UPDATE export SET expires_at = :now
WHERE referrer_id = :referrer AND kind = :kind AND open IS NULL
AND id < :id AND expires_at > :now

-- name: export_for_letter
SELECT x.id, x.kind, x.seed, x.expires_at, COALESCE(p.email, u.email) AS email,
	COALESCE(p.name, o.name) AS name, h.name AS organization_name
FROM export x JOIN referrer r ON r.id = x.referrer_id
JOIN organization h ON h.id = x.organization_id
LEFT JOIN promoter p ON p.referrer_id = r.id
LEFT JOIN organization o ON o.id = r.member_organization_id
LEFT JOIN user u ON u.id = r.user_id AND p.referrer_id IS NULL
WHERE x.id = :id AND x.open IS NULL AND x.expires_at > :now

-- name: export_expired
SELECT id FROM export FORCE INDEX (export_expires)
WHERE expires_at < :now ORDER BY expires_at, id LIMIT 1

-- name: export_purge_parts
DELETE FROM export_part WHERE export_id = :id ORDER BY number DESC LIMIT 100

-- name: export_purge
DELETE FROM export WHERE id = :id
