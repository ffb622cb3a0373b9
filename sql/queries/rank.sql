-- Promoters by what they brought: see src/model/report/rank.c.

-- name: rank_add
INSERT INTO report_rank (organization_id, span, day, measure, currency,
	referrer_id, value)
VALUES
-- rows:
(:org, :span, :day, :measure, :currency, :referrer, :value)
-- tail:
ON DUPLICATE KEY UPDATE value = value + VALUES(value)

-- One that is there already stays as it is.
-- name: rank_window_insert
INSERT IGNORE INTO report_window (organization_id, since)
VALUES
-- rows:
(:org, :since)

-- Those that begin more than :days before the end of the sums, with the next
-- day of each that has any.
-- name: rank_windows
SELECT w.organization_id, w.since, w.since_after, DATE(u.done_until)
	- INTERVAL :days DAY AS until, (SELECT MIN(s.day) FROM report_sum s
		WHERE s.organization_id = w.organization_id
		AND s.subject = 'all' AND s.level = 'day'
		AND s.day >= w.since) AS next
FROM rollup u STRAIGHT_JOIN report_window w FORCE INDEX (report_window_since)
	ON w.since < DATE(u.done_until) - INTERVAL :days DAY
WHERE u.name = 'report' ORDER BY w.since, w.organization_id LIMIT 100

-- name: rank_window_move
UPDATE report_window SET since = :to, since_after = :to_after
WHERE organization_id = :org AND since = :since AND since_after = :after

-- name: rank_day
SELECT subject_id AS promoter_id, currency, clicks, referrals, customers,
	non_link, cancellations, active, sales, refunds, revenue, earned, paid
FROM report_sum FORCE INDEX (PRIMARY)
WHERE organization_id = :org AND subject = 'promoter' AND level = 'day'
AND day = :day AND subject_id > :after ORDER BY subject_id LIMIT 1000

-- How far the sums of an organization go, and from when on it has any.  While a
-- day is taken off, the last days have no beginning.
-- name: rank_state
SELECT u.done_until, (SELECT MIN(s.day) FROM report_sum s
		WHERE s.organization_id = :org AND s.subject = 'all'
		AND s.level = 'day') AS first, (SELECT w.since
		FROM report_window w WHERE w.organization_id = :org
		AND w.since_after = 0) AS since
FROM rollup u WHERE u.name = 'report'

-- name: rank_top
SELECT referrer_id, value FROM report_rank FORCE INDEX (report_rank_value)
WHERE organization_id = :org AND span = :span AND day = :day
AND measure = :measure AND currency = :currency AND value > 0
ORDER BY value DESC, referrer_id LIMIT :limit
