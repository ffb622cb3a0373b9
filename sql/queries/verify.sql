-- Each finds what is wrong: the id of a row, and what was found there.

-- name: verify_sums
SELECT e.journal_id AS id, CONCAT(a.currency, ' ', SUM(e.amount)) AS wrong
FROM entry e JOIN account a ON a.id = e.account_id
GROUP BY e.journal_id, a.currency HAVING SUM(e.amount) <> 0 LIMIT 20

-- name: verify_entries
SELECT j.id, CONCAT(COUNT(e.line)) AS wrong
FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
GROUP BY j.id HAVING COUNT(e.line) < 2 LIMIT 20

-- name: verify_balances
SELECT a.id, CONCAT(a.balance, ' is not ', COALESCE(s.total, 0)) AS wrong
FROM account a LEFT JOIN (SELECT account_id, SUM(amount) AS total FROM entry
	GROUP BY account_id) s ON s.account_id = a.id
WHERE a.balance <> IF(a.kept = 1, COALESCE(s.total, 0), 0) LIMIT 20

-- name: verify_guards
SELECT id, CONCAT(balance) AS wrong FROM account
WHERE guarded = 1 AND balance < 0 LIMIT 20

-- name: verify_books
SELECT e.journal_id AS id, CONCAT(COUNT(DISTINCT a.organization_id)) AS wrong
FROM entry e JOIN account a ON a.id = e.account_id
WHERE a.organization_id <> 1
GROUP BY e.journal_id HAVING COUNT(DISTINCT a.organization_id) > 1 LIMIT 20

-- name: verify_reversals
SELECT r.id, CONCAT(e.account_id) AS wrong
FROM journal r JOIN entry e ON e.journal_id IN (r.id, r.reverses)
WHERE r.reverses IS NOT NULL
GROUP BY r.id, e.account_id HAVING SUM(e.amount) <> 0 LIMIT 20

-- name: verify_tokens
SELECT a.organization_id AS id,
	CONCAT(a.balance, ' is not ', COALESCE(s.total, 0)) AS wrong
FROM account a LEFT JOIN (SELECT organization_id, SUM(amount) AS total
	FROM token_transaction GROUP BY organization_id) s
	ON s.organization_id = a.organization_id
WHERE a.kind = 'tokens_available' AND a.balance <> COALESCE(s.total, 0)
LIMIT 20

-- name: verify_earnings
SELECT a.id, CONCAT(a.kind, ' ', a.balance, ' is not ',
	COALESCE(s.total, 0)) AS wrong
FROM account a LEFT JOIN (SELECT organization_id, referrer_id, currency,
	CONCAT('earnings_', status) AS kind, SUM(amount) AS total FROM earning
	WHERE status IN ('pending', 'available')
	GROUP BY organization_id, referrer_id, currency, status) s
	ON s.organization_id = a.organization_id
	AND s.referrer_id = a.owner_id AND s.currency = a.currency
	AND s.kind = a.kind
WHERE a.kind IN ('earnings_pending', 'earnings_available')
AND a.balance <> COALESCE(s.total, 0) LIMIT 20

-- name: verify_payments
SELECT p.id, CONCAT(COUNT(DISTINCT s.id), ' sales, ', COUNT(DISTINCT j.id),
	' journals, ', COUNT(DISTINCT t.id), ' credits') AS wrong
FROM payment p LEFT JOIN sale s ON s.payment_id = p.id
LEFT JOIN journal j ON j.kind = 'payment' AND j.subject_id = p.id
LEFT JOIN token_transaction t ON t.payment_id = p.id AND t.type = 'purchase'
GROUP BY p.id, p.payment_status
HAVING COUNT(DISTINCT s.id) <> (p.payment_status = 'paid')
OR COUNT(DISTINCT j.id) <> (p.payment_status = 'paid')
OR COUNT(DISTINCT t.id) <> (p.payment_status = 'paid') LIMIT 20

-- name: verify_commissions
SELECT s.id, CONCAT(COUNT(DISTINCT e.id), ' commissions, ',
	COUNT(DISTINCT j.id), ' journals') AS wrong
FROM sale s LEFT JOIN earning e ON e.sale_id = s.id AND e.type = 'commission'
LEFT JOIN journal j ON j.kind = 'commission' AND j.subject_id = e.id
GROUP BY s.id
HAVING COUNT(DISTINCT e.id) > 1 OR COUNT(DISTINCT j.id) <> COUNT(DISTINCT e.id)
LIMIT 20

-- name: verify_days
SELECT t.placement_id AS id, CONCAT(t.clicks, ' clicks, ', t.referrals,
	' referrals, ', t.conversions, ' conversions') AS wrong
FROM placement_total t LEFT JOIN (SELECT placement_id, SUM(clicks) AS clicks,
	SUM(unique_clicks) AS uniques, SUM(bot_clicks) AS bots,
	SUM(referrals) AS referrals, SUM(conversions) AS conversions
	FROM placement_day GROUP BY placement_id) d
	ON d.placement_id = t.placement_id
WHERE t.clicks <> COALESCE(d.clicks, 0)
OR t.unique_clicks <> COALESCE(d.uniques, 0)
OR t.bot_clicks <> COALESCE(d.bots, 0)
OR t.referrals <> COALESCE(d.referrals, 0)
OR t.conversions <> COALESCE(d.conversions, 0) LIMIT 20

-- name: verify_clicks
SELECT t.placement_id AS id, CONCAT(t.clicks, ' people, ', t.bot_clicks,
	' bots') AS wrong
FROM placement_total t LEFT JOIN (SELECT placement_id,
	SUM(kind = 'person') AS clicks, SUM(kind = 'bot') AS bots,
	COUNT(first) AS uniques FROM click GROUP BY placement_id) c
	ON c.placement_id = t.placement_id
WHERE t.clicks <> COALESCE(c.clicks, 0)
OR t.bot_clicks <> COALESCE(c.bots, 0)
OR t.unique_clicks <> COALESCE(c.uniques, 0) LIMIT 20

-- name: verify_referrals
SELECT t.placement_id AS id, CONCAT(t.referrals, ' referrals, ',
	t.conversions, ' conversions') AS wrong
FROM placement_total t LEFT JOIN (SELECT placement_id, COUNT(*) AS referrals,
	COUNT(customer_at) AS customers FROM referral GROUP BY placement_id) r
	ON r.placement_id = t.placement_id
WHERE t.referrals <> COALESCE(r.referrals, 0)
OR t.conversions <> COALESCE(r.customers, 0) LIMIT 20

-- name: verify_kinds
SELECT DISTINCT kind, kept, guarded FROM account

-- name: verify_flows
SELECT j.kind AS journal, a.kind AS account, SIGN(e.amount) AS sign,
	MIN(j.id) AS id
FROM entry e JOIN journal j ON j.id = e.journal_id
JOIN account a ON a.id = e.account_id
GROUP BY j.kind, a.kind, SIGN(e.amount)

-- name: verify_size
SELECT (SELECT COUNT(*) FROM journal) AS journals,
	(SELECT COUNT(*) FROM entry) AS entries,
	(SELECT COUNT(*) FROM account) AS accounts
