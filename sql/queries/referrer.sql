-- name: referrer_insert
INSERT INTO referrer (organization_id, member_organization_id, status,
	joined_at)
VALUES (:org, :member, 'active', :now)

-- name: referrer_of
SELECT id, status, joined_at FROM referrer
WHERE organization_id = :org AND member_organization_id = :member

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
