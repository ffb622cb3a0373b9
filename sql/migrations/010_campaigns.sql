-- Campaigns with lines and money, and their endings.

ALTER TABLE account
	MODIFY kind ENUM('provider_clearing', 'revenue', 'commission_expense',
	    'earnings_pending', 'earnings_available', 'earnings_requested',
	    'earnings_paid', 'tokens_issued', 'tokens_available',
	    'tokens_reserved', 'tokens_spent', 'tokens_owed',
	    'tokens_expired', 'advertiser_money', 'advertiser_credit',
	    'campaign_reserved', 'campaign_earned', 'invoiced', 'invoice_open',
	    'invoice_applied', 'invoice_credited') NOT NULL,
	ADD KEY account_book (organization_id, id),
	ADD KEY account_kind (organization_id, kind, id);

ALTER TABLE journal
	MODIFY kind ENUM('payment', 'commission', 'commission_available',
	    'commission_reversed', 'payment_refunded', 'payment_reinstated',
	    'token_reserved', 'token_settled', 'token_released',
	    'token_adjusted', 'token_expired', 'withdrawal_requested',
	    'withdrawal_refused', 'withdrawal_paid', 'prepaid', 'credit_drawn',
	    'invoice_issued', 'campaign_settled', 'campaign_refunded',
	    'prepayment_reversed') NOT NULL;

