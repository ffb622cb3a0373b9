-- Rewards, what gives them, and what a sale needs to know of them.

-- name: reward_insert
INSERT INTO reward (organization_id, name, promoter, kind, mode, level, coupon,
	provider_coupon, hidden, duration, months, max_redemptions, new_only,
	parts, created_at, updated_at)
VALUES (:org, :name, :promoter, :kind, :mode, :level, :coupon, :provider,
	:hidden, :duration, :months, :max, :new_only, :parts, :now, :now)

-- name: reward_counter
INSERT IGNORE INTO reward_redeemed (reward_id, redeemed) VALUES (:id, 0)

-- name: reward_get
SELECT id, organization_id, name, promoter, kind, mode, level, coupon,
	provider_coupon, hidden, duration, months, max_redemptions, new_only,
	parts, created_at, updated_at, version
FROM reward WHERE id = :id AND organization_id = :org

-- name: reward_update
UPDATE reward SET name = :name, promoter = :promoter, kind = :kind,
	mode = :mode, level = :level, coupon = :coupon,
	provider_coupon = :provider, hidden = :hidden, duration = :duration,
	months = :months, max_redemptions = :max, new_only = :new_only,
	parts = :parts, updated_at = :now, version = version + 1
WHERE id = :id AND organization_id = :org AND version = :version

-- name: reward_hide
UPDATE reward SET hidden = 1, updated_at = :now, version = version + 1
WHERE id = :id AND organization_id = :org AND hidden = 0

-- name: reward_list
SELECT id, organization_id, name, promoter, kind, mode, level, coupon,
	provider_coupon, hidden, duration, months, max_redemptions, new_only,
	parts, created_at, updated_at, version
FROM reward
-- index: reward_scope when scope
-- index: reward_book
WHERE organization_id = :org
-- where: scope
AND promoter = :promoter
-- where: after
AND id > :after
-- order: id
ORDER BY id
-- tail:
LIMIT :limit OFFSET :skip

-- Is it given by some campaign or placement?
-- name: reward_used
SELECT reward_id AS id FROM reward_use WHERE reward_id = :id LIMIT 1

-- name: reward_use_clear_products
DELETE FROM reward_use_product WHERE campaign_id = :campaign
AND placement_id = :placement AND promoter = :promoter

-- name: reward_use_clear
DELETE FROM reward_use WHERE campaign_id = :campaign
AND placement_id = :placement AND promoter = :promoter

-- Nothing where it is not the organization's, or for others.
-- name: reward_use_insert
INSERT INTO reward_use (campaign_id, placement_id, promoter, position,
	organization_id, reward_id, apply_on)
SELECT :campaign, :placement, :promoter, :position, :org, r.id, :apply
FROM reward r WHERE r.id = :reward AND r.organization_id = :org
AND r.promoter = :promoter LOCK IN SHARE MODE

-- name: reward_use_insert_product
INSERT INTO reward_use_product (campaign_id, placement_id, promoter, position,
	product_id)
SELECT :campaign, :placement, :promoter, :position, p.id
FROM company_product p WHERE p.id = :product AND p.organization_id = :org
LOCK IN SHARE MODE

-- What campaigns (pairs with placement 0) and placements give: uses is a JSON
-- array of {"campaign":1,"placement":0}.
-- name: reward_uses
SELECT u.campaign_id, u.placement_id, u.promoter, u.apply_on, u.reward_id,
	r.name, r.kind, r.hidden, r.level, r.coupon,
	(JSON_SEARCH(r.parts, 'one', 'cash', NULL, '$[*].unit') IS NOT NULL)
	AS monetary,
	(SELECT JSON_ARRAYAGG(JSON_OBJECT('id', c.id, 'name', c.name)
	ORDER BY c.id) FROM reward_use_product x
	JOIN company_product c ON c.id = x.product_id
	WHERE x.campaign_id = u.campaign_id
	AND x.placement_id = u.placement_id AND x.promoter = u.promoter
	AND x.position = u.position) AS products,
	(SELECT JSON_ARRAYAGG(x.product_id ORDER BY x.product_id)
	FROM reward_use_product x WHERE x.campaign_id = u.campaign_id
	AND x.placement_id = u.placement_id AND x.promoter = u.promoter
	AND x.position = u.position) AS product_ids
