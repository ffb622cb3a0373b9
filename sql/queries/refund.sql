-- Money that goes back of a payment.

-- name: refund_reserve
UPDATE payment SET refunding_amount = refunding_amount + :amount
WHERE id = :payment AND payment_status = 'paid'

-- name: refund_insert
INSERT INTO refund (organization_id, payment_id, kind, status, amount,
	reference, reason, user_id, created_at)
SELECT organization_id, id, :kind, 'pending', :amount, :reference, :reason,
	:user, :now
FROM payment WHERE id = :payment

-- name: refund_finish
UPDATE refund SET status = 'done', done_at = :now,
	reference = COALESCE(:reference, reference)
WHERE id = :id AND status = 'pending'

-- name: refund_fail
UPDATE refund SET status = 'failed', done_at = :now
WHERE id = :id AND status = 'pending'

-- name: refund_undo
UPDATE refund SET status = 'reinstated' WHERE id = :id AND status = 'done'

-- name: refund_facts
SELECT r.id, r.organization_id, r.payment_id, r.amount, r.tokens,
	p.amount AS paid, p.currency, p.tokens AS bought, p.refunded_amount,
	p.refunded_tokens
FROM refund r JOIN payment p ON p.id = r.payment_id
WHERE r.id = :id FOR UPDATE

-- name: refund_move
UPDATE payment SET refunded_amount = refunded_amount + :amount,
	refunding_amount = refunding_amount - :reserved,
	refunded_tokens = refunded_tokens + :tokens
WHERE id = :payment

-- name: refund_tokens
UPDATE refund SET tokens = :tokens WHERE id = :id

-- name: refund_get
SELECT id, organization_id, payment_id, kind, status, amount, tokens,
	reference, reason, user_id, created_at, done_at
FROM refund WHERE id = :id

-- name: refund_by_reference
SELECT id, organization_id, payment_id, kind, status, amount, tokens,
	reference, reason, user_id, created_at, done_at
FROM refund WHERE reference = :reference

-- name: refund_of_payment
SELECT id, organization_id, payment_id, kind, status, amount, tokens,
	reference, reason, user_id, created_at, done_at
FROM refund WHERE payment_id = :payment ORDER BY id

-- name: refund_sale
SELECT s.id, s.referral_id, f.placement_id, f.referrer_id
FROM sale s LEFT JOIN referral f ON f.id = s.referral_id
WHERE s.payment_id = :payment
