-- Webhook deliveries, as the courier (jobs) works them off.

-- name: delivery_insert
INSERT INTO webhook_delivery (organization_id, endpoint_id, event_id, number,
	status, run_at, created_at) VALUES
-- rows:
(:org, :endpoint, :event, :number, :status, :run, :now)

-- There is something to send from that time on.
-- name: queue_wake
UPDATE webhook_queue SET due_at = LEAST(COALESCE(due_at, :at), :at)
WHERE endpoint_id = :id

-- name: queue_due
SELECT q.endpoint_id AS id, w.seconds AS seconds
FROM webhook_queue q
JOIN webhook_endpoint w ON w.id = q.endpoint_id
WHERE q.due_at <= :now
AND (q.lease_until IS NULL OR q.lease_until < :now OR q.lease_until > :beyond)
-- where: well
AND q.failing_since IS NULL
-- where: failing
AND q.failing_since IS NOT NULL
-- tail:
ORDER BY q.due_at LIMIT :limit

-- name: queue_claim
UPDATE webhook_queue SET lease_owner = :owner, lease_until = :until
WHERE endpoint_id = :id AND due_at <= :now
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond)

-- name: queue_lock
SELECT endpoint_id AS id FROM webhook_queue
WHERE endpoint_id = :id AND lease_owner = :owner FOR UPDATE

-- One that was deleted has something to do as long as it has deliveries.
-- name: queue_next
SELECT COALESCE((SELECT MIN(d.run_at) FROM webhook_delivery d
	WHERE d.endpoint_id = :id AND d.run_at IS NOT NULL),
	(SELECT w.deleted_at FROM webhook_endpoint w
	WHERE w.id = :id AND w.deleted_at IS NOT NULL
	AND EXISTS (SELECT 1 FROM webhook_delivery d
		WHERE d.endpoint_id = w.id))) AS at

-- name: queue_release
UPDATE webhook_queue SET due_at = :next, lease_owner = NULL,
	lease_until = NULL
WHERE endpoint_id = :id AND lease_owner = :owner

-- name: queue_failing
UPDATE webhook_queue SET failing_since = :since WHERE endpoint_id = :id

-- name: target_get
SELECT w.id AS id, w.organization_id AS organization_id, w.form AS form,
	w.url AS url, w.active AS active, w.secret AS secret,
	w.old_secret AS old_secret, w.old_until AS old_until,
	w.seconds AS seconds, w.max_retries AS max_retries,
	w.headers AS headers, w.basic_user AS basic_user,
	w.basic_password AS basic_password, w.deleted_at AS deleted_at,
	q.failing_since AS failing_since
FROM webhook_endpoint w
JOIN webhook_queue q ON q.endpoint_id = w.id
WHERE w.id = :id

-- name: target_disable
UPDATE webhook_endpoint SET active = 0, disabled_at = :now,
	disabled_reason = :reason, updated_at = :now, version = version + 1
WHERE id = :id AND organization_id = :org AND active = 1

-- name: delivery_due
SELECT d.id AS id, d.attempts AS attempts, d.step AS step,
	d.number AS number, d.created_at AS at, e.id AS event_id, e.seq AS seq,
	e.organization_id AS organization_id, e.type AS type,
	e.entity_id AS entity_id, e.user_id AS user_id, e.data AS data,
	e.created_at AS created_at
FROM webhook_delivery d
LEFT JOIN event e ON e.id = d.event_id
WHERE d.endpoint_id = :endpoint AND d.run_at <= :now
ORDER BY d.run_at, d.id LIMIT :limit

-- name: delivery_disable
UPDATE webhook_delivery SET status = 'disabled', run_at = NULL,
	ended_at = :now
WHERE endpoint_id = :endpoint AND run_at <= :now
ORDER BY run_at, id LIMIT 1000

-- Of an endpoint that was deleted.
-- name: delivery_forget
DELETE FROM webhook_delivery WHERE endpoint_id = :endpoint LIMIT 1000

-- attempts guards: a result that comes after the lease has run out, and another
-- process has had its turn, finds nothing.
-- name: delivery_result
UPDATE webhook_delivery SET status = :status, attempts = attempts + 1,
	step = step + 1, run_at = :run, ended_at = :ended
WHERE id = :id AND organization_id = :org AND attempts = :attempts

-- name: attempt_insert
INSERT INTO webhook_attempt (delivery_id, number, status, error, body,
	duration_ms, created_at)
VALUES (:delivery, :number, :status, :error, :body, :duration, :now)

-- name: replay_lock
SELECT id, organization_id, endpoint_id, from_at, after_id, to_at, status
FROM webhook_replay
WHERE done_at IS NULL
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

-- name: replay_waiting
SELECT id FROM webhook_replay WHERE done_at IS NULL LIMIT 1

-- Of one status, or of two.
-- name: replay_next
SELECT id, created_at FROM (
(SELECT id, created_at FROM webhook_delivery FORCE INDEX
	(webhook_delivery_status)
WHERE organization_id = :org AND endpoint_id = :endpoint AND status = :one
AND created_at < :to
AND (created_at > :from OR (created_at = :from AND id > :after))
ORDER BY created_at, id LIMIT :limit)
UNION
(SELECT id, created_at FROM webhook_delivery FORCE INDEX
	(webhook_delivery_status)
WHERE organization_id = :org AND endpoint_id = :endpoint AND status = :other
AND created_at < :to
AND (created_at > :from OR (created_at = :from AND id > :after))
ORDER BY created_at, id LIMIT :limit)) x
ORDER BY created_at, id LIMIT :limit

-- name: replay_move
UPDATE webhook_replay SET from_at = :from, after_id = :after, done_at = :done
WHERE id = :id

-- name: purge_deliveries
DELETE FROM webhook_delivery WHERE created_at < :before AND status <> 'pending'
LIMIT 1000

-- name: purge_replays
DELETE FROM webhook_replay WHERE done_at < :before LIMIT 1000
