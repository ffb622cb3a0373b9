-- Payouts: made of unpaid commissions, listed, marked.

-- narrowed: as in commission_list.  due: the days on which they are.
-- name: payout_list
SELECT o.id, o.status, o.amount, o.currency, o.batch_id, o.custom,
	o.period_start, o.period_end, o.due_on, o.paid_at, o.paid_method,
	o.created_at, o.version, f.id AS promoter_id,
	COALESCE(t.email, j.email) AS promoter_email,
	COALESCE(t.name, h.name) AS promoter_name, c.id AS campaign_id,
	c.name AS campaign_name, a.color AS campaign_color, m.id AS method_id,
	m.method, m.details, m.is_disabled, (m.selected IS NOT NULL)
	AS is_selected, m.created_at AS method_at
FROM payout o
-- index: PRIMARY when ids
-- index: payout_amount when amount
-- index: payout_start when start
-- index: payout_end when end
-- index: payout_batch when batch
-- index: payout_referrer when promoter
-- index: payout_status when status
-- index: payout_campaign when campaign
-- index: payout_book
STRAIGHT_JOIN referrer f ON f.id = o.referrer_id
LEFT JOIN promoter t ON t.referrer_id = f.id
LEFT JOIN organization h ON h.id = f.member_organization_id
LEFT JOIN user j ON j.id = f.user_id
LEFT JOIN campaign c ON c.id = o.campaign_id
LEFT JOIN campaign_program a ON a.campaign_id = c.id
LEFT JOIN payout_method m ON m.referrer_id = f.id AND m.selected = 1
WHERE o.organization_id = :org AND o.deleted_at IS NULL
-- where: ids
AND o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: batch
AND o.batch_id IN (SELECT i.id FROM JSON_TABLE(:batches, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: promoter
AND o.referrer_id = :referrer
-- where: status
AND o.status = :status
-- where: campaign
AND o.campaign_id = :campaign
-- where: start_in
AND o.period_start BETWEEN :start_from AND :start_to
-- where: end_in
AND o.period_end BETWEEN :end_from AND :end_to
-- where: narrowed
AND (:custom < 0 OR o.custom = :custom)
AND (:due_from IS NULL OR o.due_on BETWEEN :due_from AND :due_to)
AND (:campaigns IS NULL OR JSON_CONTAINS(:campaigns, o.campaign_id))
AND (:method IS NULL OR COALESCE(m.method, 'not_set') = :method)
AND (:payable < 0 OR COALESCE(m.is_disabled, 1) = 0)
AND (:clean < 0 OR NOT EXISTS (SELECT 1 FROM earning e
	JOIN referral r ON r.id = e.referral_id
	WHERE e.referrer_id = o.referrer_id AND e.payout_id = o.id
	AND r.fraud <> 'no_suspicion'))
AND (:frauds IS NULL OR EXISTS (SELECT 1 FROM earning e
	JOIN referral r ON r.id = e.referral_id
	WHERE e.referrer_id = o.referrer_id AND e.payout_id = o.id
	AND JSON_CONTAINS(:frauds, JSON_QUOTE(r.fraud))))
AND (:prefix IS NULL OR COALESCE(t.email, j.email) LIKE :prefix
OR COALESCE(t.name, h.name) LIKE :prefix)
-- where: after_desc
AND (o.created_at < :key OR (o.created_at = :key AND o.id < :after))
-- where: after_asc
AND (o.created_at > :key OR (o.created_at = :key AND o.id > :after))
-- where: after_amount_desc
AND (o.amount < :key OR (o.amount = :key AND o.id < :after))
-- where: after_amount_asc
AND (o.amount > :key OR (o.amount = :key AND o.id > :after))
-- where: after_start_desc
AND (o.period_start < :key OR (o.period_start = :key AND o.id < :after))
-- where: after_start_asc
AND (o.period_start > :key OR (o.period_start = :key AND o.id > :after))
-- where: after_end_desc
AND (o.period_end < :key OR (o.period_end = :key AND o.id < :after))
-- where: after_end_asc
AND (o.period_end > :key OR (o.period_end = :key AND o.id > :after))
-- order: created_desc
ORDER BY o.created_at DESC, o.id DESC
-- order: created_asc
ORDER BY o.created_at, o.id
-- order: amount_desc
ORDER BY o.amount DESC, o.id DESC
-- order: amount_asc
ORDER BY o.amount, o.id
-- order: start_desc
ORDER BY o.period_start DESC, o.id DESC
-- order: start_asc
ORDER BY o.period_start, o.id
-- order: end_desc
ORDER BY o.period_end DESC, o.id DESC
-- order: end_asc
ORDER BY o.period_end, o.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: payout_alike
SELECT id FROM ((SELECT o.id FROM promoter t FORCE INDEX (promoter_email)
STRAIGHT_JOIN payout o FORCE INDEX (payout_referrer)
	ON o.referrer_id = t.referrer_id AND o.deleted_at IS NULL
WHERE t.organization_id = :org AND t.email LIKE :prefix LIMIT 1001)
UNION (SELECT o.id FROM promoter t FORCE INDEX (promoter_name)
STRAIGHT_JOIN payout o FORCE INDEX (payout_referrer)
	ON o.referrer_id = t.referrer_id AND o.deleted_at IS NULL
WHERE t.organization_id = :org AND t.name LIKE :prefix LIMIT 1001)) x
LIMIT 1001

-- As commission_few.
-- name: payout_few
SELECT o.id FROM payout o
-- index: payout_promoters when promoter status
-- index: payout_due when status due
-- index: payout_start when start
-- index: payout_end when end
-- index: payout_custom when custom
-- index: payout_status
WHERE o.organization_id = :org AND o.deleted_at IS NULL
-- where: custom
AND o.custom = 1
-- where: promoter
AND o.referrer_id = :referrer
-- where: status
AND o.status = :status
-- where: due
AND o.due_on BETWEEN :due_from AND :due_to
-- where: start
AND o.period_start BETWEEN :start_from AND :start_to
-- where: end
AND o.period_end BETWEEN :end_from AND :end_to
-- tail:
LIMIT 1001

-- name: payout_few_campaigns
SELECT o.id FROM JSON_TABLE(:campaigns, '$[*]' COLUMNS (id BIGINT UNSIGNED
	PATH '$')) i
STRAIGHT_JOIN payout o FORCE INDEX (payout_campaign)
	ON o.organization_id = :org AND o.deleted_at IS NULL
	AND o.campaign_id = i.id
LIMIT 1001

-- name: payout_few_method
SELECT o.id FROM payout_method m FORCE INDEX (payout_method_kind)
STRAIGHT_JOIN payout o FORCE INDEX (payout_referrer)
	ON o.referrer_id = m.referrer_id AND o.deleted_at IS NULL
WHERE m.organization_id = :org AND m.selected = 1 AND m.method = :method
LIMIT 1001

-- name: payout_few_frauds
SELECT DISTINCT e.payout_id AS id FROM referral r FORCE INDEX (referral_fraud)
STRAIGHT_JOIN earning e FORCE INDEX (earning_referral)
	ON e.organization_id = r.organization_id AND e.referral_id = r.id
WHERE r.organization_id = :org AND r.fraud IN (:one, :two, :three)
AND e.payout_id IS NOT NULL
LIMIT 1001

-- All of a promoter's are to be paid in the same way.
-- name: payout_wanted
SELECT COALESCE((SELECT method FROM payout_method
	WHERE referrer_id = :referrer AND selected = 1), 'not_set') = :method
	AS fits

-- What a promoter has that no payout took up: all of it, and what is taken now,
-- that is what was earned up to a day, or of ids, each with what others that
-- are in payouts brought below zero: so what is left is never below it.  All of
-- it is locked, and nothing comes to it.
-- name: payout_sum
SELECT CAST(COALESCE(SUM(e.amount), 0) AS SIGNED) AS unpaid,
	CAST(COALESCE(SUM(((e.amount < 0 AND o.payout_id IS NOT NULL)
	OR IF(:ids IS NULL, o.created_at <= :end,
	o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)))
	* e.amount), 0) AS SIGNED) AS taken,
	MIN(IF((e.amount < 0 AND o.payout_id IS NOT NULL)
	OR IF(:ids IS NULL, o.created_at <= :end,
	o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)),
	o.created_at, NULL)) AS earned_at,
	MIN(e.campaign_id) AS campaign_id,
	MAX(e.campaign_id) AS last_campaign_id
