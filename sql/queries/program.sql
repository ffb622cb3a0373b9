-- What an organization decided for its program.

-- name: program_get
SELECT campaign_id, currency, net_days, least_payout, least_customers,
	(stripe_key IS NOT NULL) AS has_key, version
FROM program WHERE organization_id = :org

-- name: program_key
SELECT stripe_key AS `key` FROM program WHERE organization_id = :org

-- name: program_lock
SELECT currency FROM program WHERE organization_id = :org FOR UPDATE

-- name: program_placement_revenue
UPDATE placement p JOIN placement_total t ON t.placement_id = p.id
SET t.revenue = COALESCE((SELECT SUM(s.amount) FROM placement_sales s
	WHERE s.placement_id = t.placement_id AND s.currency = :currency), 0),
	t.refunded = COALESCE((SELECT SUM(s.refunded) FROM placement_sales s
	WHERE s.placement_id = t.placement_id AND s.currency = :currency), 0)
WHERE p.organization_id = :org

-- name: program_promoter_revenue
UPDATE promoter_total t
SET t.revenue = COALESCE((SELECT SUM(s.amount) FROM placement_sales s
	WHERE s.referrer_id = t.referrer_id AND s.currency = :currency), 0)
WHERE t.organization_id = :org

-- One that is there already stays as it is.
-- name: program_insert
INSERT IGNORE INTO program (organization_id, campaign_id, currency, net_days,
	least_payout, least_customers, stripe_key, created_at, updated_at)
VALUES (:org, :campaign, :currency, :net, :least, :customers, :key, :now, :now)

-- name: program_update
UPDATE program SET campaign_id = :campaign, currency = :currency,
	net_days = :net, least_payout = :least, least_customers = :customers,
	stripe_key = IF(:given, :key, stripe_key), updated_at = :now, version = version + 1
WHERE organization_id = :org AND version = :version

-- One that was deleted is none.
-- name: program_adopt
UPDATE program p LEFT JOIN campaign c ON c.id = p.campaign_id
SET p.campaign_id = :campaign, p.updated_at = :now, p.version = p.version + 1
WHERE p.organization_id = :org
AND (p.campaign_id IS NULL OR c.status = 'deleted')

-- name: program_leave
UPDATE program SET campaign_id = NULL, updated_at = :now, version = version + 1
WHERE organization_id = :org AND campaign_id = :campaign