FROM JSON_TABLE(:uses, '$[*]' COLUMNS (
	campaign BIGINT UNSIGNED PATH '$.campaign',
	placement BIGINT UNSIGNED PATH '$.placement')) j
STRAIGHT_JOIN reward_use u ON u.campaign_id = j.campaign
	AND u.placement_id = j.placement
STRAIGHT_JOIN reward r ON r.id = u.reward_id
WHERE u.organization_id = :org
ORDER BY u.campaign_id, u.placement_id, u.promoter DESC, u.position

-- All terms of a placement in one statement, in the transaction of the sale:
-- with locks that many share, for what a plain read sees would make updates
-- of balances fail.  A row without a reward: it has none.  listed: the plan is
-- a price of one of its products, or the product itself.
-- name: reward_terms
SELECT p.own_promoter_rewards AS own, f.parent_id,
	EXISTS (SELECT 1 FROM referral_split s WHERE s.referral_id = :referral)
	AS shared, r.id, r.kind, r.mode, r.level, r.duration, r.months,
	r.max_redemptions, r.new_only, r.parts, r.created_at, u.apply_on,
	(u.apply_on = 'specific' AND EXISTS (SELECT 1
		FROM reward_use_product x
		JOIN company_product c ON c.id = x.product_id
		WHERE x.campaign_id = u.campaign_id
		AND x.placement_id = u.placement_id
		AND x.promoter = u.promoter AND x.position = u.position
		AND (c.ext_id = :plan OR EXISTS (SELECT 1
			FROM company_price y WHERE y.product_id = c.id
			AND y.ext_id = :plan)))) AS listed
FROM placement p STRAIGHT_JOIN referrer f ON f.id = p.referrer_id
LEFT JOIN reward_use u ON u.campaign_id = p.campaign_id
	AND u.placement_id = IF(p.own_promoter_rewards, p.id, 0)
	AND u.promoter = 1
LEFT JOIN reward r ON r.id = u.reward_id
WHERE p.id = :placement AND p.organization_id = :org
ORDER BY u.position LOCK IN SHARE MODE

-- name: reward_left
SELECT redeemed FROM reward_redeemed WHERE reward_id = :id FOR UPDATE

-- name: reward_redeem
UPDATE reward_redeemed SET redeemed = redeemed + 1 WHERE reward_id = :id

-- name: reward_placement
SELECT conversions AS customers, revenue + refunded AS revenue
FROM placement_total
WHERE placement_id = :placement FOR UPDATE

-- Also of who he was before he was moved; by the day of a sale, where that was
-- said.
-- name: reward_price
WITH RECURSIVE past AS ((SELECT id FROM referral WHERE id = :referral
		LOCK IN SHARE MODE)
	UNION ALL (SELECT r.id FROM past JOIN referral r
		ON r.moved_to = past.id LOCK IN SHARE MODE))
SELECT COUNT(*) AS price_sales,
	MIN(LEAST(s.created_at, COALESCE(s.event_date, s.created_at)))
	AS price_at
FROM past STRAIGHT_JOIN sale s ON s.referral_id = past.id
WHERE s.plan <=> :plan AND s.id <> :sale LOCK IN SHARE MODE

-- Who shares; one who is blocked gets nothing, and his part stays with the
-- promoter.
-- name: reward_partners
SELECT s.placement_id, p.referrer_id, p.campaign_id, s.ppm AS share_ppm
FROM referral_split s STRAIGHT_JOIN placement p ON p.id = s.placement_id
STRAIGHT_JOIN referrer f ON f.id = p.referrer_id
WHERE s.referral_id = :referral AND p.organization_id = :org
AND p.standing = 'accepted' AND f.status = 'active'
ORDER BY s.position LOCK IN SHARE MODE

-- A parent, and his place in the campaign, else the first of his others.
-- name: reward_parent
SELECT f.id AS referrer_id, f.parent_id, p.id AS placement_id, p.campaign_id
FROM referrer f LEFT JOIN placement p ON p.id = (SELECT q.id
	FROM placement q WHERE q.referrer_id = f.id AND q.standing = 'accepted'
	AND NOT EXISTS (SELECT 1 FROM placement b
		WHERE b.referrer_id = f.id AND b.campaign_id = :campaign
		AND b.standing <> 'accepted')
	ORDER BY q.campaign_id <> :campaign, q.id LIMIT 1)
	AND f.status = 'active'
WHERE f.id = :parent AND f.organization_id = :org LOCK IN SHARE MODE