FROM earning e FORCE INDEX (earning_payout)
STRAIGHT_JOIN earning o FORCE INDEX (earning_once)
	ON o.sale_id = e.sale_id AND o.part = e.part
	AND o.type = 'commission' AND o.refund_id = 0
WHERE e.referrer_id = :referrer AND e.payout_id IS NULL
AND e.organization_id = :org AND e.currency = :currency
AND e.standing = 'due' AND e.status IN ('available', 'reversed')
FOR UPDATE

-- name: payout_take
UPDATE earning e FORCE INDEX (earning_payout)
STRAIGHT_JOIN earning o FORCE INDEX (earning_once)
	ON o.sale_id = e.sale_id AND o.part = e.part
	AND o.type = 'commission' AND o.refund_id = 0
SET e.payout_id = :payout
WHERE e.referrer_id = :referrer AND e.payout_id IS NULL
AND e.organization_id = :org AND e.currency = :currency
AND e.standing = 'due' AND e.status IN ('available', 'reversed')
AND ((e.amount < 0 AND o.payout_id IS NOT NULL)
OR IF(:ids IS NULL, o.created_at <= :end,
	o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)))

-- Each once, however often he was moved; no more of them than are asked for.
-- name: payout_customers
SELECT COUNT(*) AS customers
FROM (SELECT id FROM referral FORCE INDEX (referral_own_customer)
	WHERE referrer_id = :referrer AND deleted_at IS NULL
	AND customer_at IS NOT NULL AND live = 1 LIMIT :least) x

