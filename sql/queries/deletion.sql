-- The end of users and organizations: see src/model/deletion.h.  erase_at is
-- set from the deletion until nothing is left to erase.

-- name: organization_delete
UPDATE organization SET deleted_at = :now, updated_at = :now,
	erase_at = :erase, version = version + 1
WHERE id = :id AND deleted_at IS NULL

-- Its owners can't bring it back then.
-- name: organization_take
UPDATE organization SET taken = 1 WHERE id = :id AND deleted_at IS NOT NULL

-- name: organization_hold
SELECT o.id, o.name, o.slug, o.account_id, o.created_at, o.updated_at,
	o.deleted_at, o.erase_at, o.erased_at, o.version
FROM organization o WHERE o.id = :id FOR UPDATE

-- name: organization_hold_own
SELECT o.id, o.name, o.slug, o.account_id, o.created_at, o.updated_at,
	o.deleted_at, o.erase_at, o.erased_at, o.version
FROM organization o JOIN member m ON m.organization_id = o.id
WHERE o.id = :id AND m.user_id = :user AND m.role = 'owner' AND o.taken = 0
FOR UPDATE

-- name: organization_recover
UPDATE organization SET deleted_at = NULL, erase_at = NULL, taken = 0,
	updated_at = :now, version = version + 1
WHERE id = :id

-- name: organization_erase
UPDATE organization SET name = 'Deleted organization', slug = NULL,
	deleted_at = COALESCE(deleted_at, :now), updated_at = :now,
	erase_at = :again, erased_at = :now, version = version + 1
WHERE id = :id AND erased_at IS NULL

-- name: organization_wiped
UPDATE organization SET erase_at = NULL WHERE id = :id

-- name: organization_erase_due
SELECT id FROM organization WHERE erase_at <= :now
ORDER BY erase_at LIMIT 200

-- name: payment_close_all
UPDATE payment SET expires_at = :now,
	look_at = IF(provider = 'sandbox', :now, look_at)
WHERE organization_id = :org AND payment_status = 'unpaid'
AND status = 'open' AND expires_at > :now

-- name: user_delete
UPDATE user SET deleted_at = :now, updated_at = :now, erase_at = :erase,
	version = version + 1
WHERE id = :id AND deleted_at IS NULL

-- name: user_recover
UPDATE user SET deleted_at = NULL, erase_at = NULL, updated_at = :now,
	version = version + 1
WHERE id = :id AND erased_at IS NULL AND erase_at > :now

-- name: member_gone
UPDATE member SET gone = :gone WHERE user_id = :user

-- name: user_erase
UPDATE user SET email = NULL, name = 'Deleted user', password_hash = '',
	deleted_at = COALESCE(deleted_at, :now), updated_at = :now,
	erase_at = :again, erased_at = :now, version = version + 1
WHERE id = :id AND erased_at IS NULL

-- name: user_wiped
UPDATE user SET erase_at = NULL WHERE id = :id

-- name: user_erase_due
SELECT id FROM user WHERE erase_at <= :now ORDER BY erase_at LIMIT 200

-- name: user_hold
SELECT o.id, m.role FROM member m JOIN organization o
	ON o.id = m.organization_id
WHERE m.user_id = :user AND o.deleted_at IS NULL
ORDER BY m.organization_id FOR UPDATE

-- name: members_beside
SELECT COUNT(*) AS members,
	COUNT(CASE WHEN m.role = 'owner' AND u.deleted_at IS NULL THEN 1 END)
	AS owners
FROM member m JOIN user u ON u.id = m.user_id
WHERE m.organization_id = :org AND m.user_id <> :user

-- name: user_lone
SELECT m.organization_id AS id, m.role FROM member m
WHERE m.user_id = :user AND m.organization_id <> :house
AND NOT EXISTS (SELECT 1 FROM member o
	WHERE o.organization_id = m.organization_id AND o.user_id <> :user)

-- name: session_revoke_all
UPDATE session SET revoked_at = :now
WHERE user_id = :user AND revoked_at IS NULL

-- What hangs on them, some thousands of rows at a time.

-- name: wipe_sessions
DELETE FROM session WHERE user_id = :user LIMIT 5000

