-- What is done to many referrals at once.  ids: a JSON array, in ascending
-- order, of rows that are locked and looked at before they are changed.

-- name: referral_batch_hold
SELECT r.id, r.state, r.live, r.placement_id, r.customer_at,
	r.cancelled_at
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
WHERE r.organization_id = :org AND r.deleted_at IS NULL
FOR UPDATE

-- From where those came that were moved.
-- name: referral_batch_origins
SELECT r.id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (referral_moved) ON r.moved_to = chosen.id
WHERE r.organization_id = :org
FOR UPDATE

-- name: referral_batch_erase
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.email = NULL, r.uid = NULL, r.username = NULL, r.first_name = NULL,
	r.last_name = NULL, r.website = NULL, r.comment = NULL,
	r.metadata = NULL, r.lost = NULL, r.address_hash = NULL,
	r.version = r.version + 1
WHERE r.organization_id = :org

-- name: referral_batch_delete
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.live = NULL, r.deleted_at = :now, r.email = NULL, r.uid = NULL,
	r.username = NULL, r.first_name = NULL, r.last_name = NULL,
	r.website = NULL, r.comment = NULL, r.metadata = NULL, r.lost = NULL,
	r.address_hash = NULL, r.version = r.version + 1
WHERE r.organization_id = :org

-- name: referral_batch_state
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.state = :state, r.version = r.version + 1
WHERE r.organization_id = :org

-- Those of whose sales, and of those before they were moved, nothing is left.
-- name: referral_batch_refunded
WITH RECURSIVE past (id, became) AS (
	SELECT c.id, c.id FROM JSON_TABLE(:ids, '$[*]' COLUMNS (
		id BIGINT UNSIGNED PATH '$')) AS c
	UNION ALL
	SELECT r.id, past.became FROM past
	STRAIGHT_JOIN referral r FORCE INDEX (referral_moved)
		ON r.moved_to = past.id)
SELECT past.became AS id
FROM past STRAIGHT_JOIN sale s ON s.referral_id = past.id
	AND s.kind = 'tracked'
GROUP BY past.became
HAVING SUM(s.refunded_amount) > 0 AND SUM(s.refunded_amount < s.amount) = 0

-- What it would be by its facts: refunded (those of the above) before cancelled.
-- name: referral_batch_enable
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.state = CASE WHEN r.customer_at IS NULL THEN 'signup'
	WHEN JSON_CONTAINS(:refunded, r.id) THEN 'refunded'
	WHEN r.cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'active' END,
	r.version = r.version + 1
WHERE r.organization_id = :org

-- Where they can go.
-- name: referral_batch_target
SELECT l.id, l.campaign_id, l.referrer_id, f.member_organization_id
FROM placement l JOIN referrer f ON f.id = l.referrer_id
WHERE l.id = :id AND l.organization_id = :org
AND l.standing IN ('pending', 'accepted') AND f.archived_at IS NULL

-- name: referral_batch_target_hold
SELECT l.id, l.campaign_id, l.referrer_id, f.member_organization_id
FROM placement l JOIN referrer f ON f.id = l.referrer_id
WHERE l.id = :id AND l.organization_id = :org
AND l.standing IN ('pending', 'accepted') AND f.archived_at IS NULL
LOCK IN SHARE MODE

-- Their names are free for the rows that follow.
-- name: referral_batch_leave
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.live = NULL, r.version = r.version + 1
WHERE r.organization_id = :org

-- name: referral_batch_arrive
INSERT INTO referral (organization_id, campaign_id, placement_id, referrer_id,
	referred_organization_id, click_id, state, address_hash, checks, email,
	uid, username, first_name, last_name, website, comment, metadata,
	entry_source, fraud, user_id, plan, mrr, sales, last_sale_at,
	promo_code, lost, custom_status_id, created_at, customer_at,
	bought_at, cancelled_at)
SELECT organization_id, :campaign, :placement, :referrer,
	referred_organization_id, click_id, state, address_hash, checks, email,
	uid, username, first_name, last_name, website, comment, metadata,
	entry_source, fraud, user_id, plan, mrr, sales, last_sale_at,
	promo_code, lost, custom_status_id, :now, customer_at, bought_at,
	cancelled_at
FROM referral WHERE id = :from

