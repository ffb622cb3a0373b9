-- Lines of campaigns, and what was delivered of them.

-- name: line_insert
INSERT INTO campaign_line (organization_id, campaign_id, external_id, product,
	price, starts_on, ends_on, booked, amount, tax, placement_id)
VALUES (:org, :campaign, :external, :product, :price, :starts, :ends, :booked,
	:amount, :tax, :placement)

-- name: insertion_insert
INSERT INTO line_insertion (line_id, day) VALUES
-- rows:
(:line, :day)

-- name: insertion_list
SELECT i.line_id AS line_id, i.day AS day
FROM campaign_line l JOIN line_insertion i ON i.line_id = l.id
WHERE l.campaign_id = :campaign ORDER BY i.line_id, i.day

-- name: line_list
SELECT l.id AS id, l.campaign_id AS campaign_id,
	l.placement_id AS placement_id, l.external_id AS external_id,
	l.product AS product, y.code AS code, l.price AS price, l.starts_on AS starts_on,
	l.ends_on AS ends_on, l.booked AS booked, l.amount AS amount,
	l.tax AS tax, l.impressions AS impressions, l.clicks AS clicks,
	l.delivered_on AS delivered_on, l.ended_on AS ended_on,
	l.counted AS counted, l.earned AS earned, l.earned_tax AS earned_tax,
	l.due AS due, l.due_tax AS due_tax, l.refunded AS refunded,
	l.refunded_tax AS refunded_tax,
	CAST(COALESCE(CASE
	WHEN l.price = 'Insertion' THEN (SELECT COUNT(*) FROM line_insertion i
		WHERE i.line_id = l.id AND i.day <= :at)
	WHEN l.placement_id IS NOT NULL THEN (SELECT SUM(p.clicks)
		FROM placement_day p WHERE p.placement_id = l.placement_id
		AND p.day BETWEEN l.starts_on AND LEAST(l.ends_on, :at))
	WHEN l.price = 'CPM' THEN (SELECT d.impressions FROM line_delivery d
		WHERE d.line_id = l.id AND d.day <= :at
		ORDER BY d.day DESC LIMIT 1)
	WHEN l.price = 'CPC' THEN (SELECT d.clicks FROM line_delivery d
		WHERE d.line_id = l.id AND d.day <= :at
		ORDER BY d.day DESC LIMIT 1)
	END, 0) AS SIGNED) AS done,
	CAST((SELECT COALESCE(SUM(n.amount + n.tax - n.credited), 0)
		FROM invoice_line n WHERE n.line_id = l.id) AS SIGNED) AS billed
FROM campaign_line l LEFT JOIN placement y ON y.id = l.placement_id
WHERE l.campaign_id = :campaign ORDER BY l.id

-- name: line_get
SELECT id, campaign_id, placement_id, price, starts_on, ends_on, impressions,
	clicks, delivered_on
FROM campaign_line WHERE campaign_id = :campaign AND id = :id

-- The reports beside that day.
-- name: line_report_bounds
SELECT CAST(COALESCE((SELECT impressions FROM line_delivery
		WHERE line_id = :line AND day <= :day
		ORDER BY day DESC LIMIT 1), 0) AS SIGNED) AS before_impressions,
	CAST(COALESCE((SELECT clicks FROM line_delivery
		WHERE line_id = :line AND day <= :day
		ORDER BY day DESC LIMIT 1), 0) AS SIGNED) AS before_clicks,
	CAST(COALESCE((SELECT impressions FROM line_delivery
		WHERE line_id = :line AND day > :day
		ORDER BY day LIMIT 1), -1) AS SIGNED) AS after_impressions,
	CAST(COALESCE((SELECT clicks FROM line_delivery
		WHERE line_id = :line AND day > :day
		ORDER BY day LIMIT 1), -1) AS SIGNED) AS after_clicks

-- A second report of a day takes the first one's place.
-- name: line_report_insert
INSERT INTO line_delivery (line_id, day, impressions, clicks, reported_at)
VALUES (:line, :day, :impressions, :clicks, :now)
ON DUPLICATE KEY UPDATE impressions = VALUES(impressions),
	clicks = VALUES(clicks), reported_at = VALUES(reported_at)

-- name: line_report_last
UPDATE campaign_line l JOIN (SELECT line_id, day, impressions, clicks
	FROM line_delivery WHERE line_id = :line ORDER BY day DESC LIMIT 1) d
	ON d.line_id = l.id
SET l.impressions = d.impressions, l.clicks = d.clicks, l.delivered_on = d.day
WHERE l.id = :line

-- name: line_end
UPDATE campaign_line SET ended_on = :ended, counted = :counted,
	earned = :earned, earned_tax = :earned_tax, due = :due,
	due_tax = :due_tax, refunded = :refunded, refunded_tax = :refunded_tax
WHERE id = :id
