-- What a company tells of its leads and customers.

-- name: track_find
SELECT r.id, r.campaign_id, r.placement_id, r.referrer_id,
	f.member_organization_id, r.click_id, r.email, r.uid, r.username,
	r.website, r.plan, r.promo_code, r.state, r.entry_source AS source,
	r.fraud, p.standing, f.status AS referrer_status,
	(c.status = 'deleted') AS campaign_deleted,
	(g.upgrade_campaign_id IS NOT NULL) AS upgrades, r.sales, r.created_at,
	r.customer_at, r.bought_at, r.cancelled_at
FROM referral r STRAIGHT_JOIN placement p ON p.id = r.placement_id
STRAIGHT_JOIN referrer f ON f.id = r.referrer_id
STRAIGHT_JOIN campaign c ON c.id = r.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = p.campaign_id
WHERE r.organization_id = :org AND r.live = 1
-- where: uid
AND r.uid = :uid
-- where: email
AND r.email = :email
-- where: id
AND r.id = :id
-- where: heir
AND r.id = (WITH RECURSIVE heir AS (SELECT id, moved_to FROM referral
		WHERE id = :id
	UNION ALL SELECT n.id, n.moved_to FROM heir
		JOIN referral n ON n.id = heir.moved_to)
	SELECT id FROM heir WHERE moved_to IS NULL)

-- name: track_hold
SELECT id, campaign_id, placement_id, referrer_id, state, fraud, sales,
	customer_at, bought_at, cancelled_at
FROM referral
WHERE id = :id AND organization_id = :org AND live = 1 FOR UPDATE

-- name: track_create
INSERT INTO referral (organization_id, campaign_id, placement_id, referrer_id,
	click_id, state, email, uid, entry_source, fraud, promo_code, lost,
	address_hash, checks, user_id, created_at)
VALUES (:org, :campaign, :placement, :referrer, :click, :state, :email, :uid,
	:source, :fraud, :promo, :lost, :address, :checks, :user, :at)

-- Who can be named: by the code of his link, or by his promo code.
-- name: track_named
SELECT p.id AS placement_id, p.campaign_id, p.referrer_id,
	f.member_organization_id, p.standing, f.status AS referrer_status,
	(p.status = 'ACTIVE' AND f.archived_at IS NULL
	AND (c.status = 'running' OR (c.status = 'stopped' AND c.settled = 0))
	AND (p.starts_at IS NULL OR p.starts_at <= :now)
	AND (p.ends_at IS NULL OR p.ends_at > :now)) AS open,
	COALESCE(g.approve_leads, 0) AS approve_leads,
	(g.upgrade_campaign_id IS NOT NULL) AS upgrades, m.email,
	m.address_hash
FROM placement p STRAIGHT_JOIN referrer f ON f.id = p.referrer_id
STRAIGHT_JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = p.campaign_id
LEFT JOIN promoter m ON m.referrer_id = p.referrer_id
WHERE p.organization_id = :org
AND NOT f.member_organization_id <=> p.organization_id	-- refers nobody
-- where: code
AND p.code = :code
-- where: coupon
AND p.coupon = :coupon
-- where: promo
AND p.id = (SELECT x.placement_id FROM promo_code x
	WHERE x.organization_id = :org AND x.code = :promo AND x.live = 1)
-- tail:
ORDER BY p.id LIMIT 1

-- name: track_clicks
SELECT p.id AS placement_id, p.campaign_id, p.referrer_id,
	f.member_organization_id, p.standing, f.status AS referrer_status,
	(p.status = 'ACTIVE' AND f.archived_at IS NULL
	AND (c.status = 'running' OR (c.status = 'stopped' AND c.settled = 0))
	AND (p.starts_at IS NULL OR p.starts_at <= :now)
	AND (p.ends_at IS NULL OR p.ends_at > :now)) AS open,
	COALESCE(g.approve_leads, 0) AS approve_leads,
	(g.upgrade_campaign_id IS NOT NULL) AS upgrades, m.email,
	m.address_hash, k.id AS click_id, k.created_at AS clicked_at,
	COALESCE(g.cookie_days, :days) AS cookie_days
FROM click k FORCE INDEX (click_visitor)
STRAIGHT_JOIN placement o ON o.id = k.placement_id
	AND o.organization_id = :org
STRAIGHT_JOIN placement p ON p.id = COALESCE(o.upgraded_id, o.id)
STRAIGHT_JOIN referrer f ON f.id = p.referrer_id
STRAIGHT_JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = p.campaign_id
LEFT JOIN promoter m ON m.referrer_id = p.referrer_id
WHERE k.visitor = :visitor AND k.kind <> 'bot'
AND NOT f.member_organization_id <=> p.organization_id
ORDER BY k.id DESC LIMIT 50

-- name: track_explain
SELECT r.id, r.placement_id, r.campaign_id, r.referrer_id, r.click_id, p.code,
	r.promo_code, r.lost AS lost_json, r.entry_source AS source,
	k.created_at AS clicked_at, r.created_at