-- name: wipe_keys_of_user
UPDATE api_key SET description = '', revoked_at = COALESCE(revoked_at, :now)
WHERE user_id = :user AND description <> '' LIMIT 5000

-- name: wipe_keys_of_organization
UPDATE api_key SET description = '', revoked_at = COALESCE(revoked_at, :now)
WHERE organization_id = :org AND description <> '' LIMIT 5000

-- Those to his address, before it is gone; and what he may send back.
-- name: wipe_invitations_to
DELETE FROM invitation WHERE email = (SELECT email FROM user WHERE id = :user)

-- name: wipe_tokens_of_user
DELETE FROM user_token WHERE user_id = :user LIMIT 5000

-- name: wipe_invitations_of_organization
DELETE FROM invitation WHERE organization_id = :org LIMIT 5000

-- name: wipe_answers_of_user
DELETE FROM idempotency_key WHERE user_id = :user LIMIT 5000

-- name: wipe_answers_of_organization
DELETE FROM idempotency_key WHERE owner = :owner LIMIT 5000

-- name: wipe_members_of_user
DELETE FROM member WHERE user_id = :user LIMIT 5000

-- name: wipe_members_of_organization
DELETE FROM member WHERE organization_id = :org LIMIT 5000

-- name: wipe_placements
UPDATE placement SET name = 'Deleted', description = NULL, landing_url = ''
WHERE referrer_id = (SELECT id FROM referrer WHERE organization_id = :house
	AND member_organization_id = :org)
AND landing_url <> '' LIMIT 5000

-- With them the courier gets their turn, and deletes the deliveries.
-- name: wipe_webhooks
UPDATE webhook_endpoint w
LEFT JOIN webhook_queue q ON q.endpoint_id = w.id
SET w.url = '', w.description = NULL, w.secret = '', w.old_secret = NULL,
	w.old_until = NULL, w.headers = NULL, w.basic_user = NULL,
	w.basic_password = NULL, w.active = 0,
	w.deleted_at = COALESCE(w.deleted_at, :now), q.due_at = :now
WHERE w.organization_id = :org AND w.url <> ''

-- name: wipe_reservations
UPDATE token_reservation SET reference = NULL
WHERE organization_id = :org AND reference IS NOT NULL LIMIT 5000

-- Words about its campaigns and customers; what they come to stays.

-- name: wipe_campaigns
UPDATE campaign SET name = 'Deleted', description = NULL, brand = NULL,
	product_group = NULL, extras = NULL, landing_url = NULL
WHERE organization_id = :org AND (name <> 'Deleted'
OR COALESCE(description, brand, product_group, extras, landing_url) IS NOT NULL)
LIMIT 5000

-- Of promoters in them; what the promoters have elsewhere is theirs.
-- name: wipe_standings
UPDATE placement SET name = 'Deleted', landing_url = '', coupon = NULL
WHERE organization_id = :org AND (name <> 'Deleted' OR landing_url <> ''
OR coupon IS NOT NULL) LIMIT 5000

-- name: wipe_campaign_offers
UPDATE campaign_program SET signup_url = NULL
WHERE organization_id = :org AND signup_url IS NOT NULL LIMIT 5000

-- name: wipe_campaign_links
DELETE FROM campaign_link WHERE organization_id = :org LIMIT 5000

-- name: wipe_rewards
UPDATE reward SET name = 'Deleted', coupon = NULL, provider_coupon = NULL
WHERE organization_id = :org AND (name <> 'Deleted'
OR COALESCE(coupon, provider_coupon) IS NOT NULL) LIMIT 5000

-- name: wipe_company_products
UPDATE company_product SET name = 'Deleted', ext_id = NULL
WHERE organization_id = :org AND (name <> 'Deleted' OR ext_id IS NOT NULL)
LIMIT 5000

-- name: wipe_company_prices
DELETE FROM company_price WHERE organization_id = :org LIMIT 5000

-- name: wipe_promo_codes
UPDATE promo_code SET code = CONCAT('deleted ', id), ext_id = NULL,
	description = NULL, metadata = NULL, details = NULL, live = NULL,
	archived_at = COALESCE(archived_at, created_at)
WHERE organization_id = :org AND (live = 1 OR code <> CONCAT('deleted ', id)
OR COALESCE(ext_id, description, metadata, details) IS NOT NULL) LIMIT 5000

