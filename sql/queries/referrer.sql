-- name: referrer_insert
INSERT INTO referrer (organization_id, member_organization_id, status,
	terms, user_id, joined_at)
VALUES (:org, :member, :status, :terms, :user, :now)

-- What is counted of a promoter, from the moment he is there.
-- name: promoter_total_insert
INSERT INTO promoter_total (referrer_id, organization_id, joined_at)
SELECT id, organization_id, joined_at FROM referrer WHERE id = :id

-- An organization promotes its own campaigns by itself.
-- name: referrer_itself
SELECT id FROM referrer
WHERE organization_id = :org AND member_organization_id = :org FOR UPDATE

-- name: referrer_of
SELECT id, member_organization_id AS organization_id, status, terms, joined_at,
	decided_at
FROM referrer
WHERE organization_id = :org AND member_organization_id = :member

-- name: referrer_get
SELECT r.id, r.member_organization_id AS organization_id, r.status, r.terms,
	r.joined_at, r.decided_at, r.reason, o.name AS organization_name
FROM referrer r JOIN organization o ON o.id = r.member_organization_id
WHERE r.id = :id AND r.organization_id = :org

-- name: referrer_decide
UPDATE referrer SET status = :status, reason = :reason, decided_by = :by,
	decided_at = :now, version = version + 1
WHERE id = :id AND organization_id = :org AND status <> :status

-- name: referrer_list
SELECT r.id, r.member_organization_id AS organization_id, r.status, r.terms,
	r.joined_at, r.decided_at, r.reason, o.name AS organization_name
FROM referrer r
-- index: referrer_status when status
-- index: referrer_joined
STRAIGHT_JOIN organization o
	ON o.id = r.member_organization_id
WHERE r.organization_id = :org
-- where: status
AND r.status = :status
-- where: after_asc
AND (r.joined_at > :key OR (r.joined_at = :key AND r.id > :after))
-- where: after_desc
AND (r.joined_at < :key OR (r.joined_at = :key AND r.id < :after))
-- order: joined_desc
ORDER BY r.joined_at DESC, r.id DESC
-- order: joined_asc
ORDER BY r.joined_at, r.id
-- tail:
LIMIT :limit OFFSET :skip

-- Days that are over are summed up in referrer_day; behind the newest of them
-- the days of each placement are counted.  One statement reads both: one state.

-- name: referrer_totals
SELECT CAST(COALESCE(SUM(clicks), 0) AS SIGNED) AS clicks,
	CAST(COALESCE(SUM(unique_clicks), 0) AS SIGNED) AS unique_clicks,
	CAST(COALESCE(SUM(bot_clicks), 0) AS SIGNED) AS bot_clicks,
	CAST(COALESCE(SUM(referrals), 0) AS SIGNED) AS referrals,
	CAST(COALESCE(SUM(conversions), 0) AS SIGNED) AS conversions,
	CAST(COALESCE(SUM(cancellations), 0) AS SIGNED) AS cancellations
FROM (SELECT clicks, unique_clicks, bot_clicks, referrals, conversions,
		cancellations
	FROM referrer_day WHERE referrer_id = :referrer
	UNION ALL
	SELECT clicks, unique_clicks, bot_clicks, referrals, conversions,
		cancellations
	FROM placement_day WHERE referrer_id = :referrer
	AND day > COALESCE((SELECT MAX(day) FROM referrer_day
		WHERE referrer_id = :referrer), '1970-01-01')) x

-- name: referrer_days
SELECT day, CAST(SUM(clicks) AS SIGNED) AS clicks,
	CAST(SUM(unique_clicks) AS SIGNED) AS unique_clicks,
	CAST(SUM(bot_clicks) AS SIGNED) AS bot_clicks,
	CAST(SUM(referrals) AS SIGNED) AS referrals,
	CAST(SUM(conversions) AS SIGNED) AS conversions,
	CAST(SUM(cancellations) AS SIGNED) AS cancellations
FROM (SELECT day, clicks, unique_clicks, bot_clicks, referrals, conversions,
		cancellations
	FROM referrer_day
	WHERE referrer_id = :referrer AND day BETWEEN :from AND :to
	UNION ALL
	SELECT day, clicks, unique_clicks, bot_clicks, referrals, conversions,
		cancellations
	FROM placement_day
	WHERE referrer_id = :referrer AND day BETWEEN :from AND :to
	AND day > COALESCE((SELECT MAX(day) FROM referrer_day
		WHERE referrer_id = :referrer), '1970-01-01')) x
GROUP BY day ORDER BY day

-- name: referrer_earned
SELECT day, currency, CAST(SUM(amount) AS SIGNED) AS amount
FROM (SELECT day, currency, amount FROM referrer_earned
	WHERE referrer_id = :referrer AND day BETWEEN :first AND :last
	UNION ALL
	SELECT DATE(created_at) AS day, currency, amount FROM earning
	WHERE referrer_id = :referrer AND created_at BETWEEN :from AND :to
	AND created_at >= (SELECT done_until FROM rollup
		WHERE name = 'earned')
	AND type IN ('commission', 'reversal')) x
GROUP BY day, currency ORDER BY day, currency