-- pairs: [[from, to], ...]
-- name: referral_batch_moved
UPDATE JSON_TABLE(:pairs, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]',
	moved_to BIGINT UNSIGNED PATH '$[1]')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id
SET r.state = 'moved', r.moved_to = chosen.moved_to
WHERE r.organization_id = :org

-- But for one who would share with himself.
-- name: referral_batch_split
INSERT INTO referral_split (referral_id, position, placement_id, ppm)
SELECT chosen.moved_to, s.position, s.placement_id, s.ppm
FROM JSON_TABLE(:pairs, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]',
	moved_to BIGINT UNSIGNED PATH '$[1]')) AS chosen
STRAIGHT_JOIN referral_split s ON s.referral_id = chosen.id
WHERE s.placement_id <> :placement

-- Commissions of referrals that were not given yet, not taken back, and no row
-- of which is in a payout: some of them may be.  last_part: of their sale.
-- name: earning_unpaid
SELECT e.id, e.organization_id, e.referrer_id,
	(SELECT f.member_organization_id FROM referrer f
	WHERE f.id = e.referrer_id) AS member_organization_id,
	e.sale_id, e.placement_id, e.referral_id, e.part,
	(SELECT MAX(m.part) FROM earning m WHERE m.sale_id = e.sale_id)
	AS last_part, e.amount, e.reversed_amount, e.tier, e.status, e.currency
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (earning_referral)
	ON e.referral_id = chosen.id
WHERE e.organization_id = :org AND e.type = 'commission' AND e.refund_id = 0
AND e.status IN ('pending', 'available') AND e.refused_at IS NULL
AND e.fulfilled_at IS NULL
AND NOT EXISTS (SELECT 1 FROM earning t WHERE t.sale_id = e.sale_id
	AND t.part = e.part AND t.payout_id IS NOT NULL)
FOR UPDATE

-- In the order of ids.
-- name: earning_take_back
INSERT INTO earning (organization_id, referrer_id, campaign_id, placement_id,
	sale_id, refund_id, part, type, status, amount, currency, rate_ppm,
	tier, reward_id, referral_id, first, share_ppm, sale_amount,
	available_at, created_at)
SELECT e.organization_id, e.referrer_id, e.campaign_id, e.placement_id,
	e.sale_id, 0, e.part, 'reversal', 'reversed',
	e.reversed_amount - e.amount, e.currency, e.rate_ppm, e.tier,
	e.reward_id, e.referral_id, e.first, e.share_ppm, e.sale_amount,
	e.available_at, :now
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
RETURNING id

-- All rows of a commission sum to zero from now on.
-- name: earning_mark_taken
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
SET e.reversed_amount = e.amount, e.refused_at = :now, e.status = 'reversed'

-- name: earning_mark_adjusted
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
STRAIGHT_JOIN earning t FORCE INDEX (earning_once) ON t.sale_id = e.sale_id
	AND t.part = e.part
SET t.status = 'reversed', t.refused_at = :now
WHERE t.type IN ('commission', 'reversal') AND t.refund_id <> 0

-- All rows of commissions once more, for somebody else: before they are taken
-- back.  parts: [[commission, part, referral], ...], what their new rows have.
-- name: earning_hand_over
INSERT INTO earning (organization_id, referrer_id, campaign_id, placement_id,
	sale_id, refund_id, part, type, status, amount, reversed_amount,
	currency, rate_ppm, checks, tier, reward_id, referral_id, first,
	share_ppm, sale_amount, available_at, created_at)
SELECT e.organization_id, :referrer, :campaign, :placement, e.sale_id,
	t.refund_id, chosen.part, t.type, t.status, t.amount,
	t.reversed_amount, t.currency, t.rate_ppm, t.checks, t.tier,
	t.reward_id, chosen.referral_id, t.first, t.share_ppm, t.sale_amount,
	t.available_at, :now
FROM JSON_TABLE(:parts, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$[0]',
	part INT UNSIGNED PATH '$[1]',
	referral_id BIGINT UNSIGNED PATH '$[2]')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
STRAIGHT_JOIN earning t FORCE INDEX (earning_once) ON t.sale_id = e.sale_id
	AND t.part = e.part AND t.type IN ('commission', 'reversal')
RETURNING id, type, status, refund_id, amount, currency