-- An advertiser is a reference that the organization made up for a customer.
CREATE TABLE advertiser (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	reference VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY advertiser_reference (organization_id, reference),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- begins_at: when it starts, or goes on, by itself.  ended_on: the day as of
-- which its lines end.  settled: its end is worked out.  paid: what came in,
-- less what was reversed; earned: of that, what lines that ended earned; released:
-- what went to the account, less what came back by a correction; refunded: of
-- that, what was paid back.
ALTER TABLE campaign
	ADD COLUMN advertiser_id BIGINT UNSIGNED NULL,
	ADD COLUMN user_id BIGINT UNSIGNED NULL,
	ADD COLUMN description VARCHAR(2000) NULL,
	ADD COLUMN type ENUM('Flexible', 'Performance') NULL,
	ADD COLUMN brand VARCHAR(64) NULL,
	ADD COLUMN product_group VARCHAR(64) NULL,
	ADD COLUMN currency CHAR(3) CHARACTER SET ascii NULL,
	ADD COLUMN starts_on DATE NULL,
	ADD COLUMN ends_on DATE NULL,
	ADD COLUMN begins_at DATETIME(6) NULL,
	ADD COLUMN launched_at DATETIME(6) NULL,
	ADD COLUMN ended_on DATE NULL,
	ADD COLUMN ended_at DATETIME(6) NULL,
	ADD COLUMN settled TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN billed TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN paid BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN earned BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN released BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN runs INT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN archived TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN extras MEDIUMTEXT NULL,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	ADD KEY campaign_created (organization_id, created_at, id),
	ADD KEY campaign_updated (organization_id, updated_at, id),
	ADD KEY campaign_named (organization_id, name, id),
	ADD KEY campaign_in_status (organization_id, status, id),
	ADD KEY campaign_begins (organization_id, begins_at, id),
	ADD KEY campaign_runs (organization_id, runs, id),
	ADD KEY campaign_to_begin (status, begins_at, id),
	ADD KEY campaign_to_end (status, ends_on, id),
	ADD KEY campaign_to_settle (settled, status, ended_on, id),
	ADD CONSTRAINT campaign_money CHECK (refunded >= 0
	    AND refunded <= released AND earned >= 0
	    AND earned + released <= paid),
	ADD FOREIGN KEY (advertiser_id) REFERENCES advertiser (id);

-- booked: impressions, clicks, insertions.  done of them were delivered up to
-- done_on.  When the line has ended, by ended_on: counted of booked is earned;
-- due and refunded: what the advertiser gets back of the rest.
CREATE TABLE campaign_line (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	external_id VARCHAR(64) NULL,
	product VARCHAR(64) NOT NULL,
	price ENUM('CPM', 'CPC', 'CPD', 'Flat', 'Insertion') NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	booked BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	tax BIGINT NOT NULL,
	placement_id BIGINT UNSIGNED NULL,
	impressions BIGINT NOT NULL DEFAULT 0,
	clicks BIGINT NOT NULL DEFAULT 0,
	delivered_on DATE NULL,
	ended_on DATE NULL,
	counted BIGINT NOT NULL DEFAULT 0,
	earned BIGINT NOT NULL DEFAULT 0,
	earned_tax BIGINT NOT NULL DEFAULT 0,
	due BIGINT NOT NULL DEFAULT 0,
	due_tax BIGINT NOT NULL DEFAULT 0,
	refunded BIGINT NOT NULL DEFAULT 0,
	refunded_tax BIGINT NOT NULL DEFAULT 0,
	KEY line_campaign (campaign_id, id),
	KEY line_placement (placement_id),
	KEY line_to_end (ended_on, ends_on, campaign_id),
	CONSTRAINT line_booked CHECK (booked > 0 AND counted >= 0
	    AND amount >= 0 AND tax >= 0 AND starts_on <= ends_on),
	CONSTRAINT line_earned CHECK (earned >= 0 AND earned <= amount
	    AND earned_tax >= 0 AND earned_tax <= tax),
	CONSTRAINT line_refunded CHECK (refunded >= 0 AND refunded <= due
	    AND refunded_tax >= 0 AND refunded_tax <= due_tax
	    AND due <= amount AND due_tax <= tax),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

CREATE TABLE line_insertion (
	line_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	PRIMARY KEY (line_id, day),
	FOREIGN KEY (line_id) REFERENCES campaign_line (id)
);

-- Totals so far, as of a day; they never go back.
CREATE TABLE line_delivery (
	line_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	impressions BIGINT NOT NULL,
	clicks BIGINT NOT NULL,
	reported_at DATETIME(6) NOT NULL,
	PRIMARY KEY (line_id, day),
	CONSTRAINT delivery_counts CHECK (impressions >= 0 AND clicks >= 0),
	FOREIGN KEY (line_id) REFERENCES campaign_line (id)
);

-- Money that came in for a campaign: cash, card, check; or OA, drawn from what
-- the advertiser has on account.  reversed: undone by a deletion.
CREATE TABLE prepayment (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	type ENUM('CA', 'CC', 'CK', 'OA') NOT NULL,
	amount BIGINT NOT NULL,
	reversed BIGINT NOT NULL DEFAULT 0,
	deposited_on DATE NOT NULL,
	reference VARCHAR(64) NULL,
	user_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	KEY prepayment_campaign (campaign_id, id),
	KEY prepayment_organization (organization_id),
	CONSTRAINT prepayment_amount CHECK (amount > 0 AND reversed >= 0
	    AND reversed <= amount),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

-- Amounts with tax.  open = amount - applied - credited.
CREATE TABLE invoice (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	month DATE NULL,
	amount BIGINT NOT NULL,
	applied BIGINT NOT NULL DEFAULT 0,
	credited BIGINT NOT NULL DEFAULT 0,
	user_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	KEY invoice_campaign (campaign_id, id),
	CONSTRAINT invoice_sum CHECK (amount > 0 AND applied >= 0
	    AND credited >= 0 AND applied + credited <= amount),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

CREATE TABLE invoice_line (
	invoice_id BIGINT UNSIGNED NOT NULL,
	line_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	tax BIGINT NOT NULL,
	credited BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (invoice_id, line_id),
	KEY invoice_of_line (line_id),
	CONSTRAINT invoice_line_sum CHECK (amount >= 0 AND tax >= 0
	    AND amount + tax > 0 AND credited >= 0
	    AND credited <= amount + tax),
	FOREIGN KEY (invoice_id) REFERENCES invoice (id),
	FOREIGN KEY (line_id) REFERENCES campaign_line (id)
);

-- Paid back outside, recorded here.
CREATE TABLE campaign_refund (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	reference VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
	amount BIGINT NOT NULL,
	tax BIGINT NOT NULL,
	request_hash BINARY(32) NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY campaign_refund_reference (organization_id, reference),
	KEY campaign_refund_campaign (campaign_id, id),
	CONSTRAINT campaign_refund_amount CHECK (amount > 0 AND tax >= 0),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

CREATE TABLE campaign_refund_line (
	refund_id BIGINT UNSIGNED NOT NULL,
	line_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	tax BIGINT NOT NULL,
	PRIMARY KEY (refund_id, line_id),
	KEY campaign_refund_of_line (line_id),
	FOREIGN KEY (refund_id) REFERENCES campaign_refund (id),
	FOREIGN KEY (line_id) REFERENCES campaign_line (id)
);

-- Who did what to a campaign, chained by hashes.  The text stands apart, so
-- that it can be erased and the chain still be proved: text_hash is salted.
CREATE TABLE campaign_history (
	campaign_id BIGINT UNSIGNED NOT NULL,
	number INT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	action VARCHAR(40) CHARACTER SET ascii NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	status VARCHAR(20) CHARACTER SET ascii NOT NULL,
	data MEDIUMTEXT NOT NULL,
	text_hash BINARY(32) NULL,
	created_at DATETIME(6) NOT NULL,
	hash BINARY(32) NOT NULL,
	PRIMARY KEY (campaign_id, number),
	KEY campaign_history_user (user_id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

CREATE TABLE campaign_text (
	campaign_id BIGINT UNSIGNED NOT NULL,
	number INT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	salt BINARY(16) NOT NULL,
	text VARCHAR(1000) NOT NULL,
	PRIMARY KEY (campaign_id, number),
	KEY campaign_text_organization (organization_id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

INSERT INTO schedule (name, next_run_at) VALUES
	('campaigns', UTC_TIMESTAMP(6));
