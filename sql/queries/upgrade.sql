-- Promoters who move up into another campaign.

-- name: upgrade_due
SELECT t.placement_id AS id, l.organization_id, l.referrer_id, t.upgrade_due
	AS due
FROM placement_total t FORCE INDEX (placement_total_upgrade)
STRAIGHT_JOIN placement l ON l.id = t.placement_id
WHERE t.upgrade_due IS NOT NULL
ORDER BY t.upgrade_due, t.placement_id LIMIT 50

-- As it stands now, and stays.
-- name: upgrade_hold
SELECT l.id, l.organization_id, l.referrer_id AS promoter_id, l.campaign_id,
	l.code, l.coupon, l.display_coupon, l.upgraded_id,
	(l.standing = 'accepted' AND l.status = 'ACTIVE'
	AND r.archived_at IS NULL) AS fits,
	g.upgrade_campaign_id AS to_id, g.upgrade_amount AS amount,
	g.upgrade_metric AS metric, COALESCE(g.upgrade_moves, 0) AS moves,
	t.conversions AS customers, t.revenue, t.active
FROM referrer r FORCE INDEX (PRIMARY)
STRAIGHT_JOIN placement l FORCE INDEX (PRIMARY) ON l.id = :placement
STRAIGHT_JOIN placement_total t ON t.placement_id = l.id
LEFT JOIN campaign_program g ON g.campaign_id = l.campaign_id
WHERE r.id = :referrer AND t.upgrade_due = :due
AND NOT r.member_organization_id <=> r.organization_id FOR UPDATE

-- Who were not moved away since; no more of them than are asked for.
-- name: upgrade_customers
SELECT COUNT(*) AS customers
FROM (SELECT id FROM referral FORCE INDEX (referral_placement)
	WHERE placement_id = :placement AND live = 1
	AND customer_at IS NOT NULL LIMIT :least) x

-- An organization's own link moves nowhere.
-- name: upgrade_drop
UPDATE placement_total t JOIN referrer r ON r.id = :referrer
SET t.upgrade_due = NULL
WHERE t.placement_id = :placement
AND r.member_organization_id <=> r.organization_id

-- name: upgrade_set
UPDATE placement_total SET upgrade_due = :due WHERE placement_id = :placement

-- What names him goes along, so that his links lead on: first it is free...
-- name: upgrade_leave
UPDATE placement SET code = :code, coupon = NULL, display_coupon = NULL,
	version = version + 1
WHERE id = :placement

-- ...and then his, in the other campaign.
-- name: upgrade_arrive
UPDATE placement SET code = :code, coupon = :coupon, display_coupon = :display
WHERE id = :placement

-- name: upgrade_former_codes
UPDATE placement_code SET placement_id = :to WHERE placement_id = :from

-- name: upgrade_promo_codes
UPDATE promo_code SET placement_id = :to, version = version + 1
WHERE placement_id = :from

-- name: upgrade_links
UPDATE referral_link SET placement_id = :to WHERE placement_id = :from

-- name: upgrade_clicks
UPDATE placement SET upgraded_id = :to
WHERE referrer_id = :referrer AND (id = :from OR upgraded_id = :from)

-- name: upgrade_referrals
SELECT id FROM referral FORCE INDEX (referral_placement)
WHERE placement_id = :placement AND id >= :first AND live = 1
ORDER BY id LIMIT 250 FOR UPDATE

-- Campaigns whose terms are new, and who is in them.

-- name: upgrade_walk
SELECT campaign_id AS id, upgrade_after AS after
FROM campaign_program FORCE INDEX (campaign_program_upgrade)
WHERE upgrade_after IS NOT NULL
ORDER BY upgrade_after, campaign_id LIMIT 1

-- name: upgrade_walk_next
SELECT id FROM placement FORCE INDEX (placement_campaign)
WHERE campaign_id = :campaign AND id > :after ORDER BY id LIMIT 500

-- name: upgrade_mark
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN placement_total t ON t.placement_id = j.id
SET t.upgrade_due = COALESCE(t.upgrade_due, 0)

-- Unless the terms are new once more.
-- name: upgrade_walked
UPDATE campaign_program SET upgrade_after = :next
WHERE campaign_id = :campaign AND upgrade_after = :after
