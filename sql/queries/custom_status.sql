-- States of its own that an organization gives to its referrals.

-- name: custom_status_list
SELECT id, organization_id, name, description, position, created_at, updated_at
FROM custom_status WHERE organization_id = :org ORDER BY position

-- name: custom_status_lock
SELECT id, organization_id, name, description, position, created_at, updated_at
FROM custom_status WHERE organization_id = :org ORDER BY position FOR UPDATE

-- What is changed is deleted and inserted again, so that two can change places.
-- name: custom_status_delete
DELETE c FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j
STRAIGHT_JOIN custom_status c ON c.id = j.id
WHERE c.organization_id = :org

-- name: custom_status_insert
INSERT INTO custom_status (id, organization_id, name, description, position,
	created_at, updated_at)
VALUES (:id, :org, :name, :description, :position, :created, :now)

-- One that is given to a referral now.
-- name: custom_status_hold
SELECT id, organization_id, name, description, position, created_at, updated_at
FROM custom_status WHERE id = :id AND organization_id = :org LOCK IN SHARE MODE
