-- name: placement_insert
INSERT INTO placement (organization_id, campaign_id, referrer_id, name, code,
	landing_url, description, status, starts_at, ends_at, created_at,
	updated_at)
VALUES (:org, :campaign, :referrer, :name, :code, :landing, :description,
	'ACTIVE', :starts, :ends, :now, :now)

-- name: placement_total_insert
INSERT INTO placement_total (placement_id) VALUES (:placement)

-- name: placement_get
SELECT p.id, p.referrer_id, p.campaign_id, p.name, p.code, p.landing_url,
	p.description, p.status, p.starts_at, p.ends_at, p.ended_at,
	p.created_at, p.updated_at, p.version, t.clicks, t.unique_clicks,
	t.bot_clicks, t.referrals, t.conversions
FROM placement p
JOIN referrer r ON r.id = p.referrer_id
JOIN placement_total t ON t.placement_id = p.id
WHERE p.id = :id AND p.organization_id = :org
AND r.member_organization_id = :member

-- name: placement_lock
SELECT p.id, p.referrer_id, p.campaign_id, p.name, p.code, p.landing_url,
	p.description, p.status, p.starts_at, p.ends_at, p.ended_at,
	p.created_at, p.updated_at, p.version
FROM placement p
JOIN referrer r ON r.id = p.referrer_id
WHERE p.id = :id AND p.organization_id = :org
AND r.member_organization_id = :member FOR UPDATE

-- name: placement_counts
SELECT clicks, unique_clicks, bot_clicks, referrals, conversions
FROM placement_total WHERE placement_id = :placement

-- name: placement_update
UPDATE placement SET name = :name, landing_url = :landing,
	description = :description, starts_at = :starts, ends_at = :ends,
	updated_at = :now, version = version + 1
WHERE id = :id AND version = :version

-- name: placement_end
UPDATE placement SET status = 'INACTIVE', ended_at = :now, updated_at = :now,
	version = version + 1
WHERE id = :id AND status = 'ACTIVE'

-- name: placement_end_all
UPDATE placement p JOIN referrer r ON r.id = p.referrer_id
SET p.status = 'INACTIVE', p.ended_at = :now, p.updated_at = :now,
	p.version = p.version + 1
WHERE r.member_organization_id = :member AND r.organization_id = :org
AND p.status = 'ACTIVE'

-- name: placement_end_events
INSERT INTO event (organization_id, type, entity_id, user_id, data, created_at)
SELECT :member, 'referrer_campaign.ended', p.id, :user, '{}', :now
FROM placement p JOIN referrer r ON r.id = p.referrer_id
WHERE r.member_organization_id = :member AND r.organization_id = :org
AND p.ended_at = :now

-- name: placement_resume_all
UPDATE placement p JOIN referrer r ON r.id = p.referrer_id
SET p.status = 'ACTIVE', p.ended_at = NULL, p.updated_at = :now,
	p.version = p.version + 1
WHERE r.member_organization_id = :member AND r.organization_id = :org
AND p.ended_at = :deleted AND (p.ends_at IS NULL OR p.ends_at > :now)

-- name: placement_resume_events
INSERT INTO event (organization_id, type, entity_id, user_id, data, created_at)
SELECT :member, 'referrer_campaign.resumed', p.id, :user, '{}', :now
FROM placement p JOIN referrer r ON r.id = p.referrer_id
WHERE r.member_organization_id = :member AND r.organization_id = :org
AND p.ended_at = :deleted AND (p.ends_at IS NULL OR p.ends_at > :now)

-- name: placement_due
SELECT p.id, COALESCE(r.member_organization_id, p.organization_id)
	AS organization_id
FROM placement p FORCE INDEX (placement_ends)
STRAIGHT_JOIN referrer r ON r.id = p.referrer_id
WHERE p.status = 'ACTIVE' AND p.ends_at <= :now LIMIT 200

-- A promoter's link leads where the campaign says, if nothing else was said.
-- name: placement_by_code
SELECT p.id, p.organization_id, p.campaign_id, p.referrer_id,
	r.member_organization_id, IF(p.landing_url = '', c.landing_url,
	p.landing_url) AS landing_url,
	COALESCE(g.parameter, :parameter) AS parameter,
	COALESCE(g.cookie_days, :days) AS cookie_days,
	(p.status = 'ACTIVE' AND r.status = 'active' AND (c.status = 'running'
	OR (c.status = 'stopped' AND c.settled = 0))
	AND (p.starts_at IS NULL OR p.starts_at <= :now)
	AND (p.ends_at IS NULL OR p.ends_at > :now)) AS counts
FROM placement p JOIN referrer r ON r.id = p.referrer_id
JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = p.campaign_id
WHERE p.code = :code
AND (p.landing_url <> '' OR r.member_organization_id IS NULL)	-- erased

