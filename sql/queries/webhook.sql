-- Endpoints and deliveries, as their organization sees them.

-- The cap is looked at in the statement itself: two at once don't exceed it.
-- name: webhook_endpoint_insert
INSERT INTO webhook_endpoint (organization_id, form, url, description, events,
	active, campaigns, seconds, max_retries, headers, basic_user,
	basic_password, secret, created_at, updated_at)
SELECT :org, :form, :url, :description, :events, :active, :campaigns, :seconds,
	:retries, :headers, :user, :password, :secret, :now, :now
FROM DUAL
WHERE (SELECT COUNT(*) FROM webhook_endpoint
	WHERE organization_id = :org AND deleted_at IS NULL) < :most

-- name: webhook_queue_insert
INSERT INTO webhook_queue (endpoint_id) VALUES (:id)

-- name: webhook_endpoint_get
SELECT w.id AS id, w.url AS url, w.description AS description,
	w.events AS events, w.active AS active, w.old_until AS old_until,
	w.disabled_at AS disabled_at, w.disabled_reason AS disabled_reason,
	q.failing_since AS failing_since, w.created_at AS created_at,
	w.updated_at AS updated_at, w.version AS version,
	w.campaigns AS campaigns, w.seconds AS seconds,
	w.max_retries AS max_retries, w.headers AS headers,
	w.basic_user AS basic_user, w.basic_password AS basic_password
FROM webhook_endpoint w
JOIN webhook_queue q ON q.endpoint_id = w.id
WHERE w.organization_id = :org AND w.id = :id AND w.form = :form
AND w.deleted_at IS NULL

-- name: webhook_endpoint_list
SELECT w.id AS id, w.url AS url, w.description AS description,
	w.events AS events, w.active AS active, w.old_until AS old_until,
	w.disabled_at AS disabled_at, w.disabled_reason AS disabled_reason,
	q.failing_since AS failing_since, w.created_at AS created_at,
	w.updated_at AS updated_at, w.version AS version,
	w.campaigns AS campaigns, w.seconds AS seconds,
	w.max_retries AS max_retries, w.headers AS headers,
	w.basic_user AS basic_user, w.basic_password AS basic_password
FROM webhook_endpoint w
JOIN webhook_queue q ON q.endpoint_id = w.id
WHERE w.organization_id = :org AND w.form = :form AND w.deleted_at IS NULL
-- where: after_asc
AND (w.created_at > :key OR (w.created_at = :key AND w.id > :after))
-- where: after_desc
AND (w.created_at < :key OR (w.created_at = :key AND w.id < :after))
-- order: created_desc
ORDER BY w.created_at DESC, w.id DESC
-- order: created_asc
ORDER BY w.created_at, w.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: webhook_endpoint_update
UPDATE webhook_endpoint SET url = :url, description = :description,
	events = :events, active = :active, disabled_at = :disabled,
	disabled_reason = :reason, campaigns = :campaigns, seconds = :seconds,
	max_retries = :retries, headers = :headers, basic_user = :user,
	basic_password = :password, updated_at = :now, version = version + 1
WHERE organization_id = :org AND id = :id AND version = :version
AND deleted_at IS NULL

-- name: webhook_queue_forgive
UPDATE webhook_queue SET failing_since = NULL WHERE endpoint_id = :id

-- The secrets go with the endpoint.
-- name: webhook_endpoint_delete
UPDATE webhook_endpoint SET deleted_at = :now, active = 0, secret = '',
	old_secret = NULL, old_until = NULL, headers = NULL, basic_user = NULL,
	basic_password = NULL, version = version + 1
WHERE organization_id = :org AND id = :id AND form = :form
AND deleted_at IS NULL

-- name: webhook_endpoint_rotate
UPDATE webhook_endpoint SET old_secret = secret, old_until = :until,
	secret = :secret, updated_at = :now, version = version + 1
WHERE organization_id = :org AND id = :id AND form = 'events'
AND deleted_at IS NULL

-- name: webhook_ping_insert
INSERT INTO webhook_delivery (organization_id, endpoint_id, status, run_at,
	created_at)
