-- name: event_insert
INSERT INTO event (organization_id, type, entity_id, user_id, data, created_at)
VALUES (:org, :type, :entity, :user, :data, :now)

-- name: event_list
SELECT id, type, entity_id, user_id, data, created_at FROM event
WHERE organization_id = :org AND created_at < :before
-- where: after
AND id > :after
-- tail:
ORDER BY id LIMIT :limit
