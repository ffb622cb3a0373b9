-- Withdrawals: a row of earning, and what is known beside it.

-- name: withdrawal_earning
INSERT INTO earning (organization_id, referrer_id, type, status, amount,
	currency, created_at)
VALUES (:org, :referrer, 'withdrawal', 'requested', :amount, :currency, :now)

-- name: withdrawal_insert
INSERT INTO withdrawal (earning_id, organization_id, user_id)
VALUES (:id, :member, :user)

-- name: withdrawal_approve
UPDATE earning SET status = 'approved'
WHERE id = :id AND type = 'withdrawal' AND status = 'requested'

-- name: withdrawal_refuse
UPDATE earning SET status = 'refused'
WHERE id = :id AND type = 'withdrawal' AND status IN ('requested', 'approved')

-- name: withdrawal_pay
UPDATE earning SET status = 'paid'
WHERE id = :id AND type = 'withdrawal' AND status = 'approved'

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
FROM earning e
-- index: earning_status when organization status
-- index: earning_type when organization
-- index: earning_state when status
-- index: earning_all
STRAIGHT_JOIN withdrawal w ON w.earning_id = e.id
WHERE e.type = 'withdrawal'
-- where: status
AND e.status = :status
-- where: organization
AND e.referrer_id = (SELECT r.id FROM referrer r
	WHERE r.organization_id = :house AND r.member_organization_id = :member)
-- where: after_asc
AND (e.created_at > :key OR (e.created_at = :key AND e.id > :after))
-- where: after_desc
AND (e.created_at < :key OR (e.created_at = :key AND e.id < :after))
-- order: created_desc
ORDER BY e.created_at DESC, e.id DESC
-- order: created_asc
ORDER BY e.created_at, e.id
-- tail:
LIMIT :limit OFFSET :skip
