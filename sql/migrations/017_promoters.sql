-- Promoters: what is counted of them, and what lists search and sort by.

-- Of a campaign, and of all together (campaign_id 0), counted in the transaction
-- that changes it.  pending: placements that wait for a decision, of promoters
-- who are not archived.  accepted: promoters who are, each once.
CREATE TABLE program_total (
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	pending BIGINT NOT NULL DEFAULT 0,
	accepted BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (organization_id, campaign_id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

INSERT INTO program_total (organization_id, campaign_id, accepted)
SELECT p.organization_id, IF(t.whole, 0, p.campaign_id),
	COUNT(DISTINCT p.referrer_id)
FROM placement p JOIN referrer r ON r.id = p.referrer_id
JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
WHERE NOT r.member_organization_id <=> r.organization_id
GROUP BY 1, 2;

-- Sales of a placement by day, and their amounts less what went back on that
-- day, which is in refunded as well.
CREATE TABLE placement_sales (
	placement_id BIGINT UNSIGNED NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	day DATE NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	sales BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	refunded BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (placement_id, currency, day),
	KEY placement_sales_referrer (referrer_id, currency, day, amount),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

INSERT INTO placement_sales (placement_id, currency, day, referrer_id, sales,
	amount, refunded)
SELECT placement_id, currency, day, referrer_id, SUM(sales), SUM(amount),
	-SUM(IF(sales = 0, amount, 0))
FROM (SELECT f.placement_id, s.currency, DATE(s.created_at) AS day,
		f.referrer_id, 1 AS sales, s.amount
	FROM sale s JOIN referral f ON f.id = s.referral_id
	UNION ALL
	SELECT f.placement_id, s.currency, DATE(r.done_at), f.referrer_id, 0,
		-r.amount
	FROM refund r JOIN sale s ON s.payment_id = r.payment_id
	JOIN referral f ON f.id = s.referral_id
	WHERE r.status = 'done') x
GROUP BY placement_id, currency, day, referrer_id;

-- revenue: in the program's currency.
ALTER TABLE placement_total
	ADD COLUMN sales BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN revenue BIGINT NOT NULL DEFAULT 0;
UPDATE placement_total t JOIN (SELECT s.placement_id, SUM(s.sales) AS sales,
	SUM(IF(s.currency = COALESCE(g.currency, 'USD'), s.amount, 0))
	AS revenue, SUM(IF(s.currency = COALESCE(g.currency, 'USD'),
	s.refunded, 0)) AS refunded
	FROM placement_sales s JOIN placement p ON p.id = s.placement_id
	LEFT JOIN program g ON g.organization_id = p.organization_id
	GROUP BY s.placement_id) x ON x.placement_id = t.placement_id
SET t.sales = x.sales, t.revenue = x.revenue, t.refunded = x.refunded;

-- Customers that were lost on a day.
ALTER TABLE placement_day
	ADD COLUMN cancellations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE referrer_day
	ADD COLUMN cancellations BIGINT NOT NULL DEFAULT 0;

-- A promoter's placements together, as lists find and sort them.  Clicks are
-- added behind the writers, as far as the roll-up of click_source has come;
-- all else is in the transaction that it counts.  active: customers who were
-- not lost.  parent_id: as of the referrer.
CREATE TABLE promoter_total (
	referrer_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	archived TINYINT NOT NULL DEFAULT 0,
	parent_id BIGINT UNSIGNED NULL,
	joined_at DATETIME(6) NOT NULL,
	clicks BIGINT NOT NULL DEFAULT 0,
	referrals BIGINT NOT NULL DEFAULT 0,
	sales BIGINT NOT NULL DEFAULT 0,
	customers BIGINT NOT NULL DEFAULT 0,
	active BIGINT NOT NULL DEFAULT 0,
	revenue BIGINT NOT NULL DEFAULT 0,
	last_click_at DATETIME(6) NULL,
	last_referral_at DATETIME(6) NULL,
	last_customer_at DATETIME(6) NULL,
	last_sale_at DATETIME(6) NULL,
	KEY promoter_joined (organization_id, archived, joined_at, referrer_id),
	KEY promoter_family (organization_id, archived, parent_id, joined_at,
	    referrer_id),
	KEY promoter_clicks (organization_id, archived, clicks, referrer_id),
	KEY promoter_referrals (organization_id, archived, referrals,
	    referrer_id),
	KEY promoter_customers (organization_id, archived, customers,
	    referrer_id),
	KEY promoter_revenue (organization_id, archived, revenue, referrer_id),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

INSERT INTO promoter_total (referrer_id, organization_id, joined_at, clicks,
	referrals, sales, customers, active, revenue)
SELECT r.id, r.organization_id, r.joined_at, COALESCE(MAX(k.clicks), 0),
	COALESCE(SUM(t.referrals), 0), COALESCE(SUM(t.sales), 0),
	COALESCE(SUM(t.conversions), 0), COALESCE(SUM(t.conversions), 0),
	COALESCE(SUM(t.revenue), 0)
FROM referrer r LEFT JOIN placement p ON p.referrer_id = r.id
LEFT JOIN placement_total t ON t.placement_id = p.id
LEFT JOIN (SELECT q.referrer_id, SUM(c.clicks) AS clicks
	FROM click_source_days c JOIN placement q ON q.id = c.placement_id
	WHERE c.days = 1
	GROUP BY q.referrer_id) k ON k.referrer_id = r.id
WHERE r.member_organization_id <> r.organization_id
GROUP BY r.id, r.organization_id, r.joined_at;

-- Those of a state are found by it; others are found by their campaign.
ALTER TABLE placement
	ADD COLUMN display_coupon VARCHAR(120) NULL AFTER coupon,
	ADD KEY placement_standing (organization_id, standing, campaign_id,
	    referrer_id),
	ADD KEY placement_promoters (campaign_id, referrer_id),
	ADD KEY placement_ref (organization_id, code);
ALTER TABLE referral
	ADD KEY referral_fraud (organization_id, fraud, referrer_id);

-- The organization's own fields of a promoter, each value of each.
CREATE TABLE promoter_field (
	referrer_id BIGINT UNSIGNED NOT NULL,
	position SMALLINT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
	value VARCHAR(500) COLLATE utf8mb4_uca1400_as_ci NOT NULL,
	PRIMARY KEY (referrer_id, position),
	KEY promoter_field_value (organization_id, name, value(100),
	    referrer_id),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- Links of a promoter beside that of his code: to a page of his choice.
CREATE TABLE referral_link (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	url VARCHAR(2000) NOT NULL,
	sub_id VARCHAR(120) NULL,
	created_at DATETIME(6) NOT NULL,
	KEY referral_link_placement (placement_id, id),
	KEY referral_link_book (organization_id, id),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

-- Codes that a placement had before: they lead to it for ever.
CREATE TABLE placement_code (
	code VARCHAR(40) CHARACTER SET ascii NOT NULL PRIMARY KEY,
	placement_id BIGINT UNSIGNED NOT NULL,
	KEY placement_code_placement (placement_id),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);
