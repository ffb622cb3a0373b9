-- Reports: see src/model/report/fold.c and report.c.

-- What changes, written with what it counts.
-- name: report_clicked
INSERT INTO report_change (organization_id, placement_id, source, url, sub_id,
	clicks, created_at)
VALUES
-- rows:
(:org, :placement, :source, :url, :sub_id, :clicks, :now)

-- name: report_brought
INSERT INTO report_change (organization_id, placement_id, referral_id,
	currency, referrals, customers, cancellations, active, sales, refunds,
	revenue, created_at)
VALUES (:org, :placement, :referral, COALESCE(:currency, ''), :referrals,
	:customers, :cancellations, :active, :sales, :refunds, :revenue, :now)

-- Those who are active customers; ids: a JSON array.
-- name: report_active
INSERT INTO report_change (organization_id, placement_id, referral_id, active,
	created_at)
SELECT f.organization_id, f.placement_id, f.id, :sign, :now
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referral f ON f.id = j.id
WHERE f.live = 1 AND f.customer_at IS NOT NULL
AND f.state IN ('active', 'subscribed')

-- Those who came from another promoter; ids: a JSON array.
-- name: report_arrived
INSERT INTO report_change (organization_id, placement_id, referral_id,
	referrals, customers, created_at)
SELECT f.organization_id, f.placement_id, f.id, 1, f.customer_at IS NOT NULL,
	:now
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referral f ON f.id = j.id

-- Commissions of payouts; ids: a JSON array.
-- name: report_paid
INSERT INTO report_change (organization_id, placement_id, currency, paid,
	created_at)
SELECT e.organization_id, e.placement_id, e.currency, :sign * SUM(e.amount),
	:now
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
STRAIGHT_JOIN earning e FORCE INDEX (earning_payout)
	ON e.referrer_id = o.referrer_id AND e.payout_id = o.id
WHERE e.placement_id IS NOT NULL
GROUP BY e.organization_id, e.placement_id, e.currency

-- Adding it up, by the jobs role.

-- name: report_fold_from
SELECT id, created_at FROM report_change WHERE id >= :id ORDER BY id LIMIT 1

-- name: report_fold_before
SELECT id, created_at FROM report_change
WHERE id > :after AND id < :behind AND created_at < :before
ORDER BY id DESC LIMIT 1

-- Of each thing that is reported of; with whether its name has a sum of that
-- day, and how many names have.
-- name: report_fold
WITH change_of AS (
	SELECT c.organization_id, p.campaign_id, p.referrer_id, 1 AS own,
		COALESCE(k.source, c.source, 'none') AS source,
		COALESCE(k.url, c.url, 'none') AS url,
		COALESCE(k.sub_id, c.sub_id) AS sub_id,
		DATE(c.created_at) AS day, c.currency, SUM(c.clicks) AS clicks,
		SUM(c.referrals) AS referrals, SUM(c.customers) AS customers,
		SUM(IF(f.entry_source <> 'cookie', c.customers, 0)) AS non_link,
		SUM(c.cancellations) AS cancellations, SUM(c.active) AS active,
		SUM(c.sales) AS sales, SUM(c.refunds) AS refunds,
		SUM(c.revenue) AS revenue, 0 AS earned, SUM(c.paid) AS paid
	FROM report_change c STRAIGHT_JOIN placement p ON p.id = c.placement_id
	LEFT JOIN referral f ON f.id = c.referral_id
	LEFT JOIN click k ON k.id = f.click_id
	WHERE c.id > :after AND c.id < :behind
	AND c.created_at >= :from AND c.created_at < :until
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
	UNION ALL
	SELECT e.organization_id, p.campaign_id, p.referrer_id,
		p.id = f.placement_id, COALESCE(k.source, 'none'),
		COALESCE(k.url, 'none'), k.sub_id, DATE(e.created_at),
		e.currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, SUM(e.amount), 0
	FROM earning e STRAIGHT_JOIN placement p ON p.id = e.placement_id
	LEFT JOIN sale s ON s.id = e.sale_id
	LEFT JOIN referral f ON f.id = s.referral_id
	LEFT JOIN click k ON k.id = f.click_id
	WHERE e.type IN ('commission', 'reversal')
	AND e.created_at >= :from AND e.created_at < :until
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9),
subject_of AS (
	SELECT 'all' AS subject UNION ALL SELECT 'campaign'
	UNION ALL SELECT 'promoter' UNION ALL SELECT 'source'
	UNION ALL SELECT 'url' UNION ALL SELECT 'promoter_source'
	UNION ALL SELECT 'promoter_url' UNION ALL SELECT 'promoter_sub_id'
	UNION ALL SELECT 'promoter_campaign'),