-- name: placement_by_click
SELECT p.id, p.organization_id, p.campaign_id, p.referrer_id,
	r.member_organization_id, p.landing_url, k.id AS click_id,
	(p.status = 'ACTIVE' AND r.status = 'active' AND (c.status = 'running'
	OR (c.status = 'stopped' AND c.settled = 0))
	AND (p.starts_at IS NULL OR p.starts_at <= :now)
	AND (p.ends_at IS NULL OR p.ends_at > :now)) AS counts
FROM click k JOIN placement p ON p.id = k.placement_id
JOIN referrer r ON r.id = p.referrer_id JOIN campaign c ON c.id = p.campaign_id
WHERE k.token = :token AND k.created_at > :since

-- name: campaign_landing
SELECT landing_url FROM campaign WHERE id = :id AND landing_url IS NOT NULL

-- name: placement_name
SELECT name FROM placement WHERE id = :id AND referrer_id = :referrer

-- name: placement_list
SELECT p.id, p.referrer_id, p.campaign_id, p.name, p.code, p.landing_url,
	p.description, p.status, p.starts_at, p.ends_at, p.ended_at,
	p.created_at, p.updated_at, p.version, t.clicks, t.unique_clicks,
	t.bot_clicks, t.referrals, t.conversions
FROM placement p
-- index: any when code
-- index: placement_status_name when status name
-- index: placement_name when name
-- index: placement_status when status
-- index: placement_created
JOIN placement_total t ON t.placement_id = p.id
WHERE p.referrer_id = :referrer
-- where: status
AND p.status = :status
-- where: upcoming
AND p.starts_at > :now
-- where: started
AND (p.starts_at IS NULL OR p.starts_at <= :now)
-- where: prefix
AND p.name LIKE :prefix
-- where: code
AND p.code = :code
-- where: from
AND p.created_at >= :from
-- where: until
AND p.created_at <= :until
-- where: after_asc
AND (p.created_at > :key OR (p.created_at = :key AND p.id > :after))
-- where: after_desc
AND (p.created_at < :key OR (p.created_at = :key AND p.id < :after))
-- where: after_name
AND (p.name > :key OR (p.name = :key AND p.id > :after))
-- order: created_desc
ORDER BY p.created_at DESC, p.id DESC
-- order: created_asc
ORDER BY p.created_at, p.id
-- order: name
ORDER BY p.name, p.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: placement_days
SELECT day, clicks, unique_clicks, bot_clicks, referrals, conversions
FROM placement_day
WHERE placement_id = :placement AND day BETWEEN :from AND :to ORDER BY day

-- Of the days from :first to :last, which begin at :from and end at :to.  What
-- is not summed up yet is read as it is; both in one statement: one state.

-- name: placement_earned
SELECT currency, CAST(SUM(amount) AS SIGNED) AS amount
FROM (SELECT currency, amount FROM placement_earned
	WHERE placement_id = :placement AND day BETWEEN :first AND :last
	UNION ALL
	SELECT currency, amount FROM earning
	WHERE referrer_id = :referrer AND created_at BETWEEN :from AND :to
	AND created_at >= (SELECT done_until FROM rollup
		WHERE name = 'earned')
	AND placement_id = :placement AND type IN ('commission', 'reversal')) x
GROUP BY currency ORDER BY currency

-- name: placement_spans
SELECT (SELECT done_until FROM rollup WHERE name = 'click_source_4') AS of_4,
	(SELECT done_until FROM rollup WHERE name = 'click_source_16') AS of_16,
	(SELECT done_until FROM rollup WHERE name = 'click_source_64') AS of_64

-- name: placement_sources
WITH sums AS (SELECT source, SUM(clicks) AS clicks,
		SUM(unique_clicks) AS uniques, SUM(bot_clicks) AS bots
	FROM click_source_days
	WHERE placement_id = :placement AND (
	(days = 1 AND (day BETWEEN :a1 AND :b1 OR day BETWEEN :c1 AND :d1)) OR
	(days = 4 AND (day BETWEEN :a4 AND :b4 OR day BETWEEN :c4 AND :d4)) OR
	(days = 16 AND (day BETWEEN :a16 AND :b16
		OR day BETWEEN :c16 AND :d16)) OR
	(days = 64 AND (day BETWEEN :a64 AND :b64
		OR day BETWEEN :c64 AND :d64)))
	GROUP BY source),
placed AS (SELECT source, clicks, uniques, bots, ROW_NUMBER() OVER (ORDER BY
		source = 'other', clicks DESC, bots DESC, source) AS place
	FROM sums),
named AS (SELECT IF(place > 50, 'other', source) AS source, clicks, uniques,
		bots, place
	FROM placed)
