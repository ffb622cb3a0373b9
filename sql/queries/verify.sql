-- Each check finds what is wrong in a range of ids: the id, and what was found.
-- The steps give the end of the next range, NULL behind the last row.  A range
-- is short where all of its rows may be of the same few accounts or lots: see
-- src/ledger/verify.c.

-- name: verify_step_journal
SELECT MAX(id) AS id FROM (SELECT id FROM journal WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_account
SELECT MAX(id) AS id FROM (SELECT id FROM account WHERE id > :after
	ORDER BY id LIMIT 5000) s

-- name: verify_step_organization
SELECT MAX(id) AS id FROM (SELECT id FROM organization WHERE id > :after
	ORDER BY id LIMIT 5000) s

-- name: verify_step_referrer
SELECT MAX(id) AS id FROM (SELECT id FROM referrer WHERE id > :after
	ORDER BY id LIMIT 5000) s

-- name: verify_step_earning
SELECT MAX(id) AS id FROM (SELECT id FROM earning WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_payment
SELECT MAX(id) AS id FROM (SELECT id FROM payment WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_sale
SELECT MAX(id) AS id FROM (SELECT id FROM sale WHERE id > :after
	ORDER BY id LIMIT 5000) s

-- name: verify_step_placement
SELECT MAX(id) AS id FROM (SELECT id FROM placement WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_sums
SELECT e.journal_id AS id, CONCAT(a.currency, ' ', SUM(e.amount)) AS wrong
FROM entry e STRAIGHT_JOIN account a ON a.id = e.account_id
WHERE e.journal_id > :after AND e.journal_id <= :last
GROUP BY e.journal_id, a.currency HAVING SUM(e.amount) <> 0

-- name: verify_entries
SELECT j.id, CONCAT(COUNT(e.line)) AS wrong
FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
WHERE j.id > :after AND j.id <= :last
GROUP BY j.id HAVING COUNT(e.line) < 2

-- name: verify_orphans
SELECT e.journal_id AS id, CONCAT('line ', e.line) AS wrong
FROM entry e LEFT JOIN journal j ON j.id = e.journal_id
LEFT JOIN account a ON a.id = e.account_id
WHERE e.journal_id > :after AND e.journal_id <= :last
AND (j.id IS NULL OR a.id IS NULL)

-- name: verify_books
SELECT j.id, CONCAT(COUNT(DISTINCT NULLIF(a.organization_id, 1))) AS wrong
FROM journal j STRAIGHT_JOIN entry e ON e.journal_id = j.id
STRAIGHT_JOIN account a ON a.id = e.account_id
WHERE j.id > :after AND j.id <= :last
GROUP BY j.id, j.organization_id
HAVING COUNT(DISTINCT NULLIF(a.organization_id, 1)) > 1
OR SUM(a.organization_id NOT IN (1, j.organization_id)
	AND j.organization_id <> 1) > 0

-- name: verify_reversals
SELECT r.id, CONCAT(e.account_id) AS wrong
FROM journal r JOIN entry e ON e.journal_id IN (r.id, r.reverses)
WHERE r.id > :after AND r.id <= :last AND r.reverses IS NOT NULL
GROUP BY r.id, e.account_id HAVING SUM(e.amount) <> 0

-- name: verify_subjects
SELECT j.id, CONCAT(j.kind, ' ', j.subject_id) AS wrong
FROM journal j
LEFT JOIN payment p ON j.kind = 'payment' AND p.id = j.subject_id
LEFT JOIN refund r ON j.kind IN ('payment_refunded', 'payment_reinstated')
	AND r.id = j.subject_id
LEFT JOIN earning e ON j.kind IN ('commission', 'commission_available',
	'commission_reversed', 'withdrawal_requested', 'withdrawal_refused',
	'withdrawal_paid') AND e.id = j.subject_id
LEFT JOIN token_reservation h ON j.kind IN ('token_reserved',
	'token_settled', 'token_released') AND h.id = j.subject_id
LEFT JOIN token_adjustment t ON j.kind = 'token_adjusted'
	AND t.id = j.subject_id
LEFT JOIN token_lot l ON j.kind = 'token_expired' AND l.id = j.subject_id
LEFT JOIN prepayment y ON j.kind IN ('prepaid', 'credit_drawn',
	'prepayment_reversed') AND y.id = j.subject_id
LEFT JOIN invoice i ON j.kind = 'invoice_issued' AND i.id = j.subject_id
LEFT JOIN campaign c ON j.kind = 'campaign_settled' AND c.id = j.subject_id
LEFT JOIN campaign_refund b ON j.kind = 'campaign_refunded'
	AND b.id = j.subject_id
LEFT JOIN payout o ON j.kind IN ('payout_made', 'payout_paid',
	'payout_unpaid', 'payout_destroyed') AND o.id = j.subject_id
WHERE j.id > :after AND j.id <= :last
AND COALESCE(p.id, r.id, e.id, h.id, t.id, l.id, y.id, i.id, c.id, b.id,
	o.id) IS NULL

-- name: verify_flows
SELECT j.kind AS journal, a.kind AS account, SIGN(e.amount) AS sign,
	MIN(j.id) AS id
FROM journal j STRAIGHT_JOIN entry e ON e.journal_id = j.id
STRAIGHT_JOIN account a ON a.id = e.account_id
WHERE j.id > :after AND j.id <= :last
GROUP BY j.kind, a.kind, SIGN(e.amount)

-- name: verify_balances
SELECT a.id, CONCAT(a.balance, ' is not ', COALESCE(s.total, 0)) AS wrong
FROM account a LEFT JOIN (SELECT x.id, SUM(e.amount) AS total
	FROM account x STRAIGHT_JOIN entry e ON e.account_id = x.id
	WHERE x.id > :after AND x.id <= :last AND x.kept = 1
	GROUP BY x.id) s ON s.id = a.id
WHERE a.id > :after AND a.id <= :last AND a.balance <> COALESCE(s.total, 0)

-- name: verify_account_sums
SELECT s.account_id AS id, CONCAT(s.amount, ' is not ', COALESCE(x.total, 0))
	AS wrong
FROM account_sum s LEFT JOIN (SELECT a.account_id AS id, SUM(e.amount) AS total
	FROM account_sum a STRAIGHT_JOIN entry e
		ON e.account_id = a.account_id
		AND e.journal_id <= a.last_journal
	WHERE a.account_id > :after AND a.account_id <= :last
	GROUP BY a.account_id) x ON x.id = s.account_id
WHERE s.account_id > :after AND s.account_id <= :last
AND s.amount <> COALESCE(x.total, 0)

-- name: verify_guards
SELECT id, CONCAT(balance) AS wrong FROM account
WHERE id > :after AND id <= :last
AND ((guard = 'floor' AND balance < 0) OR (guard = 'ceiling' AND balance > 0))

-- name: verify_kinds
SELECT kind, kept, guard, MIN(id) AS id FROM account
WHERE id > :after AND id <= :last GROUP BY kind, kept, guard

-- name: verify_owners
SELECT a.id, CONCAT(a.kind, ' ', a.owner_id) AS wrong
FROM account a LEFT JOIN referrer r ON r.id = a.owner_id
	AND r.organization_id = a.organization_id
WHERE a.id > :after AND a.id <= :last AND a.kind IN ('earnings_pending',
	'earnings_available', 'earnings_requested', 'earnings_paid')
AND r.id IS NULL
UNION ALL
SELECT a.id, CONCAT(a.kind, ' ', a.owner_id) AS wrong
FROM account a LEFT JOIN campaign c ON c.id = a.owner_id
	AND c.organization_id = a.organization_id
WHERE a.id > :after AND a.id <= :last AND a.kind IN ('campaign_reserved',
	'campaign_earned', 'invoice_open', 'invoice_applied',
	'invoice_credited')
AND c.id IS NULL
UNION ALL
SELECT a.id, CONCAT(a.kind, ' ', a.owner_id) AS wrong
FROM account a LEFT JOIN advertiser v ON v.id = a.owner_id
	AND v.organization_id = a.organization_id
WHERE a.id > :after AND a.id <= :last AND a.kind = 'advertiser_credit'
AND v.id IS NULL

-- name: verify_earnings
SELECT x.id, CONCAT(x.kind, ' ', x.currency, ' ', SUM(x.kept), ' is not ',
	SUM(x.earned)) AS wrong
FROM (SELECT r.id, CONCAT(a.kind) AS kind, a.currency, a.balance AS kept,
		0 AS earned
	FROM referrer r JOIN account a ON a.organization_id = r.organization_id
		AND a.owner_id = r.id
		AND a.kind IN ('earnings_pending', 'earnings_available',
		'earnings_requested', 'earnings_paid')
	WHERE r.id > :after AND r.id <= :last
	UNION ALL
	SELECT referrer_id, CONCAT('earnings_', status), currency, 0, amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
		AND status IN ('pending', 'available')
	UNION ALL
	SELECT referrer_id, 'earnings_available', currency, 0, -amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
		AND type = 'withdrawal' AND status <> 'refused'
	UNION ALL
	SELECT referrer_id, IF(status = 'paid', 'earnings_paid',
		'earnings_requested'), currency, 0, amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
		AND type = 'withdrawal' AND status <> 'refused'
	UNION ALL
	SELECT referrer_id, 'earnings_available', currency, 0, -amount
	FROM payout WHERE referrer_id > :after AND referrer_id <= :last
		AND deleted_at IS NULL
	UNION ALL
	SELECT referrer_id, IF(status = 'completed', 'earnings_paid',
		'earnings_requested'), currency, 0, amount
	FROM payout WHERE referrer_id > :after AND referrer_id <= :last
		AND deleted_at IS NULL) x
GROUP BY x.id, x.kind, x.currency HAVING SUM(x.kept) <> SUM(x.earned)

-- Each of them: what its journals moved in sum, on hold or not.
-- name: verify_earning_rows
SELECT x.id, CONCAT(x.part, ' ', x.currency, ' ', SUM(x.booked), ' is not ',
	SUM(x.said)) AS wrong
FROM (SELECT j.subject_id AS id, a.organization_id AS org, a.owner_id,
		a.currency, IF(a.kind IN ('earnings_pending',
		'earnings_available'), 'earned', CONCAT(a.kind)) AS part,
		e.amount AS booked, 0 AS said
	FROM journal j JOIN entry e ON e.journal_id = j.id
	JOIN account a ON a.id = e.account_id
	WHERE j.kind IN ('commission', 'commission_available',
		'commission_reversed', 'withdrawal_requested',
		'withdrawal_refused', 'withdrawal_paid')
	AND j.subject_id > :after AND j.subject_id <= :last
	UNION ALL
	SELECT id, organization_id, referrer_id, currency, 'earned', 0,
		CASE WHEN type <> 'withdrawal' THEN amount
		WHEN status = 'refused' THEN 0 ELSE -amount END
	FROM earning WHERE id > :after AND id <= :last
	UNION ALL
	SELECT id, organization_id, 0, currency, 'commission_expense', 0,
		-amount
	FROM earning WHERE id > :after AND id <= :last
		AND type <> 'withdrawal'
	UNION ALL
	SELECT id, organization_id, referrer_id, currency, IF(status = 'paid',
		'earnings_paid', 'earnings_requested'), 0, amount
	FROM earning WHERE id > :after AND id <= :last
		AND type = 'withdrawal' AND status <> 'refused') x
GROUP BY x.id, x.org, x.owner_id, x.currency, x.part
HAVING SUM(x.booked) <> SUM(x.said)

-- name: verify_withdrawals
SELECT e.id, CONCAT(e.status, ' ', e.type) AS wrong
FROM earning e LEFT JOIN withdrawal w ON w.earning_id = e.id
WHERE e.id > :after AND e.id <= :last
AND ((e.type = 'withdrawal') <> (w.earning_id IS NOT NULL)
OR (e.type = 'withdrawal' AND (e.amount <= 0
OR CONCAT(w.status) <> CONCAT(e.status) OR w.created_at <> e.created_at
OR (e.status = 'requested') <> (w.decided_at IS NULL)
OR (e.status = 'refused') <> (w.reason IS NOT NULL)
OR (e.status = 'paid') <> (w.reference IS NOT NULL)
OR (e.status = 'paid') <> (w.paid_at IS NOT NULL))))

-- name: verify_payments
SELECT p.id, CONCAT(COUNT(DISTINCT s.id), ' sales, ', COUNT(DISTINCT j.id),
	' journals, ', COUNT(DISTINCT t.id), ' credits') AS wrong
FROM payment p LEFT JOIN sale s ON s.payment_id = p.id
LEFT JOIN journal j ON j.kind = 'payment' AND j.subject_id = p.id
LEFT JOIN token_transaction t ON t.payment_id = p.id AND t.type = 'purchase'
WHERE p.id > :after AND p.id <= :last
GROUP BY p.id, p.payment_status
HAVING COUNT(DISTINCT s.id) <> (p.payment_status = 'paid')
OR COUNT(DISTINCT j.id) <> (p.payment_status = 'paid')
OR COUNT(DISTINCT t.id) <> (p.payment_status = 'paid')

-- The sale is of who bought, where he was by then, if somebody had brought him;
-- of nobody it brings nothing.
-- name: verify_amounts
SELECT p.id, CONCAT(p.currency, ' ', p.amount, ', ', p.tokens, ' tokens')
	AS wrong
FROM payment p JOIN sale s ON s.payment_id = p.id
LEFT JOIN referral f ON f.id = s.referral_id
JOIN token_transaction t ON t.payment_id = p.id AND t.type = 'purchase'
JOIN journal j ON j.kind = 'payment' AND j.subject_id = p.id
JOIN entry e ON e.journal_id = j.id JOIN account a ON a.id = e.account_id
WHERE p.id > :after AND p.id <= :last AND (s.amount <> p.amount
OR s.currency <> p.currency OR IF(s.referral_id IS NULL,
	EXISTS (SELECT 1 FROM earning c WHERE c.sale_id = s.id),
	p.referral_id IS NULL
	OR NOT f.referred_organization_id <=> p.organization_id)
OR t.amount <> p.tokens OR t.created_at <> s.created_at
OR t.organization_id <> p.organization_id
OR (a.kind = 'provider_clearing' AND (e.amount <> p.amount
	OR a.currency <> p.currency))
OR (a.kind = 'tokens_issued' AND e.amount <> -p.tokens)
OR (a.kind IN ('tokens_available', 'tokens_owed')
	AND a.organization_id <> p.organization_id))
GROUP BY p.id, p.currency, p.amount, p.tokens

-- name: verify_commissions
SELECT s.id, CONCAT(COUNT(DISTINCT e.id), ' commissions, ',
	COUNT(DISTINCT j.id), ' journals') AS wrong
FROM sale s LEFT JOIN earning e ON e.sale_id = s.id AND e.type = 'commission'
	AND e.refund_id = 0
LEFT JOIN journal j ON j.kind = 'commission' AND j.subject_id = e.id
WHERE s.id > :after AND s.id <= :last
GROUP BY s.id, s.kind
HAVING (s.kind = 'payment'
	AND COUNT(DISTINCT IF(e.refused_at IS NULL, e.id, NULL)) > 1)
OR COUNT(DISTINCT j.id) <> COUNT(DISTINCT e.id)

-- Of the referral's referrer, in the sale's currency, to the nearest unit.
-- name: verify_rates
SELECT s.id, CONCAT('commission ', e.id, ' of ', e.amount, ' ', e.currency,
	' for ', s.amount, ' ', s.currency) AS wrong
FROM sale s JOIN earning e ON e.sale_id = s.id AND e.type = 'commission'
	AND e.refund_id = 0
LEFT JOIN referral r ON r.id = COALESCE(e.referral_id, s.referral_id)
WHERE s.id > :after AND s.id <= :last AND s.kind = 'payment'
AND (r.id IS NULL OR e.referrer_id <> r.referrer_id
OR e.currency <> s.currency OR e.rate_ppm IS NULL
OR NOT e.sale_amount <=> s.amount
OR ABS(CAST(e.amount AS DECIMAL(40)) * 1000000
	- CAST(s.amount AS DECIMAL(40)) * e.rate_ppm) * 2 > 1000000)

-- What refunds took of a payment: in sum as its rows say, each booked once, and
-- tokens in its proportion.
-- name: verify_refunds
SELECT p.id, CONCAT(p.refunded_amount, ' is not ', COALESCE(SUM(
	IF(r.status = 'done', r.amount, 0)), 0), ', or ', p.refunding_amount,
	' not ', COALESCE(SUM(IF(r.status = 'pending', r.amount, 0)), 0),
	', or ', p.refunded_tokens, ' tokens not ',
	COALESCE(SUM(r.tokens), 0)) AS wrong
FROM payment p LEFT JOIN refund r ON r.payment_id = p.id
WHERE p.id > :after AND p.id <= :last
GROUP BY p.id, p.amount, p.tokens, p.refunded_amount, p.refunding_amount,
	p.refunded_tokens
HAVING p.refunded_amount <> COALESCE(SUM(IF(r.status = 'done', r.amount, 0)), 0)
OR p.refunding_amount <>
	COALESCE(SUM(IF(r.status = 'pending', r.amount, 0)), 0)
OR p.refunded_tokens <> COALESCE(SUM(r.tokens), 0)
OR ABS(CAST(p.refunded_tokens AS DECIMAL(40)) * p.amount
	- CAST(p.tokens AS DECIMAL(40)) * p.refunded_amount) * 2 > p.amount

-- name: verify_refund_journals
SELECT p.id, CONCAT('refund ', r.id, ': ', COUNT(DISTINCT d.id), ' and ',
	COUNT(DISTINCT u.id)) AS wrong
FROM payment p JOIN refund r ON r.payment_id = p.id
LEFT JOIN journal d ON d.kind = 'payment_refunded' AND d.subject_id = r.id
LEFT JOIN journal u ON u.kind = 'payment_reinstated' AND u.subject_id = r.id
WHERE p.id > :after AND p.id <= :last
GROUP BY p.id, r.id, r.status
HAVING COUNT(DISTINCT d.id) <> (r.status IN ('done', 'reinstated'))
OR COUNT(DISTINCT u.id) <> (r.status = 'reinstated')

-- name: verify_refund_amounts
SELECT p.id, CONCAT('refund ', r.id, ' of ', r.amount, ' ', p.currency,
	' and ', r.tokens, ' tokens') AS wrong
FROM payment p JOIN refund r ON r.payment_id = p.id
JOIN journal j ON j.subject_id = r.id
	AND j.kind IN ('payment_refunded', 'payment_reinstated')
JOIN entry e ON e.journal_id = j.id JOIN account a ON a.id = e.account_id
WHERE p.id > :after AND p.id <= :last
GROUP BY p.id, p.currency, r.id, r.status, r.amount, r.tokens
HAVING SUM(IF(j.kind = 'payment_refunded' AND a.kind = 'provider_clearing'
	AND a.currency = p.currency, e.amount, 0)) <> -r.amount
OR SUM(IF(j.kind = 'payment_reinstated' AND a.kind = 'provider_clearing'
	AND a.currency = p.currency, e.amount, 0))
	<> IF(r.status = 'reinstated', r.amount, 0)
OR SUM(IF(a.kind = 'tokens_issued', e.amount, 0)) <> r.tokens
OR SUM(r.organization_id <> p.organization_id
	OR (a.kind IN ('tokens_available', 'tokens_owed')
	AND a.organization_id <> p.organization_id)) > 0

-- name: verify_refund_lots
SELECT x.id, CONCAT('refund ', x.refund_id, ', ', x.total) AS wrong
FROM (SELECT p.id, r.id AS refund_id, SUM(f.amount) AS total,
		MIN(f.amount) AS least,
		SUM(l.organization_id <> p.organization_id) AS others
	FROM payment p JOIN refund r ON r.payment_id = p.id
	JOIN refund_lot f ON f.refund_id = r.id
	JOIN token_lot l ON l.id = f.lot_id
	WHERE p.id > :after AND p.id <= :last GROUP BY p.id, r.id) x
WHERE x.least <= 0 OR x.others > 0
OR x.total > (SELECT COALESCE(-SUM(e.amount), 0) FROM journal j
	JOIN entry e ON e.journal_id = j.id
	JOIN account a ON a.id = e.account_id AND a.kind = 'tokens_available'
	WHERE j.kind = 'payment_refunded' AND j.subject_id = x.refund_id)

-- A commission is reversed in the proportion of the refund, to the nearest
-- unit; all that is reversed of it stands in its rows.
-- name: verify_reversed
SELECT s.id, CONCAT('commission ', e.id, ': ', e.reversed_amount, ' of ',
	e.amount, ', rows ', e.amount + COALESCE(o.total, 0)) AS wrong
FROM (SELECT s.id, COALESCE(p.amount, s.amount) AS amount,
		COALESCE(p.refunded_amount, s.refunded_amount) AS refunded
	FROM sale s LEFT JOIN payment p ON p.id = s.payment_id
	WHERE s.id > :after AND s.id <= :last) s
JOIN earning e ON e.sale_id = s.id AND e.type = 'commission'
	AND e.refund_id = 0
LEFT JOIN (SELECT sale_id, part, SUM(amount) AS total FROM earning
	WHERE sale_id > :after AND sale_id <= :last
	AND (type = 'reversal' OR (type = 'commission' AND refund_id <> 0))
	GROUP BY sale_id, part) o
	ON o.sale_id = s.id AND o.part = e.part
WHERE s.id > :after AND s.id <= :last
AND (e.reversed_amount <> -COALESCE(o.total, 0)
OR (e.refused_at IS NOT NULL AND e.reversed_amount <> e.amount)
OR (e.refused_at IS NULL AND ABS(CAST(e.reversed_amount AS DECIMAL(40))
	* s.amount - CAST(e.amount AS DECIMAL(40)) * s.refunded) * 2
	> s.amount)
OR (e.status = 'reversed') <> (e.reversed_amount = e.amount))

-- name: verify_days
SELECT p.id, CONCAT(COALESCE(t.clicks, 0), ' clicks, ',
	COALESCE(t.referrals, 0), ' referrals, ', COALESCE(t.conversions, 0),
	' conversions') AS wrong
FROM placement p LEFT JOIN placement_total t ON t.placement_id = p.id
LEFT JOIN (SELECT placement_id, SUM(clicks) AS clicks,
	SUM(unique_clicks) AS uniques, SUM(bot_clicks) AS bots,
	SUM(referrals) AS referrals, SUM(conversions) AS conversions
	FROM placement_day WHERE placement_id > :after AND placement_id <= :last
	GROUP BY placement_id) d ON d.placement_id = p.id
WHERE p.id > :after AND p.id <= :last
AND (COALESCE(t.clicks, 0) <> COALESCE(d.clicks, 0)
OR COALESCE(t.unique_clicks, 0) <> COALESCE(d.uniques, 0)
OR COALESCE(t.bot_clicks, 0) <> COALESCE(d.bots, 0)
OR COALESCE(t.referrals, 0) <> COALESCE(d.referrals, 0)
OR COALESCE(t.conversions, 0) <> COALESCE(d.conversions, 0))

-- name: verify_clicks
SELECT p.id, CONCAT(COALESCE(t.clicks, 0), ' by people, ',
	COALESCE(t.bot_clicks, 0), ' by bots, ',
	COALESCE(t.unique_clicks, 0), ' first') AS wrong
FROM placement p LEFT JOIN placement_total t ON t.placement_id = p.id
LEFT JOIN (SELECT placement_id, SUM(kind = 'person') AS clicks,
	SUM(kind = 'bot') AS bots, COUNT(first) AS uniques FROM click
	WHERE placement_id > :after AND placement_id <= :last
	GROUP BY placement_id) c ON c.placement_id = p.id
WHERE p.id > :after AND p.id <= :last
AND (COALESCE(t.clicks, 0) <> COALESCE(c.clicks, 0)
OR COALESCE(t.bot_clicks, 0) <> COALESCE(c.bots, 0)
OR COALESCE(t.unique_clicks, 0) <> COALESCE(c.uniques, 0))

-- name: verify_referrals
SELECT p.id, CONCAT(COALESCE(t.referrals, 0), ' referrals, ',
	COALESCE(t.conversions, 0), ' conversions') AS wrong
FROM placement p LEFT JOIN placement_total t ON t.placement_id = p.id
LEFT JOIN (SELECT placement_id, COUNT(*) AS referrals,
	COUNT(customer_at) AS customers FROM referral
	WHERE placement_id > :after AND placement_id <= :last
	GROUP BY placement_id) r ON r.placement_id = p.id
WHERE p.id > :after AND p.id <= :last
AND (COALESCE(t.referrals, 0) <> COALESCE(r.referrals, 0)
OR COALESCE(t.conversions, 0) <> COALESCE(r.customers, 0))

-- name: verify_sources
SELECT x.placement_id AS id, CONCAT(x.day, ': ', SUM(x.clicks), ' by people, ',
	SUM(x.bot_clicks), ' by bots, ', SUM(x.unique_clicks), ' first')
	AS wrong
FROM (SELECT placement_id, day, clicks, unique_clicks, bot_clicks
	FROM click_source_days
	WHERE placement_id > :after AND placement_id <= :last AND days = 1
	UNION ALL
	SELECT placement_id, DATE(created_at) AS day, -SUM(kind = 'person'),
		-COUNT(first), -SUM(kind = 'bot')
	FROM click WHERE placement_id > :after AND placement_id <= :last
	AND created_at < (SELECT done_until FROM rollup
		WHERE name = 'click_source')
	GROUP BY placement_id, DATE(created_at)) x
GROUP BY x.placement_id, x.day
HAVING SUM(x.clicks) <> 0 OR SUM(x.unique_clicks) <> 0
OR SUM(x.bot_clicks) <> 0

-- Four sums make up the next one, when all of it is over; which sources they
-- are of is held by a checksum.
-- name: verify_source_days
SELECT x.placement_id AS id, CONCAT(x.days, ' days from ', x.first, ': ',
	SUM(x.clicks), ' by people, ', SUM(x.bot_clicks), ' by bots, ',
	SUM(x.unique_clicks), ' first, or of other sources') AS wrong
FROM (SELECT placement_id, days, day AS first, source, clicks, unique_clicks,
		bot_clicks
	FROM click_source_days
	WHERE placement_id > :after AND placement_id <= :last AND days > 1
	UNION ALL
	SELECT y.placement_id, y.days, y.first, y.source, -y.clicks,
		-y.unique_clicks, -y.bot_clicks
	FROM (SELECT c.placement_id, d.days, c.day - INTERVAL
			MOD(DATEDIFF(c.day, '1970-01-01'), d.days) DAY AS first,
			c.source, c.clicks, c.unique_clicks, c.bot_clicks,
			DATE(u.done_until) AS open, u.last_id
		FROM (SELECT 4 AS days, 'click_source_4' AS name UNION ALL
			SELECT 16, 'click_source_16' UNION ALL
			SELECT 64, 'click_source_64') d
		JOIN rollup u ON u.name = d.name
		JOIN click_source_days c ON c.days * 4 = d.days
		WHERE c.placement_id > :after AND c.placement_id <= :last) y
	WHERE y.first < y.open OR (y.first = y.open
	AND y.placement_id <= y.last_id)) x
GROUP BY x.placement_id, x.days, x.first
HAVING SUM(x.clicks) <> 0 OR SUM(x.unique_clicks) <> 0
OR SUM(x.bot_clicks) <> 0
OR SUM((x.clicks + x.bot_clicks) * CAST(CRC32(x.source) AS SIGNED)) <> 0

-- name: verify_referrer_days
SELECT x.referrer_id AS id, CONCAT(x.day, ': ', SUM(x.clicks), ' clicks, ',
	SUM(x.referrals), ' referrals') AS wrong
FROM (SELECT referrer_id, day, clicks, unique_clicks, bot_clicks, referrals,
		conversions
	FROM referrer_day WHERE referrer_id > :after AND referrer_id <= :last
	UNION ALL
	SELECT p.referrer_id, d.day, -d.clicks, -d.unique_clicks,
		-d.bot_clicks, -d.referrals, -d.conversions
	FROM rollup u JOIN placement p ON u.name = 'referrer_day'
	JOIN placement_day d ON d.placement_id = p.id
	WHERE p.referrer_id > :after AND p.referrer_id <= :last
	AND (d.referrer_id <> p.referrer_id OR d.day < DATE(u.done_until)
	OR (d.day = DATE(u.done_until) AND p.referrer_id <= u.last_id))) x
GROUP BY x.referrer_id, x.day
HAVING SUM(x.clicks) <> 0 OR SUM(x.unique_clicks) <> 0
OR SUM(x.bot_clicks) <> 0 OR SUM(x.referrals) <> 0 OR SUM(x.conversions) <> 0

-- name: verify_placement_earned
SELECT x.referrer_id AS id, CONCAT('campaign ', x.placement_id, ', ', x.day,
	': ', SUM(x.amount), ' ', x.currency) AS wrong
FROM (SELECT p.referrer_id, g.placement_id, g.day, g.currency, g.amount
	FROM placement p JOIN placement_earned g ON g.placement_id = p.id
	WHERE p.referrer_id > :after AND p.referrer_id <= :last
	UNION ALL
	SELECT referrer_id, placement_id, DATE(created_at) AS day, currency,
		-amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
	AND type IN ('commission', 'reversal') AND placement_id IS NOT NULL
	AND created_at < (SELECT done_until FROM rollup
		WHERE name = 'earned')) x
GROUP BY x.referrer_id, x.placement_id, x.day, x.currency
HAVING SUM(x.amount) <> 0

-- name: verify_referrer_earned
SELECT x.referrer_id AS id, CONCAT(x.day, ': ', SUM(x.amount), ' ',
	x.currency) AS wrong
FROM (SELECT referrer_id, day, currency, amount FROM referrer_earned
	WHERE referrer_id > :after AND referrer_id <= :last
	UNION ALL
	SELECT referrer_id, DATE(created_at) AS day, currency, -amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
	AND type IN ('commission', 'reversal')
	AND created_at < (SELECT done_until FROM rollup
		WHERE name = 'earned')) x
GROUP BY x.referrer_id, x.day, x.currency HAVING SUM(x.amount) <> 0

-- name: verify_members
SELECT m.organization_id AS id, CONCAT('user ', m.user_id) AS wrong
FROM member m JOIN user u ON u.id = m.user_id
WHERE m.organization_id > :after AND m.organization_id <= :last
AND u.erased_at IS NULL AND m.gone <> (u.deleted_at IS NOT NULL)

-- name: verify_bought
SELECT x.organization_id AS id, CONCAT(SUM(x.sessions), ' sessions, ',
	SUM(x.payments), ' payments of ', SUM(x.amount), ' ', x.currency)
	AS wrong
FROM (SELECT organization_id, currency, sessions, payments, amount
	FROM organization_bought
	WHERE organization_id > :after AND organization_id <= :last
	UNION ALL
	SELECT organization_id, currency, -1, 0, 0 FROM payment
	WHERE organization_id > :after AND organization_id <= :last
	AND created_at < (SELECT done_until FROM rollup WHERE name = 'bought')
	UNION ALL
	SELECT p.organization_id, s.currency, 0, -1, -s.amount
	FROM payment p JOIN sale s ON s.payment_id = p.id
	WHERE p.organization_id > :after AND p.organization_id <= :last
	AND s.created_at < (SELECT done_until FROM rollup
		WHERE name = 'bought')) x
GROUP BY x.organization_id, x.currency
HAVING SUM(x.sessions) <> 0 OR SUM(x.payments) <> 0 OR SUM(x.amount) <> 0

-- name: verify_size
SELECT (SELECT COUNT(*) FROM journal) AS journals,
	(SELECT COUNT(*) FROM entry) AS entries,
	(SELECT COUNT(*) FROM account) AS accounts
