-- Promo codes: each stands for a placement.

-- The reward is one for those who were referred, or any; both are the
-- organization's.
-- name: promo_code_insert
INSERT INTO promo_code (organization_id, code, reward_id, placement_id,
	promoter_id, description, metadata, details, created_at, updated_at)
SELECT :org, :code, r.id, p.id, :promoter, :description, :metadata, :details, :now, :now
FROM reward r JOIN placement p ON p.organization_id = r.organization_id
WHERE r.id = :reward AND r.organization_id = :org AND p.id = :placement
LOCK IN SHARE MODE

-- name: promo_code_get
SELECT c.id, c.organization_id, c.code, c.reward_id, r.name AS reward_name,
	c.placement_id, c.ext_id, c.description, c.metadata, c.details,
	c.archived_at, c.version
FROM promo_code c JOIN reward r ON r.id = c.reward_id
WHERE c.id = :id AND c.organization_id = :org
AND (:promoter IS NULL OR c.promoter_id = :promoter)

-- name: promo_code_update
UPDATE promo_code c JOIN placement p ON p.id = :placement
	AND p.organization_id = c.organization_id
SET c.code = :code, c.reward_id = :reward, c.description = :description, c.placement_id = p.id,
	c.metadata = :metadata, c.details = :details, c.updated_at = :now,
	c.version = c.version + 1
WHERE c.id = :id AND c.organization_id = :org AND c.version = :version

-- name: promo_code_archive
UPDATE promo_code SET live = NULL, archived_at = :now, updated_at = :now,
	version = version + 1
WHERE id = :id AND organization_id = :org AND live = 1
AND (:promoter IS NULL OR promoter_id = :promoter)

-- name: promo_code_placement
SELECT id FROM placement WHERE id = :id AND organization_id = :org

-- Does his placement give this to those whom he refers?
-- name: promo_code_offered
SELECT r.name AS reward_name FROM placement p
STRAIGHT_JOIN reward_use u ON u.campaign_id = p.campaign_id
	AND u.placement_id = IF(p.own_referral_rewards, p.id, 0)
	AND u.promoter = 0 AND u.reward_id = :reward
STRAIGHT_JOIN reward r ON r.id = u.reward_id
WHERE p.id = :placement AND p.organization_id = :org
AND p.referrer_id = :promoter AND p.standing = 'accepted' LIMIT 1

-- name: promo_code_list
SELECT c.id, c.organization_id, c.code, c.reward_id, r.name AS reward_name,
	c.placement_id, c.ext_id, c.description, c.metadata, c.details,
	c.archived_at, c.version
FROM promo_code c
-- index: promo_code_placement when placement
-- index: promo_code_book
STRAIGHT_JOIN reward r ON r.id = c.reward_id
WHERE c.organization_id = :org
-- where: placement
AND c.placement_id = :placement
-- where: live
AND c.live = 1
-- where: after
AND c.id > :after
-- order: id
ORDER BY c.id
-- tail:
LIMIT :limit OFFSET :skip
