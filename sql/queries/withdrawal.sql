-- Withdrawals: a row of earning, and what is known beside it.

-- name: withdrawal_earning
INSERT INTO earning (organization_id, referrer_id, type, status, amount,
	currency, created_at)
VALUES (:org, :referrer, 'withdrawal', 'requested', :amount, :currency, :now)

-- name: withdrawal_insert
INSERT INTO withdrawal (earning_id, organization_id, user_id, status,
	created_at)
VALUES (:id, :member, :user, 'requested', :now)

-- name: withdrawal_approve
UPDATE earning SET status = 'approved'
WHERE id = :id AND type = 'withdrawal' AND status = 'requested'

-- name: withdrawal_refuse
UPDATE earning SET status = 'refused'
WHERE id = :id AND type = 'withdrawal' AND status IN ('requested', 'approved')

-- name: withdrawal_pay
UPDATE earning SET status = 'paid'
WHERE id = :id AND type = 'withdrawal' AND status = 'approved'

-- name: withdrawal_status
UPDATE withdrawal SET status = :status WHERE earning_id = :id

-- name: withdrawal_decided
UPDATE withdrawal SET decided_by = :by, decided_at = :now WHERE earning_id = :id

-- name: withdrawal_reason
UPDATE withdrawal SET reason = :reason WHERE earning_id = :id

-- name: withdrawal_paid
UPDATE withdrawal SET reference = :reference, paid_at = :now
WHERE earning_id = :id

-- name: withdrawal_get
SELECT e.id, e.referrer_id, w.organization_id, w.user_id, w.decided_by,
	e.status, e.amount, e.currency, w.reference, w.reason, e.created_at,
	w.decided_at, w.paid_at
FROM earning e JOIN withdrawal w ON w.earning_id = e.id WHERE e.id = :id

-- name: withdrawal_list
SELECT e.id, e.referrer_id, w.organization_id, w.user_id, w.decided_by,
	e.status, e.amount, e.currency, w.reference, w.reason, e.created_at,
	w.decided_at, w.paid_at
FROM withdrawal w
-- index: withdrawal_of_in_status when organization status
-- index: withdrawal_of when organization
-- index: withdrawal_in_status when status
-- index: withdrawal_all
STRAIGHT_JOIN earning e ON e.id = w.earning_id
WHERE 1 = 1
-- where: status
AND w.status = :status
-- where: organization
AND w.organization_id = :member
-- where: after_asc
AND (w.created_at > :key OR (w.created_at = :key AND w.earning_id > :after))
-- where: after_desc
AND (w.created_at < :key OR (w.created_at = :key AND w.earning_id < :after))
-- order: created_desc
ORDER BY w.created_at DESC, w.earning_id DESC
-- order: created_asc
ORDER BY w.created_at, w.earning_id
-- tail:
LIMIT :limit OFFSET :skip
