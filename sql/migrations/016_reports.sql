-- Reports: what a program brought, by day and month.

-- url: of the landing page, without what follows it.  sub_id: by which a
-- promoter tells his links apart.
ALTER TABLE click
	ADD COLUMN url VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL
	    AFTER source,
	ADD COLUMN sub_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin
	    NULL AFTER url;

-- What is to be added to report_sum, written in the transaction that it counts;
-- rows go once they are added.  referral_id: whose click says the source, url
-- and sub_id; of clicks they stand here.  active: customers who came, less
-- those who were lost.  revenue: of sales, less what went back.
CREATE TABLE report_change (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	referral_id BIGINT UNSIGNED NULL,
	source VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
	url VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
	sub_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL DEFAULT '',
	clicks INT NOT NULL DEFAULT 0,
	referrals INT NOT NULL DEFAULT 0,
	customers INT NOT NULL DEFAULT 0,
	cancellations INT NOT NULL DEFAULT 0,
	active INT NOT NULL DEFAULT 0,
	sales INT NOT NULL DEFAULT 0,
	refunds INT NOT NULL DEFAULT 0,
	revenue BIGINT NOT NULL DEFAULT 0,
	paid BIGINT NOT NULL DEFAULT 0,
	created_at DATETIME(6) NOT NULL,
	KEY report_change_fresh (organization_id, created_at)
);

-- Sums up to rollup.done_until, of days and of the months that they are in
-- (day: their first).  subject: of what; subject_id and name: of which; of a
-- promoter in a campaign the name is the campaign's number.
-- currency: of the amounts, '' where there are none.
CREATE TABLE report_sum (
	organization_id BIGINT UNSIGNED NOT NULL,
	subject ENUM('all', 'campaign', 'promoter', 'source', 'url',
	    'promoter_source', 'promoter_url', 'promoter_sub_id',
	    'promoter_campaign') NOT NULL,
	level ENUM('day', 'month') NOT NULL,
	day DATE NOT NULL,
	subject_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	clicks BIGINT NOT NULL,
	referrals BIGINT NOT NULL,
	customers BIGINT NOT NULL,
	non_link BIGINT NOT NULL,
	cancellations BIGINT NOT NULL,
	active BIGINT NOT NULL,
	sales BIGINT NOT NULL,
	refunds BIGINT NOT NULL,
	revenue BIGINT NOT NULL,
	earned BIGINT NOT NULL,
	paid BIGINT NOT NULL,
	PRIMARY KEY (organization_id, subject, level, day, subject_id, name,
	    currency),
	KEY report_sum_subject (organization_id, subject, subject_id, name,
	    level, day),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- Promoters by what they brought, as far as report_sum: of a month and of a
-- year (day: their first), ever, and since report_window.since.  A measure is
-- a column of reports; currency: of an amount, else ''.
CREATE TABLE report_rank (
	organization_id BIGINT UNSIGNED NOT NULL,
	span ENUM('month', 'year', 'ever', 'last') NOT NULL,
	day DATE NOT NULL,
	measure ENUM('active_customers', 'clicks_count', 'net_revenue_amount',
	    'revenue_amount', 'referrals_count', 'customers_count',
	    'sales_count', 'refunds_count', 'cancelled_customers_count',
	    'promoter_earnings_amount', 'non_link_customers',
	    'promoter_paid_amount') NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (organization_id, span, day, measure, currency,
	    referrer_id),
	KEY report_rank_value (organization_id, span, day, measure, currency,
	    value DESC, referrer_id)
);

-- The first of the last thirty days, as far as those before it were taken off;
-- of itself, up to this promoter.
CREATE TABLE report_window (
	organization_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	since DATE NOT NULL,
	since_after BIGINT UNSIGNED NOT NULL DEFAULT 0,
	KEY report_window_since (since, organization_id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

INSERT INTO rollup (name, done_until, last_id) VALUES
	('report', '2000-01-01', 0);

-- What was before, in the order of its time.
INSERT INTO report_change (organization_id, placement_id, currency, clicks,
	referrals, customers, active, sales, refunds, revenue, created_at)
SELECT p.organization_id, x.placement_id, x.currency, x.clicks, x.referrals,
	x.customers, x.customers, x.sales, x.refunds, x.revenue, x.created_at
FROM (SELECT placement_id, '' AS currency, clicks, referrals,
		conversions AS customers, 0 AS sales, 0 AS refunds,
		0 AS revenue, CAST(day AS DATETIME(6)) AS created_at
	FROM placement_day
	UNION ALL
	SELECT f.placement_id, s.currency, 0, 0, 0, 1, 0, s.amount,
		s.created_at
	FROM sale s JOIN referral f ON f.id = s.referral_id
	UNION ALL
	SELECT f.placement_id, s.currency, 0, 0, 0, 0, 1, -r.amount, r.done_at
	FROM refund r JOIN sale s ON s.payment_id = r.payment_id
	JOIN referral f ON f.id = s.referral_id
	WHERE r.status = 'done') x
JOIN placement p ON p.id = x.placement_id
JOIN referrer r ON r.id = p.referrer_id
WHERE NOT r.member_organization_id <=> r.organization_id
ORDER BY x.created_at;