g AS (SELECT x.organization_id, t.subject, CASE t.subject
		WHEN 'campaign' THEN x.campaign_id
		WHEN 'all' THEN 0 WHEN 'source' THEN 0 WHEN 'url' THEN 0
		ELSE x.referrer_id END AS subject_id,
		CASE t.subject WHEN 'source' THEN x.source
		WHEN 'url' THEN x.url
		WHEN 'promoter_source' THEN IF(x.own, x.source, 'none')
		WHEN 'promoter_url' THEN IF(x.own, x.url, 'none')
		WHEN 'promoter_sub_id' THEN x.sub_id
		WHEN 'promoter_campaign' THEN CONCAT(x.campaign_id)
		ELSE '' END AS name, x.day, x.currency,
		CAST(SUM(x.clicks) AS SIGNED) AS clicks,
		CAST(SUM(x.referrals) AS SIGNED) AS referrals,
		CAST(SUM(x.customers) AS SIGNED) AS customers,
		CAST(SUM(x.non_link) AS SIGNED) AS non_link,
		CAST(SUM(x.cancellations) AS SIGNED) AS cancellations,
		CAST(SUM(x.active) AS SIGNED) AS active,
		CAST(SUM(x.sales) AS SIGNED) AS sales,
		CAST(SUM(x.refunds) AS SIGNED) AS refunds,
		CAST(SUM(x.revenue) AS SIGNED) AS revenue,
		CAST(SUM(x.earned) AS SIGNED) AS earned,
		CAST(SUM(x.paid) AS SIGNED) AS paid
	FROM change_of x JOIN subject_of t
	WHERE t.subject <> 'promoter_sub_id' OR (x.own
		AND x.sub_id IS NOT NULL)
	GROUP BY 1, 2, 3, 4, 5, 6)
SELECT g.organization_id, g.subject, g.subject_id, g.name, g.day, g.currency,
	g.clicks, g.referrals, g.customers, g.non_link, g.cancellations,
	g.active, g.sales, g.refunds, g.revenue, g.earned, g.paid,
	EXISTS (SELECT 1 FROM report_sum s
		WHERE s.organization_id = g.organization_id
		AND s.subject = g.subject AND s.level = 'day'
		AND s.day = g.day AND s.subject_id = g.subject_id
		AND s.name = g.name) AS known,
	IF(g.name = '', 0, (SELECT COUNT(DISTINCT s.name) FROM report_sum s
		WHERE s.organization_id = g.organization_id
		AND s.subject = g.subject AND s.level = 'day'
		AND s.day = g.day AND s.subject_id = g.subject_id)) AS have
FROM g
ORDER BY g.organization_id, g.subject, g.subject_id, g.day, known DESC,
	SUM(g.clicks) OVER (PARTITION BY g.organization_id, g.subject,
	g.subject_id, g.day, g.name) DESC, g.name, g.currency

-- name: report_add
INSERT INTO report_sum (organization_id, subject, level, day, subject_id, name,
	currency, clicks, referrals, customers, non_link, cancellations,
	active, sales, refunds, revenue, earned, paid)
VALUES
-- rows:
(:org, :subject, :level, :day, :id, :name, :currency, :clicks, :referrals,
	:customers, :non_link, :cancellations, :active, :sales, :refunds,
	:revenue, :earned, :paid)