-- name: payout_insert
INSERT INTO payout (organization_id, referrer_id, campaign_id, currency,
	amount, deducted, status, custom, made_in, period_start, period_end,
	due_on, wanted, created_at)
VALUES (:org, :referrer, :campaign, :currency, :amount, :deducted, 'pending',
	:custom, :batch, :start, :end, :due, (SELECT method FROM payout_method
	WHERE referrer_id = :referrer AND selected = 1 AND is_disabled = 0),
	:now)

-- Who may get one, in the order of their ids.
-- name: payout_owners
SELECT owner_id AS id, currency FROM account
WHERE organization_id = :org AND kind = 'earnings_available'
AND owner_id > :after AND balance > 0
ORDER BY owner_id, currency LIMIT 250

-- The house pays by withdrawals, or by hand.
-- name: payout_due
SELECT organization_id AS id, payouts_after, net_days, least_payout,
	least_customers
FROM program FORCE INDEX (program_payouts)
WHERE payouts_until < :end AND organization_id <> :house
ORDER BY payouts_until, organization_id LIMIT 1

-- Whose payout failed: one whose time has come again.
-- name: payout_again
SELECT g.referrer_id AS id, g.currency, g.tries, g.organization_id, p.net_days,
	p.least_payout, p.least_customers
FROM payout_again g STRAIGHT_JOIN program p
	ON p.organization_id = g.organization_id
WHERE g.try_at <= :now OR g.try_at > :beyond
ORDER BY g.try_at, g.referrer_id, g.currency LIMIT 1

-- name: payout_again_set
INSERT INTO payout_again (referrer_id, currency, organization_id, tries, try_at)
VALUES (:referrer, :currency, :org, 1, :at)
ON DUPLICATE KEY UPDATE tries = tries + 1, try_at = VALUES(try_at)

-- name: payout_again_drop
DELETE FROM payout_again WHERE referrer_id = :referrer AND currency = :currency

-- name: payout_moved_on
UPDATE program SET payouts_after = :after
WHERE organization_id = :org AND payouts_until < :end AND payouts_after = :was

-- name: payout_over
UPDATE program SET payouts_until = :end, payouts_after = 0
WHERE organization_id = :org AND payouts_until < :end AND payouts_after = :was

-- Many at once.  ids: a JSON array, in ascending order.

-- name: payout_batch_hold
SELECT o.id, o.organization_id, o.referrer_id, o.currency, o.amount, o.status,
	o.batch_id, m.method
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
WHERE o.organization_id = :org AND o.deleted_at IS NULL
FOR UPDATE

-- name: payout_batch_paid
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
SET o.status = 'completed', o.paid_at = :now, o.paid_by = :user,
	o.paid_method = COALESCE(m.method, 'custom'), o.wanted = NULL,
	o.version = o.version + 1

-- name: payout_batch_unpaid
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
	AND m.is_disabled = 0
SET o.status = 'pending', o.paid_at = NULL, o.paid_by = NULL,
	o.paid_method = NULL, o.batch_id = NULL, o.wanted = m.method,
	o.version = o.version + 1

-- name: payout_batch_destroy
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
SET o.status = 'cancelled', o.deleted_at = :now, o.batch_id = NULL,
	o.wanted = NULL, o.version = o.version + 1

