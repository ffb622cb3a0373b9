-- Lists of promoters: see src/model/promoter/list.c.

-- name: promoter_list
SELECT r.id, r.organization_id, r.member_organization_id, r.parent_id,
	COALESCE(p.email, u.email) AS email, COALESCE(p.name, o.name) AS name,
	p.customer, p.note, p.profile, p.fields, p.ad_traffic, r.joined_at,
	r.archived_at, p.last_login_at, t.clicks, t.referrals,
	t.customers, t.active, t.revenue, m.id AS method_id, m.method,
	m.created_at AS method_added_at, m.is_disabled AS method_disabled
FROM promoter_total t
-- index: PRIMARY when ids
-- index: promoter_clicks when clicks
-- index: promoter_referrals when referrals
-- index: promoter_customers when customers
-- index: promoter_revenue when revenue
-- index: promoter_family when parent
-- index: promoter_joined
STRAIGHT_JOIN referrer r ON r.id = t.referrer_id
LEFT JOIN promoter p ON p.referrer_id = t.referrer_id
LEFT JOIN organization o ON o.id = r.member_organization_id
LEFT JOIN user u ON u.id = r.user_id AND p.referrer_id IS NULL
LEFT JOIN payout_method m FORCE INDEX (payout_method_selected)
	ON m.referrer_id = t.referrer_id AND m.selected = 1
WHERE t.organization_id = :org AND t.archived = :archived
-- where: ids
AND t.referrer_id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (COALESCE(p.email, u.email) LIKE :prefix
OR COALESCE(p.name, o.name) LIKE :prefix OR (SELECT 1 FROM placement l
	WHERE l.referrer_id = t.referrer_id AND l.code LIKE :prefix LIMIT 1))
-- where: placed
AND (SELECT 1 FROM placement l WHERE l.referrer_id = t.referrer_id
	AND (:campaigns IS NULL OR JSON_CONTAINS(:campaigns, l.campaign_id))
	AND (:state IS NULL OR IF(l.standing = 'accepted'
	AND l.status = 'INACTIVE', 'inactive', l.standing) = :state) LIMIT 1)
-- where: placeless
AND (SELECT 1 FROM placement l WHERE l.referrer_id = t.referrer_id LIMIT 1)
	IS NULL
-- Bounds that stand outside: with two that are equal the server would sort.
-- where: clicked
AND t.clicks > :clicks_above AND t.clicks < :clicks_below
-- where: referred
AND t.referrals > :referrals_above AND t.referrals < :referrals_below
-- where: sold
AND t.customers > :customers_above AND t.customers < :customers_below
-- where: earned
AND t.revenue > :revenue_above AND t.revenue < :revenue_below
-- where: joined_in
AND t.joined_at BETWEEN :joined_from AND :joined_to
-- where: login_in
AND p.last_login_at BETWEEN :login_from AND :login_to
-- where: parent
AND t.parent_id = :parent
-- where: field1
AND (SELECT 1 FROM JSON_TABLE(:values1, '$[*]' COLUMNS (
		value VARCHAR(1010) PATH '$')) x
	STRAIGHT_JOIN promoter_field f ON f.value LIKE x.value
		COLLATE utf8mb4_uca1400_as_ci
	WHERE f.referrer_id = t.referrer_id AND f.name = :name1 LIMIT 1)
-- where: field2
AND (SELECT 1 FROM JSON_TABLE(:values2, '$[*]' COLUMNS (
		value VARCHAR(1010) PATH '$')) x
	STRAIGHT_JOIN promoter_field f ON f.value LIKE x.value
		COLLATE utf8mb4_uca1400_as_ci
	WHERE f.referrer_id = t.referrer_id AND f.name = :name2 LIMIT 1)
-- where: idle
AND COALESCE(CASE :metric WHEN 'referral' THEN t.last_referral_at
	WHEN 'customer' THEN t.last_customer_at WHEN 'sale' THEN t.last_sale_at
	ELSE t.last_click_at END, t.joined_at) < :idle_before
