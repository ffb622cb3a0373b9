-- Turns and tasks are claimed by guarded updates with a lease: safe with
-- several processes, and on a cluster.
--
-- What lies beyond :beyond was written by a clock that has been put back since
-- then (see db/due.h): it is due, or over.

-- name: schedule_claim
UPDATE schedule SET lease_owner = :owner, lease_until = :until
WHERE name = :name AND (next_run_at <= :now OR last_run_at > :beyond)
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond
	OR lease_owner = :owner)

-- name: schedule_release
UPDATE schedule SET lease_until = NULL, lease_owner = NULL, last_run_at = :now,
	next_run_at = :next
WHERE name = :name AND lease_owner = :owner

-- name: schedule_due
SELECT name FROM schedule
WHERE (next_run_at <= :now OR last_run_at > :beyond)
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond
	OR lease_owner = :owner)

-- name: task_due
SELECT id, subject_id, payload, attempts FROM task
WHERE done_at IS NULL AND kind = :kind AND (run_at <= :now OR run_at > :beyond)
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond)
ORDER BY run_at, id LIMIT 20

-- name: task_claim
UPDATE task SET lease_owner = :owner, lease_until = :until,
	attempts = attempts + 1
WHERE id = :id AND done_at IS NULL AND attempts = :attempts
AND (lease_until IS NULL OR lease_until < :now OR lease_until > :beyond)

-- What a mail was about is nobody's business once it is sent or given up.

-- name: task_done
UPDATE task SET done_at = :now, lease_until = NULL, last_error = NULL,
	payload = IF(kind = 'mail', '', payload)
WHERE id = :id AND lease_owner = :owner

-- name: task_failed
UPDATE task SET done_at = :now, failed_at = :now, lease_until = NULL,
	last_error = :error, payload = IF(kind = 'mail', '', payload)
WHERE id = :id AND lease_owner = :owner

-- name: task_again
UPDATE task SET run_at = :at, lease_until = NULL, last_error = :error
WHERE id = :id AND lease_owner = :owner

-- name: task_onward
UPDATE task SET run_at = :now, payload = :payload, attempts = 0,
	lease_until = NULL, last_error = NULL
WHERE id = :id AND lease_owner = :owner

-- name: purge_keys
DELETE FROM idempotency_key WHERE created_at < :before LIMIT 1000

-- name: purge_refresh
DELETE FROM refresh_token WHERE expires_at < :before LIMIT 1000

-- name: purge_sessions
DELETE FROM session WHERE expires_at < :before LIMIT 1000

-- name: purge_tasks
DELETE FROM task WHERE done_at < :before LIMIT 1000
