-- name: event_insert
INSERT INTO event (organization_id, type, entity_id, user_id, data, created_at)
VALUES
-- rows:
(:org, :type, :entity, :user, :data, :now)

-- name: event_get
SELECT id, seq, organization_id, type, entity_id, user_id, data, created_at
FROM event
WHERE organization_id = :org AND id = :id AND seq IS NOT NULL

-- name: event_list
SELECT id, seq, organization_id, type, entity_id, user_id, data, created_at
FROM event
-- index: event_entity when entity
-- index: event_type when type
-- index: event_list
WHERE organization_id = :org AND seq > :after
-- where: type
AND type = :type
-- where: prefix
AND type >= :from AND type < :to
-- where: entity
AND entity_id = :entity
-- where: until
AND seq <= :until
-- tail:
ORDER BY seq LIMIT :limit

-- name: event_last
SELECT last AS seq FROM event_counter WHERE id = 1

-- Publishing.  Reads take no locks here: a locking one would wait for the
-- events of transactions that are still open, or have them wait.

-- name: event_waiting
SELECT id FROM event FORCE INDEX (event_waiting)
WHERE seq IS NULL AND id > :floor
ORDER BY id LIMIT :limit

-- Who holds this row publishes; another one finds nothing, and leaves it.
-- name: event_counter_lock
SELECT last FROM event_counter WHERE id = 1 FOR UPDATE SKIP LOCKED

-- name: event_counter_move
UPDATE event_counter SET last = :last WHERE id = 1

-- ids: a JSON array.  By the primary key, so that no other row is locked.
-- name: event_number
UPDATE JSON_TABLE(:ids, '$[*]' COLUMNS (n FOR ORDINALITY,
	id BIGINT UNSIGNED PATH '$')) AS fresh
STRAIGHT_JOIN event FORCE INDEX (PRIMARY) ON event.id = fresh.id
SET event.seq = :last + fresh.n
WHERE event.seq IS NULL

-- name: event_audience
SELECT e.id AS event_id, e.organization_id AS organization_id, e.type AS type,
	e.entity_id AS entity_id, w.id AS endpoint_id, w.form AS form,
	w.events AS events, w.campaigns AS campaigns, w.active AS active,
	IF(w.form = 'records', e.data, NULL) AS data
FROM event e FORCE INDEX (event_waiting)
STRAIGHT_JOIN webhook_endpoint w ON w.organization_id = e.organization_id
AND w.deleted_at IS NULL
WHERE e.seq > :last
ORDER BY w.id, e.seq

-- Whose a record is, and in which campaign it is or was.  ids: a JSON array.

-- name: record_place_referral
SELECT r.id AS id, r.organization_id AS organization_id,
	r.campaign_id AS campaign_id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN referral r FORCE INDEX (PRIMARY) ON r.id = chosen.id

-- name: record_place_commission
SELECT e.id AS id, e.organization_id AS organization_id,
	e.campaign_id AS campaign_id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN earning e FORCE INDEX (PRIMARY) ON e.id = chosen.id

-- name: record_place_promoted
SELECT p.id AS id, p.organization_id AS organization_id,
	p.campaign_id AS campaign_id
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) AS chosen
STRAIGHT_JOIN placement p FORCE INDEX (PRIMARY) ON p.id = chosen.id
