-- name: organization_insert
INSERT INTO organization (name, slug, account_id, created_at, updated_at)
VALUES (:name, :slug, :account, :now, :now)

-- name: organization_get
SELECT id, name, slug, account_id, created_at, updated_at FROM organization
WHERE id = :id AND deleted_at IS NULL

-- name: organization_update
UPDATE organization SET name = :name, updated_at = :now
WHERE id = :id AND deleted_at IS NULL

-- name: organization_list
SELECT o.id, o.name, o.slug, o.account_id, o.created_at, o.updated_at
FROM member m JOIN organization o ON o.id = m.organization_id
WHERE m.user_id = :user AND o.deleted_at IS NULL
-- where: after_asc
AND (o.created_at > :key OR (o.created_at = :key AND o.id > :after))
-- where: after_desc
AND (o.created_at < :key OR (o.created_at = :key AND o.id < :after))
-- order: created_desc
ORDER BY o.created_at DESC, o.id DESC
-- order: created_asc
ORDER BY o.created_at, o.id
-- tail:
LIMIT :limit OFFSET :skip

-- name: member_insert
INSERT INTO member (organization_id, user_id, role, created_at)
VALUES (:org, :user, :role, :now)

-- name: member_role
SELECT role FROM member WHERE organization_id = :org AND user_id = :user
