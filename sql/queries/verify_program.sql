-- Proof of what is counted of promoters: see src/ledger/verify.c.

-- name: verify_sales
SELECT x.placement_id AS id, CONCAT(SUM(x.sales), ' sales, ', SUM(x.amount),
	' ', x.currency, ' and ', SUM(x.refunded), ' refunded too much')
	AS wrong
FROM (SELECT placement_id, currency, sales, amount, refunded
	FROM placement_sales
	WHERE placement_id > :after AND placement_id <= :last
	UNION ALL
	SELECT f.placement_id, s.currency, -1,
		s.refunded_amount + COALESCE(p.refunded_amount, 0) - s.amount,
		-s.refunded_amount - COALESCE(p.refunded_amount, 0)
	FROM referral f STRAIGHT_JOIN sale s ON s.referral_id = f.id
	LEFT JOIN payment p ON p.id = s.payment_id
	WHERE f.placement_id > :after AND f.placement_id <= :last
	AND s.kind <> 'custom') x
GROUP BY x.placement_id, x.currency
HAVING SUM(x.sales) <> 0 OR SUM(x.amount) <> 0 OR SUM(x.refunded) <> 0

-- name: verify_revenue
SELECT t.placement_id AS id, CONCAT(t.sales, ' sales, ', t.revenue,
	' of revenue, ', t.refunded, ' refunded') AS wrong
FROM placement_total t JOIN placement p ON p.id = t.placement_id
LEFT JOIN program g ON g.organization_id = p.organization_id
WHERE t.placement_id > :after AND t.placement_id <= :last
AND (t.sales <> COALESCE((SELECT SUM(s.sales) FROM placement_sales s
	WHERE s.placement_id = t.placement_id), 0)
OR t.revenue <> COALESCE((SELECT SUM(s.amount) FROM placement_sales s
	WHERE s.placement_id = t.placement_id
	AND s.currency = COALESCE(g.currency, 'USD')), 0)
OR t.refunded <> COALESCE((SELECT SUM(s.refunded) FROM placement_sales s
	WHERE s.placement_id = t.placement_id
	AND s.currency = COALESCE(g.currency, 'USD')), 0))

-- name: verify_standing
SELECT id, CONCAT(status, ', ', standing) AS wrong FROM placement
WHERE id > :after AND id <= :last AND status = 'ACTIVE'
AND (standing <> 'accepted' OR EXISTS (SELECT 1 FROM referrer r
	WHERE r.id = placement.referrer_id AND r.archived_at IS NOT NULL))

-- name: verify_promoters
SELECT r.id, CONCAT(COALESCE(t.referrals, 'no'), ' referrals, ',
	COALESCE(t.customers, 'no'), ' customers, ', COALESCE(t.sales, 'no'),
	' sales, ', COALESCE(t.revenue, 'no'), ' of revenue') AS wrong
FROM referrer r LEFT JOIN promoter_total t ON t.referrer_id = r.id
LEFT JOIN (SELECT p.referrer_id, SUM(q.referrals) AS referrals,
	SUM(q.conversions) AS customers, SUM(q.sales) AS sales,
	SUM(q.revenue) AS revenue
	FROM placement p JOIN placement_total q ON q.placement_id = p.id
	WHERE p.referrer_id > :after AND p.referrer_id <= :last
	GROUP BY p.referrer_id) x ON x.referrer_id = r.id
WHERE r.id > :after AND r.id <= :last
AND NOT r.member_organization_id <=> r.organization_id
AND (t.referrer_id IS NULL OR t.organization_id <> r.organization_id
OR t.joined_at <> r.joined_at OR t.archived <> (r.archived_at IS NOT NULL)
OR NOT t.parent_id <=> r.parent_id
OR t.referrals <> COALESCE(x.referrals, 0)
OR t.customers <> COALESCE(x.customers, 0) OR t.sales <> COALESCE(x.sales, 0)
OR t.revenue <> COALESCE(x.revenue, 0))

-- name: verify_promoter_clicks
SELECT t.referrer_id AS id, CONCAT(t.clicks, ' clicks') AS wrong
FROM promoter_total t
WHERE t.referrer_id > :after AND t.referrer_id <= :last
AND t.clicks <> COALESCE((SELECT SUM(c.clicks) FROM placement p
	JOIN click_source_days c ON c.placement_id = p.id AND c.days = 1
	WHERE p.referrer_id = t.referrer_id), 0)

