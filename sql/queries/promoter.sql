-- Promoters of an organization.  Its own row among its referrers, by which it
-- promotes its own campaigns, is none of them.

-- name: promoter_referrer
INSERT INTO referrer (organization_id, status, terms, user_id, joined_at)
VALUES (:org, 'active', '', :user, :now)

-- name: promoter_insert
INSERT INTO promoter (referrer_id, organization_id, email, name, customer,
	profile, fields, auth_token, updated_at)
VALUES (:id, :org, :email, :name, :customer, :profile, :fields, :token, :now)

-- name: promoter_get
SELECT r.id, r.organization_id, r.member_organization_id, r.parent_id,
	COALESCE(p.email, u.email) AS email, COALESCE(p.name, o.name) AS name,
	p.customer, p.note, p.profile, p.fields, p.ad_traffic, r.joined_at,
	r.archived_at, p.last_login_at, t.active, m.id AS method_id, m.method,
	m.created_at AS method_added_at, m.is_disabled AS method_disabled
FROM referrer r JOIN promoter_total t ON t.referrer_id = r.id
LEFT JOIN promoter p ON p.referrer_id = r.id
LEFT JOIN organization o ON o.id = r.member_organization_id
LEFT JOIN user u ON u.id = r.user_id AND p.referrer_id IS NULL
LEFT JOIN payout_method m FORCE INDEX (payout_method_selected)
	ON m.referrer_id = r.id AND m.selected = 1
WHERE r.id = :id AND r.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id

-- name: promoter_lock
SELECT r.id, r.organization_id, r.member_organization_id, r.parent_id,
	p.email, p.name, p.customer, p.note, p.profile, p.fields, p.ad_traffic,
	r.joined_at, r.archived_at, p.last_login_at
FROM referrer r LEFT JOIN promoter p ON p.referrer_id = r.id
WHERE r.id = :id AND r.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id FOR UPDATE

-- name: promoter_update
UPDATE promoter SET email = :email, name = :name, customer = :customer,
	profile = :profile, fields = :fields, updated_at = :now
WHERE referrer_id = :id

-- name: promoter_by_email
SELECT referrer_id AS id FROM promoter
WHERE organization_id = :org AND email = :email
UNION ALL
SELECT r.id FROM user u JOIN member m ON m.user_id = u.id
JOIN referrer r ON r.organization_id = :org
	AND r.member_organization_id = m.organization_id
	AND r.user_id = u.id
WHERE u.email = :email AND r.member_organization_id <> r.organization_id
LIMIT 1

-- name: promoter_by_customer
SELECT referrer_id AS id FROM promoter
WHERE organization_id = :org AND customer = :customer

-- name: promoter_by_token
SELECT referrer_id AS id FROM promoter
WHERE organization_id = :org AND auth_token = :token

-- name: promoter_by_code
SELECT p.referrer_id AS id FROM placement p
JOIN referrer r ON r.id = p.referrer_id
WHERE p.organization_id = :org AND p.code = :code
AND NOT r.member_organization_id <=> r.organization_id

-- name: promoter_by_promo_code
SELECT p.referrer_id AS id FROM promo_code k
JOIN placement p ON p.id = k.placement_id
JOIN referrer r ON r.id = p.referrer_id
WHERE k.organization_id = :org AND k.code = :code AND k.live = 1
AND NOT r.member_organization_id <=> r.organization_id

-- What the organization decided of a promoter in a campaign.

-- name: standing_campaign
SELECT id, name, status FROM campaign
WHERE id = :id AND organization_id = :org LOCK IN SHARE MODE

-- name: standing_default
SELECT c.id, c.name, c.status FROM program p
JOIN campaign c ON c.id = p.campaign_id
WHERE p.organization_id = :org LOCK IN SHARE MODE

-- Whoever brings promoters into a campaign holds their rows.
-- name: standing_enter
INSERT INTO placement (organization_id, campaign_id, referrer_id, name, code,
	landing_url, status, standing, created_at, updated_at)
