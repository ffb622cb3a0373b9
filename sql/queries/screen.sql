-- What looks wrong with a referral.

-- name: screen_members
SELECT u.email FROM member m JOIN user u ON u.id = m.user_id
WHERE m.organization_id = :org ORDER BY m.user_id LIMIT 100

-- name: screen_counts
SELECT (SELECT COUNT(*) FROM member m JOIN session s ON s.user_id = m.user_id
		WHERE m.organization_id = :org AND s.address_hash = :address
		AND s.created_at > :since) AS logins,
	(SELECT COUNT(*) FROM referral r WHERE r.placement_id = :placement
		AND r.created_at > :lately) AS lately
