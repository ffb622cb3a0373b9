-- Campaigns of an organization; whoever changes one holds its lock.

-- name: advertiser_insert
INSERT INTO advertiser (organization_id, reference, created_at)
VALUES (:org, :reference, :now)

-- name: advertiser_find
SELECT id FROM advertiser
WHERE organization_id = :org AND reference = :reference LOCK IN SHARE MODE

-- name: campaign_insert
INSERT INTO campaign (organization_id, advertiser_id, user_id, name,
	description, brand, product_group, type, currency, extras, starts_on,
	ends_on, status, created_at, updated_at)
VALUES (:org, :advertiser, :user, :name, :description, :brand, :group, :type,
	:currency, :extras, :starts, :ends, 'draft', :now, :now)

-- name: campaign_get
SELECT c.id AS id, c.organization_id AS organization_id,
	c.advertiser_id AS advertiser_id, c.user_id AS user_id,
	c.name AS name, c.description AS description, v.reference AS advertiser,
	c.brand AS brand, c.product_group AS product_group,
	c.currency AS currency, c.extras AS extras, c.type AS type,
	c.status AS status, c.starts_on AS starts_on, c.ends_on AS ends_on,
	c.begins_at AS begins_at, c.launched_at AS launched_at,
	c.ended_on AS ended_on, c.ended_at AS ended_at,
	c.created_at AS created_at, c.updated_at AS updated_at,
	c.settled AS settled, c.billed AS billed, c.archived AS archived,
	c.paid AS paid, c.earned AS earned, c.released AS released,
	c.refunded AS refunded, c.runs AS runs, c.version AS version
FROM campaign c LEFT JOIN advertiser v ON v.id = c.advertiser_id
WHERE c.organization_id = :org AND c.id = :id

-- name: campaign_lock
SELECT c.id AS id, c.organization_id AS organization_id,
	c.advertiser_id AS advertiser_id, c.user_id AS user_id,
	c.name AS name, c.description AS description, v.reference AS advertiser,
	c.brand AS brand, c.product_group AS product_group,
	c.currency AS currency, c.extras AS extras, c.type AS type,
	c.status AS status, c.starts_on AS starts_on, c.ends_on AS ends_on,
	c.begins_at AS begins_at, c.launched_at AS launched_at,
	c.ended_on AS ended_on, c.ended_at AS ended_at,
	c.created_at AS created_at, c.updated_at AS updated_at,
	c.settled AS settled, c.billed AS billed, c.archived AS archived,
	c.paid AS paid, c.earned AS earned, c.released AS released,
	c.refunded AS refunded, c.runs AS runs, c.version AS version
FROM campaign c LEFT JOIN advertiser v ON v.id = c.advertiser_id
WHERE c.organization_id = :org AND c.id = :id FOR UPDATE

-- name: campaign_update
UPDATE campaign SET name = :name, description = :description,
	extras = :extras, archived = :archived, starts_on = :starts,
	ends_on = :ends, updated_at = :now, version = version + 1
WHERE id = :id

-- name: campaign_engage
UPDATE campaign SET advertiser_id = :advertiser, currency = :currency,
	brand = :brand, product_group = :group, type = :type
WHERE id = :id

-- name: campaign_move
UPDATE campaign SET status = :status, begins_at = :begins,
	launched_at = :launched, ended_on = :ended_on, ended_at = :ended,
	runs = :runs
WHERE id = :id

-- name: campaign_money
UPDATE campaign SET paid = :paid, earned = :earned, released = :released,
	refunded = :refunded, billed = :billed, settled = :settled,
	updated_at = :now, version = version + 1
WHERE id = :id

-- Those whose time has come: to begin, to end, to be worked out.

-- name: campaign_to_begin
SELECT id, organization_id FROM campaign
WHERE status = 'scheduled' AND begins_at <= :now ORDER BY begins_at, id
LIMIT 200

-- name: campaign_to_finish
SELECT id, organization_id FROM campaign
WHERE status IN ('scheduled', 'running', 'paused') AND ends_on < :today
AND (launched_at IS NULL OR launched_at < :quiet)
LIMIT 200

-- name: campaign_to_settle
SELECT id, organization_id FROM campaign
WHERE settled = 0 AND status IN ('stopped', 'canceled', 'finished')
AND ended_on < :today LIMIT 200

-- Those that run and have a line that ended yesterday or before.
-- name: campaign_with_ended_line
SELECT DISTINCT c.id AS id, c.organization_id AS organization_id
FROM campaign_line l JOIN campaign c ON c.id = l.campaign_id
WHERE l.ended_on IS NULL AND l.ends_on < :today
AND c.status IN ('scheduled', 'running', 'paused')
LIMIT 200

-- The history of a campaign.

-- name: history_last
SELECT number, hash FROM campaign_history WHERE campaign_id = :campaign
ORDER BY number DESC LIMIT 1 FOR UPDATE

-- name: history_insert
INSERT INTO campaign_history (campaign_id, number, organization_id, action,
	user_id, status, data, text_hash, created_at, hash)
VALUES (:campaign, :number, :org, :action, :user, :status, :data, :text_hash,
	:now, :hash)

-- name: campaign_text_insert
INSERT INTO campaign_text (campaign_id, number, organization_id, salt, text)
VALUES (:campaign, :number, :org, :salt, :text)

-- name: campaign_text_erase
DELETE t FROM campaign_text t JOIN campaign_history h
ON h.campaign_id = t.campaign_id AND h.number = t.number
WHERE h.user_id = :user

-- name: campaign_reason
SELECT t.text AS text FROM campaign_history h LEFT JOIN campaign_text t
ON t.campaign_id = h.campaign_id AND t.number = h.number
WHERE h.campaign_id = :campaign AND h.action = 'cancel'
ORDER BY h.number DESC LIMIT 1

-- name: history_list
SELECT h.campaign_id AS campaign_id, h.number AS number, h.user_id AS user_id,
	h.action AS action, h.status AS status, h.data AS data, t.text AS text,
	h.created_at AS created_at, t.salt AS salt, h.text_hash AS text_hash,
	h.hash AS hash
FROM campaign_history h LEFT JOIN campaign_text t
ON t.campaign_id = h.campaign_id AND t.number = h.number
WHERE h.campaign_id = :campaign AND h.organization_id = :org
AND h.number > :after ORDER BY h.number LIMIT :limit
