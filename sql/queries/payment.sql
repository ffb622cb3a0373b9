-- name: product_list
SELECT p.id, p.name, p.description, p.tokens, r.currency, r.amount
FROM product p JOIN product_price r ON r.product_id = p.id
WHERE p.organization_id = 1 AND p.active = 1
ORDER BY p.position, p.id, r.position

-- name: product_prices
SELECT p.id, p.name, p.description, p.tokens, r.currency, r.amount
FROM product p JOIN product_price r ON r.product_id = p.id
WHERE p.id = :id AND p.organization_id = 1 AND p.active = 1
ORDER BY r.position

-- name: product_insert
INSERT INTO product (organization_id, name, description, tokens, position,
	created_at)
SELECT 1, :name, :description, :tokens, COALESCE(MAX(position), 0) + 1, :now
FROM product WHERE organization_id = 1

-- name: price_insert
INSERT INTO product_price (product_id, position, currency, amount)
VALUES (:product, :position, :currency, :amount)

-- name: payment_insert
INSERT INTO payment (organization_id, product_id, referral_id, quantity,
	currency, amount, tokens, provider, token, status, payment_status,
	success_url, cancel_url, created_at, expires_at)
VALUES (:org, :product, (SELECT id FROM referral WHERE organization_id = 1
	AND referred_organization_id = :org), :quantity, :currency, :amount,
	:tokens, 'sandbox', :token, 'open', 'unpaid', :success, :cancel, :now,
	:expires)

-- name: payment_get
SELECT id, organization_id, product_id, quantity, currency, amount, tokens,
	token, status, payment_status, success_url, cancel_url, created_at,
	expires_at, paid_at
FROM payment WHERE id = :id AND organization_id = :org

-- name: payment_by_token
SELECT p.id, p.organization_id, p.product_id, p.quantity, p.currency, p.amount,
	p.tokens, p.token, p.status, p.payment_status, p.success_url,
	p.cancel_url, p.created_at, p.expires_at, p.paid_at, p.referral_id,
	r.campaign_id, r.placement_id, r.referrer_id, c.commission_ppm,
	f.member_organization_id, q.name AS product_name, q.valid_days,
	d.balance AS owed_before,
	CAST(r.checks | EXISTS (SELECT 1 FROM member x
		JOIN member y ON y.user_id = x.user_id
		WHERE x.organization_id = p.organization_id
		AND y.organization_id = f.member_organization_id)
		AS SIGNED) AS checks
FROM payment p JOIN product q ON q.id = p.product_id
LEFT JOIN referral r ON r.id = p.referral_id
LEFT JOIN campaign c ON c.id = r.campaign_id
LEFT JOIN referrer f ON f.id = r.referrer_id
LEFT JOIN account d ON d.organization_id = p.organization_id
	AND d.kind = 'tokens_owed' AND d.owner_id = 0 AND d.currency = 'TOK'
WHERE p.token = :token

-- name: payment_paid
UPDATE payment SET status = 'complete', payment_status = 'paid',
	paid_at = :now
WHERE id = :id AND payment_status = 'unpaid'

-- name: payment_due
SELECT id, organization_id FROM payment
WHERE status = 'open' AND expires_at <= :now LIMIT 200

-- name: payment_expire
UPDATE payment SET status = 'expired' WHERE id = :id AND status = 'open'

-- name: sale_insert
INSERT INTO sale (organization_id, payment_id, referral_id, amount, currency,
	created_at)
VALUES (:org, :payment, :referral, :amount, :currency, :now)

-- name: sandbox_pay
INSERT IGNORE INTO sandbox_session (token, paid_at) VALUES (:token, :now)

-- name: task_insert
INSERT INTO task (kind, subject_id, payload, run_at, created_at)
VALUES (:kind, :subject, :payload, :now, :now)
