-- The ledger of one organization, as it sees it.  The system's accounts keep
-- no balance: it is what was summed up when journals were sealed, and the entries
-- behind that, read from the index alone.

-- name: account_list
SELECT id, kind, owner_id, currency, IF(kept, balance, COALESCE(s.amount, 0))
	AS balance, kept, s.last_journal AS summed_to
FROM account LEFT JOIN account_sum s ON s.account_id = account.id
WHERE organization_id = :org
-- where: kind
AND kind = :kind
-- where: owner
AND owner_id = :owner
-- tail:
AND id > :after ORDER BY id LIMIT :limit OFFSET :skip

-- name: account_of_book
SELECT id, kind, owner_id, currency, IF(kept, balance, COALESCE(s.amount, 0))
	AS balance, kept, s.last_journal AS summed_to
FROM account LEFT JOIN account_sum s ON s.account_id = account.id
WHERE organization_id = :org AND id = :id

-- name: account_tail
SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS amount FROM entry
WHERE account_id = :account AND journal_id > :after

-- name: statement
SELECT j.id AS journal_id, j.kind AS kind, j.subject_id AS subject_id,
	e.amount AS amount, j.created_at AS created_at
FROM entry e JOIN journal j ON j.id = e.journal_id
WHERE e.account_id = :account AND e.journal_id < :before
ORDER BY e.journal_id DESC LIMIT :limit

-- name: book_accounts
SELECT COUNT(*) AS n FROM account WHERE organization_id = :org

-- name: book_wrong
SELECT a.id AS id, a.kind AS kind, a.owner_id AS owner_id,
	a.currency AS currency, a.balance AS balance
FROM account a WHERE a.organization_id = :org AND a.kept = 1
AND a.balance <> (SELECT COALESCE(SUM(e.amount), 0) FROM entry e
	WHERE e.account_id = a.id)
LIMIT 100

-- name: book_sums
SELECT a.currency AS currency, CAST(SUM(e.amount) AS SIGNED) AS amount
FROM account a JOIN entry e ON e.account_id = a.id
WHERE a.organization_id = :org GROUP BY a.currency ORDER BY a.currency