-- name: payout_batch_earnings
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
STRAIGHT_JOIN earning e FORCE INDEX (earning_payout)
	ON e.referrer_id = o.referrer_id AND e.payout_id = o.id
SET e.paid_at = :at

-- name: payout_batch_release
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
STRAIGHT_JOIN earning e FORCE INDEX (earning_payout)
	ON e.referrer_id = o.referrer_id AND e.payout_id = o.id
SET e.payout_id = NULL, e.paid_at = NULL

-- Promoters who have payouts, in the order of their ids, and once a currency.
-- ids: of the last hundred.
-- name: payout_promoters
SELECT o.referrer_id AS id, o.currency, CAST(SUM(o.amount) AS SIGNED)
	AS amount, GROUP_CONCAT(o.id ORDER BY o.id DESC LIMIT 100) AS ids
FROM payout o
-- index: PRIMARY when chosen
-- index: payout_groups
WHERE o.organization_id = :org AND o.deleted_at IS NULL
-- where: status
AND o.status = :status
-- where: campaigns
AND JSON_CONTAINS(:campaigns, o.campaign_id)
-- where: chosen
AND o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (SELECT 1 FROM referrer f LEFT JOIN promoter t ON t.referrer_id = f.id
	LEFT JOIN organization h ON h.id = f.member_organization_id
	LEFT JOIN user j ON j.id = f.user_id
	WHERE f.id = o.referrer_id AND (COALESCE(t.email, j.email) LIKE :prefix
	OR COALESCE(t.name, h.name) LIKE :prefix))
-- where: after
AND o.referrer_id >= :after
AND (o.referrer_id > :after OR o.currency > :currency)
-- tail:
GROUP BY o.referrer_id, o.currency HAVING SUM(o.amount) >= :least
ORDER BY o.referrer_id, o.currency LIMIT :limit OFFSET :skip

-- Sums over the payouts of one organization.

-- Payouts, a JSON array, as they stand now (:sign is 1), or as they do before
-- they are changed (-1).  DISTINCT makes a table with a key of them.
-- name: payout_count
INSERT INTO payout_total (organization_id, campaign_id, status, period_start,
	period_end, method, currency, custom, payouts, amount)
SELECT o.organization_id, IF(t.whole, 0, o.campaign_id), o.status,
	IF(o.status = 'completed', o.period_start, o.due_on),
	IF(o.status = 'completed', o.period_end, o.due_on),
	COALESCE(o.paid_method, m.method, 'not_set'), o.currency, o.custom,
	:sign * COUNT(*), :sign * SUM(o.amount)
FROM (SELECT DISTINCT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i) c
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = c.id
JOIN (SELECT 0 AS whole UNION ALL SELECT 1) t
	ON t.whole OR o.campaign_id IS NOT NULL
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
WHERE o.deleted_at IS NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
ON DUPLICATE KEY UPDATE payouts = payouts + VALUES(payouts),
	amount = amount + VALUES(amount)

-- Of campaigns, a JSON array; 0: of all together.
-- name: payout_stats
SELECT s.status, NULLIF(s.method, 'not_set') AS method, s.currency, s.custom,
	IF(s.status = 'completed', s.period_start, NULL) AS period_start,
	s.period_end, s.amount
FROM JSON_TABLE(:campaigns, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) i
STRAIGHT_JOIN payout_total s ON s.organization_id = :org
	AND s.campaign_id = i.id
WHERE s.payouts <> 0
-- where: status
AND s.status = :status
-- tail:
ORDER BY 5, 6

-- The same from the payouts themselves: of one promoter, or of some.
-- name: payout_stats_rows
SELECT o.status, COALESCE(o.paid_method, m.method) AS method, o.currency,
	o.custom, IF(o.status = 'completed', o.period_start, NULL)
	AS period_start, IF(o.status = 'completed', o.period_end, o.due_on)
	AS period_end, CAST(SUM(o.amount) AS SIGNED) AS amount
FROM payout o
-- index: PRIMARY when chosen
-- index: payout_promoters
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
WHERE o.organization_id = :org AND o.deleted_at IS NULL
-- where: promoter
AND o.referrer_id = :referrer
-- where: status
AND o.status = :status
-- where: campaigns
AND JSON_CONTAINS(:campaigns, o.campaign_id)
-- where: chosen
AND o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (SELECT 1 FROM referrer f LEFT JOIN promoter t ON t.referrer_id = f.id
	LEFT JOIN organization h ON h.id = f.member_organization_id
	LEFT JOIN user j ON j.id = f.user_id
	WHERE f.id = o.referrer_id AND (COALESCE(t.email, j.email) LIKE :prefix
	OR COALESCE(t.name, h.name) LIKE :prefix))
