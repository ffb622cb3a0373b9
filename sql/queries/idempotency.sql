-- A key's row stands in the transaction of its effect.  Somebody who holds it
-- at this moment is not waited for.

-- name: idempotency_insert
SET STATEMENT innodb_lock_wait_timeout=0 FOR INSERT INTO idempotency_key (
	owner, key_hash, request_hash, created_at)
VALUES (:owner, :key, :request, :now)

-- name: idempotency_store
UPDATE idempotency_key SET status = :status, headers = :headers, body = :body,
	user_id = :user
WHERE owner = :owner AND key_hash = :key

-- name: idempotency_begun
UPDATE idempotency_key SET subject_id = :subject
WHERE owner = :owner AND key_hash = :key

-- name: idempotency_drop
DELETE FROM idempotency_key WHERE owner = :owner AND key_hash = :key

-- What another connection has committed can be seen before it is on the disk; a
-- server that dies then has lost it.  Behind a write of one's own it is there.
-- name: idempotency_tell
UPDATE idempotency_key SET told = TRUE
WHERE owner = :owner AND key_hash = :key

-- name: idempotency_get
SELECT request_hash, status, subject_id, told, headers, body FROM idempotency_key
WHERE owner = :owner AND key_hash = :key
