-- Leads and customers of a program: referrals as the company sees them.

-- One of an organization here is known by what its owner and it are called.
-- Leads are met soon in any order: most are.
-- name: lead_list
SELECT r.id, COALESCE(r.email, (SELECT u.email FROM member m
		JOIN user u ON u.id = m.user_id
		WHERE m.organization_id = r.referred_organization_id
		AND m.role = 'owner' AND u.deleted_at IS NULL
		ORDER BY m.id LIMIT 1)) AS email,
	COALESCE(r.uid, o.account_id) AS uid, r.username, r.first_name,
	r.last_name, r.website, r.comment, r.metadata, r.state, r.entry_source,
	r.fraud, r.created_at, r.customer_at, r.cancelled_at,
	b.email AS created_by, (l.standing = 'blocked' OR r.live IS NULL
	OR c.status = 'deleted') AS is_expired,
	(SELECT JSON_ARRAYAGG(JSON_OBJECT('promoter_campaign_id',
		s.placement_id, 'promoter_id', q.referrer_id, 'percentage',
		s.ppm DIV 10000) ORDER BY s.position)
	FROM referral_split s JOIN placement q ON q.id = s.placement_id
	WHERE s.referral_id = r.id) AS split, x.id AS status_id,
	x.organization_id AS status_org, x.name AS status_name,
	x.description AS status_description, x.position AS status_position,
	x.created_at AS status_created, x.updated_at AS status_updated,
	l.id AS placement_id, l.created_at AS placed_at,
	f.id AS promoter_id, COALESCE(t.email, j.email) AS promoter_email,
	COALESCE(t.name, h.name) AS promoter_name, c.id AS campaign_id,
	c.name AS campaign_name, a.color AS campaign_color
FROM referral r
-- index: PRIMARY when ids
-- index: referral_customer when customer
-- index: referral_cancelled when cancelled
-- index: referral_referrer when referrer
-- index: referral_state when state
-- index: referral_book
LEFT JOIN organization o ON o.id = r.referred_organization_id
LEFT JOIN user b ON b.id = r.user_id
LEFT JOIN custom_status x ON x.id = r.custom_status_id
JOIN placement l ON l.id = r.placement_id
JOIN referrer f ON f.id = r.referrer_id
LEFT JOIN promoter t ON t.referrer_id = f.id
LEFT JOIN organization h ON h.id = f.member_organization_id
LEFT JOIN user j ON j.id = f.user_id
JOIN campaign c ON c.id = r.campaign_id
LEFT JOIN campaign_program a ON a.campaign_id = c.id
WHERE r.organization_id = :org AND r.deleted_at IS NULL
-- where: ids
AND r.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (r.email LIKE :prefix OR r.uid LIKE :prefix OR r.username LIKE :prefix
OR r.website LIKE :prefix)
-- where: lead
AND (r.customer_at IS NULL) = 1
-- where: referrer
AND r.referrer_id = :referrer
-- where: state
AND r.state = :state
-- where: created_in
AND r.created_at BETWEEN :created_from AND :created_to
-- where: customer_in
AND r.customer_at BETWEEN :customer_from AND :customer_to
-- where: cancelled_in
AND r.cancelled_at BETWEEN :cancelled_from AND :cancelled_to
-- where: after_asc
AND (r.created_at > :key OR (r.created_at = :key AND r.id > :after))
-- where: after_desc
AND (r.created_at < :key OR (r.created_at = :key AND r.id < :after))
-- where: after_customer
AND (r.customer_at < :key OR (r.customer_at = :key AND r.id < :after))
-- where: after_cancelled
AND (r.cancelled_at < :key OR (r.cancelled_at = :key AND r.id < :after))
-- order: created_desc
ORDER BY r.created_at DESC, r.id DESC
-- order: created_asc
ORDER BY r.created_at, r.id
-- order: customer
ORDER BY r.customer_at DESC, r.id DESC
-- order: cancelled
ORDER BY r.cancelled_at DESC, r.id DESC
-- tail:
LIMIT :limit OFFSET :skip

