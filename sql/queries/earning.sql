-- name: earning_insert
INSERT INTO earning (organization_id, referrer_id, campaign_id, placement_id,
	sale_id, sale_amount, part, type, status, amount, currency, rate_ppm,
	checks, tier, reward_id, referral_id, first, share_ppm, available_at,
	created_at)
VALUES
-- rows:
(:org, :referrer, :campaign, :placement, :sale, :sold, :part, 'commission',
	:status, :amount, :currency, :rate, :checks, :tier, :reward, :referral,
	:first, :share, :available, :now)
-- tail:
RETURNING id

-- name: earning_get
SELECT id, type, status, amount, currency, campaign_id, placement_id,
	available_at, created_at
FROM earning WHERE id = :id AND referrer_id = :referrer

-- name: earning_list
SELECT id, type, status, amount, currency, campaign_id, placement_id,
	available_at, created_at
FROM earning
-- index: earning_amount when amount
-- index: earning_both when type status
-- index: earning_status when status
-- index: earning_type when type
-- index: earning_referrer
WHERE referrer_id = :referrer
-- where: type
AND type = :type
-- where: status
AND status = :status
-- where: created_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: created_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- where: amount_asc
AND (amount > :key OR (amount = :key AND id > :after))
-- where: amount_desc
AND (amount < :key OR (amount = :key AND id < :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- order: amount_desc
ORDER BY amount DESC, id DESC
-- order: amount_asc
ORDER BY amount, id
-- tail:
LIMIT :limit OFFSET :skip

-- All rows of a commission are released together.
-- name: earning_due
SELECT id, organization_id, referrer_id, sale_id, part, currency FROM earning
WHERE status = 'pending' AND available_at <= :now
AND type = 'commission' AND refund_id = 0 LIMIT 200

-- name: earning_on_hold
SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS amount
FROM earning FORCE INDEX (earning_once)
WHERE sale_id = :sale AND part = :part AND status = 'pending' FOR UPDATE

-- name: earning_release
UPDATE earning FORCE INDEX (earning_once) SET status = 'available'
WHERE sale_id = :sale AND part = :part AND status = 'pending'

-- The commissions of a sale that the house did not refuse, in the order of
-- their ids.
-- name: earning_of_sale
SELECT e.id, e.organization_id, e.referrer_id,
	(SELECT r.member_organization_id FROM referrer r
	WHERE r.id = e.referrer_id) AS member_organization_id,
	e.sale_id, e.part, e.amount, e.reversed_amount, e.status, e.currency,
	e.available_at
FROM earning e
WHERE e.sale_id = :sale AND e.type = 'commission' AND e.refund_id = 0
AND e.refused_at IS NULL
ORDER BY e.id FOR UPDATE

-- A reversal of a commission, or what of it comes again.
-- name: earning_adjust
INSERT INTO earning (organization_id, referrer_id, campaign_id, placement_id,
	sale_id, refund_id, part, type, status, amount, currency, rate_ppm,
	tier, reward_id, referral_id, first, share_ppm, sale_amount,
	available_at, created_at)
SELECT organization_id, referrer_id, campaign_id, placement_id, sale_id,
	:refund, part, :type, :status, :amount, currency, rate_ppm, tier,
	reward_id, referral_id, first, share_ppm, sale_amount, available_at,
	:now
FROM earning WHERE id = :commission

-- name: earning_reversed
UPDATE earning SET reversed_amount = reversed_amount + :back WHERE id = :id

-- name: earning_mark
UPDATE earning SET status = :status
WHERE sale_id = :sale AND part = :part
AND type IN ('commission', 'reversal')

-- Of the house's own program: other companies look at their own.  All rows of a
-- held commission go on together.
-- name: earning_let_go
UPDATE earning e JOIN earning c ON c.sale_id = e.sale_id
	AND c.part = e.part
SET e.available_at = c.created_at + INTERVAL :days DAY
WHERE c.id = :id AND c.organization_id = :house AND c.type = 'commission'
AND c.refund_id = 0 AND c.status = 'pending' AND c.available_at IS NULL
AND e.status = 'pending' AND e.available_at IS NULL

-- name: earning_refuse
UPDATE earning SET refused_at = :now
WHERE id = :id AND organization_id = :house AND type = 'commission'
AND refund_id = 0 AND status = 'pending' AND available_at IS NULL
AND refused_at IS NULL

-- name: earning_refuse_adjusted
UPDATE earning SET refused_at = :now
WHERE sale_id = :sale AND part = :part
AND type IN ('commission', 'reversal') AND refund_id <> 0

-- name: earning_commission
SELECT e.id, e.organization_id, e.referrer_id,
	(SELECT r.member_organization_id FROM referrer r
	WHERE r.id = e.referrer_id) AS member_organization_id,
	e.sale_id, e.part, e.amount, e.reversed_amount, e.status, e.currency,
	e.available_at
FROM earning e WHERE e.id = :id FOR UPDATE

-- name: earning_held_get
SELECT e.id, e.referrer_id, r.member_organization_id AS organization_id,
	e.placement_id, s.payment_id, e.status, e.amount, e.checks, e.currency,
	e.created_at, e.available_at, e.refused_at
FROM earning e JOIN referrer r ON r.id = e.referrer_id
JOIN sale s ON s.id = e.sale_id
WHERE e.id = :id AND e.organization_id = :house AND e.type = 'commission'
AND e.refund_id = 0

-- name: earning_held
SELECT e.id, e.referrer_id, r.member_organization_id AS organization_id,
	e.placement_id, s.payment_id, e.status, e.amount, e.checks, e.currency,
	e.created_at, e.available_at, e.refused_at
FROM earning e FORCE INDEX (earning_release)
STRAIGHT_JOIN referrer r ON r.id = e.referrer_id
STRAIGHT_JOIN sale s ON s.id = e.sale_id
WHERE e.status = 'pending' AND e.available_at IS NULL
AND e.organization_id = :house AND e.type = 'commission' AND e.refund_id = 0
-- where: after
AND e.id > :after
-- tail:
ORDER BY e.id LIMIT :limit OFFSET :skip

-- name: earning_explain
SELECT e.id, e.type, e.status, e.amount, e.currency, e.placement_id,
	e.available_at, e.created_at, e.sale_id, s.amount AS sale_amount,
	e.rate_ppm, p.refunded_amount, c.reversed_amount, p.paid_at,
	s.referral_id, l.code, k.created_at AS clicked_at,
	r.created_at AS signed_up_at, c.checks, e.refund_id, c.refused_at,
	w.decided_at, w.paid_at AS paid_out_at, w.reference, w.reason
FROM earning e LEFT JOIN sale s ON s.id = e.sale_id
LEFT JOIN payment p ON p.id = s.payment_id
LEFT JOIN earning c ON c.sale_id = e.sale_id AND c.part = e.part
	AND c.type = 'commission' AND c.refund_id = 0
LEFT JOIN placement l ON l.id = e.placement_id
LEFT JOIN referral r ON r.id = s.referral_id
LEFT JOIN click k ON k.id = r.click_id
LEFT JOIN withdrawal w ON w.earning_id = e.id
WHERE e.id = :id AND e.referrer_id = :referrer