-- tail:
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 5, 6, 1, 2, 3, 4

-- Promoters, each once, by what they have: bits of their payouts' statuses from
-- 1, methods from 9 (by their places among these), and of what is not paid, from
-- 17: due next, overdue, made by hand.
-- name: payout_stats_people
SELECT CAST(x.bits AS SIGNED) AS bits, COUNT(*) AS promoters
FROM (SELECT BIT_OR((1 << FIND_IN_SET(o.status, :statuses))
	| (1 << (8 + FIND_IN_SET(COALESCE(o.paid_method, m.method, ''),
	:methods))) | IF(o.status = 'completed', 0, 1 << IF(o.custom, 19,
	IF(o.due_on < :today, 18, 17)))) AS bits
FROM payout o
-- index: PRIMARY when chosen
-- index: payout_promoters when promoter
-- index: payout_status when status
-- index: payout_promoters
LEFT JOIN payout_method m ON m.referrer_id = o.referrer_id AND m.selected = 1
WHERE o.organization_id = :org AND o.deleted_at IS NULL
-- where: promoter
AND o.referrer_id = :referrer
-- where: status
AND o.status = :status
-- where: campaigns
AND JSON_CONTAINS(:campaigns, o.campaign_id)
-- where: chosen
AND o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (SELECT 1 FROM referrer f LEFT JOIN promoter t ON t.referrer_id = f.id
	LEFT JOIN organization h ON h.id = f.member_organization_id
	LEFT JOIN user j ON j.id = f.user_id
	WHERE f.id = o.referrer_id AND (COALESCE(t.email, j.email) LIKE :prefix
	OR COALESCE(t.name, h.name) LIKE :prefix))
-- tail:
GROUP BY o.referrer_id) x
GROUP BY x.bits

-- Of what is paid.
-- name: payout_stats_periods
SELECT o.period_start, o.period_end, COUNT(DISTINCT o.referrer_id) AS promoters
FROM payout o
-- index: PRIMARY when chosen
-- index: payout_promoters
WHERE o.organization_id = :org AND o.deleted_at IS NULL AND o.status = 'completed'
-- where: promoter
AND o.referrer_id = :referrer
-- where: status
AND o.status = :status
-- where: campaigns
AND JSON_CONTAINS(:campaigns, o.campaign_id)
-- where: chosen
AND o.id IN (SELECT i.id FROM JSON_TABLE(:ids, '$[*]'
	COLUMNS (id BIGINT UNSIGNED PATH '$')) i)
-- where: alike
AND (SELECT 1 FROM referrer f LEFT JOIN promoter t ON t.referrer_id = f.id
	LEFT JOIN organization h ON h.id = f.member_organization_id
	LEFT JOIN user j ON j.id = f.user_id
	WHERE f.id = o.referrer_id AND (COALESCE(t.email, j.email) LIKE :prefix
	OR COALESCE(t.name, h.name) LIKE :prefix))
-- tail:
GROUP BY 1, 2 ORDER BY 1, 2

-- Their payouts are not locked: whoever marks one locks it first, and then them.
-- name: payout_chosen
SELECT e.id, e.referrer_id, e.payout_id, e.refund_id, e.type, e.standing,
	e.status, e.currency
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
WHERE e.organization_id = :org AND e.shown = 1
FOR UPDATE

-- Those of them that are in payouts of their own batch.
-- name: payout_made_in
SELECT e.id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id
STRAIGHT_JOIN payout o ON o.id = e.payout_id AND o.made_in = :batch
WHERE e.organization_id = :org
ORDER BY e.id

-- What else of a promoter somebody could choose, behind one.
-- name: payout_choosable
SELECT id FROM earning FORCE INDEX (earning_payout)
WHERE referrer_id = :referrer AND payout_id IS NULL AND id > :after
AND organization_id = :org AND currency = :currency AND type = 'commission'
AND refund_id = 0 AND standing = 'due' AND status = 'available'
ORDER BY id FOR UPDATE

-- By currency, and NULL: all of them.
-- name: payout_total
SELECT o.currency, CAST(SUM(o.amount) AS SIGNED) AS amount,
	COUNT(DISTINCT o.referrer_id) AS promoters
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
WHERE o.organization_id = :org AND o.deleted_at IS NULL
GROUP BY o.currency WITH ROLLUP
