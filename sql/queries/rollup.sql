-- Sums that the jobs role makes behind the writers: see src/model/referral/rollup.c.

-- name: rollup_get
SELECT done_until, last_id FROM rollup WHERE name = :name

-- name: rollup_move
UPDATE rollup SET done_until = :until, last_id = :last
WHERE name = :name AND done_until = :was_until AND last_id = :was_last

-- name: rollup_click_from
SELECT id, created_at FROM click WHERE id >= :id ORDER BY id LIMIT 1

-- name: rollup_click_before
SELECT id, created_at FROM click
WHERE id > :after AND id < :behind AND created_at < :before
ORDER BY id DESC LIMIT 1

-- name: rollup_sources
SELECT g.placement_id, g.day, g.source, g.clicks, g.unique_clicks,
	g.bot_clicks, s.placement_id IS NOT NULL AS known,
	(SELECT COUNT(*) FROM click_source_days c
	WHERE c.placement_id = g.placement_id AND c.days = 1 AND c.day = g.day
	AND c.source <> 'other') AS have
FROM (SELECT placement_id, DATE(created_at) AS day, source,
		CAST(SUM(kind = 'person') AS SIGNED) AS clicks,
		COUNT(first) AS unique_clicks,
		CAST(SUM(kind = 'bot') AS SIGNED) AS bot_clicks
	FROM click WHERE id > :after AND id < :behind
	AND created_at >= :from AND created_at < :until
	GROUP BY placement_id, DATE(created_at), source) g
LEFT JOIN click_source_days s ON s.placement_id = g.placement_id
	AND s.days = 1 AND s.day = g.day AND s.source = g.source
ORDER BY g.placement_id, g.day, known DESC, g.clicks DESC, g.bot_clicks DESC,
	g.source

-- name: rollup_add_sources
INSERT INTO click_source_days (placement_id, days, day, source, clicks,
	unique_clicks, bot_clicks)
VALUES
-- rows:
(:placement, :days, :day, :source, :clicks, :uniques, :bots)
-- tail:
ON DUPLICATE KEY UPDATE clicks = clicks + VALUES(clicks),
	unique_clicks = unique_clicks + VALUES(unique_clicks),
	bot_clicks = bot_clicks + VALUES(bot_clicks)

-- sums: a JSON array of [placement, clicks, day].
-- name: rollup_add_clicks
UPDATE (SELECT p.referrer_id, SUM(j.clicks) AS clicks, MAX(j.day) AS day
	FROM JSON_TABLE(:sums, '$[*]' COLUMNS (
		placement_id BIGINT UNSIGNED PATH '$[0]',
		clicks BIGINT PATH '$[1]', day DATE PATH '$[2]')) j
	STRAIGHT_JOIN placement p ON p.id = j.placement_id
	WHERE j.clicks > 0 GROUP BY p.referrer_id) x
STRAIGHT_JOIN promoter_total t ON t.referrer_id = x.referrer_id
SET t.clicks = t.clicks + x.clicks,
	t.last_click_at = GREATEST(COALESCE(t.last_click_at, x.day), x.day)

-- name: rollup_step
SELECT MAX(id) AS id FROM (SELECT id FROM placement WHERE id > :after
	ORDER BY id LIMIT 500) s

-- name: rollup_span
SELECT s.placement_id, s.source, CAST(SUM(s.clicks) AS SIGNED) AS clicks,
	CAST(SUM(s.unique_clicks) AS SIGNED) AS unique_clicks,
	CAST(SUM(s.bot_clicks) AS SIGNED) AS bot_clicks
FROM placement p FORCE INDEX (PRIMARY)
STRAIGHT_JOIN click_source_days s ON s.placement_id = p.id
	AND s.days = :days AND s.day >= :first AND s.day < :end
WHERE p.id > :after AND p.id <= :last
GROUP BY s.placement_id, s.source

-- name: rollup_next_day
SELECT MIN(day) AS day FROM placement_day WHERE day > :day

-- name: rollup_day
SELECT referrer_id, day, CAST(SUM(clicks) AS SIGNED) AS clicks,
	CAST(SUM(unique_clicks) AS SIGNED) AS unique_clicks,
	CAST(SUM(bot_clicks) AS SIGNED) AS bot_clicks,
	CAST(SUM(referrals) AS SIGNED) AS referrals,
	CAST(SUM(conversions) AS SIGNED) AS conversions,
	CAST(SUM(cancellations) AS SIGNED) AS cancellations
FROM placement_day WHERE day = :day AND referrer_id > :after
GROUP BY day, referrer_id ORDER BY day, referrer_id LIMIT 500

-- name: rollup_add_day
INSERT INTO referrer_day (referrer_id, day, clicks, unique_clicks, bot_clicks,
	referrals, conversions, cancellations)
VALUES
-- rows:
(:referrer, :day, :clicks, :uniques, :bots, :referrals, :conversions,
	:cancellations)

-- The first, or that behind so many of either kind.
-- name: rollup_next_earning
SELECT MIN(created_at) AS created_at FROM (
	(SELECT created_at FROM earning
	WHERE type = 'commission' AND created_at >= :from
	ORDER BY created_at LIMIT 1 OFFSET :skip)
	UNION ALL
	(SELECT created_at FROM earning
	WHERE type = 'reversal' AND created_at >= :from
	ORDER BY created_at LIMIT 1 OFFSET :skip)) x

-- name: rollup_earned
SELECT referrer_id, placement_id, DATE(created_at) AS day, currency,
	CAST(SUM(amount) AS SIGNED) AS amount
FROM earning
WHERE type IN ('commission', 'reversal')
AND created_at >= :from AND created_at < :until
GROUP BY referrer_id, placement_id, DATE(created_at), currency

-- name: rollup_add_placement_earned
INSERT INTO placement_earned (placement_id, day, currency, amount)
VALUES
-- rows:
(:placement, :day, :currency, :amount)
-- tail:
ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)

-- name: rollup_add_referrer_earned
INSERT INTO referrer_earned (referrer_id, day, currency, amount)
VALUES
-- rows:
(:referrer, :day, :currency, :amount)
-- tail:
ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)

-- name: rollup_next_bought
SELECT MIN(created_at) AS created_at FROM (
	(SELECT created_at FROM payment WHERE created_at >= :from
	ORDER BY created_at LIMIT 1 OFFSET :skip)
	UNION ALL
	(SELECT created_at FROM sale WHERE created_at >= :from
	ORDER BY created_at LIMIT 1 OFFSET :skip)) x

-- name: rollup_bought
SELECT organization_id, currency, CAST(SUM(sessions) AS SIGNED) AS sessions,
	CAST(SUM(payments) AS SIGNED) AS payments,
	CAST(SUM(amount) AS SIGNED) AS amount
FROM (SELECT organization_id, currency, 1 AS sessions, 0 AS payments,
		0 AS amount
	FROM payment WHERE created_at >= :from AND created_at < :until
	UNION ALL
	SELECT p.organization_id, s.currency, 0, 1, s.amount
	FROM sale s JOIN payment p ON p.id = s.payment_id
	WHERE s.created_at >= :from AND s.created_at < :until) x
GROUP BY organization_id, currency

-- name: rollup_add_bought
INSERT INTO organization_bought (organization_id, currency, sessions, payments,
	amount)
VALUES
-- rows:
(:org, :currency, :sessions, :payments, :amount)
-- tail:
ON DUPLICATE KEY UPDATE sessions = sessions + VALUES(sessions),
	payments = payments + VALUES(payments), amount = amount + VALUES(amount)
