/*
 * SQL that counts again what promoters of an organization brought, where rows
 * were put into the database by hand: sales, revenue, active customers, who
 * waits for a decision, and who is accepted; and that tells reports of it.
 */
'use strict';

/* Of placements alone: who waits, and is accepted. */
const placed = (org) => `
	DELETE FROM program_total WHERE organization_id = ${org};
	INSERT INTO program_total (organization_id, campaign_id, pending,
	accepted) SELECT ${org}, IF(t.whole, 0, p.campaign_id),
	SUM(p.standing = 'pending' AND a.archived_at IS NULL),
	COUNT(DISTINCT IF(p.standing = 'accepted', p.referrer_id, NULL))
	FROM placement p JOIN referrer a ON a.id = p.referrer_id
	JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
	WHERE p.organization_id = ${org}
	AND NOT a.member_organization_id <=> a.organization_id
	GROUP BY 1, 2`;

/* What promoters brought today and reports were not told. */
const told = (org) => `
	INSERT INTO report_change (organization_id, placement_id, currency,
	clicks, referrals, customers, cancellations, sales, revenue, created_at)
	SELECT ${org}, (SELECT MIN(p.id) FROM placement p
		WHERE p.referrer_id = t.referrer_id), x.currency,
	SUM(x.clicks), SUM(x.referrals), SUM(x.customers),
	SUM(x.cancellations), SUM(x.sales), SUM(x.revenue),
	UTC_TIMESTAMP(6)
	FROM promoter_total t JOIN (SELECT d.referrer_id, '' AS currency,
		d.clicks, d.referrals, d.conversions AS customers,
		d.cancellations, 0 AS sales, 0 AS revenue
		FROM placement_day d JOIN placement p ON p.id = d.placement_id
		WHERE p.organization_id = ${org} AND d.day = UTC_DATE()
		UNION ALL
		SELECT d.referrer_id, d.currency, 0, 0, 0, 0, d.sales, d.amount
		FROM placement_sales d JOIN placement p
		ON p.id = d.placement_id
		WHERE p.organization_id = ${org} AND d.day = UTC_DATE()
		UNION ALL
		SELECT s.subject_id, s.currency, -s.clicks, -s.referrals,
		-s.customers, -s.cancellations, -s.sales, -s.revenue
		FROM report_sum s WHERE s.organization_id = ${org}
		AND s.subject = 'promoter' AND s.level = 'day'
		AND s.day = UTC_DATE() AND s.name = ''
		UNION ALL
		SELECT p.referrer_id, c.currency, -c.clicks, -c.referrals,
		-c.customers, -c.cancellations, -c.sales, -c.revenue
		FROM report_change c JOIN placement p ON p.id = c.placement_id
		JOIN rollup u ON u.name = 'report'
		WHERE c.organization_id = ${org} AND c.created_at >=
		GREATEST(u.done_until, UTC_DATE())) x
	ON x.referrer_id = t.referrer_id
	WHERE t.organization_id = ${org}
	GROUP BY t.referrer_id, x.currency
	HAVING SUM(x.clicks) <> 0 OR SUM(x.referrals) <> 0
	OR SUM(x.customers) <> 0 OR SUM(x.cancellations) <> 0
	OR SUM(x.sales) <> 0 OR SUM(x.revenue) <> 0`;

