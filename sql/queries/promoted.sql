-- Promoters in campaigns, as a company's lists show them; its own links, by
-- which it promotes itself, are none.

-- codes: whether a promoter's promo codes, who may have very many, are shown.
-- name: promoted_list
SELECT p.id, p.organization_id, p.referrer_id AS promoter_id, p.campaign_id,
	IF(p.standing = 'accepted' AND p.status = 'INACTIVE', 'inactive',
	p.standing) AS state, p.code, p.coupon, p.display_coupon,
	p.landing_url, p.created_at, p.version,
	p.own_promoter_rewards AS own_promoter,
	p.own_referral_rewards AS own_referral,
	c.name AS campaign_name, g.color AS campaign_color, g.parameter,
	g.signup_url, COALESCE(m.ad_traffic, g.ad_traffic) AS ad_traffic,
	COALESCE(m.email, u.email) AS promoter_email,
	COALESCE(m.name, o.name) AS promoter_name, t.clicks, t.referrals,
	t.conversions AS customers, t.sales, t.revenue,
	IF(:codes, (SELECT JSON_ARRAYAGG(k.code ORDER BY k.id)
		FROM promo_code k WHERE k.placement_id = p.id
		AND k.live = 1), NULL) AS promo_codes
FROM placement p
-- index: PRIMARY when ids
-- index: placement_created when promoter
-- index: placement_book
STRAIGHT_JOIN referrer r ON r.id = p.referrer_id
STRAIGHT_JOIN placement_total t ON t.placement_id = p.id
STRAIGHT_JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = c.id
LEFT JOIN promoter m ON m.referrer_id = r.id
LEFT JOIN organization o ON o.id = r.member_organization_id
LEFT JOIN user u ON u.id = r.user_id AND m.referrer_id IS NULL
WHERE p.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id
-- where: ids
AND p.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: promoter
AND p.referrer_id = :promoter
-- where: shown
AND r.archived_at IS NULL
-- where: after
AND (p.created_at < :key OR (p.created_at = :key AND p.id < :after))
-- order: created_desc
ORDER BY p.created_at DESC, p.id DESC
-- tail:
LIMIT :limit OFFSET :skip

-- The first few whose promoter, code or coupon begins so.
-- name: promoted_search
SELECT id FROM ((SELECT p.id FROM promoter m FORCE INDEX (promoter_email)
	STRAIGHT_JOIN placement p ON p.referrer_id = m.referrer_id
	WHERE m.organization_id = :org AND m.email LIKE :prefix LIMIT 5)
UNION (SELECT p.id FROM promoter m FORCE INDEX (promoter_name)
	STRAIGHT_JOIN placement p ON p.referrer_id = m.referrer_id
	WHERE m.organization_id = :org AND m.name LIKE :prefix LIMIT 5)
UNION (SELECT id FROM placement FORCE INDEX (placement_ref)
	WHERE organization_id = :org AND code LIKE :prefix LIMIT 5)
UNION (SELECT id FROM placement FORCE INDEX (placement_coupon)
	WHERE organization_id = :org AND coupon LIKE :prefix LIMIT 5)) x
LIMIT 5

-- name: promoted_update
UPDATE placement SET code = :code, coupon = :coupon,
	display_coupon = :display, landing_url = :landing,
	own_promoter_rewards = :promoter, own_referral_rewards = :referral,
	updated_at = :now, version = version + 1
WHERE id = :id

-- name: promoted_rename
UPDATE placement SET code = :code, updated_at = :now, version = version + 1
WHERE id = :id

-- Days of a placement, or of all of a promoter.
-- name: chart_placement
SELECT day, clicks, referrals, conversions AS customers, cancellations
FROM placement_day
WHERE placement_id = :placement AND day BETWEEN :from AND :to ORDER BY day

-- name: chart_placement_revenue
SELECT day, amount AS revenue FROM placement_sales
WHERE placement_id = :placement AND currency = :currency
AND day BETWEEN :from AND :to ORDER BY day

-- name: chart_promoter_revenue
SELECT day, CAST(SUM(amount) AS SIGNED) AS revenue
FROM placement_sales FORCE INDEX (placement_sales_referrer)
WHERE referrer_id = :referrer AND currency = :currency
AND day BETWEEN :from AND :to
GROUP BY day ORDER BY day

-- One as often as he is in it.
-- name: promoted_campaigns
SELECT c.id, c.name, g.color
FROM placement p FORCE INDEX (placement_created)
STRAIGHT_JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = c.id
WHERE p.referrer_id = :promoter AND p.organization_id = :org
AND c.status <> 'deleted'
ORDER BY p.created_at, p.id LIMIT 10000