VALUES (:org, :endpoint, 'pending', :now, :now)

-- name: webhook_replay_insert
INSERT INTO webhook_replay (organization_id, endpoint_id, from_at, to_at,
	status, created_at)
VALUES (:org, :endpoint, :from, :to, :status, :now)

-- name: webhook_delivery_get
SELECT d.id AS id, d.endpoint_id AS endpoint_id, d.event_id AS event_id,
	e.type AS type, d.status AS status, d.attempts AS attempts,
	d.run_at AS run_at, d.created_at AS created_at, d.ended_at AS ended_at,
	w.active AS active
FROM webhook_delivery d
JOIN webhook_endpoint w ON w.id = d.endpoint_id AND w.form = 'events'
	AND w.deleted_at IS NULL
LEFT JOIN event e ON e.id = d.event_id
WHERE d.organization_id = :org AND d.id = :id

-- name: webhook_delivery_list
SELECT d.id AS id, d.endpoint_id AS endpoint_id, d.event_id AS event_id,
	e.type AS type, d.status AS status, d.attempts AS attempts,
	d.run_at AS run_at, d.created_at AS created_at, d.ended_at AS ended_at
FROM webhook_delivery d
-- index: webhook_delivery_status when status
-- index: webhook_delivery_list
LEFT JOIN event e ON e.id = d.event_id
WHERE d.organization_id = :org AND d.endpoint_id = :endpoint
-- where: status
AND d.status = :status
-- where: after_asc
AND (d.created_at > :key OR (d.created_at = :key AND d.id > :after))
-- where: after_desc
AND (d.created_at < :key OR (d.created_at = :key AND d.id < :after))
-- order: created_desc
ORDER BY d.created_at DESC, d.id DESC
-- order: created_asc
ORDER BY d.created_at, d.id
-- tail:
LIMIT :limit OFFSET :skip

-- The latest first.
-- name: webhook_attempt_list
SELECT number, status, error, duration_ms, created_at FROM webhook_attempt
WHERE delivery_id = :delivery
ORDER BY number DESC LIMIT 100

-- Its schedule of retries begins anew.
-- name: webhook_delivery_again
UPDATE webhook_delivery SET status = 'pending', step = 0, run_at = :now,
	ended_at = NULL
WHERE organization_id = :org AND id = :id

-- Deliveries of records, with what the last attempt came to since it was asked
-- for last.

-- name: record_delivery_list
SELECT d.id AS id, d.status AS status, d.number AS number, d.step AS step,
	d.created_at AS created_at, d.ended_at AS ended_at, w.active AS active,
	a.status AS response, a.error AS error, a.body AS body,
	e.id AS event_id, e.organization_id AS organization_id, e.type AS type,
	e.entity_id AS entity_id, e.data AS data, e.created_at AS event_at
FROM webhook_delivery d
-- index: PRIMARY when one
-- index: webhook_delivery_list
STRAIGHT_JOIN webhook_endpoint w ON w.id = d.endpoint_id
	AND w.form = 'records' AND w.deleted_at IS NULL
STRAIGHT_JOIN event e ON e.id = d.event_id
LEFT JOIN webhook_attempt a ON a.delivery_id = d.id AND a.number = d.attempts
	AND d.step > 0
WHERE d.organization_id = :org AND d.endpoint_id = :endpoint
-- where: one
AND d.id = :id
-- where: after
AND (d.created_at < :key OR (d.created_at = :key AND d.id < :after))
-- tail:
ORDER BY d.created_at DESC, d.id DESC LIMIT :limit OFFSET :skip

-- name: record_delivery_again
UPDATE webhook_delivery SET status = 'pending', step = 0, run_at = :now,
	ended_at = NULL, again = again + 1
WHERE organization_id = :org AND id = :id AND again < :most

-- Which of these an organization has.  ids: a JSON array.
-- name: webhook_campaigns
SELECT c.id AS id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN campaign c FORCE INDEX (PRIMARY) ON c.id = chosen.id
WHERE c.organization_id = :org AND c.status <> 'deleted'