-- name: wipe_custom_statuses
DELETE FROM custom_status WHERE organization_id = :org LIMIT 5000

-- name: wipe_stripe_key
UPDATE program SET stripe_key = NULL
WHERE organization_id = :org AND stripe_key IS NOT NULL LIMIT 1

-- name: wipe_campaign_texts
DELETE FROM campaign_text WHERE organization_id = :org LIMIT 5000

-- name: wipe_advertisers
UPDATE advertiser SET reference = CONCAT('deleted ', id)
WHERE organization_id = :org AND reference <> CONCAT('deleted ', id) LIMIT 5000

-- name: wipe_prepayments
UPDATE prepayment SET reference = NULL
WHERE organization_id = :org AND reference IS NOT NULL LIMIT 5000

-- name: wipe_campaign_refunds
UPDATE campaign_refund SET reference = CONCAT('deleted ', id)
WHERE organization_id = :org AND reference <> CONCAT('deleted ', id) LIMIT 5000

-- What the house said of it, and from where it signed up.
-- name: wipe_referrer
UPDATE referrer SET reason = NULL
WHERE organization_id = :house AND member_organization_id = :org

-- name: wipe_referral
UPDATE referral SET address_hash = NULL
WHERE organization_id = :house AND referred_organization_id = :org

-- Its own leads and customers.
-- name: wipe_leads
UPDATE referral SET live = NULL, deleted_at = :now, email = NULL, uid = NULL,
	username = NULL, first_name = NULL, last_name = NULL, website = NULL,
	comment = NULL, metadata = NULL, lost = NULL, address_hash = NULL
WHERE organization_id = :org AND deleted_at IS NULL LIMIT 5000

-- Its promoters; their codes stay, since others may still point at them.
-- name: wipe_promoters
UPDATE promoter SET email = NULL, name = 'Deleted', customer = NULL,
	note = NULL, profile = '{}', fields = '{}', address_hash = NULL,
	password_hash = NULL
WHERE organization_id = :org AND (name <> 'Deleted' OR email IS NOT NULL
OR customer IS NOT NULL OR note IS NOT NULL OR profile <> '{}'
OR fields <> '{}' OR COALESCE(address_hash, password_hash) IS NOT NULL)
LIMIT 5000

-- name: wipe_promoter_fields
DELETE FROM promoter_field WHERE organization_id = :org LIMIT 5000

-- name: wipe_referral_links
DELETE FROM referral_link WHERE organization_id = :org LIMIT 5000

-- name: wipe_promoted
UPDATE placement SET name = 'Deleted', description = NULL, landing_url = '',
	coupon = NULL, display_coupon = NULL
WHERE organization_id = :org AND (name <> 'Deleted' OR landing_url <> ''
OR COALESCE(description, coupon, display_coupon) IS NOT NULL) LIMIT 5000

-- How it was to be paid as a referrer of the house.
-- name: wipe_wanted_of
UPDATE referrer r STRAIGHT_JOIN payout o FORCE INDEX (payout_promoters)
	ON o.organization_id = r.organization_id AND o.deleted_at IS NULL
	AND o.referrer_id = r.id AND o.status = 'pending'
SET o.wanted = NULL
WHERE r.organization_id = :house AND r.member_organization_id = :org
AND o.wanted IS NOT NULL

-- name: wipe_wanted
UPDATE payout FORCE INDEX (payout_ready) SET wanted = NULL
WHERE organization_id = :org AND wanted IS NOT NULL LIMIT 5000

-- name: wipe_payout_methods_of
DELETE m FROM referrer r STRAIGHT_JOIN payout_method m ON m.referrer_id = r.id
WHERE r.organization_id = :house AND r.member_organization_id = :org

-- name: wipe_payout_methods
DELETE FROM payout_method WHERE organization_id = :org LIMIT 5000

-- The jobs role deletes them, with all that is in them.
-- name: wipe_exports
UPDATE export SET open = NULL, expires_at = :now
WHERE organization_id = :org AND (open = 1 OR expires_at > :now) LIMIT 5000

-- name: wipe_payments
UPDATE payment SET success_url = :neutral, cancel_url = :neutral
WHERE organization_id = :org AND success_url <> :neutral LIMIT 5000