VALUES (:org, :campaign, :referrer, :name, :code, '', :status, :standing, :now,
	:now)

-- name: standing_lock
SELECT p.id, p.organization_id, p.referrer_id AS promoter_id, p.campaign_id,
	IF(p.standing = 'accepted' AND p.status = 'INACTIVE', 'inactive',
	p.standing) AS state, r.archived_at, p.code, p.coupon, p.landing_url,
	p.created_at
FROM placement p JOIN referrer r ON r.id = p.referrer_id
WHERE p.id = :id AND p.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id FOR UPDATE

-- name: standing_lock_in
SELECT p.id, p.organization_id, p.referrer_id AS promoter_id, p.campaign_id,
	IF(p.standing = 'accepted' AND p.status = 'INACTIVE', 'inactive',
	p.standing) AS state, r.archived_at, p.code, p.coupon, p.landing_url,
	p.created_at
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r ON r.id = j.id
STRAIGHT_JOIN placement p FORCE INDEX (placement_promoters)
	ON p.campaign_id = :campaign AND p.referrer_id = r.id
WHERE r.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id
ORDER BY p.referrer_id, p.id FOR UPDATE

-- An end that lies behind is taken away with it.
-- name: standing_move
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement p FORCE INDEX (PRIMARY) ON p.id = j.id
SET p.standing = :standing, p.status = :status, p.ended_at = :ended,
	p.ends_at = IF(p.ends_at <= :over, NULL, p.ends_at),
	p.upgraded_id = IF(:over IS NULL, p.upgraded_id, NULL),
	p.updated_at = :now, p.version = p.version + 1

-- How many they are.  ids: a JSON array of placements.

-- Those that wait now (:sign is 1), or do no more (-1).
-- name: standing_waiting
INSERT INTO program_total (organization_id, campaign_id, pending)
SELECT :org, COALESCE(x.campaign_id, 0), :sign * x.n
FROM (SELECT p.campaign_id, COUNT(*) AS n
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN placement p FORCE INDEX (PRIMARY) ON p.id = j.id
	GROUP BY p.campaign_id WITH ROLLUP) x
ORDER BY 2
ON DUPLICATE KEY UPDATE pending = pending + VALUES(pending)

-- Promoters who are accepted by these alone (1), or were (-1): in a campaign,
-- and in any.
-- name: standing_accepted
INSERT INTO program_total (organization_id, campaign_id, accepted)
SELECT :org, x.campaign_id, :sign * COUNT(*)
FROM (SELECT DISTINCT p.campaign_id, p.referrer_id
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN placement p FORCE INDEX (PRIMARY) ON p.id = j.id
	WHERE NOT EXISTS (SELECT 1
		FROM placement o FORCE INDEX (placement_promoters)
		WHERE o.campaign_id = p.campaign_id
		AND o.referrer_id = p.referrer_id AND o.standing = 'accepted'
		AND NOT JSON_CONTAINS(:ids, o.id))
	UNION ALL
	SELECT DISTINCT 0, p.referrer_id
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN placement p FORCE INDEX (PRIMARY) ON p.id = j.id
	WHERE NOT EXISTS (SELECT 1
		FROM placement o FORCE INDEX (placement_created)
		WHERE o.referrer_id = p.referrer_id AND o.standing = 'accepted'
		AND NOT JSON_CONTAINS(:ids, o.id))) x
GROUP BY x.campaign_id
ORDER BY 2
ON DUPLICATE KEY UPDATE accepted = accepted + VALUES(accepted)