const counted = (org) => `
	INSERT IGNORE INTO promoter_total (referrer_id, organization_id,
	joined_at) SELECT id, organization_id, joined_at FROM referrer
	WHERE organization_id = ${org}
	AND NOT member_organization_id <=> organization_id;
	INSERT IGNORE INTO placement_total (placement_id)
	SELECT id FROM placement WHERE organization_id = ${org};
	DELETE s FROM placement_sales s JOIN placement p
	ON p.id = s.placement_id WHERE p.organization_id = ${org};
	INSERT INTO placement_sales (placement_id, currency, day, referrer_id,
	sales, amount, refunded)
	SELECT f.placement_id, s.currency, DATE(s.created_at), f.referrer_id,
	COUNT(*), SUM(s.amount - s.refunded_amount -
	COALESCE(y.refunded_amount, 0)), SUM(s.refunded_amount +
	COALESCE(y.refunded_amount, 0))
	FROM sale s JOIN referral f ON f.id = s.referral_id
	LEFT JOIN payment y ON y.id = s.payment_id
	WHERE f.organization_id = ${org} AND s.kind <> 'custom'
	GROUP BY 1, 2, 3, 4;
	UPDATE placement_total t JOIN placement p ON p.id = t.placement_id
	LEFT JOIN program g ON g.organization_id = p.organization_id
	SET t.sales = COALESCE((SELECT SUM(s.sales) FROM placement_sales s
	WHERE s.placement_id = t.placement_id), 0),
	t.revenue = COALESCE((SELECT SUM(s.amount) FROM placement_sales s
	WHERE s.placement_id = t.placement_id
	AND s.currency = COALESCE(g.currency, 'USD')), 0),
	t.refunded = COALESCE((SELECT SUM(s.refunded) FROM placement_sales s
	WHERE s.placement_id = t.placement_id
	AND s.currency = COALESCE(g.currency, 'USD')), 0)
	WHERE p.organization_id = ${org};
	UPDATE placement_total t JOIN placement p ON p.id = t.placement_id
	SET t.active = (SELECT COUNT(*) FROM referral f
	WHERE f.placement_id = t.placement_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed'))
	WHERE p.organization_id = ${org};
	UPDATE promoter_total t LEFT JOIN (SELECT p.referrer_id,
	SUM(q.referrals) AS r, SUM(q.conversions) AS c, SUM(q.sales) AS s,
	SUM(q.revenue) AS v FROM placement p
	JOIN placement_total q ON q.placement_id = p.id
	WHERE p.organization_id = ${org} GROUP BY p.referrer_id) x
	ON x.referrer_id = t.referrer_id
	SET t.referrals = COALESCE(r, 0), t.customers = COALESCE(c, 0),
	t.sales = COALESCE(s, 0), t.revenue = COALESCE(v, 0),
	t.active = (SELECT COUNT(*) FROM referral f
	WHERE f.referrer_id = t.referrer_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed')),
	t.archived = (SELECT a.archived_at IS NOT NULL FROM referrer a
	WHERE a.id = t.referrer_id)
	WHERE t.organization_id = ${org};
	INSERT INTO report_change (organization_id, placement_id, active,
	created_at)
	SELECT x.organization_id, x.placement_id, x.more, UTC_TIMESTAMP(6)
	FROM (SELECT t.organization_id, (SELECT MIN(p.id) FROM placement p
		WHERE p.referrer_id = t.referrer_id) AS placement_id, t.active
		- COALESCE((SELECT SUM(s.active) FROM report_sum s
		WHERE s.organization_id = t.organization_id
		AND s.subject = 'promoter' AND s.subject_id = t.referrer_id
		AND s.level = 'day'), 0)
		- COALESCE((SELECT SUM(c.active) FROM report_change c
		JOIN placement p ON p.id = c.placement_id
		JOIN rollup u ON u.name = 'report'
		AND c.created_at >= u.done_until
		WHERE p.referrer_id = t.referrer_id), 0) AS more
		FROM promoter_total t WHERE t.organization_id = ${org}) x
	WHERE x.more <> 0 AND x.placement_id IS NOT NULL;
	${told(org)};
	${placed(org)}`;

/* The same for reports, of all organizations, from the sums of placements. */
const reported = `
	DELETE FROM report_sum;
	DELETE FROM report_rank;
	DELETE FROM report_window;
	DELETE FROM report_change;
	UPDATE rollup SET last_id = 0, done_until = '2000-01-01'
	WHERE name = 'report';
	INSERT INTO report_change (organization_id, placement_id, currency,
	clicks, referrals, customers, cancellations, active, sales, revenue,
	paid, created_at)
	SELECT p.organization_id, p.id, x.currency, clicks, referrals,
	conversions, cancellations, active, sales, amount, paid, x.day
	FROM (SELECT placement_id, '' AS currency, clicks, referrals,
		conversions, cancellations, 0 AS active, 0 AS sales,
		0 AS amount, 0 AS paid, day FROM placement_day
		UNION ALL
		SELECT placement_id, currency, 0, 0, 0, 0, 0, sales, amount, 0,
		day FROM placement_sales
		UNION ALL
		SELECT (SELECT MIN(id) FROM placement p
			WHERE p.referrer_id = t.referrer_id), '', 0, 0, 0, 0,
		active, 0, 0, 0, '2001-01-01' FROM promoter_total t
		UNION ALL
		SELECT placement_id, currency, 0, 0, 0, 0, 0, 0, 0, amount,
		DATE(paid_at) FROM earning WHERE payout_id IS NOT NULL
		AND paid_at IS NOT NULL) x
	JOIN placement p ON p.id = x.placement_id
	JOIN referrer r ON r.id = p.referrer_id
	AND NOT r.member_organization_id <=> r.organization_id
	ORDER BY x.day`;

module.exports = { counted, told, placed, reported };
