-- Campaigns as promoters know them.

-- name: offer_get
SELECT c.id, c.name, c.status, c.landing_url, c.version, g.color,
	g.signup_url, g.cookie_days, g.parameter, g.approve_leads,
	g.approve_promoters, g.private, g.ad_traffic, g.upgrade_campaign_id,
	g.upgrade_amount, g.upgrade_metric, g.upgrade_moves,
	p.campaign_id <=> c.id AS is_default
FROM campaign c LEFT JOIN campaign_program g ON g.campaign_id = c.id
LEFT JOIN program p ON p.organization_id = c.organization_id
WHERE c.id = :id AND c.organization_id = :org AND c.status <> 'deleted'

-- name: offer_list
SELECT c.id, c.name, c.status, c.landing_url, c.version, g.color,
	g.signup_url, g.cookie_days, g.parameter, g.approve_leads,
	g.approve_promoters, g.private, g.ad_traffic, g.upgrade_campaign_id,
	g.upgrade_amount, g.upgrade_metric, g.upgrade_moves,
	p.campaign_id <=> c.id AS is_default
FROM campaign c
-- index: campaign_organization
LEFT JOIN campaign_program g ON g.campaign_id = c.id
LEFT JOIN program p ON p.organization_id = c.organization_id
WHERE c.organization_id = :org AND c.status <> 'deleted'
-- where: after
AND c.id > :after
-- order: id
ORDER BY c.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: offer_write
INSERT INTO campaign_program (campaign_id, organization_id, color, signup_url,
	cookie_days, parameter, approve_leads, approve_promoters, private,
	ad_traffic, upgrade_campaign_id, upgrade_amount, upgrade_metric,
	upgrade_moves, upgrade_after)
VALUES (:campaign, :org, :color, :signup, :days, :parameter, :leads,
	:promoters, :private, :traffic, :upgrade, :amount, :metric, :moves,
	IF(:upgrade IS NULL, NULL, 0))
ON DUPLICATE KEY UPDATE upgrade_after = IF(VALUES(upgrade_campaign_id)
	<=> upgrade_campaign_id AND VALUES(upgrade_amount) <=> upgrade_amount
	AND VALUES(upgrade_metric) <=> upgrade_metric, upgrade_after,
	VALUES(upgrade_after)), color = VALUES(color), signup_url = VALUES(signup_url),
	cookie_days = VALUES(cookie_days), parameter = VALUES(parameter),
	approve_leads = VALUES(approve_leads),
	approve_promoters = VALUES(approve_promoters),
	private = VALUES(private), ad_traffic = VALUES(ad_traffic),
	upgrade_campaign_id = VALUES(upgrade_campaign_id),
	upgrade_amount = VALUES(upgrade_amount),
	upgrade_metric = VALUES(upgrade_metric),
	upgrade_moves = VALUES(upgrade_moves)

-- name: offer_landing
UPDATE campaign SET landing_url = :url
WHERE id = :id AND organization_id = :org

-- Of the campaigns of ids, a JSON array, by the sums of reports and what came
-- since; in one statement, which is of one moment.
-- name: offer_stats
SELECT x.id, CAST(SUM(x.promoters) AS SIGNED) AS promoters,
	CAST(SUM(x.referrals) AS SIGNED) AS referrals,
	CAST(SUM(x.customers) AS SIGNED) AS customers,
	CAST(SUM(x.sales) AS SIGNED) AS sales,
	CAST(SUM(IF(x.currency = COALESCE((SELECT currency FROM program
		WHERE organization_id = :org), :default), x.revenue, 0))
	AS SIGNED) AS revenue
FROM (SELECT j.id, COALESCE(t.accepted, 0) AS promoters, 0 AS referrals,
		0 AS customers, 0 AS sales, '' AS currency, 0 AS revenue
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	LEFT JOIN program_total t ON t.organization_id = :org
		AND t.campaign_id = j.id
	UNION ALL
	SELECT s.subject_id, 0, s.referrals, s.customers, s.sales, s.currency,
		s.revenue
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN report_sum s FORCE INDEX (report_sum_subject)
		ON s.organization_id = :org AND s.subject = 'campaign'
		AND s.subject_id = j.id AND s.name = '' AND s.level = 'month'
	UNION ALL
	SELECT p.campaign_id, 0, c.referrals, c.customers, c.sales, c.currency,
		c.revenue
	FROM report_change c FORCE INDEX (report_change_fresh)
	STRAIGHT_JOIN placement p ON p.id = c.placement_id
	WHERE c.organization_id = :org AND c.created_at >=
		(SELECT done_until FROM rollup WHERE name = 'report')
	AND JSON_CONTAINS(:ids, p.campaign_id)) x
GROUP BY x.id

-- name: offer_links
SELECT l.id, l.campaign_id, l.name, l.url
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN campaign_link l ON l.campaign_id = j.id
WHERE l.organization_id = :org
ORDER BY l.campaign_id, l.id

-- name: offer_link_insert
INSERT INTO campaign_link (organization_id, campaign_id, name, url)
VALUES (:org, :campaign, :name, :url)

-- name: offer_link_update
UPDATE campaign_link SET name = :name, url = :url
WHERE id = :id AND campaign_id = :campaign AND organization_id = :org

-- name: offer_link_delete
DELETE FROM campaign_link
WHERE id = :id AND campaign_id = :campaign AND organization_id = :org

-- name: offer_link_count
SELECT COUNT(*) AS n FROM campaign_link
WHERE campaign_id = :campaign AND organization_id = :org

-- Is somebody paid for what it brought, or about to be?  Payouts that are of
-- other campaigns have nothing of it.
-- name: offer_paid
SELECT p.id FROM placement p FORCE INDEX (placement_promoters)
STRAIGHT_JOIN payout o FORCE INDEX (payout_promoters)
	ON o.organization_id = p.organization_id AND o.deleted_at IS NULL
	AND o.referrer_id = p.referrer_id
	AND COALESCE(o.campaign_id, p.campaign_id) = p.campaign_id
STRAIGHT_JOIN earning e FORCE INDEX (earning_payout)
	ON e.referrer_id = p.referrer_id AND e.payout_id = o.id
	AND e.placement_id = p.id
WHERE p.campaign_id = :campaign AND p.organization_id = :org LIMIT 1
