-- The proof of campaigns: their rows against the ledger, and their histories.

-- name: verify_step_campaign
SELECT MAX(id) AS id FROM (SELECT id FROM campaign WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_advertiser
SELECT MAX(id) AS id FROM (SELECT id FROM advertiser WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- Paid = earned + released + reserved.
-- name: verify_campaign_money
SELECT c.id, CONCAT('paid ', c.paid, ' of ', COALESCE(p.total, 0), ', earned ',
	c.earned, ', released ', c.released, ', reserved ',
	COALESCE(r.balance, 0), ', on the ledger earned ',
	COALESCE(e.balance, 0)) AS wrong
FROM campaign c LEFT JOIN (SELECT campaign_id, SUM(amount - reversed) AS total
	FROM prepayment WHERE campaign_id > :after AND campaign_id <= :last
	GROUP BY campaign_id) p ON p.campaign_id = c.id
LEFT JOIN account r ON r.organization_id = c.organization_id
	AND r.kind = 'campaign_reserved' AND r.owner_id = c.id
	AND r.currency = c.currency
LEFT JOIN account e ON e.organization_id = c.organization_id
	AND e.kind = 'campaign_earned' AND e.owner_id = c.id
	AND e.currency = c.currency
WHERE c.id > :after AND c.id <= :last
AND (c.paid <> COALESCE(p.total, 0) OR c.earned <> COALESCE(e.balance, 0)
OR c.paid - c.earned - c.released <> COALESCE(r.balance, 0))

-- Billed = applied + credited + open; no more is applied than there is.
-- name: verify_campaign_invoices
SELECT c.id, CONCAT('billed ', COALESCE(i.billed, 0), ', applied ',
	COALESCE(i.applied, 0), ', credited ', COALESCE(i.credited, 0),
	', on the ledger open ', COALESCE(o.balance, 0), ', applied ',
	COALESCE(a.balance, 0), ', credited ', COALESCE(r.balance, 0)) AS wrong
FROM campaign c LEFT JOIN (SELECT campaign_id, SUM(amount) AS billed,
		SUM(applied) AS applied, SUM(credited) AS credited
	FROM invoice WHERE campaign_id > :after AND campaign_id <= :last
	GROUP BY campaign_id) i ON i.campaign_id = c.id
LEFT JOIN account o ON o.organization_id = c.organization_id
	AND o.kind = 'invoice_open' AND o.owner_id = c.id
	AND o.currency = c.currency
LEFT JOIN account a ON a.organization_id = c.organization_id
	AND a.kind = 'invoice_applied' AND a.owner_id = c.id
	AND a.currency = c.currency
LEFT JOIN account r ON r.organization_id = c.organization_id
	AND r.kind = 'invoice_credited' AND r.owner_id = c.id
	AND r.currency = c.currency
WHERE c.id > :after AND c.id <= :last
AND (COALESCE(i.applied, 0) <> COALESCE(a.balance, 0)
OR COALESCE(i.credited, 0) <> COALESCE(r.balance, 0)
OR COALESCE(i.billed, 0) - COALESCE(i.applied, 0) - COALESCE(i.credited, 0)
	<> COALESCE(o.balance, 0)
OR COALESCE(i.applied, 0) > c.paid - c.released
OR (COALESCE(i.billed, 0) > 0) <> c.billed)

-- name: verify_invoice_lines
SELECT i.campaign_id AS id, CONCAT('invoice ', i.id, ': ', i.amount, ' is not ',
	COALESCE(SUM(n.amount + n.tax), 0)) AS wrong
FROM invoice i LEFT JOIN invoice_line n ON n.invoice_id = i.id
WHERE i.campaign_id > :after AND i.campaign_id <= :last
GROUP BY i.campaign_id, i.id, i.amount HAVING i.amount <> COALESCE(SUM(n.amount + n.tax), 0)
OR MAX(i.credited) <> COALESCE(SUM(n.credited), 0)

-- What is refunded stands in refunds, in their lines and in the lines.
-- name: verify_campaign_refunds
SELECT c.id, CONCAT('refunded ', c.refunded, ', by refunds ',
	COALESCE(r.total, 0), ', by their lines ', COALESCE(x.total, 0),
	', by lines ', COALESCE(l.total, 0)) AS wrong
FROM campaign c LEFT JOIN (SELECT campaign_id, SUM(amount + tax) AS total
	FROM campaign_refund
	WHERE campaign_id > :after AND campaign_id <= :last
	GROUP BY campaign_id) r ON r.campaign_id = c.id
LEFT JOIN (SELECT f.campaign_id, SUM(y.amount + y.tax) AS total
	FROM campaign_refund f JOIN campaign_refund_line y
	ON y.refund_id = f.id
	WHERE f.campaign_id > :after AND f.campaign_id <= :last
	GROUP BY f.campaign_id) x ON x.campaign_id = c.id
LEFT JOIN (SELECT campaign_id, SUM(refunded + refunded_tax) AS total
	FROM campaign_line
	WHERE campaign_id > :after AND campaign_id <= :last
	GROUP BY campaign_id) l ON l.campaign_id = c.id
WHERE c.id > :after AND c.id <= :last
AND (c.refunded <> COALESCE(r.total, 0) OR c.refunded <> COALESCE(x.total, 0)
OR c.refunded <> COALESCE(l.total, 0))

-- Each fact has its one journal, of its amount.
-- name: verify_campaign_journals
SELECT p.campaign_id AS id, CONCAT('prepayment ', p.id) AS wrong
FROM prepayment p
WHERE p.campaign_id > :after AND p.campaign_id <= :last
AND (p.amount <> COALESCE((SELECT SUM(e.amount) FROM journal j
		JOIN entry e ON e.journal_id = j.id AND e.amount > 0
		WHERE j.kind = IF(p.type = 'OA', 'credit_drawn', 'prepaid')
		AND j.subject_id = p.id), 0)
	OR IF(p.type = 'OA', 0, p.reversed) <> COALESCE((SELECT SUM(e.amount)
		FROM journal j JOIN entry e ON e.journal_id = j.id
		AND e.amount > 0 WHERE j.kind = 'prepayment_reversed'
		AND j.subject_id = p.id), 0))
UNION ALL
SELECT i.campaign_id AS id, CONCAT('invoice ', i.id) AS wrong FROM invoice i
WHERE i.campaign_id > :after AND i.campaign_id <= :last
AND i.amount <> COALESCE((SELECT SUM(e.amount) FROM journal j
	JOIN entry e ON e.journal_id = j.id AND e.amount > 0
	WHERE j.kind = 'invoice_issued' AND j.subject_id = i.id), 0)
UNION ALL
SELECT f.campaign_id AS id, CONCAT('refund ', f.id) AS wrong
FROM campaign_refund f
WHERE f.campaign_id > :after AND f.campaign_id <= :last
AND f.amount + f.tax <> COALESCE((SELECT SUM(e.amount) FROM journal j
	JOIN entry e ON e.journal_id = j.id AND e.amount > 0
	WHERE j.kind = 'campaign_refunded' AND j.subject_id = f.id), 0)

-- Earned and paid is what was earned, as far as there is money; and once its
-- end is worked out nothing is reserved, and no more due than was released.
-- name: verify_campaign_settled
SELECT c.id, CONCAT('earned ', COALESCE(l.total, 0), ', of that paid ',
	c.earned, ' of ', c.paid - c.released, ', due ', COALESCE(l.due, 0),
	' of ', c.released) AS wrong
FROM campaign c LEFT JOIN (SELECT campaign_id,
		SUM(earned + earned_tax) AS total, SUM(due + due_tax) AS due
	FROM campaign_line
	WHERE campaign_id > :after AND campaign_id <= :last
	AND ended_on IS NOT NULL
	GROUP BY campaign_id) l ON l.campaign_id = c.id
WHERE c.id > :after AND c.id <= :last AND c.status <> 'deleted'
AND (c.earned <> LEAST(COALESCE(l.total, 0), c.paid - c.released)
OR (c.settled AND c.earned + c.released <> c.paid)
OR COALESCE(l.due, 0) > c.released)

-- An account holds what campaigns released, less what went back or was drawn.
-- name: verify_advertiser_credit
SELECT v.id, CONCAT(c.currency, ' ', COALESCE(SUM(c.released - c.refunded), 0)
	- COALESCE(SUM(p.drawn), 0), ' is not ', COALESCE(MAX(a.balance), 0))
	AS wrong
FROM advertiser v JOIN campaign c ON c.advertiser_id = v.id
LEFT JOIN (SELECT y.campaign_id, SUM(y.amount - y.reversed) AS drawn
	FROM campaign x JOIN prepayment y ON y.campaign_id = x.id
	WHERE x.advertiser_id > :after AND x.advertiser_id <= :last
	AND y.type = 'OA' GROUP BY y.campaign_id) p ON p.campaign_id = c.id
LEFT JOIN account a ON a.organization_id = v.organization_id
	AND a.kind = 'advertiser_credit' AND a.owner_id = v.id
	AND a.currency = c.currency
WHERE v.id > :after AND v.id <= :last AND c.currency IS NOT NULL
GROUP BY v.id, c.currency
HAVING COALESCE(SUM(c.released - c.refunded), 0) - COALESCE(SUM(p.drawn), 0)
	<> COALESCE(MAX(a.balance), 0)

-- The chain of hashes, worked out again as src/ledger/history.c does it.
-- name: verify_history
SELECT h.campaign_id AS id, CONCAT('entry ', h.number) AS wrong
FROM (SELECT campaign_id, number, action, user_id, status, data, text_hash,
		created_at, hash,
		COALESCE(LAG(hash) OVER (PARTITION BY campaign_id
			ORDER BY number), '') AS hash_before,
		ROW_NUMBER() OVER (PARTITION BY campaign_id
			ORDER BY number) AS place
	FROM campaign_history
	WHERE campaign_id > :after AND campaign_id <= :last) h
LEFT JOIN campaign_text t ON t.campaign_id = h.campaign_id
	AND t.number = h.number
WHERE h.number <> h.place
OR h.hash <> UNHEX(SHA2(CONCAT(
	LENGTH(h.hash_before), ':', h.hash_before,
	LENGTH(h.campaign_id), ':', h.campaign_id,
	LENGTH(h.number), ':', h.number,
	LENGTH(COALESCE(h.user_id, 0)), ':', COALESCE(h.user_id, 0),
	LENGTH(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', h.created_at)), ':',
	TIMESTAMPDIFF(MICROSECOND, '1970-01-01', h.created_at),
	LENGTH(h.action), ':', h.action,
	LENGTH(h.status), ':', h.status,
	LENGTH(h.data), ':', h.data,
	LENGTH(COALESCE(h.text_hash, '')), ':', COALESCE(h.text_hash, '')),
	256))
OR (t.text IS NOT NULL AND h.text_hash <> UNHEX(SHA2(CONCAT(
	LENGTH(t.salt), ':', t.salt, LENGTH(t.text), ':', t.text), 256)))
