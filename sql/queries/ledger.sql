-- name: account_move
UPDATE account SET
	balance = CAST(LAST_INSERT_ID(balance + :amount) AS SIGNED)
WHERE organization_id = :org AND kind = :kind AND owner_id = :owner
AND currency = :currency

-- name: account_move_covered
UPDATE account SET
	balance = CAST(LAST_INSERT_ID(balance + :amount) AS SIGNED)
WHERE organization_id = :org AND kind = :kind AND owner_id = :owner
AND currency = :currency AND balance + :amount >= 0

-- A row that is there, or would be beyond its guard, is left alone.
-- name: account_open
INSERT IGNORE INTO account (organization_id, kind, owner_id, currency, kept,
	guard, balance)
VALUES (:org, :kind, :owner, :currency, :kept, :guard, :amount)

-- Of one whose balance was moved before, or of the system: it stays.
-- name: account_id
SELECT id FROM account
WHERE organization_id = :org AND kind = :kind AND owner_id = :owner
AND currency = :currency LOCK IN SHARE MODE

-- name: account_balance_locked
SELECT balance FROM account
WHERE organization_id = :org AND kind = :kind AND owner_id = :owner
AND currency = :currency FOR UPDATE

-- name: account_balance
SELECT balance FROM account
WHERE organization_id = :org AND kind = :kind AND owner_id = :owner
AND currency = :currency

-- name: account_balances
SELECT kind, currency, balance FROM account
WHERE organization_id = :org AND owner_id = :owner AND kind IN
	('earnings_pending', 'earnings_available', 'earnings_requested',
	'earnings_paid')
ORDER BY currency, kind

-- name: journal_insert
INSERT INTO journal (organization_id, kind, subject_id, reverses, created_at)
VALUES
-- rows:
(:org, :kind, :subject, :reverses, :at)
-- tail:
RETURNING id

-- name: entry_insert
INSERT INTO entry (journal_id, line, account_id, amount)
VALUES
-- rows:
(:journal, :line, (SELECT id FROM account WHERE organization_id = :org
	AND kind = :kind AND owner_id = :owner AND currency = :currency),
	:amount)

-- name: entry_insert_at
INSERT INTO entry (journal_id, line, account_id, amount)
VALUES
-- rows:
(:journal, :line, :account, :amount)
