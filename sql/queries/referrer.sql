-- name: referrer_insert
INSERT INTO referrer (organization_id, member_organization_id, status,
	terms, user_id, joined_at)
VALUES (:org, :member, :status, :terms, :user, :now)

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
FROM referrer r STRAIGHT_JOIN organization o
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

-- name: referrer_totals
SELECT CAST(COALESCE(SUM(t.clicks), 0) AS SIGNED) AS clicks,
	CAST(COALESCE(SUM(t.referrals), 0) AS SIGNED) AS referrals,
	CAST(COALESCE(SUM(t.conversions), 0) AS SIGNED) AS conversions
FROM placement p JOIN placement_total t ON t.placement_id = p.id
WHERE p.referrer_id = :referrer

-- name: referrer_days
SELECT d.day, CAST(SUM(d.clicks) AS SIGNED) AS clicks,
	CAST(SUM(d.unique_clicks) AS SIGNED) AS unique_clicks,
	CAST(SUM(d.referrals) AS SIGNED) AS referrals,
	CAST(SUM(d.conversions) AS SIGNED) AS conversions
FROM placement p JOIN placement_day d ON d.placement_id = p.id
WHERE p.referrer_id = :referrer AND d.day BETWEEN :from AND :to
GROUP BY d.day ORDER BY d.day