-- name: verify_active
SELECT t.referrer_id AS id, CONCAT(t.active, ' active customers') AS wrong
FROM promoter_total t JOIN organization o ON o.id = t.organization_id
WHERE t.referrer_id > :after AND t.referrer_id <= :last
AND o.erased_at IS NULL AND t.active <> (SELECT COUNT(*) FROM referral f
	WHERE f.referrer_id = t.referrer_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed'))

-- name: verify_placement_active
SELECT t.placement_id AS id, CONCAT(t.active, ' active customers') AS wrong
FROM placement_total t JOIN placement p ON p.id = t.placement_id
JOIN organization o ON o.id = p.organization_id
WHERE t.placement_id > :after AND t.placement_id <= :last
AND o.erased_at IS NULL AND t.active <> (SELECT COUNT(*) FROM referral f
	WHERE f.placement_id = t.placement_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed'))

-- Who moved up is in the other campaign, and no more in this one.
-- name: verify_upgraded
SELECT p.id, CONCAT('moved up to ', p.upgraded_id) AS wrong
FROM placement p LEFT JOIN placement q ON q.id = p.upgraded_id
	AND q.referrer_id = p.referrer_id
	AND q.organization_id = p.organization_id
	AND q.campaign_id <> p.campaign_id
WHERE p.id > :after AND p.id <= :last AND p.upgraded_id IS NOT NULL
AND (q.id IS NULL OR p.status = 'ACTIVE')

-- name: verify_program_total
SELECT x.organization_id AS id, CONCAT('in campaign ', x.campaign_id, ' ',
	SUM(x.pending), ' that wait and ', SUM(x.accepted),
	' accepted too many') AS wrong
FROM (SELECT organization_id, campaign_id, pending, accepted
	FROM program_total
	WHERE organization_id > :after AND organization_id <= :last
	UNION ALL
	SELECT p.organization_id, IF(t.whole, 0, p.campaign_id),
		-SUM(p.standing = 'pending' AND r.archived_at IS NULL),
		-COUNT(DISTINCT IF(p.standing = 'accepted', p.referrer_id,
		NULL))
	FROM placement p JOIN referrer r ON r.id = p.referrer_id
	JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
	WHERE p.organization_id > :after AND p.organization_id <= :last
	AND NOT r.member_organization_id <=> r.organization_id
	GROUP BY 1, 2) x
GROUP BY x.organization_id, x.campaign_id
HAVING SUM(x.pending) <> 0 OR SUM(x.accepted) <> 0

-- Reports: the closed days of a promoter are those of his placements, of which
-- there is proof above.
-- name: verify_report_days
SELECT x.referrer_id AS id, CONCAT(x.day, ': ', SUM(x.clicks), ' clicks, ',
	SUM(x.referrals), ' referrals, ', SUM(x.customers), ' customers, ',
	SUM(x.cancellations), ' cancellations') AS wrong
FROM (SELECT r.id AS referrer_id, s.day, s.clicks, s.referrals, s.customers,
		s.cancellations
	FROM rollup u JOIN referrer r ON u.name = 'report'
	JOIN report_sum s FORCE INDEX (report_sum_subject)
	ON s.organization_id = r.organization_id
	AND s.subject = 'promoter' AND s.subject_id = r.id AND s.name = ''
	AND s.level = 'day' AND s.day < DATE(u.done_until)
	WHERE r.id > :after AND r.id <= :last
	UNION ALL
	SELECT r.id, d.day, -d.clicks, -d.referrals, -d.conversions,
		-d.cancellations
	FROM rollup u JOIN referrer r ON u.name = 'report'
	AND NOT r.member_organization_id <=> r.organization_id
	JOIN placement_day d ON d.referrer_id = r.id
	AND d.day < DATE(u.done_until)
	WHERE r.id > :after AND r.id <= :last) x
GROUP BY x.referrer_id, x.day
HAVING SUM(x.clicks) <> 0 OR SUM(x.referrals) <> 0 OR SUM(x.customers) <> 0
OR SUM(x.cancellations) <> 0

-- name: verify_report_money
SELECT x.referrer_id AS id, CONCAT(x.day, ': ', SUM(x.sales), ' sales of ',
	SUM(x.revenue), ', ', SUM(x.earned), ' earned ', x.currency) AS wrong
FROM (SELECT r.id AS referrer_id, s.day, s.currency, s.sales, s.revenue,
		s.earned
	FROM rollup u JOIN referrer r ON u.name = 'report'
	JOIN report_sum s FORCE INDEX (report_sum_subject)
	ON s.organization_id = r.organization_id
	AND s.subject = 'promoter' AND s.subject_id = r.id AND s.name = ''
	AND s.level = 'day' AND s.day < DATE(u.done_until)
	WHERE r.id > :after AND r.id <= :last
	UNION ALL
	SELECT d.referrer_id, d.day, d.currency, -d.sales, -d.amount, 0
	FROM rollup u JOIN placement_sales d ON u.name = 'report'
	AND d.day < DATE(u.done_until)
	WHERE d.referrer_id > :after AND d.referrer_id <= :last
	UNION ALL
	SELECT e.referrer_id, DATE(e.created_at), e.currency, 0, 0, -e.amount
	FROM rollup u JOIN earning e ON u.name = 'report'
	AND e.created_at < DATE(u.done_until)
	WHERE e.referrer_id > :after AND e.referrer_id <= :last
	AND e.type IN ('commission', 'reversal')
	AND e.placement_id IS NOT NULL) x
GROUP BY x.referrer_id, x.day, x.currency
HAVING SUM(x.sales) <> 0 OR SUM(x.revenue) <> 0 OR SUM(x.earned) <> 0

-- With what is still to be added: who is active now, and what is paid.
-- name: verify_report_now
SELECT x.referrer_id AS id, CONCAT(SUM(x.active), ' active customers, ',
	SUM(x.paid), ' ', x.currency, ' paid') AS wrong
FROM (SELECT r.id AS referrer_id, IF(t.money, s.currency, '') AS currency,
		IF(t.money, 0, s.active) AS active, IF(t.money, s.paid, 0)
		AS paid
	FROM referrer r JOIN report_sum s FORCE INDEX (report_sum_subject)
	ON s.organization_id = r.organization_id AND s.subject = 'promoter'
	AND s.subject_id = r.id AND s.name = '' AND s.level = 'day'
	JOIN (SELECT 0 AS money UNION ALL SELECT 1) t
	WHERE r.id > :after AND r.id <= :last
	UNION ALL
	SELECT p.referrer_id, IF(c.paid = 0, '', c.currency), c.active, c.paid
	FROM rollup u JOIN report_change c ON u.name = 'report'
	AND c.created_at >= u.done_until
	JOIN placement p ON p.id = c.placement_id
	WHERE p.referrer_id > :after AND p.referrer_id <= :last
	UNION ALL
	SELECT referrer_id, '', -active, 0 FROM promoter_total
	WHERE referrer_id > :after AND referrer_id <= :last
	UNION ALL
	SELECT referrer_id, currency, 0, -amount FROM earning
	WHERE referrer_id > :after AND referrer_id <= :last
	AND payout_id IS NOT NULL AND paid_at IS NOT NULL
	AND placement_id IS NOT NULL) x
GROUP BY x.referrer_id, x.currency
HAVING SUM(x.active) <> 0 OR SUM(x.paid) <> 0

-- However it is divided, it is the same; and days make up their months.
-- name: verify_report_parts
SELECT x.organization_id AS id, CONCAT(x.part, ' of ', x.day, ' ', x.currency)
	AS wrong
FROM (SELECT s.organization_id, t.part, s.day, s.currency,
		t.sign * s.clicks AS clicks,
		t.sign * s.referrals AS referrals,
		t.sign * s.customers AS customers,
		t.sign * s.non_link AS non_link,
		t.sign * s.cancellations AS cancellations,
		t.sign * s.active AS active, t.sign * s.sales AS sales,
		t.sign * s.refunds AS refunds, t.sign * s.revenue AS revenue,
		t.sign * s.earned AS earned, t.sign * s.paid AS paid
	FROM report_sum s JOIN (SELECT 'all' AS subject, p.part, 1 AS sign
			FROM (SELECT 'campaign' AS part UNION ALL
			SELECT 'promoter' UNION ALL SELECT 'source' UNION ALL
			SELECT 'url' UNION ALL SELECT 'promoter_source'
			UNION ALL SELECT 'promoter_url'
			UNION ALL SELECT 'promoter_campaign') p
		UNION ALL
		SELECT q.part, q.part, -1 FROM (SELECT 'campaign' AS part
			UNION ALL SELECT 'promoter' UNION ALL SELECT 'source'
			UNION ALL SELECT 'url' UNION ALL
			SELECT 'promoter_source' UNION ALL
			SELECT 'promoter_url' UNION ALL
			SELECT 'promoter_campaign') q) t ON t.subject = s.subject
	WHERE s.organization_id > :after AND s.organization_id <= :last
	AND s.level = 'day') x
GROUP BY x.organization_id, x.part, x.day, x.currency
HAVING SUM(x.clicks) <> 0 OR SUM(x.referrals) <> 0 OR SUM(x.customers) <> 0
OR SUM(x.non_link) <> 0 OR SUM(x.cancellations) <> 0 OR SUM(x.active) <> 0
OR SUM(x.sales) <> 0 OR SUM(x.refunds) <> 0 OR SUM(x.revenue) <> 0
OR SUM(x.earned) <> 0 OR SUM(x.paid) <> 0

-- name: verify_report_months
SELECT x.organization_id AS id, CONCAT(x.subject, ' ', x.subject_id, ' ',
	x.name, ', ', x.month, ' ', x.currency) AS wrong
FROM (SELECT s.organization_id, s.subject, s.subject_id, s.name, s.currency,
		s.day - INTERVAL DAYOFMONTH(s.day) - 1 DAY AS month,
		IF(s.level = 'day', 1, -1) * s.clicks AS clicks,
		IF(s.level = 'day', 1, -1) * s.referrals AS referrals,
		IF(s.level = 'day', 1, -1) * s.customers AS customers,
		IF(s.level = 'day', 1, -1) * s.non_link AS non_link,
		IF(s.level = 'day', 1, -1) * s.cancellations AS cancellations,
		IF(s.level = 'day', 1, -1) * s.active AS active,
		IF(s.level = 'day', 1, -1) * s.sales AS sales,
		IF(s.level = 'day', 1, -1) * s.refunds AS refunds,
		IF(s.level = 'day', 1, -1) * s.revenue AS revenue,
		IF(s.level = 'day', 1, -1) * s.earned AS earned,
		IF(s.level = 'day', 1, -1) * s.paid AS paid
	FROM report_sum s
	WHERE s.organization_id > :after AND s.organization_id <= :last) x
GROUP BY x.organization_id, x.subject, x.subject_id, x.name, x.currency, x.month
HAVING SUM(x.clicks) <> 0 OR SUM(x.referrals) <> 0 OR SUM(x.customers) <> 0
OR SUM(x.non_link) <> 0 OR SUM(x.cancellations) <> 0 OR SUM(x.active) <> 0
OR SUM(x.sales) <> 0 OR SUM(x.refunds) <> 0 OR SUM(x.revenue) <> 0
OR SUM(x.earned) <> 0 OR SUM(x.paid) <> 0

-- Promoters stand in the order of what their months and last days make up.
-- name: verify_report_ranks
SELECT x.organization_id AS id, CONCAT(x.span, ' ', x.day, ', ', x.measure, ' ',
	x.currency, ' of promoter ', x.referrer_id) AS wrong
FROM (SELECT organization_id, span, day, measure, currency, referrer_id, value
	FROM report_rank
	WHERE organization_id > :after AND organization_id <= :last
	UNION ALL
	SELECT s.organization_id, t.span, CASE t.span
		WHEN 'month' THEN s.day
		WHEN 'year' THEN MAKEDATE(YEAR(s.day), 1)
		ELSE '1970-01-01' END, m.measure,
		IF(m.is_amount, s.currency, ''), s.subject_id,
		-CASE m.measure WHEN 'active_customers' THEN s.active
		WHEN 'clicks_count' THEN s.clicks
		WHEN 'net_revenue_amount' THEN s.revenue - s.earned
		WHEN 'revenue_amount' THEN s.revenue
		WHEN 'referrals_count' THEN s.referrals
		WHEN 'customers_count' THEN s.customers
		WHEN 'sales_count' THEN s.sales
		WHEN 'refunds_count' THEN s.refunds
		WHEN 'cancelled_customers_count' THEN s.cancellations
		WHEN 'promoter_earnings_amount' THEN s.earned
		WHEN 'non_link_customers' THEN s.non_link
		WHEN 'promoter_paid_amount' THEN s.paid END
	FROM report_sum s
	LEFT JOIN report_window w ON w.organization_id = s.organization_id
	JOIN (SELECT 'month' AS span UNION ALL SELECT 'year'
		UNION ALL SELECT 'ever' UNION ALL SELECT 'last') t
	JOIN (SELECT 'active_customers' AS measure, 0 AS is_amount
		UNION ALL SELECT 'clicks_count', 0
		UNION ALL SELECT 'net_revenue_amount', 1
		UNION ALL SELECT 'revenue_amount', 1
		UNION ALL SELECT 'referrals_count', 0
		UNION ALL SELECT 'customers_count', 0
		UNION ALL SELECT 'sales_count', 0
		UNION ALL SELECT 'refunds_count', 0
		UNION ALL SELECT 'cancelled_customers_count', 0
		UNION ALL SELECT 'promoter_earnings_amount', 1
		UNION ALL SELECT 'non_link_customers', 0
		UNION ALL SELECT 'promoter_paid_amount', 1) m
	WHERE s.organization_id > :after AND s.organization_id <= :last
	AND s.subject = 'promoter'
	AND ((s.level = 'month' AND t.span <> 'last')
	OR (s.level = 'day' AND t.span = 'last' AND (s.day > w.since
		OR (s.day = w.since AND s.subject_id > w.since_after))))
	AND (t.span = 'ever' OR m.measure <> 'active_customers')) x
WHERE x.value <> 0
GROUP BY x.organization_id, x.span, x.day, x.measure, x.currency, x.referrer_id
HAVING SUM(x.value) <> 0
