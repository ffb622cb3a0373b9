-- name: seal_last
SELECT id, last_journal, journals, hash FROM seal ORDER BY id DESC LIMIT 1

-- name: seal_next
SELECT id, last_journal, journals, hash FROM seal WHERE id > :id
ORDER BY id LIMIT 1

-- name: seal_insert
INSERT INTO seal (id, last_journal, journals, hash, created_at)
VALUES (:id, :last, :journals, :hash, :now)

-- name: journal_newest
SELECT COALESCE(MAX(id), 0) AS last_journal FROM journal

-- name: seal_entries
SELECT j.id, j.organization_id, j.kind, j.subject_id, j.reverses, j.created_at,
	e.line, e.account_id, e.amount
FROM (SELECT id, organization_id, kind, subject_id, reverses, created_at
	FROM journal WHERE id > :after AND id <= :last ORDER BY id
	LIMIT 1000) j
LEFT JOIN entry e ON e.journal_id = j.id
ORDER BY j.id, e.line
