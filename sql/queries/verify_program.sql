-- Proof of what is counted of promoters: see src/ledger/verify.c.

-- name: verify_sales
SELECT x.placement_id AS id, CONCAT(SUM(x.sales), ' sales, ', SUM(x.amount),
	' ', x.currency, ' too much') AS wrong
FROM (SELECT placement_id, currency, sales, amount FROM placement_sales
	WHERE placement_id > :after AND placement_id <= :last
	UNION ALL
	SELECT f.placement_id, s.currency, -1,
		s.refunded_amount + COALESCE(p.refunded_amount, 0) - s.amount
	FROM referral f STRAIGHT_JOIN sale s ON s.referral_id = f.id
	LEFT JOIN payment p ON p.id = s.payment_id
	WHERE f.placement_id > :after AND f.placement_id <= :last
	AND s.kind <> 'custom') x
GROUP BY x.placement_id, x.currency
HAVING SUM(x.sales) <> 0 OR SUM(x.amount) <> 0

-- name: verify_revenue
SELECT t.placement_id AS id, CONCAT(t.sales, ' sales, ', t.revenue,
	' of revenue') AS wrong
FROM placement_total t JOIN placement p ON p.id = t.placement_id
LEFT JOIN program g ON g.organization_id = p.organization_id
WHERE t.placement_id > :after AND t.placement_id <= :last
AND (t.sales <> COALESCE((SELECT SUM(s.sales) FROM placement_sales s
	WHERE s.placement_id = t.placement_id), 0)
OR t.revenue <> COALESCE((SELECT SUM(s.amount) FROM placement_sales s
	WHERE s.placement_id = t.placement_id
	AND s.currency = COALESCE(g.currency, 'USD')), 0))

-- name: verify_standing
SELECT id, CONCAT(status, ', ', standing) AS wrong FROM placement
WHERE id > :after AND id <= :last AND status = 'ACTIVE'
AND (standing <> 'accepted' OR EXISTS (SELECT 1 FROM referrer r
	WHERE r.id = placement.referrer_id AND r.archived_at IS NOT NULL))

-- name: verify_promoters
SELECT r.id, CONCAT(COALESCE(t.referrals, 'no'), ' referrals, ',
	COALESCE(t.customers, 'no'), ' customers, ', COALESCE(t.sales, 'no'),
	' sales, ', COALESCE(t.revenue, 'no'), ' of revenue') AS wrong
FROM referrer r LEFT JOIN promoter_total t ON t.referrer_id = r.id
LEFT JOIN (SELECT p.referrer_id, SUM(q.referrals) AS referrals,
	SUM(q.conversions) AS customers, SUM(q.sales) AS sales,
	SUM(q.revenue) AS revenue
	FROM placement p JOIN placement_total q ON q.placement_id = p.id
	WHERE p.referrer_id > :after AND p.referrer_id <= :last
	GROUP BY p.referrer_id) x ON x.referrer_id = r.id
WHERE r.id > :after AND r.id <= :last
AND NOT r.member_organization_id <=> r.organization_id
AND (t.referrer_id IS NULL OR t.organization_id <> r.organization_id
OR t.joined_at <> r.joined_at OR t.archived <> (r.archived_at IS NOT NULL)
OR t.referrals <> COALESCE(x.referrals, 0)
OR t.customers <> COALESCE(x.customers, 0) OR t.sales <> COALESCE(x.sales, 0)
OR t.revenue <> COALESCE(x.revenue, 0))

-- name: verify_promoter_clicks
SELECT t.referrer_id AS id, CONCAT(t.clicks, ' clicks') AS wrong
FROM promoter_total t
WHERE t.referrer_id > :after AND t.referrer_id <= :last
AND t.clicks <> COALESCE((SELECT SUM(c.clicks) FROM placement p
	JOIN click_source_days c ON c.placement_id = p.id AND c.days = 1
	WHERE p.referrer_id = t.referrer_id), 0)

-- name: verify_active
SELECT t.referrer_id AS id, CONCAT(t.active, ' active customers') AS wrong
FROM promoter_total t JOIN organization o ON o.id = t.organization_id
WHERE t.referrer_id > :after AND t.referrer_id <= :last
AND o.erased_at IS NULL AND t.active <> (SELECT COUNT(*) FROM referral f
	WHERE f.referrer_id = t.referrer_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed'))

-- name: verify_placement_active
SELECT t.placement_id AS id, CONCAT(t.active, ' active customers') AS wrong
FROM placement_total t JOIN placement p ON p.id = t.placement_id
JOIN organization o ON o.id = p.organization_id
WHERE t.placement_id > :after AND t.placement_id <= :last
AND o.erased_at IS NULL AND t.active <> (SELECT COUNT(*) FROM referral f
	WHERE f.placement_id = t.placement_id AND f.customer_at IS NOT NULL
	AND f.live = 1 AND f.state IN ('active', 'subscribed'))

-- Who moved up is in the other campaign, and no more in this one.
-- name: verify_upgraded
SELECT p.id, CONCAT('moved up to ', p.upgraded_id) AS wrong
FROM placement p LEFT JOIN placement q ON q.id = p.upgraded_id
	AND q.referrer_id = p.referrer_id
	AND q.organization_id = p.organization_id
	AND q.campaign_id <> p.campaign_id
WHERE p.id > :after AND p.id <= :last AND p.upgraded_id IS NOT NULL
AND (q.id IS NULL OR p.status = 'ACTIVE')

-- name: verify_pending
SELECT o.id, CONCAT(COALESCE(t.pending, 0), ' that wait') AS wrong
FROM organization o LEFT JOIN program_total t ON t.organization_id = o.id
WHERE o.id > :after AND o.id <= :last
AND COALESCE(t.pending, 0) <> (SELECT COUNT(*) FROM placement p
	JOIN referrer r ON r.id = p.referrer_id
	WHERE p.organization_id = o.id AND p.standing = 'pending'
	AND r.archived_at IS NULL)
