-- Commissions as their company sees them; what is taken back of one by a refund
-- is one of its own, below zero.

-- narrowed: what is asked beside the order; each may be left out (NULL, or less
-- than 0).
-- name: commission_list
SELECT e.id, e.type, e.standing, e.refund_id, e.amount, e.currency,
	e.sale_amount, e.checks, e.tier, e.share_ppm, e.internal_note,
	e.external_note, e.created_at, COALESCE(e.decided_at, e.refused_at)
	AS decided_at, e.paid_at, e.payout_id, b.email AS created_by,
	IF(s.kind = 'custom', 'custom', 'sale') AS custom, s.event, s.plan,
	s.currency AS sold_in,
	NULLIF(s.currency, COALESCE(g.currency, 'USD')) AS sale_currency,
	r.fraud, r.id AS referral_id,
	r.email AS referral_email, r.uid AS referral_uid, e.reward_id,
	w.name AS reward_name, l.id AS placement_id, l.created_at AS placed_at,
	f.id AS promoter_id, COALESCE(t.email, j.email) AS promoter_email,
	COALESCE(t.name, h.name) AS promoter_name, c.id AS campaign_id,
	c.name AS campaign_name, a.color AS campaign_color
FROM earning e
-- index: PRIMARY when ids
-- index: earning_once when of_sale
-- index: earning_payout when payouts
-- index: earning_amount when promoter amount
-- index: earning_own_sale when promoter sale
-- index: earning_own_referral when promoter referral
-- index: earning_own_standing when promoter standing
-- index: earning_own_first when promoter first
-- index: earning_book_amount when amount
-- index: earning_book_sale when sale
-- index: earning_referral when referral
-- index: earning_referrer when promoter
-- index: earning_standing when standing
-- index: earning_campaign when campaign
-- index: earning_first when first
-- index: earning_book
STRAIGHT_JOIN sale s ON s.id = e.sale_id
LEFT JOIN referral r ON r.id = e.referral_id
STRAIGHT_JOIN placement l ON l.id = e.placement_id
STRAIGHT_JOIN referrer f ON f.id = e.referrer_id
STRAIGHT_JOIN campaign c ON c.id = e.campaign_id
LEFT JOIN user b ON b.id = e.user_id
LEFT JOIN reward w ON w.id = e.reward_id
LEFT JOIN promoter t ON t.referrer_id = f.id
LEFT JOIN organization h ON h.id = f.member_organization_id
LEFT JOIN user j ON j.id = f.user_id
LEFT JOIN campaign_program a ON a.campaign_id = c.id
LEFT JOIN program g ON g.organization_id = e.organization_id
WHERE e.organization_id = :org AND e.shown = 1
-- where: ids
AND e.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: of_sale
AND e.sale_id = :sale AND e.refund_id = 0
-- where: payouts
AND (e.referrer_id, e.payout_id) IN (SELECT o.referrer_id, o.id
	FROM JSON_TABLE(:payouts, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i JOIN payout o ON o.id = i.id)
-- where: promoter
AND e.referrer_id = :referrer
-- where: standing
AND e.standing = :standing
-- where: campaign
AND e.campaign_id = :campaign
-- where: first
AND e.first = :first
-- where: created_in
AND e.created_at BETWEEN :created_from AND :created_to
-- where: amount_in
AND e.amount BETWEEN :amount_from AND :amount_to
-- where: sale_in
AND e.sale_amount BETWEEN :sale_from AND :sale_to
-- where: narrowed
AND (:approved < 0 OR e.standing IN ('due', 'paid', 'owed', 'given'))
AND (:refunded < 0 OR (e.refund_id <> 0 OR (e.reversed_amount <> 0
AND e.refused_at IS NULL)) = :refunded)
AND (:referred < 0 OR e.referral_id IS NOT NULL)
AND (:custom < 0 OR (SELECT o.custom FROM payout o WHERE o.id = e.payout_id)
	= :custom)
AND (:campaigns IS NULL OR JSON_CONTAINS(:campaigns, e.campaign_id))
AND (:plans IS NULL OR JSON_CONTAINS(:plans, JSON_QUOTE(s.plan)))
AND (:frauds IS NULL OR JSON_CONTAINS(:frauds, JSON_QUOTE(r.fraud)))
AND (:prefix IS NULL OR s.event LIKE :prefix OR r.email LIKE :prefix
OR r.uid LIKE :prefix)
-- where: after_desc
AND (e.created_at < :key OR (e.created_at = :key AND e.id < :after))
-- where: after_asc
AND (e.created_at > :key OR (e.created_at = :key AND e.id > :after))
-- where: after_amount_desc
AND (e.amount < :key OR (e.amount = :key AND e.id < :after))
-- where: after_amount_asc
AND (e.amount > :key OR (e.amount = :key AND e.id > :after))
-- where: after_sale_desc
AND (e.sale_amount < :key OR (e.sale_amount = :key AND e.id < :after))
-- where: after_sale_asc
AND (e.sale_amount > :key OR (e.sale_amount = :key AND e.id > :after))
-- where: after_referral_desc
AND (e.referral_id < :key OR (e.referral_id = :key AND e.id < :after))
-- where: after_referral_asc
AND (e.referral_id > :key OR (e.referral_id = :key AND e.id > :after))
-- order: created_desc
ORDER BY e.created_at DESC, e.id DESC
-- order: created_asc
ORDER BY e.created_at, e.id
-- order: amount_desc
ORDER BY e.amount DESC, e.id DESC
-- order: amount_asc
ORDER BY e.amount, e.id
-- order: sale_desc
ORDER BY e.sale_amount DESC, e.id DESC
-- order: sale_asc
ORDER BY e.sale_amount, e.id
-- order: referral_desc
ORDER BY e.referral_id DESC, e.id DESC
-- order: referral_asc
ORDER BY e.referral_id, e.id
-- tail:
LIMIT :limit OFFSET :skip

-- Those whose sale, or whose lead, begins so; see lead_alike.
-- name: commission_alike
SELECT id FROM ((SELECT e.id FROM sale s FORCE INDEX (sale_event)
STRAIGHT_JOIN earning e FORCE INDEX (earning_once) ON e.sale_id = s.id
WHERE s.organization_id = :org AND s.event LIKE :prefix LIMIT 1001)
UNION (SELECT e.id FROM referral r FORCE INDEX (referral_email)
STRAIGHT_JOIN earning e FORCE INDEX (earning_referral)
	ON e.organization_id = r.organization_id AND e.referral_id = r.id
WHERE r.organization_id = :org AND r.email LIKE :prefix LIMIT 1001)
UNION (SELECT e.id FROM referral r FORCE INDEX (referral_uid)
STRAIGHT_JOIN earning e FORCE INDEX (earning_referral)
	ON e.organization_id = r.organization_id AND e.referral_id = r.id
WHERE r.organization_id = :org AND r.uid LIKE :prefix LIMIT 1001)) x
LIMIT 1001

-- Those that a filter finds by an index of its own: all of them, or as many as
-- say that it finds many.
-- name: commission_few
SELECT e.id FROM earning e
-- index: earning_amount when promoter amount
-- index: earning_own_sale when promoter sale
-- index: earning_own_standing when promoter standing
-- index: earning_own_first when promoter first
-- index: earning_book_amount when amount
-- index: earning_book_sale when sale
-- index: earning_standing when standing
-- index: earning_first when first
-- index: earning_referrer when promoter
-- index: earning_book
WHERE e.organization_id = :org AND e.shown = 1
-- where: promoter
AND e.referrer_id = :referrer
-- where: amount
AND e.amount BETWEEN :amount_from AND :amount_to
-- where: sale
AND e.sale_amount BETWEEN :sale_from AND :sale_to
-- where: standing
AND e.standing = :standing
-- where: first
AND e.first = :first
-- where: created_in
AND e.created_at BETWEEN :created_from AND :created_to
-- tail:
LIMIT 1001

-- name: commission_few_campaigns
SELECT e.id FROM JSON_TABLE(:campaigns, '$[*]' COLUMNS (id BIGINT UNSIGNED
	PATH '$')) i
STRAIGHT_JOIN earning e FORCE INDEX (earning_campaign)
	ON e.organization_id = :org AND e.shown = 1 AND e.campaign_id = i.id
LIMIT 1001

-- name: commission_few_plans
SELECT e.id FROM JSON_TABLE(:plans, '$[*]' COLUMNS (plan VARCHAR(120)
	PATH '$')) i
STRAIGHT_JOIN sale s FORCE INDEX (sale_plan) ON s.organization_id = :org
	AND s.plan = i.plan COLLATE utf8mb4_unicode_ci
STRAIGHT_JOIN earning e FORCE INDEX (earning_once) ON e.sale_id = s.id
LIMIT 1001

-- In payouts of commissions that somebody chose.
-- name: commission_few_custom
SELECT e.id FROM payout o FORCE INDEX (payout_custom)
STRAIGHT_JOIN earning e FORCE INDEX (earning_payout)
	ON e.referrer_id = o.referrer_id AND e.payout_id = o.id
WHERE o.organization_id = :org AND o.deleted_at IS NULL AND o.custom = 1
LIMIT 1001

-- Of leads that look wrong in one of three ways.
-- name: commission_few_frauds
SELECT e.id FROM referral r FORCE INDEX (referral_fraud)
STRAIGHT_JOIN earning e FORCE INDEX (earning_referral)
	ON e.organization_id = r.organization_id AND e.referral_id = r.id
WHERE r.organization_id = :org AND r.fraud IN (:one, :two, :three)
AND (:referrer IS NULL OR e.referrer_id = :referrer)
LIMIT 1001

-- name: commission_notes
UPDATE earning SET internal_note = :internal, external_note = :external
WHERE id = :id

-- name: commission_lock
SELECT internal_note, external_note FROM earning
WHERE id = :id AND organization_id = :org AND standing IS NOT NULL FOR UPDATE

-- name: commission_entered
UPDATE earning SET user_id = :user, internal_note = :internal,
	external_note = :external
WHERE sale_id = :sale

-- name: commission_custom_sale
INSERT INTO sale (organization_id, kind, event, amount, currency,
	billing_period, event_date, created_at)
VALUES (:org, 'custom', :event, 0, :currency, :period, :date, :now)

-- Many at once.  ids: a JSON array, in ascending order.  payout_id: in which one
-- of its rows is; what a refund took back may be in another than the rest.
-- name: commission_batch_hold
SELECT e.id, e.organization_id, e.referrer_id,
	(SELECT f.member_organization_id FROM referrer f
	WHERE f.id = e.referrer_id) AS member_organization_id,
	e.sale_id, e.placement_id, e.referral_id, e.part, e.part AS last_part,
	e.amount, e.reversed_amount, e.tier, e.status, e.currency, e.type,
	e.standing, e.refund_id, (SELECT MAX(t.payout_id) FROM earning t
	WHERE t.sale_id = e.sale_id AND t.part = e.part) AS payout_id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
WHERE e.organization_id = :org AND e.shown = 1
FOR UPDATE

-- All rows of a commission go on together.
-- name: commission_batch_approve
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
STRAIGHT_JOIN earning t FORCE INDEX (earning_once) ON t.sale_id = e.sale_id
	AND t.part = e.part
SET t.available_at = e.created_at + INTERVAL :days DAY, t.decided_at = :now
WHERE t.status = 'pending' AND t.available_at IS NULL

-- name: commission_batch_decided
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
SET e.decided_at = :now

-- name: commission_batch_fulfilled
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
SET e.fulfilled_at = :at

-- name: commission_batch_destroy
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
STRAIGHT_JOIN earning t FORCE INDEX (earning_once) ON t.sale_id = e.sale_id
	AND t.part = e.part
SET t.destroyed_at = :now
