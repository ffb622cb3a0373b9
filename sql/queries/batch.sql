-- Batches of work over many rows.

-- name: batch_insert
INSERT INTO batch (organization_id, user_id, action, params, status, open,
	total, processed_count, failed_count, place, errors, retry_of,
	created_at, updated_at, finished_at)
VALUES (:org, :user, :action, :params, :status, :open, :total, :processed,
	:failed, :place, :errors, :retry, :now, :now, :finished)

-- name: batch_chunk_insert
INSERT INTO batch_chunk (batch_id, number, ids) VALUES
-- rows:
(:batch, :number, :ids)

-- name: batch_failure_insert
INSERT INTO batch_failure (batch_id, position, row_id, error) VALUES
-- rows:
(:batch, :position, :row, :error)

-- Who waits already keeps his place.
-- name: batch_turn_ask
INSERT INTO batch_turn (organization_id, due_at) VALUES (:org, :now)
ON DUPLICATE KEY UPDATE asked = asked + 1, due_at = COALESCE(due_at, :now)

-- name: batch_get
SELECT id, organization_id, user_id, action, params, status, total,
	processed_count, failed_count, errors, retry_of, created_at,
	updated_at, finished_at
FROM batch WHERE organization_id = :org AND id = :id

-- name: batch_hold
SELECT id, organization_id, user_id, action, params, status, total,
	processed_count, failed_count, place, errors, retry_of, created_at,
	updated_at, finished_at
FROM batch WHERE organization_id = :org AND id = :id FOR UPDATE

-- name: batch_move
UPDATE batch SET status = :status, open = :open, processed_count = :processed,
	failed_count = :failed, place = :place, errors = :errors,
	updated_at = :now, finished_at = :finished
WHERE id = :id

-- Of each status that is asked for no more than can be on the page.
-- name: batch_list
SELECT b.id AS id, b.organization_id AS organization_id, b.user_id AS user_id,
	b.action AS action, b.params AS params, b.status AS status,
	b.total AS total, b.processed_count AS processed_count,
	b.failed_count AS failed_count, b.errors AS errors,
	b.retry_of AS retry_of, b.created_at AS created_at,
	b.updated_at AS updated_at, b.finished_at AS finished_at
FROM ((SELECT id FROM batch FORCE INDEX (batch_status)
	WHERE :pending AND organization_id = :org AND status = 'pending'
	AND (created_at < :key OR (created_at = :key AND id < :after))
	ORDER BY created_at DESC, id DESC LIMIT :reach)
	UNION ALL
	(SELECT id FROM batch FORCE INDEX (batch_status)
	WHERE :in_progress AND organization_id = :org
	AND status = 'in_progress'
	AND (created_at < :key OR (created_at = :key AND id < :after))
	ORDER BY created_at DESC, id DESC LIMIT :reach)
	UNION ALL
	(SELECT id FROM batch FORCE INDEX (batch_status)
	WHERE :completed AND organization_id = :org AND status = 'completed'
	AND (created_at < :key OR (created_at = :key AND id < :after))
	ORDER BY created_at DESC, id DESC LIMIT :reach)
	UNION ALL
	(SELECT id FROM batch FORCE INDEX (batch_status)
	WHERE :failed AND organization_id = :org AND status = 'failed'
	AND (created_at < :key OR (created_at = :key AND id < :after))
	ORDER BY created_at DESC, id DESC LIMIT :reach)
	UNION ALL
	(SELECT id FROM batch FORCE INDEX (batch_status)
	WHERE :stopped AND organization_id = :org AND status = 'stopped'
	AND (created_at < :key OR (created_at = :key AND id < :after))
	ORDER BY created_at DESC, id DESC LIMIT :reach)) chosen
STRAIGHT_JOIN batch b ON b.id = chosen.id
ORDER BY b.created_at DESC, b.id DESC LIMIT :limit OFFSET :skip

-- name: batch_chunk_get
SELECT number, ids FROM batch_chunk WHERE batch_id = :batch AND number = :number
FOR UPDATE

-- All of them, which never change.
-- name: batch_chunks
SELECT number, ids FROM batch_chunk WHERE batch_id = :batch
ORDER BY number FOR UPDATE

-- name: batch_chunk_list
SELECT number, ids FROM batch_chunk WHERE batch_id = :batch AND number >= :from
ORDER BY number LIMIT :limit

-- name: batch_failure_list
SELECT position, row_id, error FROM batch_failure
WHERE batch_id = :batch AND position >= :from
ORDER BY position LIMIT :limit OFFSET :skip

-- name: batch_failed
SELECT row_id AS id FROM batch_failure WHERE batch_id = :batch ORDER BY position

-- The turns of organizations.  :beyond is explained in jobs.sql.

-- name: batch_turn_due
SELECT organization_id, asked, attempts FROM batch_turn
FORCE INDEX (batch_turn_due)
WHERE (due_at <= :now OR due_at > :beyond)
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond
	OR lease_owner = :owner)
ORDER BY due_at LIMIT 1

-- name: batch_turn_claim
UPDATE batch_turn SET lease_owner = :owner, lease_until = :until,
	attempts = attempts + 1
WHERE organization_id = :org AND attempts = :attempts
AND (due_at <= :now OR due_at > :beyond)
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond
	OR lease_owner = :owner)

-- Behind all who wait, and still of the same process until then.
-- name: batch_turn_pass
UPDATE batch_turn SET due_at = :now, lease_until = :until, attempts = :attempts
WHERE organization_id = :org AND lease_owner = :owner

-- name: batch_turn_leave
UPDATE batch_turn SET lease_owner = NULL, lease_until = NULL
WHERE organization_id = :org AND lease_owner = :owner

-- name: batch_turn_release
UPDATE batch_turn SET lease_owner = NULL, lease_until = NULL, due_at = :due,
	attempts = :attempts
WHERE organization_id = :org AND lease_owner = :owner

-- What came in since then keeps it awake.
-- name: batch_turn_rest
UPDATE batch_turn SET lease_owner = NULL, lease_until = NULL,
	due_at = IF(asked = :asked, NULL, due_at), attempts = 0
WHERE organization_id = :org AND lease_owner = :owner

-- name: batch_next
SELECT id FROM batch FORCE INDEX (batch_open)
WHERE organization_id = :org AND open = 1 ORDER BY id LIMIT 1

-- name: batch_old
SELECT id, total FROM batch FORCE INDEX (batch_finished)
WHERE finished_at < :before ORDER BY finished_at LIMIT 200

-- name: batch_purge_failures
DELETE batch_failure
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS old
STRAIGHT_JOIN batch_failure ON batch_failure.batch_id = old.id

-- name: batch_purge_chunks
DELETE batch_chunk
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS old
STRAIGHT_JOIN batch_chunk ON batch_chunk.batch_id = old.id

-- name: batch_purge
DELETE batch
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS old
STRAIGHT_JOIN batch ON batch.id = old.id