SELECT u.done_until, g.source, g.clicks, g.unique_clicks, g.bot_clicks
FROM rollup u LEFT JOIN (SELECT source, CAST(SUM(clicks) AS SIGNED) AS clicks,
		CAST(SUM(uniques) AS SIGNED) AS unique_clicks,
		CAST(SUM(bots) AS SIGNED) AS bot_clicks, MIN(place) AS place
	FROM named GROUP BY source) g ON TRUE
WHERE u.name = 'click_source' ORDER BY g.place

-- name: count_total
UPDATE placement_total SET clicks = clicks + :clicks,
	unique_clicks = unique_clicks + :uniques,
	bot_clicks = bot_clicks + :bots
WHERE placement_id = :placement

-- name: count_day
INSERT INTO placement_day (placement_id, day, referrer_id, clicks,
	unique_clicks, bot_clicks)
VALUES (:placement, :day, :referrer, :clicks, :uniques, :bots)
ON DUPLICATE KEY UPDATE clicks = clicks + VALUES(clicks),
	unique_clicks = unique_clicks + VALUES(unique_clicks),
	bot_clicks = bot_clicks + VALUES(bot_clicks)

-- Revenue is counted in the currency that the program has now: the row of its
-- program is held against a change.  An organization in its own campaigns has
-- no row of promoter_total.
-- name: brought_total
UPDATE placement_total t
LEFT JOIN promoter_total r ON r.referrer_id = :referrer
SET t.referrals = t.referrals + :referrals,
	t.conversions = t.conversions + :customers,
	t.active = t.active + :active,
	t.upgrade_due = IF(:counts AND t.upgrade_due IS NULL, 0,
	t.upgrade_due),
	t.sales = t.sales + :sales,
	t.revenue = t.revenue + IF(:revenue <> 0 AND :currency =
	COALESCE((SELECT currency FROM program WHERE organization_id = :org),
	:default), :revenue, 0),
	t.refunded = t.refunded - IF(:sales = 0 AND :currency =
	COALESCE((SELECT currency FROM program WHERE organization_id = :org),
	:default), :revenue, 0),
	r.referrals = r.referrals + :referrals,
	r.customers = r.customers + :customers, r.sales = r.sales + :sales,
	r.active = r.active + :active,
	r.revenue = r.revenue + IF(:revenue <> 0 AND :currency =
	COALESCE((SELECT currency FROM program WHERE organization_id = :org),
	:default), :revenue, 0),
	r.last_referral_at = IF(:referrals > 0, :at, r.last_referral_at),
	r.last_customer_at = IF(:customers > 0, :at, r.last_customer_at),
	r.last_sale_at = IF(:sales > 0, :at, r.last_sale_at)
WHERE t.placement_id = :placement

-- name: brought_active
UPDATE (SELECT f.placement_id, COUNT(*) AS n
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN referral f ON f.id = j.id
	WHERE f.live = 1 AND f.customer_at IS NOT NULL
	AND f.state IN ('active', 'subscribed') GROUP BY f.placement_id) x
STRAIGHT_JOIN placement_total t ON t.placement_id = x.placement_id
SET t.active = t.active + :sign * x.n,
	t.upgrade_due = IF(:sign > 0 AND t.upgrade_due IS NULL, 0,
	t.upgrade_due)

-- name: brought_active_promoters
UPDATE (SELECT f.referrer_id, COUNT(*) AS n
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN referral f ON f.id = j.id
	WHERE f.live = 1 AND f.customer_at IS NOT NULL
	AND f.state IN ('active', 'subscribed') GROUP BY f.referrer_id) x
STRAIGHT_JOIN promoter_total t ON t.referrer_id = x.referrer_id
SET t.active = t.active + :sign * x.n

-- name: brought_day
INSERT INTO placement_day (placement_id, day, referrer_id, referrals,
	conversions, cancellations)
VALUES (:placement, :day, :referrer, :referrals, :customers, :cancellations)
ON DUPLICATE KEY UPDATE referrals = referrals + VALUES(referrals),
	conversions = conversions + VALUES(conversions),
	cancellations = cancellations + VALUES(cancellations)

-- name: brought_sales
INSERT INTO placement_sales (placement_id, currency, day, referrer_id, sales,
	amount, refunded)
VALUES (:placement, :currency, :day, :referrer, :sales, :amount,
	IF(:sales = 0, -:amount, 0))
ON DUPLICATE KEY UPDATE sales = sales + VALUES(sales),
	amount = amount + VALUES(amount),
	refunded = refunded + VALUES(refunded)

-- A code that a placement had stays its own.
-- name: placement_keep_code
INSERT IGNORE INTO placement_code (code, placement_id)
SELECT code, id FROM placement WHERE id = :id

-- name: placement_code_owner
SELECT placement_id AS id FROM placement_code
WHERE code = :code FOR UPDATE

-- The code that stands for an old one now.
-- name: placement_code_now
SELECT p.code FROM placement_code k JOIN placement p ON p.id = k.placement_id
WHERE k.code = :code
