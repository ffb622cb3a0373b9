-- What a promoter sees of his own.

-- As lead_list, and by the state or email as well.  States are numbers here.
-- Those of one state come by_state: the newest are first there too, and are not
-- sorted where the server knows the state as the column's own text.
-- name: own_leads
SELECT r.id, COALESCE(r.email, (SELECT u.email FROM member m
		JOIN user u ON u.id = m.user_id
		WHERE m.organization_id = r.referred_organization_id
		AND m.role = 'owner' AND u.deleted_at IS NULL
		ORDER BY m.id LIMIT 1)) AS email, r.email AS email_key,
	COALESCE(r.uid, o.account_id) AS uid, r.metadata, r.state,
	r.created_at, r.customer_at, l.id AS placement_id,
	l.created_at AS placed_at, c.id AS campaign_id,
	c.name AS campaign_name, a.color AS campaign_color
FROM referral r
-- index: PRIMARY when ids
-- index: referral_own_email when by_email
-- index: referral_own_state when by_state
-- index: referral_own_customer when by_customer
-- index: referral_referrer
LEFT JOIN organization o ON o.id = r.referred_organization_id
STRAIGHT_JOIN placement l ON l.id = r.placement_id
STRAIGHT_JOIN campaign c ON c.id = r.campaign_id
LEFT JOIN campaign_program a ON a.campaign_id = c.id
WHERE r.referrer_id = :referrer AND r.organization_id = :org
AND r.deleted_at IS NULL
-- where: ids
AND r.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (r.email LIKE :prefix OR r.uid LIKE :prefix OR r.username LIKE :prefix
OR r.website LIKE :prefix)
-- where: lead
AND (r.customer_at IS NULL) = 1
-- where: state
AND r.state = :state COLLATE utf8mb4_unicode_ci
-- where: created_in
AND r.created_at BETWEEN :created_from AND :created_to
-- where: customer_in
AND r.customer_at BETWEEN :customer_from AND :customer_to
-- where: campaigns
AND JSON_CONTAINS(:campaigns, r.campaign_id)
-- where: after_created
AND (r.created_at < :key OR (r.created_at = :key AND r.id < :after))
-- where: after_customer
AND (r.customer_at < :key OR (r.customer_at = :key AND r.id < :after))
-- where: after_state_desc
AND (r.state < :state_key OR (r.state = :state_key AND r.created_at < :key)
OR (r.state = :state_key AND r.created_at = :key AND r.id < :after))
-- where: after_state_asc
AND (r.state > :state_key OR (r.state = :state_key AND r.created_at > :key)
OR (r.state = :state_key AND r.created_at = :key AND r.id > :after))
-- where: after_email_desc
AND (r.email < :email OR (:email IS NOT NULL AND r.email IS NULL)
OR (r.email <=> :email AND r.id < :after))
-- where: after_email_asc
AND (r.email > :email OR (:email IS NULL AND r.email IS NOT NULL)
OR (r.email <=> :email AND r.id > :after))
-- order: by_state_desc
ORDER BY r.state DESC, r.created_at DESC, r.id DESC
-- order: by_state_asc
ORDER BY r.state, r.created_at, r.id
-- order: by_email_desc
ORDER BY r.email DESC, r.id DESC
-- order: by_email_asc
ORDER BY r.email, r.id
-- order: created
ORDER BY r.created_at DESC, r.id DESC
-- order: by_customer
ORDER BY r.customer_at DESC, r.id DESC
-- tail:
LIMIT :limit OFFSET :skip

-- Those of some campaigns, as many as say that they are not few.
-- name: own_placed
SELECT r.id FROM placement p FORCE INDEX (placement_created)
STRAIGHT_JOIN referral r FORCE INDEX (referral_placement)
	ON r.placement_id = p.id
WHERE p.referrer_id = :referrer AND p.organization_id = :org
AND JSON_CONTAINS(:campaigns, p.campaign_id) LIMIT 1001

-- Is it his?
-- name: own_lead
SELECT id FROM referral WHERE id = :id AND referrer_id = :referrer
AND organization_id = :org AND deleted_at IS NULL

-- He entered it himself, and it never bought: no commission hangs on it, and no
-- refund will ask for it.
-- name: own_lead_hold
SELECT id FROM referral WHERE id = :id AND referrer_id = :referrer
AND organization_id = :org AND deleted_at IS NULL AND live = 1
AND entry_source = 'manual_affiliate' AND customer_at IS NULL AND sales = 0
AND state <> 'denied' FOR UPDATE

-- Where he can enter some: as a link of his would bring them.
-- name: own_placement
SELECT p.id FROM placement p JOIN campaign c ON c.id = p.campaign_id
WHERE p.id = :id AND p.referrer_id = :referrer AND p.organization_id = :org
AND p.standing = 'accepted' AND p.status = 'ACTIVE'
AND (c.status = 'running' OR (c.status = 'stopped' AND c.settled = 0))
AND (p.starts_at IS NULL OR p.starts_at <= :now)
AND (p.ends_at IS NULL OR p.ends_at > :now)
