-- name: schema_version
SELECT CAST(COALESCE(MAX(version), 0) AS SIGNED) AS version
FROM schema_migration
