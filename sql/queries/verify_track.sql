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

-- Its commissions are what the rates say that were written with them: of the
-- sale to the nearest unit, and of that a share to less than one; those of a
-- target some times that; those of a tier no more than of the sale, or of what
-- was given below it.  All are of one book, in its currency or in a unit.
-- name: verify_tracked_rates
SELECT x.id, CONCAT('commission ', x.earning_id, ' of ', x.amount, ' ',
	x.currency, ' for ', x.sold, ' ', x.sold_in, ' at ',
	COALESCE(x.rate_ppm, 'no rate')) AS wrong
FROM (SELECT s.id, s.amount AS sold, s.currency AS sold_in,
		e.id AS earning_id, e.amount, e.sale_amount, e.currency,
		e.rate_ppm, e.share_ppm, e.tier, e.reward_id,
		r.id AS found_id, (e.reward_id IS NULL OR (r.version = 1
		AND r.kind = 'sale')) AS once,
		CAST(s.amount AS DECIMAL(40)) * e.rate_ppm / 1000000 AS exact,
		SUM(IF(e.tier = 1, e.amount, 0)) OVER (PARTITION BY s.id,
		e.currency) AS below
	FROM sale s STRAIGHT_JOIN earning e ON e.sale_id = s.id
		AND e.type = 'commission' AND e.refund_id = 0
	LEFT JOIN reward r ON r.id = e.reward_id
		AND r.organization_id = s.organization_id
	WHERE s.id > :after AND s.id <= :last AND s.kind = 'tracked') x
WHERE x.amount <= 0 OR NOT x.sale_amount <=> x.sold
OR x.currency NOT IN (x.sold_in, 'QTM', 'QSC', 'QPT', 'QMD', 'QPD')
OR (x.reward_id IS NOT NULL AND x.found_id IS NULL)
OR (x.reward_id IS NULL AND (x.rate_ppm IS NULL OR x.tier <> 1))
OR (x.currency = x.sold_in AND x.rate_ppm IS NOT NULL AND
	COALESCE(CASE WHEN x.tier > 1 THEN x.amount * 2
		> GREATEST(x.exact, x.below * x.rate_ppm / 1000000) * 2 + 1
	WHEN x.share_ppm IS NOT NULL THEN
		ABS(x.amount - x.exact * x.share_ppm / 1000000) >= 1.5
	WHEN x.once THEN ABS(x.amount - x.exact) * 2 > 1
	ELSE ABS(x.amount - x.exact * ROUND(x.amount / x.exact)) * 2
		> ROUND(x.amount / x.exact) END, 1))

-- A reward with a limit has paid for as many sales as were counted; of one that
-- was changed since, sales before it had its limit may not be.
-- name: verify_redeemed
SELECT q.reward_id AS id, CONCAT(q.redeemed, ' of ',
	COALESCE(r.max_redemptions, 'any'), ', sales ', COALESCE(x.sales, 0))
	AS wrong
FROM reward_redeemed q STRAIGHT_JOIN reward r ON r.id = q.reward_id
LEFT JOIN (SELECT e.reward_id, COUNT(DISTINCT e.sale_id) AS sales
	FROM earning e STRAIGHT_JOIN (SELECT DISTINCT reward_id
		FROM reward_redeemed) l ON l.reward_id = e.reward_id
	STRAIGHT_JOIN sale s ON s.id = e.sale_id AND s.kind = 'tracked'
	WHERE e.reward_id > :after AND e.reward_id <= :last
	GROUP BY e.reward_id) x ON x.reward_id = q.reward_id
WHERE q.reward_id > :after AND q.reward_id <= :last
AND (q.redeemed > COALESCE(x.sales, 0) OR (r.version = 1
	AND (q.redeemed <> COALESCE(x.sales, 0)
	OR q.redeemed > r.max_redemptions)))

-- name: verify_step_reward
SELECT MAX(id) AS id FROM (SELECT reward_id AS id FROM reward_redeemed
	WHERE reward_id > :after ORDER BY reward_id LIMIT 5000) s

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

-- What he bought before he was known as a customer is a sale of that day, and
-- goes with who is moved.  m: who he was before.
-- name: verify_first_bought
SELECT r.id, CONCAT(COALESCE(r.bought_at, 'never'), ', a customer ',
	COALESCE(r.customer_at, 'never'), ', before ',
	COALESCE(m.bought_at, 'never')) AS wrong
FROM referral r LEFT JOIN referral m ON m.moved_to = r.id
WHERE r.id > :after AND r.id <= :last
AND (m.bought_at < COALESCE(r.bought_at, '9999-12-31')
OR (r.bought_at IS NOT NULL AND (COALESCE(r.bought_at >= r.customer_at, 1)
	OR NOT (r.bought_at <=> m.bought_at OR EXISTS (SELECT 1 FROM sale s
		WHERE s.referral_id = r.id AND s.referral_id > :after
		AND s.referral_id <= :last AND s.kind = 'tracked'
		AND s.event_date = DATE(r.bought_at))))))

-- Commissions of the sale that made their lead a customer, and what was taken
-- back of them: of sales of one moment the first.
-- name: verify_first
SELECT e.id, CONCAT(e.first, ', sold ', COALESCE(s.created_at, 'nothing'),
	', a customer ', COALESCE(r.customer_at, 'never')) AS wrong
FROM earning e LEFT JOIN sale s ON s.id = e.sale_id
LEFT JOIN referral r ON r.id = e.referral_id
WHERE e.id > :after AND e.id <= :last
AND e.first <> (COALESCE(s.created_at = r.customer_at, 0)
AND NOT EXISTS (SELECT 1 FROM sale b WHERE b.referral_id = s.referral_id
	AND b.id < s.id AND b.created_at = s.created_at))
