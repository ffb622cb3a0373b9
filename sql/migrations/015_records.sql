-- Webhooks that carry the record which an event changed.

-- form: what is sent: the event, or the record.  Of records only: campaigns,
-- ids with blanks between, NULL: all; how long an answer may take, and how
-- often a delivery is tried again; headers (a JSON object) and the password of
-- HTTP Basic, both encrypted.
ALTER TABLE webhook_endpoint
	ADD COLUMN form ENUM('events', 'records') NOT NULL DEFAULT 'events'
	    AFTER organization_id,
	ADD COLUMN campaigns TEXT CHARACTER SET ascii NULL,
	ADD COLUMN seconds SMALLINT UNSIGNED NULL,
	ADD COLUMN max_retries TINYINT UNSIGNED NULL,
	ADD COLUMN headers VARBINARY(20000) NULL,
	ADD COLUMN basic_user VARCHAR(200) NULL,
	ADD COLUMN basic_password VARBINARY(1000) NULL;

-- number: which change of those that its event means (model/event/record.h).
-- again: how often it was asked for by hand.
ALTER TABLE webhook_delivery
	ADD COLUMN number SMALLINT UNSIGNED NOT NULL DEFAULT 0 AFTER event_id,
	ADD COLUMN again TINYINT UNSIGNED NOT NULL DEFAULT 0,
	DROP KEY webhook_delivery_once,
	ADD UNIQUE KEY webhook_delivery_once (endpoint_id, event_id, number);

-- body: the beginning of what was answered, of records only.
ALTER TABLE webhook_attempt
	ADD COLUMN body VARCHAR(2000) NULL;
