-- name: referral_insert
INSERT INTO referral (organization_id, campaign_id, placement_id, referrer_id,
	referred_organization_id, click_id, state, address_hash, checks,
	created_at)
VALUES (:org, :campaign, :placement, :referrer, :referred, :click, 'signup',
	:address, :checks, :now)

-- name: referral_customer
UPDATE referral SET state = 'active', customer_at = :now
WHERE id = :id AND customer_at IS NULL