-- Those that begin so: all of them, or as many as make it a common beginning.
-- name: lead_alike
SELECT id FROM ((SELECT id FROM referral FORCE INDEX (referral_email)
WHERE organization_id = :org AND email LIKE :prefix AND live = 1 LIMIT 1001)
UNION (SELECT id FROM referral FORCE INDEX (referral_uid)
WHERE organization_id = :org AND uid LIKE :prefix AND live = 1 LIMIT 1001)
UNION (SELECT id FROM referral FORCE INDEX (referral_username)
WHERE organization_id = :org AND username LIKE :prefix AND live = 1 LIMIT 1001)
UNION (SELECT id FROM referral FORCE INDEX (referral_website)
WHERE organization_id = :org AND website LIKE :prefix LIMIT 1001)) x
LIMIT 1001

-- By one of its names.
-- name: lead_find
SELECT id FROM referral WHERE organization_id = :org AND deleted_at IS NULL
-- where: id
AND id = :id
-- where: email
AND email = :email AND live = 1
-- where: uid
AND uid = :uid AND live = 1
-- where: username
AND username = :username AND live = 1
-- tail:
LIMIT 1

-- An organization here by its account, or by the address of an owner.
-- name: lead_find_account
SELECT r.id FROM organization o
JOIN referral r ON r.organization_id = :org
	AND r.referred_organization_id = o.id AND r.live = 1
WHERE o.account_id = :account

-- name: lead_find_owner
SELECT r.id FROM user u
JOIN member m ON m.user_id = u.id AND m.role = 'owner'
JOIN referral r ON r.organization_id = :org
	AND r.referred_organization_id = m.organization_id AND r.live = 1
WHERE u.email = :email AND u.deleted_at IS NULL ORDER BY m.id LIMIT 1

-- name: lead_lock
SELECT id, referred_organization_id, placement_id, custom_status_id, email, uid,
	username, fraud, state, live
FROM referral WHERE organization_id = :org AND id = :id
AND deleted_at IS NULL FOR UPDATE

-- Where a lead can come: the promoter is not refused.
-- name: lead_placement
SELECT l.id, l.campaign_id, l.referrer_id
FROM placement l JOIN referrer f ON f.id = l.referrer_id
WHERE l.id = :id AND l.organization_id = :org
AND l.standing IN ('pending', 'accepted') AND f.archived_at IS NULL

-- By what a lead's names are judged.
-- name: lead_terms
SELECT COALESCE(t.email, j.email) AS email,
	COALESCE(g.approve_leads, 0) AS approve_leads
FROM placement l JOIN referrer f ON f.id = l.referrer_id
LEFT JOIN promoter t ON t.referrer_id = f.id
LEFT JOIN user j ON j.id = f.user_id
LEFT JOIN campaign_program g ON g.campaign_id = l.campaign_id
WHERE l.id = :id AND l.organization_id = :org

-- name: lead_insert
INSERT INTO referral (organization_id, campaign_id, placement_id, referrer_id,
	state, email, uid, username, entry_source, fraud, checks, user_id,
	created_at)
VALUES (:org, :campaign, :placement, :referrer, :state, :email, :uid,
	:username, :source, :fraud, :checks, :user, :now)

-- name: lead_update
UPDATE referral SET email = :email, uid = :uid, username = :username,
	fraud = :fraud, checks = checks | :checks, state = :state, version = version + 1
WHERE id = :id

-- name: lead_status
UPDATE referral SET custom_status_id = :status, version = version + 1
WHERE id = :id

-- name: lead_moved_to
SELECT moved_to AS id FROM referral WHERE id = :id FOR UPDATE

-- name: lead_split_clear
DELETE FROM referral_split WHERE referral_id = :referral

-- name: lead_split
INSERT INTO referral_split (referral_id, position, placement_id, ppm) VALUES
-- rows:
(:referral, :position, :placement, :ppm)
