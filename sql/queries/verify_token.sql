-- Tokens: what is kept of them beside the books; see verify.sql.

-- name: verify_step_reservation
SELECT MAX(id) AS id FROM (SELECT id FROM token_reservation WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_lot
SELECT MAX(id) AS id FROM (SELECT id FROM token_lot WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- name: verify_step_adjustment
SELECT MAX(id) AS id FROM (SELECT id FROM token_adjustment WHERE id > :after
	ORDER BY id LIMIT 1000) s

-- What the history says of each kind of movement, and what was booked.
-- name: verify_tokens
SELECT x.id, CONCAT(x.part, ' ', SUM(x.said), ' is not ', SUM(x.booked))
	AS wrong
FROM (SELECT a.organization_id AS id, CASE j.kind WHEN 'payment' THEN 'purchase'
		WHEN 'token_reserved' THEN 'reserve'
		WHEN 'token_settled' THEN 'release'
		WHEN 'token_released' THEN 'release'
		WHEN 'token_adjusted' THEN 'adjustment'
		WHEN 'token_expired' THEN 'expiry'
		ELSE 'refund' END AS part, e.amount AS booked, 0 AS said
	FROM account a STRAIGHT_JOIN entry e ON e.account_id = a.id
	STRAIGHT_JOIN journal j ON j.id = e.journal_id
	WHERE a.organization_id > :after AND a.organization_id <= :last
		AND a.kind = 'tokens_available'
	UNION ALL
	SELECT organization_id, CASE WHEN type = 'spend' THEN 'release'
		WHEN type = 'refund' AND reference = 'debt' THEN 'purchase'
		ELSE CONCAT(type) END, 0, amount
	FROM token_transaction
	WHERE organization_id > :after AND organization_id <= :last) x
GROUP BY x.id, x.part HAVING SUM(x.said) <> SUM(x.booked)

-- name: verify_reserved
SELECT o.id, CONCAT(COALESCE(a.balance, 0), ' is not ',
	COALESCE(h.total, 0)) AS wrong
FROM organization o LEFT JOIN account a ON a.organization_id = o.id
	AND a.kind = 'tokens_reserved' AND a.owner_id = 0
	AND a.currency = 'TOK'
LEFT JOIN (SELECT organization_id, SUM(amount) AS total
	FROM token_reservation WHERE status = 'held'
	AND organization_id > :after AND organization_id <= :last
	GROUP BY organization_id) h ON h.organization_id = o.id
WHERE o.id > :after AND o.id <= :last
AND COALESCE(a.balance, 0) <> COALESCE(h.total, 0)

-- name: verify_lots
SELECT l.organization_id AS id, CONCAT(SUM(l.remaining), ' of ',
	COALESCE(a.balance, 0)) AS wrong
FROM token_lot l LEFT JOIN account a ON a.organization_id = l.organization_id
	AND a.kind = 'tokens_available' AND a.owner_id = 0
	AND a.currency = 'TOK'
WHERE l.organization_id > :after AND l.organization_id <= :last
AND l.remaining <> 0
GROUP BY l.organization_id, a.balance
HAVING SUM(l.remaining) > COALESCE(a.balance, 0)

-- What purchases paid of a debt, on the ledger and in the history.
-- name: verify_debts
SELECT x.id, CONCAT(SUM(x.booked), ' is not ', SUM(x.recorded)) AS wrong
FROM (SELECT a.organization_id AS id, e.amount AS booked, 0 AS recorded
	FROM account a STRAIGHT_JOIN entry e ON e.account_id = a.id
	STRAIGHT_JOIN journal j ON j.id = e.journal_id
		AND j.kind = 'payment'
	WHERE a.organization_id > :after AND a.organization_id <= :last
		AND a.kind = 'tokens_owed'
	UNION ALL
	SELECT organization_id, 0, -amount FROM token_transaction
	WHERE organization_id > :after AND organization_id <= :last
		AND reference = 'debt' AND type = 'refund') x
GROUP BY x.id HAVING SUM(x.booked) <> SUM(x.recorded)

-- name: verify_reservations
SELECT r.id, CONCAT(r.status, ' with ', COALESCE(j.held, 0), ' held, ',
	COALESCE(j.settled, 0), ' settled, ', COALESCE(j.released, 0),
	' released') AS wrong
FROM token_reservation r LEFT JOIN (SELECT subject_id,
	SUM(kind = 'token_reserved') AS held,
	SUM(kind = 'token_settled') AS settled,
	SUM(kind = 'token_released') AS released
	FROM journal WHERE kind IN ('token_reserved', 'token_settled',
		'token_released')
	AND subject_id > :after AND subject_id <= :last
	GROUP BY subject_id) j ON j.subject_id = r.id
WHERE r.id > :after AND r.id <= :last AND (COALESCE(j.held, 0) <> 1
OR COALESCE(j.settled, 0) <> (r.status = 'settled')
OR COALESCE(j.released, 0) <> (r.status IN ('released', 'expired')))

-- name: verify_reservation_amounts
SELECT r.id, CONCAT(r.amount, ', ', r.settled_amount, ' spent') AS wrong
FROM token_reservation r JOIN journal j ON j.subject_id = r.id
	AND j.subject_id > :after AND j.subject_id <= :last
	AND j.kind IN ('token_reserved', 'token_settled', 'token_released')
JOIN entry e ON e.journal_id = j.id JOIN account a ON a.id = e.account_id
WHERE r.id > :after AND r.id <= :last
GROUP BY r.id, r.amount, r.settled_amount, r.status
HAVING SUM(IF(a.kind = 'tokens_spent', e.amount, 0)) <> r.settled_amount
OR SUM(IF(a.kind = 'tokens_reserved' AND e.amount > 0, e.amount, 0))
	<> r.amount
OR SUM(IF(a.kind = 'tokens_reserved', e.amount, 0))
	<> IF(r.status = 'held', r.amount, 0)
OR (r.status <> 'settled' AND r.settled_amount <> 0)
OR SUM(a.organization_id <> r.organization_id) > 0

-- name: verify_reservation_lots
SELECT r.id, CONCAT(SUM(p.amount), ' of ', r.amount) AS wrong
FROM token_reservation r JOIN reservation_lot p ON p.reservation_id = r.id
JOIN token_lot l ON l.id = p.lot_id
WHERE r.id > :after AND r.id <= :last
GROUP BY r.id, r.amount, r.organization_id
HAVING SUM(p.amount) > r.amount OR MIN(p.amount) <= 0
OR SUM(l.organization_id <> r.organization_id) > 0

-- Some of it may be spent: what remains, ran out and is held is no more than
-- what came in.
-- name: verify_lot_amounts
SELECT l.id, CONCAT(l.remaining, ' left, ', COALESCE(x.total, 0),
	' expired, ', COALESCE(h.total, 0), ' held of ', l.amount) AS wrong
FROM token_lot l
LEFT JOIN (SELECT j.subject_id AS id, SUM(e.amount) AS total
	FROM journal j JOIN entry e ON e.journal_id = j.id
	JOIN account a ON a.id = e.account_id AND a.kind = 'tokens_expired'
	WHERE j.kind = 'token_expired'
	AND j.subject_id > :after AND j.subject_id <= :last
	GROUP BY j.subject_id) x ON x.id = l.id
LEFT JOIN (SELECT p.lot_id AS id, SUM(p.amount) AS total
	FROM reservation_lot p JOIN token_reservation r
		ON r.id = p.reservation_id AND r.status = 'held'
	WHERE p.lot_id > :after AND p.lot_id <= :last
	GROUP BY p.lot_id) h ON h.id = l.id
WHERE l.id > :after AND l.id <= :last
AND (l.remaining NOT BETWEEN 0 AND l.amount
OR l.remaining + COALESCE(x.total, 0) + COALESCE(h.total, 0) > l.amount)

-- name: verify_lot_payments
SELECT l.id, CONCAT(l.amount, ' of payment ', l.payment_id) AS wrong
FROM token_lot l LEFT JOIN payment p ON p.id = l.payment_id
	AND p.organization_id = l.organization_id
	AND p.payment_status = 'paid' AND p.tokens >= l.amount
WHERE l.id > :after AND l.id <= :last AND p.id IS NULL

-- name: verify_adjustments
SELECT t.id, CONCAT(COUNT(DISTINCT j.id), ' journals, ',
	COALESCE(SUM(e.amount), 0), ' is not ', t.amount) AS wrong
FROM token_adjustment t LEFT JOIN journal j ON j.kind = 'token_adjusted'
	AND j.subject_id = t.id
LEFT JOIN (entry e JOIN account a ON a.id = e.account_id
	AND a.kind = 'tokens_available') ON e.journal_id = j.id
	AND a.organization_id = t.organization_id
WHERE t.id > :after AND t.id <= :last
GROUP BY t.id, t.amount
HAVING COUNT(DISTINCT j.id) <> 1 OR COALESCE(SUM(e.amount), 0) <> t.amount