-- tail:
ON DUPLICATE KEY UPDATE clicks = clicks + VALUES(clicks),
	referrals = referrals + VALUES(referrals),
	customers = customers + VALUES(customers),
	non_link = non_link + VALUES(non_link),
	cancellations = cancellations + VALUES(cancellations),
	active = active + VALUES(active), sales = sales + VALUES(sales),
	refunds = refunds + VALUES(refunds),
	revenue = revenue + VALUES(revenue),
	earned = earned + VALUES(earned), paid = paid + VALUES(paid)

-- All of them stand in sums.
-- name: report_forget
DELETE FROM report_change WHERE id <= :id ORDER BY id LIMIT 10000

-- Reading.  Amounts of other currencies than :currency are left out.

-- What came since the sums, of one kind of thing; subject_id: of which, or NULL.
-- name: report_fresh
WITH change_of AS (
	SELECT p.campaign_id, p.referrer_id, 1 AS own,
		COALESCE(k.source, c.source, 'none') AS source,
		COALESCE(k.url, c.url, 'none') AS url,
		COALESCE(k.sub_id, c.sub_id) AS sub_id,
		DATE(c.created_at) AS day, c.clicks, c.referrals, c.customers,
		IF(f.entry_source <> 'cookie', c.customers, 0) AS non_link,
		c.cancellations, c.active, c.sales, c.refunds,
		IF(c.currency = :currency, c.revenue, 0) AS revenue,
		0 AS earned, IF(c.currency = :currency, c.paid, 0) AS paid
	FROM report_change c FORCE INDEX (report_change_fresh)
	STRAIGHT_JOIN placement p ON p.id = c.placement_id
	LEFT JOIN referral f ON f.id = c.referral_id
	LEFT JOIN click k ON k.id = f.click_id
	WHERE c.organization_id = :org AND c.created_at >= :from
	UNION ALL
	SELECT p.campaign_id, p.referrer_id, p.id = f.placement_id,
		COALESCE(k.source, 'none'), COALESCE(k.url, 'none'), k.sub_id,
		DATE(e.created_at), 0, 0, 0, 0, 0, 0, 0, 0, 0,
		IF(e.currency = :currency, e.amount, 0), 0
	FROM earning e FORCE INDEX (earning_book)
	STRAIGHT_JOIN placement p ON p.id = e.placement_id
	LEFT JOIN sale s ON s.id = e.sale_id
	LEFT JOIN referral f ON f.id = s.referral_id
	LEFT JOIN click k ON k.id = f.click_id
	WHERE e.organization_id = :org AND e.shown IN (0, 1)
	AND e.created_at >= :from AND e.type IN ('commission', 'reversal')),
g AS (SELECT CASE :subject WHEN 'campaign' THEN x.campaign_id
		WHEN 'all' THEN 0 WHEN 'source' THEN 0 WHEN 'url' THEN 0
		ELSE x.referrer_id END AS subject_id,
		CASE :subject WHEN 'source' THEN x.source
		WHEN 'url' THEN x.url
		WHEN 'promoter_source' THEN IF(x.own, x.source, 'none')
		WHEN 'promoter_url' THEN IF(x.own, x.url, 'none')
		WHEN 'promoter_sub_id' THEN IF(x.own, x.sub_id, NULL)
		WHEN 'promoter_campaign' THEN CONCAT(x.campaign_id)
		ELSE '' END AS name, x.day,
		x.clicks, x.referrals, x.customers, x.non_link,
		x.cancellations, x.active, x.sales, x.refunds, x.revenue,
		x.earned, x.paid
	FROM change_of x)
SELECT subject_id, name, day, CAST(SUM(clicks) AS SIGNED) AS clicks,
	CAST(SUM(referrals) AS SIGNED) AS referrals,
	CAST(SUM(customers) AS SIGNED) AS customers,
	CAST(SUM(non_link) AS SIGNED) AS non_link,
	CAST(SUM(cancellations) AS SIGNED) AS cancellations,
	CAST(SUM(active) AS SIGNED) AS active,
	CAST(SUM(sales) AS SIGNED) AS sales,
	CAST(SUM(refunds) AS SIGNED) AS refunds,
	CAST(SUM(revenue) AS SIGNED) AS revenue,
	CAST(SUM(earned) AS SIGNED) AS earned,
	CAST(SUM(paid) AS SIGNED) AS paid
