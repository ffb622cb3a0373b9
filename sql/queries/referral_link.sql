-- Links of promoters beside those of their codes; placements: a JSON array.
-- name: referral_links
SELECT l.id, l.placement_id, l.name, l.url, l.sub_id
FROM JSON_TABLE(:placements, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referral_link l ON l.placement_id = j.id
WHERE l.organization_id = :org ORDER BY l.placement_id, l.id

-- name: referral_link_insert
INSERT INTO referral_link (organization_id, placement_id, name, url, sub_id,
	created_at)
VALUES (:org, :placement, :name, :url, :sub_id, :now)

-- name: referral_link_lock
SELECT l.id, l.placement_id, l.name, l.url, l.sub_id
FROM referral_link l JOIN placement p ON p.id = l.placement_id
WHERE l.id = :id AND l.organization_id = :org
AND p.referrer_id = :promoter FOR UPDATE

-- name: referral_link_update
UPDATE referral_link SET name = :name, sub_id = :sub_id
WHERE id = :id AND organization_id = :org

-- name: referral_link_delete
DELETE FROM referral_link WHERE id = :id AND organization_id = :org