-- where: suspected
AND ((SELECT 1 FROM JSON_TABLE(:frauds, '$[*]' COLUMNS (
		fraud VARCHAR(40) PATH '$')) k
	STRAIGHT_JOIN referral f FORCE INDEX (referral_fraud)
	ON f.organization_id = :org AND f.fraud = k.fraud
	AND f.referrer_id = t.referrer_id
	WHERE k.fraud <> 'no_suspicion' LIMIT 1)
OR (:clean AND (SELECT 1 FROM JSON_TABLE(
	'["same_ip_suspicion", "same_promoter_email", "ad_source"]', '$[*]'
	COLUMNS (fraud VARCHAR(40) PATH '$')) k
	STRAIGHT_JOIN referral f FORCE INDEX (referral_fraud)
	ON f.organization_id = :org AND f.fraud = k.fraud
	AND f.referrer_id = t.referrer_id LIMIT 1) IS NULL))
-- where: after_joined_desc
AND (t.joined_at < :key OR (t.joined_at = :key AND t.referrer_id < :after))
-- where: after_joined_asc
AND (t.joined_at > :key OR (t.joined_at = :key AND t.referrer_id > :after))
-- where: after_clicks_desc
AND (t.clicks < :key OR (t.clicks = :key AND t.referrer_id < :after))
-- where: after_clicks_asc
AND (t.clicks > :key OR (t.clicks = :key AND t.referrer_id > :after))
-- where: after_referrals_desc
AND (t.referrals < :key OR (t.referrals = :key AND t.referrer_id < :after))
-- where: after_referrals_asc
AND (t.referrals > :key OR (t.referrals = :key AND t.referrer_id > :after))
-- where: after_customers_desc
AND (t.customers < :key OR (t.customers = :key AND t.referrer_id < :after))
-- where: after_customers_asc
AND (t.customers > :key OR (t.customers = :key AND t.referrer_id > :after))
-- where: after_revenue_desc
AND (t.revenue < :key OR (t.revenue = :key AND t.referrer_id < :after))
-- where: after_revenue_asc
AND (t.revenue > :key OR (t.revenue = :key AND t.referrer_id > :after))
-- order: joined_desc
ORDER BY t.joined_at DESC, t.referrer_id DESC
-- order: joined_asc
ORDER BY t.joined_at, t.referrer_id
-- order: clicks_desc
ORDER BY t.clicks DESC, t.referrer_id DESC
-- order: clicks_asc
ORDER BY t.clicks, t.referrer_id
-- order: referrals_desc
ORDER BY t.referrals DESC, t.referrer_id DESC
-- order: referrals_asc
ORDER BY t.referrals, t.referrer_id
-- order: customers_desc
ORDER BY t.customers DESC, t.referrer_id DESC
-- order: customers_asc
ORDER BY t.customers, t.referrer_id
-- order: revenue_desc
ORDER BY t.revenue DESC, t.referrer_id DESC
-- order: revenue_asc
ORDER BY t.revenue, t.referrer_id
-- tail:
LIMIT :limit OFFSET :skip

-- Those that a filter finds by an index of its own: all of them, or as many as
-- say that it finds many.

-- name: promoter_few_alike
SELECT id FROM ((SELECT referrer_id AS id FROM promoter
	FORCE INDEX (promoter_email)
	WHERE organization_id = :org AND email LIKE :prefix LIMIT 1001)
UNION (SELECT referrer_id FROM promoter FORCE INDEX (promoter_name)
	WHERE organization_id = :org AND name LIKE :prefix LIMIT 1001)
UNION (SELECT referrer_id FROM placement FORCE INDEX (placement_ref)
	WHERE organization_id = :org AND code LIKE :prefix LIMIT 1001)) x
LIMIT 1001

-- Organizations that joined, and the users who did it for them.
-- name: promoter_few_joined
SELECT id FROM ((SELECT r.id FROM organization o
	FORCE INDEX (organization_name)
	STRAIGHT_JOIN referrer r ON r.organization_id = :org
	AND r.member_organization_id = o.id
	WHERE o.gone = 0 AND o.name LIKE :prefix LIMIT 1001)
UNION (SELECT r.id FROM user u FORCE INDEX (user_email)
	STRAIGHT_JOIN member m ON m.user_id = u.id
	STRAIGHT_JOIN referrer r ON r.organization_id = :org
	AND r.member_organization_id = m.organization_id AND r.user_id = u.id
	WHERE u.email LIKE :prefix LIMIT 1001)) x