FROM g WHERE name IS NOT NULL AND subject_id = COALESCE(:id, subject_id)
GROUP BY subject_id, name, day ORDER BY subject_id, name, day

-- Things of a kind, each over a period: the days from :from on, what was before
-- for who is active, and since :three and :six for earnings a click.  The
-- period is months, and days at its ends.
-- name: report_sums
SELECT subject_id, name, CAST(SUM(IF(day >= :from, clicks, 0)) AS SIGNED)
	AS clicks,
	CAST(SUM(IF(day >= :from, referrals, 0)) AS SIGNED) AS referrals,
	CAST(SUM(IF(day >= :from, customers, 0)) AS SIGNED) AS customers,
	CAST(SUM(IF(day >= :from, non_link, 0)) AS SIGNED) AS non_link,
	CAST(SUM(IF(day >= :from, cancellations, 0)) AS SIGNED)
	AS cancellations,
	CAST(SUM(IF(day >= :from, active, 0)) AS SIGNED) AS active,
	CAST(SUM(IF(day >= :from, sales, 0)) AS SIGNED) AS sales,
	CAST(SUM(IF(day >= :from, refunds, 0)) AS SIGNED) AS refunds,
	CAST(SUM(IF(day >= :from AND currency = :currency, revenue, 0))
	AS SIGNED) AS revenue,
	CAST(SUM(IF(day >= :from AND currency = :currency, earned, 0))
	AS SIGNED) AS earned,
	CAST(SUM(IF(day >= :from AND currency = :currency, paid, 0))
	AS SIGNED) AS paid,
	CAST(SUM(IF(day < :from, active, 0)) AS SIGNED) AS active_before,
	CAST(SUM(IF(day >= :three, clicks, 0)) AS SIGNED) AS clicks3,
	CAST(SUM(IF(day >= :three AND currency = :currency, earned, 0))
	AS SIGNED) AS earned3,
	CAST(SUM(IF(day >= :six, clicks, 0)) AS SIGNED) AS clicks6,
	CAST(SUM(IF(day >= :six AND currency = :currency, earned, 0))
	AS SIGNED) AS earned6
FROM report_sum
-- index: report_sum_subject when one
-- index: PRIMARY
WHERE organization_id = :org AND subject = :subject
AND ((level = 'month' AND (day BETWEEN :m1 AND :m2 OR day BETWEEN :m3 AND :m4))
OR (level = 'day' AND (day BETWEEN :d1 AND :d2 OR day BETWEEN :d3 AND :d4)))
-- where: one
AND subject_id = :id
-- tail:
GROUP BY subject_id, name

-- Some of them in their parts.  things: a JSON array of [subject_id, name].
-- name: report_rows
SELECT s.subject_id, s.name, s.day, CAST(SUM(s.clicks) AS SIGNED) AS clicks,
	CAST(SUM(s.referrals) AS SIGNED) AS referrals,
	CAST(SUM(s.customers) AS SIGNED) AS customers,
	CAST(SUM(s.non_link) AS SIGNED) AS non_link,
	CAST(SUM(s.cancellations) AS SIGNED) AS cancellations,
	CAST(SUM(s.active) AS SIGNED) AS active,
	CAST(SUM(s.sales) AS SIGNED) AS sales,
	CAST(SUM(s.refunds) AS SIGNED) AS refunds,
	CAST(SUM(IF(s.currency = :currency, s.revenue, 0)) AS SIGNED)
	AS revenue,
	CAST(SUM(IF(s.currency = :currency, s.earned, 0)) AS SIGNED) AS earned,
	CAST(SUM(IF(s.currency = :currency, s.paid, 0)) AS SIGNED) AS paid
FROM JSON_TABLE(:things, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]',
	name VARCHAR(200) CHARACTER SET ascii PATH '$[1]')) j
