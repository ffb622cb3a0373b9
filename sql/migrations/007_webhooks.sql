-- Events in an exact order, and webhooks that carry them out.

-- seq: the order in which events became visible, given by the publisher (jobs)
-- one transaction after the other; NULL: not published yet.  Each is given once,
-- under the counter's lock.  Publishing writes to each key that has seq: an
-- entity has few events, which are sorted when they are asked for.
ALTER TABLE event
	ADD COLUMN seq BIGINT UNSIGNED NULL AFTER id;
UPDATE event SET seq = id;
ALTER TABLE event
	DROP KEY event_book,
	ADD KEY event_waiting (seq, id),
	ADD KEY event_list (organization_id, seq),
	ADD KEY event_type (organization_id, type, seq),
	ADD KEY event_entity (organization_id, entity_id);

-- One row: the number that was given last.
CREATE TABLE event_counter (
	id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
	last BIGINT UNSIGNED NOT NULL
);
INSERT INTO event_counter (id, last)
SELECT 1, COALESCE(MAX(seq), 0) FROM event;

-- Where an organization wants to be told.  secret is encrypted; old_secret
-- signs beside it until old_until.  events: types and prefixes ("payment.*")
-- with blanks between, or "*".  disabled_at: the program gave it up.
CREATE TABLE webhook_endpoint (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	url VARCHAR(2000) NOT NULL,
	description VARCHAR(200) NULL,
	events TEXT CHARACTER SET ascii NOT NULL,
	active TINYINT NOT NULL,
	secret VARBINARY(200) NOT NULL,
	old_secret VARBINARY(200) NULL,
	old_until DATETIME(6) NULL,
	disabled_at DATETIME(6) NULL,
	disabled_reason ENUM('gone', 'failing') NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	deleted_at DATETIME(6) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	KEY webhook_endpoint_list (organization_id, deleted_at, created_at, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- What the courier (jobs) knows of an endpoint.  due_at: when it has something
-- to send, NULL: nothing.  One process at a time sends to an endpoint: it holds
-- the lease.  failing_since: the first failure after the last success.
CREATE TABLE webhook_queue (
	endpoint_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	due_at DATETIME(6) NULL,
	lease_until DATETIME(6) NULL,
	lease_owner BIGINT UNSIGNED NULL,
	failing_since DATETIME(6) NULL,
	KEY webhook_queue_due (due_at),
	FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint (id)
);

-- An event on its way to an endpoint; event_id NULL: a ping.  attempts: in
-- all; step: since it was last asked for, of the schedule of retries.
-- run_at: when it is tried next, with pending only.
CREATE TABLE webhook_delivery (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	endpoint_id BIGINT UNSIGNED NOT NULL,
	event_id BIGINT UNSIGNED NULL,
	status ENUM('pending', 'delivered', 'failed', 'disabled') NOT NULL,
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	step INT UNSIGNED NOT NULL DEFAULT 0,
	run_at DATETIME(6) NULL,
	created_at DATETIME(6) NOT NULL,
	ended_at DATETIME(6) NULL,
	UNIQUE KEY webhook_delivery_once (endpoint_id, event_id),
	KEY webhook_delivery_due (endpoint_id, run_at, id),
	KEY webhook_delivery_list (endpoint_id, created_at, id),
	KEY webhook_delivery_status (endpoint_id, status, created_at, id),
	KEY webhook_delivery_created (created_at),
	FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint (id)
);

-- status: of HTTP, 0: no answer, and error says why.
CREATE TABLE webhook_attempt (
	delivery_id BIGINT UNSIGNED NOT NULL,
	number INT UNSIGNED NOT NULL,
	status SMALLINT NOT NULL,
	error VARCHAR(200) NULL,
	duration_ms INT UNSIGNED NOT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (delivery_id, number),
	FOREIGN KEY (delivery_id) REFERENCES webhook_delivery (id)
	    ON DELETE CASCADE
);

-- What was asked to be sent again, and how far the courier has come with it:
-- deliveries behind (from_at, after_id) and before to_at.  status NULL: those
-- that did not arrive.
CREATE TABLE webhook_replay (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	endpoint_id BIGINT UNSIGNED NOT NULL,
	from_at DATETIME(6) NOT NULL,
	after_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
	to_at DATETIME(6) NOT NULL,
	status ENUM('delivered', 'failed', 'disabled') NULL,
	created_at DATETIME(6) NOT NULL,
	done_at DATETIME(6) NULL,
	KEY webhook_replay_done (done_at, id),
	FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint (id)
);
