-- Money that came in for campaigns, their invoices, and what went back.

-- name: prepayment_insert
INSERT INTO prepayment (organization_id, campaign_id, type, amount,
	deposited_on, reference, user_id, created_at)
VALUES (:org, :campaign, :type, :amount, :deposited, :reference, :user, :now)

-- name: prepayment_list
SELECT id, type, amount, reversed, deposited_on, reference, created_at
FROM prepayment WHERE campaign_id = :campaign ORDER BY id

-- name: prepayment_reverse
UPDATE prepayment SET reversed = reversed + :amount WHERE id = :id

-- name: invoice_insert
INSERT INTO invoice (organization_id, campaign_id, month, amount, user_id,
	created_at)
VALUES (:org, :campaign, :month, :amount, :user, :now)

-- name: invoice_line_insert
INSERT INTO invoice_line (invoice_id, line_id, amount, tax)
VALUES (:invoice, :line, :amount, :tax)

-- name: invoice_list
SELECT id, month, amount, applied, credited, created_at FROM invoice
WHERE campaign_id = :campaign ORDER BY id

-- name: invoice_lines
SELECT n.invoice_id AS invoice_id, n.line_id AS line_id, n.amount AS amount,
	n.tax AS tax, n.credited AS credited
FROM invoice i JOIN invoice_line n ON n.invoice_id = i.id
WHERE i.campaign_id = :campaign ORDER BY n.invoice_id, n.line_id

-- name: invoice_store
UPDATE invoice SET applied = :applied, credited = :credited WHERE id = :id

-- name: invoice_line_store
UPDATE invoice_line SET credited = :credited
WHERE invoice_id = :invoice AND line_id = :line

-- name: campaign_refund_insert
INSERT INTO campaign_refund (organization_id, campaign_id, reference, amount,
	tax, request_hash, user_id, created_at)
VALUES (:org, :campaign, :reference, :amount, :tax, :hash, :user, :now)

-- name: campaign_refund_line_insert
INSERT INTO campaign_refund_line (refund_id, line_id, amount, tax)
VALUES (:refund, :line, :amount, :tax)

-- name: campaign_refund_known
SELECT id, campaign_id, amount, tax, request_hash FROM campaign_refund
WHERE organization_id = :org AND reference = :reference FOR UPDATE

-- name: placement_end_campaign
UPDATE placement SET status = 'INACTIVE', ended_at = :now, updated_at = :now,
	version = version + 1
WHERE campaign_id = :campaign AND status = 'ACTIVE'

-- name: placement_end_campaign_events
INSERT INTO event (organization_id, type, entity_id, user_id, data, created_at)
SELECT COALESCE(r.member_organization_id, p.organization_id),
	'referrer_campaign.ended', p.id, NULL, '{}',
	:now
FROM placement p JOIN referrer r ON r.id = p.referrer_id
WHERE p.campaign_id = :campaign AND p.ended_at = :now