FROM referral r JOIN placement p ON p.id = r.placement_id
LEFT JOIN click k ON k.id = r.click_id
WHERE r.id = :id AND r.organization_id = :org AND r.deleted_at IS NULL

-- name: track_sale_insert
INSERT INTO sale (organization_id, kind, referral_id, event, amount, currency,
	plan, billing_period, quantity, event_date, created_at)
VALUES (:org, 'tracked', :referral, :event, :amount, :currency, :plan,
	:period, :quantity, :date, :now)

-- A sale makes a lead a customer, and one who was lost a customer again.
-- name: track_sold
UPDATE referral SET sales = sales + 1, last_sale_at = :now,
	customer_at = COALESCE(customer_at, :now),
	bought_at = COALESCE(:bought, bought_at),
	state = IF(state IN ('denied', 'pending'), state, 'active'),
	cancelled_at = NULL, plan = COALESCE(:plan, plan),
	mrr = COALESCE(:mrr, mrr), version = version + 1
WHERE id = :id

-- name: track_cancel
UPDATE referral SET cancelled_at = :now, mrr = 0,
	state = IF(state IN ('denied', 'pending'), state, 'cancelled'),
	version = version + 1
WHERE id = :id AND cancelled_at IS NULL

-- A lead, and who he was before he was moved.
-- name: track_past
WITH RECURSIVE past AS (SELECT id, placement_id, referrer_id FROM referral
		WHERE id = :id
	UNION ALL SELECT r.id, r.placement_id, r.referrer_id FROM past
		JOIN referral r ON r.moved_to = past.id)
SELECT id, placement_id, referrer_id FROM past ORDER BY id DESC LIMIT 100

-- name: track_open_sales
SELECT id, referral_id, amount, refunded_amount, currency FROM sale
WHERE referral_id = :referral AND kind = 'tracked' AND currency = :currency
AND refunded_amount < amount
ORDER BY id DESC LIMIT :limit FOR UPDATE

-- name: track_named_sale
SELECT id, referral_id, amount, refunded_amount, currency FROM sale
WHERE organization_id = :org AND event = :event AND kind = 'tracked' FOR UPDATE

-- name: track_refund_known
SELECT id FROM sale_refund
WHERE organization_id = :org AND event = :event AND position = 0

-- name: track_refund_insert
INSERT INTO sale_refund (organization_id, sale_id, event, position, amount,
	created_at)
VALUES
-- rows:
(:org, :sale, :event, :position, :amount, :now)
-- tail:
RETURNING id

-- name: track_sale_refunded
UPDATE sale SET refunded_amount = refunded_amount + :amount WHERE id = :id

-- ids: all that he was, as JSON.
-- name: track_refunded
UPDATE referral SET state = 'refunded', version = version + 1
WHERE id = :id AND state IN ('active', 'subscribed', 'cancelled')
AND NOT EXISTS (SELECT 1 FROM JSON_TABLE(:ids, '$[*]' COLUMNS (
	id BIGINT UNSIGNED PATH '$')) AS past
	STRAIGHT_JOIN sale s ON s.referral_id = past.id
	AND s.kind = 'tracked' AND s.refunded_amount < s.amount)

-- Answers.

-- name: told_promoter
SELECT f.id, p.id AS default_promotion_id, f.parent_id AS parent_promoter_id,
	f.status, COALESCE(m.customer, '') AS customer,
	COALESCE(m.email, u.email) AS email, p.code, m.note, m.auth_token,
	f.joined_at AS created_at,
	(SELECT CAST(COALESCE(SUM(a.balance), 0) AS SIGNED) FROM account a
	WHERE a.organization_id = f.organization_id AND a.owner_id = f.id
	AND a.kind IN ('earnings_pending', 'earnings_available',
		'earnings_requested') AND a.currency = :currency)
	AS current_cash,
	(SELECT CAST(COALESCE(SUM(a.balance), 0) AS SIGNED) FROM account a
	WHERE a.organization_id = f.organization_id AND a.owner_id = f.id
	AND a.kind = 'earnings_paid' AND a.currency = :currency)
	AS paid_cash
FROM placement p JOIN referrer f ON f.id = p.referrer_id
LEFT JOIN promoter m ON m.referrer_id = f.id
LEFT JOIN user u ON u.id = f.user_id
WHERE p.id = :placement AND p.organization_id = :org

-- What an event took back of what its sales had brought.
-- name: told_refund
SELECT e.id, e.referrer_id AS promoter_id, IF(e.status = 'pending'
	AND e.available_at IS NULL, 'pending', 'approved') AS status,
	e.amount, e.tier, e.currency, e.created_at
FROM sale_refund f STRAIGHT_JOIN earning e ON e.sale_id = f.sale_id
	AND e.refund_id = f.id
WHERE f.organization_id = :org AND f.event = :event
ORDER BY f.position, e.part