STRAIGHT_JOIN report_sum s FORCE INDEX (report_sum_subject)
	ON s.organization_id = :org AND s.subject = :subject
	AND s.subject_id = j.id AND s.name = j.name COLLATE ascii_bin
	AND ((s.level = 'month' AND (s.day BETWEEN :m1 AND :m2
	OR s.day BETWEEN :m3 AND :m4))
	OR (s.level = 'day' AND (s.day BETWEEN :d1 AND :d2
	OR s.day BETWEEN :d3 AND :d4)))
GROUP BY s.subject_id, s.name, s.day

-- How they are called; ids: a JSON array.

-- name: report_campaigns
SELECT c.id, c.name, CAST(NULL AS CHAR) AS email, g.color
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN campaign c ON c.id = j.id
LEFT JOIN campaign_program g ON g.campaign_id = c.id
WHERE c.organization_id = :org

-- name: report_promoters
SELECT r.id, COALESCE(m.name, o.name) AS name, COALESCE(m.email, u.email)
	AS email, CAST(NULL AS CHAR) AS color
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r ON r.id = j.id
LEFT JOIN promoter m ON m.referrer_id = r.id
LEFT JOIN organization o ON o.id = r.member_organization_id
LEFT JOIN user u ON u.id = r.user_id
WHERE r.organization_id = :org

-- Whose name, or mail address, begins so.
-- name: report_find_campaigns
SELECT id FROM campaign FORCE INDEX (campaign_named)
WHERE organization_id = :org AND name LIKE :prefix LIMIT 1000

-- name: report_find_promoters
(SELECT referrer_id AS id FROM promoter FORCE INDEX (promoter_name)
WHERE organization_id = :org AND name LIKE :prefix LIMIT 1000)
UNION
(SELECT referrer_id AS id FROM promoter FORCE INDEX (promoter_email)
WHERE organization_id = :org AND email LIKE :prefix LIMIT 1000)

-- Promoters, and referrals that wait, up to :most.  subjects: as campaigns, a
-- JSON array, or [0] for all together.
-- name: dashboard_people
SELECT CAST(COALESCE(SUM(t.accepted), 0) AS SIGNED) AS accepted,
	CAST(COALESCE(SUM(t.pending), 0) AS SIGNED) AS promoters,
	(SELECT COUNT(*) FROM (SELECT f.id
		FROM referral f FORCE INDEX (referral_state)
		WHERE f.organization_id = :org AND f.deleted_at IS NULL
		AND f.state = 'pending' AND (:campaigns IS NULL
		OR JSON_CONTAINS(:campaigns, f.campaign_id)) LIMIT :most) x)
	AS referrals
FROM program_total t
WHERE t.organization_id = :org AND t.campaign_id IN (SELECT j.id
	FROM JSON_TABLE(:subjects, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) j)

-- Who is in several campaigns is one.
-- name: dashboard_accepted
SELECT COUNT(DISTINCT p.referrer_id) AS accepted
FROM JSON_TABLE(:campaigns, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement p FORCE INDEX (placement_standing)
	ON p.organization_id = :org AND p.standing = 'accepted'
	AND p.campaign_id = j.id
WHERE p.referrer_id <> COALESCE((SELECT o.id FROM referrer o
	WHERE o.organization_id = :org AND o.member_organization_id = :org), 0)

-- Commissions that wait, up to :most, and payouts.  campaigns: a JSON array, or
-- NULL; subjects: as above.
-- name: dashboard_money
SELECT (SELECT COUNT(*) FROM (SELECT e.id
		FROM earning e FORCE INDEX (earning_standing)
		WHERE e.organization_id = :org AND e.standing = 'pending'
		AND (:campaigns IS NULL
		OR JSON_CONTAINS(:campaigns, e.campaign_id)) LIMIT :most) x)
	AS commissions, CAST(COALESCE(SUM(t.payouts), 0) AS SIGNED) AS payouts,
	CAST(COALESCE(SUM(IF(t.currency = :currency, t.amount, 0)), 0)
	AS SIGNED) AS payouts_amount
FROM (SELECT DISTINCT j.id FROM JSON_TABLE(:subjects, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) j) s
STRAIGHT_JOIN payout_total t ON t.organization_id = :org
	AND t.campaign_id = s.id AND t.status = 'pending'
