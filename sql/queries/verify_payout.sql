-- What payouts and their books must be like: see src/ledger/verify.c.

-- name: verify_step_payout
SELECT MAX(id) AS id FROM (SELECT id FROM payout WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- Its commissions make up what it pays and what he had withdrawn before; all of
-- them are his, of money that he earned, and paid when it is.
-- name: verify_payouts
SELECT o.id, CONCAT(o.status, ' ', o.amount, ' and ', o.deducted, ' ',
	o.currency, ', commissions ', COALESCE(SUM(e.amount), 0)) AS wrong
FROM payout o LEFT JOIN earning e ON e.referrer_id = o.referrer_id
	AND e.payout_id = o.id
WHERE o.id > :after AND o.id <= :last
GROUP BY o.id, o.status, o.amount, o.deducted, o.currency, o.deleted_at,
	o.paid_at, o.organization_id
HAVING (o.deleted_at IS NULL AND COALESCE(SUM(e.amount), 0) <>
	o.amount + o.deducted)
OR (o.deleted_at IS NOT NULL AND COUNT(e.id) > 0)
OR (o.deleted_at IS NULL) <> (o.status IN ('pending', 'completed'))
OR (o.status = 'completed') <> (o.paid_at IS NOT NULL)
OR SUM(e.currency <> o.currency OR e.organization_id <> o.organization_id
	OR e.type = 'withdrawal' OR e.refused_at IS NOT NULL
	OR (e.paid_at IS NULL) <> (o.paid_at IS NULL)) > 0

-- One that is pending is found by how its promoter wants to be paid, and in a
-- payments batch only while that is open.
-- name: verify_payout_wanted
SELECT o.id, CONCAT(o.status, ', ', COALESCE(o.wanted, 'not said'), ', in ',
	COALESCE(o.batch_id, 'none')) AS wrong
FROM payout o LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id
	AND m.selected = 1 AND m.is_disabled = 0
LEFT JOIN payments_batch b ON b.id = o.batch_id
	AND b.organization_id = o.organization_id AND b.deleted_at IS NULL
WHERE o.id > :after AND o.id <= :last
AND (NOT o.wanted <=> IF(o.status = 'pending', m.method, NULL)
OR (o.batch_id IS NOT NULL AND (b.id IS NULL OR (o.status = 'pending'
	AND (b.completed_at IS NOT NULL OR b.method <> o.wanted))
	OR b.currency <> o.currency)))

-- No commission is in a payout of somebody else, or paid in none.
-- name: verify_payout_earnings
SELECT e.id, CONCAT('payout ', COALESCE(e.payout_id, 'none')) AS wrong
FROM earning e LEFT JOIN payout o ON o.id = e.payout_id
	AND o.referrer_id = e.referrer_id AND o.deleted_at IS NULL
WHERE e.id > :after AND e.id <= :last
AND ((e.payout_id IS NOT NULL AND o.id IS NULL)
OR (e.payout_id IS NULL AND e.paid_at IS NOT NULL))

-- What a promoter has in his balance is what payouts can still take up, less
-- what of it he withdrew: that was deducted since, or will be.
-- name: verify_payout_left
SELECT x.id, CONCAT(x.currency, ': ', SUM(x.kept), ' is not ', SUM(x.due))
	AS wrong
FROM (SELECT r.id, a.currency, a.balance AS kept, 0 AS due
	FROM referrer r JOIN account a ON a.organization_id = r.organization_id
		AND a.owner_id = r.id AND a.kind = 'earnings_available'
	WHERE r.id > :after AND r.id <= :last
	UNION ALL
	SELECT referrer_id, currency, 0, amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
		AND payout_id IS NULL AND standing IN ('due', 'paid', 'owed', 'given')
		AND status IN ('available', 'reversed')
	UNION ALL
	SELECT referrer_id, currency, 0, -amount
	FROM earning WHERE referrer_id > :after AND referrer_id <= :last
		AND type = 'withdrawal' AND status <> 'refused'
	UNION ALL
	SELECT referrer_id, currency, 0, deducted
	FROM payout WHERE referrer_id > :after AND referrer_id <= :last
		AND deleted_at IS NULL) x
GROUP BY x.id, x.currency HAVING SUM(x.kept) <> SUM(x.due)

-- Its journals leave its money where its state says.
-- name: verify_payout_journals
SELECT x.id, CONCAT(x.kind, ' ', SUM(x.booked), ' is not ', SUM(x.said))
	AS wrong
FROM (SELECT j.subject_id AS id, CONCAT(a.kind, ' ', a.owner_id, ' ',
		a.currency) AS kind, e.amount AS booked, 0 AS said
	FROM journal j JOIN entry e ON e.journal_id = j.id
	JOIN account a ON a.id = e.account_id
	WHERE j.kind IN ('payout_made', 'payout_paid', 'payout_unpaid',
		'payout_destroyed')
	AND j.subject_id > :after AND j.subject_id <= :last
	UNION ALL
	SELECT id, CONCAT('earnings_available ', referrer_id, ' ', currency), 0,
		IF(deleted_at IS NULL, -amount, 0)
	FROM payout WHERE id > :after AND id <= :last
	UNION ALL
	SELECT id, CONCAT(IF(status = 'completed', 'earnings_paid ',
		'earnings_requested '), referrer_id, ' ', currency), 0,
		IF(deleted_at IS NULL, amount, 0)
	FROM payout WHERE id > :after AND id <= :last) x
GROUP BY x.id, x.kind HAVING SUM(x.booked) <> SUM(x.said)

-- What they come to, of each campaign and of all.
-- name: verify_payout_total
SELECT x.organization_id AS id, CONCAT(SUM(x.payouts), ' ', x.status, ', ',
	SUM(x.amount), ' ', x.currency, ' by ', x.method, ', ', x.period_end,
	', too much in campaign ', x.campaign_id) AS wrong
FROM (SELECT organization_id, campaign_id, status, period_start, period_end,
		CONCAT(method) AS method, currency, custom, payouts, amount
	FROM payout_total
	WHERE organization_id > :after AND organization_id <= :last
	UNION ALL
	SELECT o.organization_id, IF(t.whole, 0, o.campaign_id), o.status,
		IF(o.status = 'completed', o.period_start, o.due_on),
		IF(o.status = 'completed', o.period_end, o.due_on),
		COALESCE(o.paid_method, m.method, 'not_set'), o.currency,
		o.custom, -COUNT(*), -SUM(o.amount)
	FROM payout o LEFT JOIN payout_method m
		ON m.referrer_id = o.referrer_id AND m.selected = 1
	JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
	WHERE o.organization_id > :after AND o.organization_id <= :last
	AND o.deleted_at IS NULL AND (t.whole OR o.campaign_id IS NOT NULL)
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) x
JOIN organization g ON g.id = x.organization_id AND g.erased_at IS NULL
GROUP BY x.organization_id, x.campaign_id, x.status, x.period_start,
	x.period_end, x.method, x.currency, x.custom
HAVING SUM(x.payouts) <> 0 OR SUM(x.amount) <> 0