-- name: standing_of
SELECT p.id, p.organization_id, p.referrer_id AS promoter_id, p.campaign_id,
	IF(p.standing = 'accepted' AND p.status = 'INACTIVE', 'inactive',
	p.standing) AS state, p.code, p.coupon, p.landing_url, p.created_at,
	c.name AS campaign_name, g.color AS campaign_color, t.clicks,
	t.referrals, t.conversions AS customers, t.sales, t.revenue,
	(p.own_promoter_rewards OR p.own_referral_rewards) AS own_rewards
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement p ON p.referrer_id = j.id
JOIN placement_total t ON t.placement_id = p.id
JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN campaign_program g ON g.campaign_id = c.id
WHERE p.organization_id = :org
ORDER BY p.referrer_id, p.id

-- What is done to many promoters at once.  ids: a JSON array.

-- name: promoter_hold
SELECT r.id, p.name, r.archived_at, r.parent_id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r FORCE INDEX (PRIMARY) ON r.id = j.id
LEFT JOIN promoter p ON p.referrer_id = r.id
WHERE r.organization_id = :org
AND NOT r.member_organization_id <=> r.organization_id
ORDER BY r.id FOR UPDATE

-- Who waits for a decision does so no more, or again.
-- name: promoter_waiting
INSERT INTO program_total (organization_id, campaign_id, pending)
SELECT :org, COALESCE(x.campaign_id, 0), :sign * x.n
FROM (SELECT p.campaign_id, COUNT(*) AS n
	FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
	STRAIGHT_JOIN placement p ON p.referrer_id = j.id
	WHERE p.standing = 'pending'
	GROUP BY p.campaign_id WITH ROLLUP) x
ORDER BY 2
ON DUPLICATE KEY UPDATE pending = pending + VALUES(pending)

-- name: promoter_archive
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r FORCE INDEX (PRIMARY) ON r.id = j.id
STRAIGHT_JOIN promoter_total t ON t.referrer_id = r.id
SET r.archived_at = :now, t.archived = 1, r.version = r.version + 1

-- name: promoter_archive_links
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement p ON p.referrer_id = j.id
SET p.status = 'INACTIVE', p.ended_at = :now, p.updated_at = :now,
	p.version = p.version + 1
WHERE p.status = 'ACTIVE'

-- The time of the end says what ended them.
-- name: promoter_restore_links
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r FORCE INDEX (PRIMARY) ON r.id = j.id
STRAIGHT_JOIN placement p ON p.referrer_id = r.id
SET p.status = 'ACTIVE', p.ended_at = NULL, p.updated_at = :now,
	p.version = p.version + 1
WHERE p.standing = 'accepted' AND p.ended_at = r.archived_at
AND (p.ends_at IS NULL OR p.ends_at > :now)

-- name: promoter_restore
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r FORCE INDEX (PRIMARY) ON r.id = j.id
STRAIGHT_JOIN promoter_total t ON t.referrer_id = r.id
SET r.archived_at = NULL, t.archived = 0, r.version = r.version + 1

-- One change of parents of an organization after the other.
-- name: promoter_family
INSERT INTO program_total (organization_id, campaign_id) VALUES (:org, 0)
ON DUPLICATE KEY UPDATE pending = pending

-- name: promoter_parent_of
SELECT id, parent_id FROM referrer
WHERE id = :id AND organization_id = :org
AND NOT member_organization_id <=> organization_id FOR UPDATE

-- name: promoter_adopt
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN referrer r FORCE INDEX (PRIMARY) ON r.id = j.id
STRAIGHT_JOIN promoter_total t ON t.referrer_id = r.id
SET r.parent_id = :parent, t.parent_id = :parent, r.version = r.version + 1

-- name: promoter_live_referrals
SELECT id FROM referral FORCE INDEX (referral_placement)
WHERE placement_id = :placement AND organization_id = :org AND id > :after
AND live = 1
ORDER BY id LIMIT :limit FOR UPDATE

-- From where to where somebody's referral was moved, which stays so.
-- name: promoter_way
SELECT old.placement_id AS from_id, new.placement_id AS to_id
FROM referral old JOIN referral new ON new.id = old.moved_to
WHERE old.id = :id AND old.referrer_id = :promoter
AND old.organization_id = :org LOCK IN SHARE MODE
