-- name: seal_last
SELECT id, last_journal, journals, hash FROM seal ORDER BY id DESC LIMIT 1

-- name: seal_next
SELECT id, last_journal, journals, hash FROM seal WHERE id > :id
ORDER BY id LIMIT 1

-- name: seal_insert
INSERT INTO seal (id, last_journal, journals, hash, created_at)
VALUES (:id, :last, :journals, :hash, :now)

-- Behind the seal before this one no entry comes any more.
-- name: seal_add_sums
INSERT INTO account_sum (account_id, last_journal, amount)
SELECT e.account_id, :last, SUM(e.amount)
FROM entry e JOIN account a ON a.id = e.account_id AND a.kept = 0
WHERE e.journal_id > :after AND e.journal_id <= :last
GROUP BY e.account_id
ON DUPLICATE KEY UPDATE last_journal = VALUES(last_journal),
	amount = account_sum.amount + VALUES(amount)

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
