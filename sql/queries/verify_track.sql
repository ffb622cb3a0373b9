-- Sales that companies told of, and their leads; see verify.sql.

-- name: verify_step_referral
SELECT MAX(id) AS id FROM (SELECT id FROM referral WHERE id > :after
	ORDER BY id LIMIT 5000) s

-- What went back of a sale that was told of stands in rows of its own.
-- name: verify_sale_refunds
SELECT s.id, CONCAT(s.refunded_amount, ' is not ', COALESCE(f.total, 0))
	AS wrong
FROM sale s LEFT JOIN (SELECT sale_id, SUM(amount) AS total FROM sale_refund
	WHERE sale_id > :after AND sale_id <= :last GROUP BY sale_id) f
	ON f.sale_id = s.id
WHERE s.id > :after AND s.id <= :last
AND s.refunded_amount <> COALESCE(f.total, 0)

-- It has a lead; all that hangs on it is of one organization, and
-- what was taken back of a commission of a refund of the sale.
-- name: verify_tracked
SELECT s.id, CONCAT('event ', COALESCE(s.event, '?'), ', commission ',
	COALESCE(e.id, '?')) AS wrong
FROM sale s LEFT JOIN referral r ON r.id = s.referral_id
	AND r.organization_id = s.organization_id
LEFT JOIN earning e ON e.sale_id = s.id
LEFT JOIN placement p ON p.id = e.placement_id
	AND p.organization_id = s.organization_id
LEFT JOIN referrer f ON f.id = e.referrer_id
	AND f.organization_id = s.organization_id
LEFT JOIN sale_refund b ON b.id = e.refund_id AND b.sale_id = s.id
	AND b.organization_id = s.organization_id
WHERE s.id > :after AND s.id <= :last AND s.kind = 'tracked'
AND (r.id IS NULL OR (e.id IS NOT NULL
	AND (e.organization_id <> s.organization_id OR p.id IS NULL
	OR f.id IS NULL OR (e.refund_id <> 0 AND b.id IS NULL))))

-- Who is moved takes the count of his sales along, and not the sales.
-- name: verify_referral_sales
SELECT x.id, CONCAT(SUM(x.counted), ' is not ', SUM(x.there)) AS wrong
FROM (SELECT id, CAST(sales AS SIGNED) AS counted, 0 AS there FROM referral
	WHERE id > :after AND id <= :last AND referred_organization_id IS NULL
	UNION ALL
	SELECT s.referral_id, 0, COUNT(*) FROM sale s
	WHERE s.referral_id > :after AND s.referral_id <= :last
	AND s.kind = 'tracked' GROUP BY s.referral_id
	UNION ALL
	SELECT moved_to, 0, CAST(sales AS SIGNED) FROM referral
	WHERE moved_to > :after AND moved_to <= :last
	AND referred_organization_id IS NULL) x
GROUP BY x.id HAVING SUM(x.counted) <> SUM(x.there)
