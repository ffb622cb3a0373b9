-- name: payment_insert
INSERT INTO payment (organization_id, product_id, referral_id, quantity,
	currency, amount, tokens, valid_days, provider, token, status,
	payment_status, success_url, cancel_url, created_at, expires_at,
	look_at)
VALUES (:org, :product, (SELECT id FROM referral WHERE organization_id = 1
	AND referred_organization_id = :org AND live = 1), :quantity, :currency, :amount,
	:tokens, :days, :provider, :token, :status, 'unpaid', :success, :cancel,
	:now, :expires, :look)

-- name: payment_get
SELECT id, organization_id, product_id, quantity, currency, amount, tokens,
	provider, token, status, payment_status, success_url, cancel_url,
	reference, intent, url, refunded_amount, created_at, expires_at,
	paid_at
FROM payment WHERE id = :id AND organization_id = :org

-- name: payment_list
SELECT id, organization_id, product_id, quantity, currency, amount, tokens,
	provider, token, status, payment_status, reference, intent, url,
	refunded_amount, created_at, expires_at, paid_at
FROM payment
-- index: payment_in_both when status paid
-- index: payment_in_status when status
-- index: payment_paid when paid
-- index: payment_created
WHERE organization_id = :org
-- where: status
AND status = :status
-- where: paid
AND payment_status = :paid
-- where: created_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: created_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- tail:
LIMIT :limit OFFSET :skip

-- All organizations': for the house.
-- name: payment_list_all
SELECT id, organization_id, product_id, quantity, currency, amount, tokens,
	provider, token, status, payment_status, reference, intent, url,
	refunded_amount, created_at, expires_at, paid_at
FROM payment
-- index: payment_in_status when organization status
-- index: payment_created when organization
-- index: payment_all_in_status when status
-- index: payment_all
WHERE 1 = 1
-- where: organization
AND organization_id = :org
-- where: status
AND status = :status
-- where: created_asc
AND (created_at > :key OR (created_at = :key AND id > :after))
-- where: created_desc
AND (created_at < :key OR (created_at = :key AND id < :after))
-- order: created_desc
ORDER BY created_at DESC, id DESC
-- order: created_asc
ORDER BY created_at, id
-- tail:
LIMIT :limit OFFSET :skip

-- A payment with what settling it needs.  Whoever names it by one of these is
-- the house, or proved that he is the provider.  Who was moved brings it to
-- where he is now; who was deleted or denied, to nobody.
-- name: payment_facts
SELECT p.id, p.organization_id, p.product_id, p.quantity, p.currency, p.amount,
	p.tokens, p.provider, p.token, p.status, p.payment_status,
	p.success_url, p.cancel_url, p.reference, p.intent, p.url,
	p.refunded_amount, p.refunding_amount, p.created_at, p.expires_at,
	p.paid_at, p.looks, p.look_at, p.referral_id, r.id AS lead_id,
	r.campaign_id, r.placement_id, r.referrer_id, r.customer_at,
	c.commission_ppm, f.member_organization_id, q.name AS product_name,
	q.description AS product_description, p.valid_days,
	d.balance AS owed_before,
	CAST(r.checks | EXISTS (SELECT 1 FROM member x
		JOIN member y ON y.user_id = x.user_id
		WHERE x.organization_id = p.organization_id
		AND y.organization_id = f.member_organization_id)
		AS SIGNED) AS checks
FROM payment p JOIN product q ON q.id = p.product_id
LEFT JOIN referral r ON p.referral_id IS NOT NULL AND r.organization_id = 1
	AND r.referred_organization_id = p.organization_id AND r.live = 1
	AND r.state <> 'denied'
LEFT JOIN campaign c ON c.id = r.campaign_id
LEFT JOIN referrer f ON f.id = r.referrer_id
LEFT JOIN account d ON d.organization_id = p.organization_id
	AND d.kind = 'tokens_owed' AND d.owner_id = 0 AND d.currency = 'TOK'
WHERE 1 = 1
-- where: id
AND p.id = :id
-- where: token
AND p.token = :token
-- where: intent
AND p.intent = :intent

-- name: payment_told
UPDATE payment SET reference = :reference, intent = COALESCE(:intent, intent),
	url = COALESCE(:url, url), expires_at = :expires,
	status = IF(:status <> 'expired' AND (status = 'creating'
	OR (status = 'open' AND :status = 'complete')), :status, status),
	looks = looks + 1,
	look_at = IF(payment_status = 'paid', look_at,
	IF(:status = 'expired', NULL, :look))
WHERE id = :id

-- name: payment_paid
UPDATE payment SET status = 'complete', payment_status = 'paid',
	paid_at = :now, look_at = NULL
WHERE id = :id AND payment_status = 'unpaid'

-- name: payment_due
SELECT id, organization_id FROM payment
WHERE look_at <= :now AND status = 'open' AND provider = 'sandbox'
LIMIT 200

-- name: payment_expire
UPDATE payment SET status = 'expired', look_at = NULL
WHERE id = :id AND payment_status = 'unpaid' AND status <> 'expired'

-- name: payment_look_due
SELECT id, looks, look_at FROM payment
WHERE look_at <= :now AND provider = 'stripe'
ORDER BY look_at LIMIT 20

-- name: payment_look_soon
UPDATE payment SET look_at = :at, looks = 0 WHERE id = :id

-- Unless somebody has asked for it meanwhile.
-- name: payment_look_again
UPDATE payment SET look_at = :at, looks = looks + 1
WHERE id = :id AND look_at = :was

-- The referral as it was when he paid: he may have been moved since he began.
-- name: payment_attribution
SELECT p.id, p.amount AS paid, p.currency, p.payment_status, r.id AS
	referral_id, r.placement_id, r.click_id, r.created_at AS attributed_at,
	l.code, s.referral_id IS NOT NULL AS sold, e.id AS earning_id, e.amount,
	e.rate_ppm, e.status, e.refused_at, e.reversed_amount,
	(e.status = 'pending' AND e.available_at IS NULL) AS held
FROM payment p LEFT JOIN sale s ON s.payment_id = p.id
LEFT JOIN referral r ON r.id = COALESCE(s.referral_id, p.referral_id)
LEFT JOIN placement l ON l.id = r.placement_id
LEFT JOIN earning e ON e.sale_id = s.id AND e.type = 'commission'
	AND e.refund_id = 0
WHERE p.id = :id AND (p.organization_id = :org OR :house)

-- name: sale_insert
INSERT INTO sale (organization_id, payment_id, referral_id, amount, currency,
	created_at)
VALUES (:org, :payment, :referral, :amount, :currency, :now)

-- name: sandbox_pay
INSERT IGNORE INTO sandbox_session (token, paid_at) VALUES (:token, :now)

-- name: task_insert
INSERT INTO task (kind, subject_id, payload, run_at, created_at)
VALUES (:kind, :subject, :payload, :now, :now)