LIMIT 1001

-- name: promoter_few_state
SELECT DISTINCT referrer_id AS id FROM placement
	FORCE INDEX (placement_standing)
WHERE organization_id = :org AND standing = :state LIMIT 1001

-- name: promoter_few_campaign
SELECT DISTINCT p.referrer_id AS id
FROM JSON_TABLE(:campaigns, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement p FORCE INDEX (placement_promoters)
	ON p.campaign_id = j.id AND p.organization_id = :org
LIMIT 1001

-- name: promoter_few_parent
SELECT id FROM referrer FORCE INDEX (referrer_parent)
WHERE parent_id = :parent AND organization_id = :org LIMIT 1001

-- name: promoter_few_field
SELECT DISTINCT f.referrer_id AS id
FROM JSON_TABLE(:values, '$[*]' COLUMNS (value VARCHAR(1010) PATH '$')) x
STRAIGHT_JOIN promoter_field f FORCE INDEX (promoter_field_value)
	ON f.organization_id = :org AND f.name = :name AND f.value LIKE x.value
		COLLATE utf8mb4_uca1400_as_ci
LIMIT 1001

-- name: promoter_few_suspected
SELECT DISTINCT f.referrer_id AS id
FROM JSON_TABLE(:frauds, '$[*]' COLUMNS (fraud VARCHAR(40) PATH '$')) k
STRAIGHT_JOIN referral f FORCE INDEX (referral_fraud)
	ON f.organization_id = :org AND f.fraud = k.fraud
LIMIT 1001

-- name: promoter_pending
SELECT pending FROM program_total
WHERE organization_id = :org AND campaign_id = 0

-- name: promoter_suspicions
SELECT j.id AS promoter_id, k.fraud
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN JSON_TABLE(
	'["same_ip_suspicion", "same_promoter_email", "ad_source"]', '$[*]'
	COLUMNS (fraud VARCHAR(40) PATH '$')) k
WHERE (SELECT 1 FROM referral f FORCE INDEX (referral_fraud)
	WHERE f.organization_id = :org AND f.fraud = k.fraud
	AND f.referrer_id = j.id LIMIT 1)

-- What is not paid out yet: of money, or of a unit that is none.
-- name: promoter_balances
SELECT a.owner_id AS promoter_id, a.currency,
	CAST(SUM(a.balance) AS SIGNED) AS amount
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN JSON_TABLE(
	'["earnings_pending", "earnings_available", "earnings_requested"]',
	'$[*]' COLUMNS (kind VARCHAR(40) PATH '$')) k
STRAIGHT_JOIN account a ON a.organization_id = :org AND a.kind = k.kind
	AND a.owner_id = j.id
GROUP BY a.owner_id, a.currency

-- name: promoter_fields_clear
DELETE FROM promoter_field WHERE referrer_id = :id

-- Each text of each field, as far as it can be searched.
-- name: promoter_fields_insert
INSERT INTO promoter_field (referrer_id, position, organization_id, name,
	value)
SELECT :id, ROW_NUMBER() OVER (ORDER BY k.n, v.n), :org, k.name, v.value
FROM JSON_TABLE(JSON_KEYS(:fields), '$[*]' COLUMNS (n FOR ORDINALITY,
	name VARCHAR(80) PATH '$')) k
STRAIGHT_JOIN JSON_TABLE(
	IF(JSON_TYPE(JSON_EXTRACT(:fields, CONCAT('$."', k.name, '"')))
		= 'ARRAY',
	JSON_EXTRACT(:fields, CONCAT('$."', k.name, '"')),
	CONCAT('[', JSON_EXTRACT(:fields, CONCAT('$."', k.name, '"')), ']')),
	'$[*]' COLUMNS (n FOR ORDINALITY, value VARCHAR(500) PATH '$')) v
WHERE LOCATE('"', k.name) = 0 AND LOCATE(CHAR(92), k.name) = 0
AND v.value IS NOT NULL
