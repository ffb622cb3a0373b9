-- Payments batches: payouts of one method that are paid together.

-- name: payments_batch_insert
INSERT INTO payments_batch (organization_id, method, status, currency, user_id,
	created_at)
VALUES (:org, :method, 'awaiting_confirmation', :currency, :user, :now)

-- Those that are ready: oldest first, of whom wants to be paid so.
-- name: payments_batch_ready
SELECT id, currency
FROM payout FORCE INDEX (payout_ready)
WHERE organization_id = :org AND wanted = :method AND status = 'pending'
AND batch_id IS NULL AND deleted_at IS NULL
ORDER BY created_at, id LIMIT 1000 FOR UPDATE

-- name: payments_batch_take
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN payout o FORCE INDEX (PRIMARY) ON o.id = chosen.id
SET o.batch_id = :batch, o.version = o.version + 1

-- Of the payouts that are in it now: one that is marked unpaid leaves it.
-- name: payments_batch_get
SELECT b.id, b.method, b.status, b.currency, b.user_id, b.code_until,
	b.code_tries, b.codes, x.total, x.promoters, b.created_at, b.completed_at
FROM (SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS total,
	COUNT(DISTINCT referrer_id) AS promoters
	FROM payout FORCE INDEX (payout_batch)
	WHERE batch_id = :id AND deleted_at IS NULL) x
STRAIGHT_JOIN payments_batch b ON b.id = :id
WHERE b.organization_id = :org AND b.deleted_at IS NULL

-- name: payments_batch_lock
SELECT id, method, status, currency, user_id, code_until, code_tries, codes,
	created_at, completed_at
FROM payments_batch
WHERE id = :id AND organization_id = :org AND deleted_at IS NULL FOR UPDATE

-- name: payments_batch_for_letter
SELECT b.id, b.status, b.code_until, b.codes, b.created_at, u.email, u.name,
	o.name AS organization_name
FROM payments_batch b JOIN user u ON u.id = b.user_id
JOIN organization o ON o.id = b.organization_id
WHERE b.id = :id AND b.deleted_at IS NULL AND u.deleted_at IS NULL FOR UPDATE

-- name: payments_batch_code
UPDATE payments_batch SET codes = codes + 1, code_tries = 0,
	code_until = :until, user_id = :user
WHERE id = :id

-- name: payments_batch_try
UPDATE payments_batch SET code_tries = code_tries + 1
WHERE id = :id AND code_until > :now AND code_tries < 5

-- name: payments_batch_payouts
SELECT id FROM payout FORCE INDEX (payout_batch)
WHERE batch_id = :batch AND deleted_at IS NULL AND status = 'pending'
ORDER BY id FOR UPDATE

-- name: payments_batch_completed
UPDATE payments_batch SET status = 'completed', completed_at = :now,
	code_until = NULL
WHERE id = :id

-- name: payments_batch_release
UPDATE payout FORCE INDEX (payout_batch)
SET batch_id = NULL, version = version + 1 WHERE batch_id = :batch

-- name: payments_batch_delete
UPDATE payments_batch SET deleted_at = :now WHERE id = :id

-- name: payments_batch_export
SELECT o.id, o.amount, o.currency, o.period_start, o.period_end, o.status,
	COALESCE(t.name, h.name) AS name, COALESCE(t.email, j.email) AS email,
	m.method, m.details
FROM payout o FORCE INDEX (payout_batch)
STRAIGHT_JOIN referrer f ON f.id = o.referrer_id
LEFT JOIN promoter t ON t.referrer_id = f.id
LEFT JOIN organization h ON h.id = f.member_organization_id
LEFT JOIN user j ON j.id = f.user_id
LEFT JOIN payout_method m ON m.referrer_id = f.id AND m.selected = 1
WHERE o.batch_id = :batch AND o.deleted_at IS NULL
AND o.organization_id = :org
ORDER BY o.created_at, o.id
