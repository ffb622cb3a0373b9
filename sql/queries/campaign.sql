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
	ends_on, begins_at, status, created_at, updated_at)
VALUES (:org, :advertiser, :user, :name, :description, :brand, :group, :type,
	:currency, :extras, :starts, :ends, :begins, 'draft', :now, :now)

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
	ends_on = :ends, begins_at = :begins, updated_at = :now, version = version + 1
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

-- By one key the rows stand in an index.  By several, or by the status in the
-- order of its letters, those of the organization are sorted, by whole seconds:
-- each of :up and :down is the number of a key, or 0, which is NULL for all rows.
-- The words at their ends are never chosen: where two of the ELT are the same the
-- server drops one, and does not take it up again when they differ.

-- name: campaign_list
SELECT c.id AS id, c.organization_id AS organization_id,
	c.user_id AS user_id, c.name AS name, c.description AS description,
	c.extras AS extras, c.status AS status, c.begins_at AS begins_at,
	c.launched_at AS launched_at, c.created_at AS created_at,
	c.updated_at AS updated_at, c.archived AS archived, c.runs AS runs
FROM campaign c
WHERE c.organization_id = :org AND c.status <> 'deleted'
-- where: name
AND c.name LIKE :pattern
-- where: description
AND c.description LIKE :pattern
-- where: either
AND (c.name LIKE :pattern OR c.description LIKE :pattern)
-- order: created
ORDER BY c.created_at, c.id
-- order: created_down
ORDER BY c.created_at DESC, c.id DESC
-- order: updated
ORDER BY c.updated_at, c.id
-- order: updated_down
ORDER BY c.updated_at DESC, c.id DESC
-- order: name
ORDER BY c.name, c.id
-- order: name_down
ORDER BY c.name DESC, c.id DESC
-- order: begin
ORDER BY c.begins_at, c.id
-- order: begin_down
ORDER BY c.begins_at DESC, c.id DESC
-- order: runs
ORDER BY c.runs, c.id
-- order: runs_down
ORDER BY c.runs DESC, c.id DESC
-- order: sorted
ORDER BY ELT(:up1, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'up1'),
	ELT(:down1, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'down1') DESC,
	ELT(:up2, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'up2'),
	ELT(:down2, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'down2') DESC,
	ELT(:up3, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'up3'),
	ELT(:down3, LEFT(c.created_at, 19), LEFT(c.updated_at, 19), c.name,
	LEFT(c.begins_at, 19), LPAD(c.runs, 10, '0'),
	IF(c.status = 'finished', 'stopped', c.status), 'down3') DESC,
	c.id DESC
-- tail:
LIMIT :limit OFFSET :skip

-- name: campaign_count
SELECT COUNT(*) AS total FROM campaign c
WHERE c.organization_id = :org AND c.status <> 'deleted'
-- where: name
AND c.name LIKE :pattern
-- where: description
AND c.description LIKE :pattern
-- where: either
AND (c.name LIKE :pattern OR c.description LIKE :pattern)

-- Those whose time has come: to begin, to end, to be worked out.

-- name: campaign_to_begin
SELECT id, organization_id FROM campaign
WHERE status = 'scheduled' AND begins_at <= :now ORDER BY begins_at, id
LIMIT 200

-- name: campaign_to_finish
SELECT id, organization_id FROM campaign
WHERE status IN ('scheduled', 'running', 'paused') AND ends_on < :today
AND (launched_at IS NULL OR launched_at < ends_on + INTERVAL 1 DAY
	OR launched_at < :late)
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
