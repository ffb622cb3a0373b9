-- The ground: organizations and people, referral campaigns, payments, tokens,
-- the ledger, and what keeps them together.
--
-- Times are UTC.  Money is minor units (BIGINT) and a currency.  A tenant's row
-- carries organization_id.  Nothing here is deleted by the program but rows
-- that have run out (idempotency keys, refresh tokens, finished tasks).

ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE organization (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name VARCHAR(120) NOT NULL,
	slug VARCHAR(60) CHARACTER SET ascii NOT NULL,
	account_id VARCHAR(16) CHARACTER SET ascii NOT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	deleted_at DATETIME(6) NULL,
	UNIQUE KEY organization_slug (slug),
	UNIQUE KEY organization_account (account_id)
);

CREATE TABLE user (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	email VARCHAR(254) NOT NULL,
	name VARCHAR(120) NOT NULL,
	password_hash VARCHAR(128) CHARACTER SET ascii NOT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	deleted_at DATETIME(6) NULL,
	UNIQUE KEY user_email (email)
);

CREATE TABLE member (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NOT NULL,
	role ENUM('owner', 'admin', 'member') NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY member_once (organization_id, user_id),
	KEY member_user (user_id, organization_id),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (user_id) REFERENCES user (id)
);

-- A log-in.  The active organization stands here, not in the token.
CREATE TABLE session (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	user_id BIGINT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	revoked_at DATETIME(6) NULL,
	KEY session_user (user_id),
	KEY session_expires (expires_at),
	FOREIGN KEY (user_id) REFERENCES user (id)
);

-- Each refresh token is good for one use; a second use ends the session.
CREATE TABLE refresh_token (
	hash BINARY(32) NOT NULL PRIMARY KEY,
	session_id BIGINT UNSIGNED NOT NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	used_at DATETIME(6) NULL,
	KEY refresh_session (session_id),
	KEY refresh_expires (expires_at),
	FOREIGN KEY (session_id) REFERENCES session (id) ON DELETE CASCADE
);

CREATE TABLE api_key (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NOT NULL,
	public_id VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	secret_hash BINARY(32) NOT NULL,
	description VARCHAR(200) NOT NULL,
	scopes BIGINT UNSIGNED NOT NULL,
	test TINYINT NOT NULL DEFAULT 0,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NULL,
	last_used_at DATETIME(6) NULL,
	revoked_at DATETIME(6) NULL,
	UNIQUE KEY api_key_public (public_id),
	KEY api_key_list (organization_id, created_at, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (user_id) REFERENCES user (id)
);

-- The row of a key stands in the transaction of its effect.
CREATE TABLE idempotency_key (
	owner BINARY(16) NOT NULL,
	key_hash BINARY(32) NOT NULL,
	request_hash BINARY(32) NOT NULL,
	status SMALLINT NOT NULL DEFAULT 0,
	headers VARCHAR(500) NULL,
	body MEDIUMTEXT NULL,
	created_at DATETIME(6) NOT NULL,
	PRIMARY KEY (owner, key_hash),
	KEY idempotency_created (created_at)
);

-- The ledger.  One book an organization; entries of a journal sum to zero per
-- currency.  kept = 1: balance is kept up to date with each entry; kept = 0:
-- an account of the system whose balance is the sum of its entries.
CREATE TABLE account (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	kind ENUM('provider_clearing', 'revenue', 'commission_expense',
	    'earnings_pending', 'earnings_available', 'earnings_requested',
	    'earnings_paid', 'tokens_issued', 'tokens_available',
	    'tokens_reserved', 'tokens_spent') NOT NULL,
	owner_id BIGINT UNSIGNED NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	kept TINYINT NOT NULL,
	guarded TINYINT NOT NULL,
	balance BIGINT NOT NULL DEFAULT 0,
	UNIQUE KEY account_place (organization_id, kind, owner_id, currency),
	CONSTRAINT account_guard CHECK (guarded = 0 OR balance >= 0),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

CREATE TABLE journal (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	kind ENUM('payment', 'commission', 'commission_available',
	    'commission_reversed') NOT NULL,
	subject_id BIGINT UNSIGNED NOT NULL,
	reverses BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY journal_reverses (reverses),
	KEY journal_subject (kind, subject_id),
	KEY journal_book (organization_id, id),
	FOREIGN KEY (reverses) REFERENCES journal (id)
);

CREATE TABLE entry (
	journal_id BIGINT UNSIGNED NOT NULL,
	line TINYINT UNSIGNED NOT NULL,
	account_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (journal_id, line),
	KEY entry_account (account_id, journal_id, amount),
	CONSTRAINT entry_moves CHECK (amount <> 0),
	FOREIGN KEY (journal_id) REFERENCES journal (id),
	FOREIGN KEY (account_id) REFERENCES account (id)
);

-- A seal covers the journals after the one before it, up to last_journal.
CREATE TABLE seal (
	id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	last_journal BIGINT UNSIGNED NOT NULL,
	journals BIGINT UNSIGNED NOT NULL,
	hash BINARY(32) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY seal_last (last_journal)
);

-- What has happened, written with the effect; read in the order of ids.
CREATE TABLE event (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	type VARCHAR(60) CHARACTER SET ascii NOT NULL,
	entity_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	data MEDIUMTEXT NOT NULL,
	created_at DATETIME(6) NOT NULL,
	KEY event_book (organization_id, id)
);

-- Work for the jobs role: claimed by a guarded update with a lease.
CREATE TABLE task (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind ENUM('sandbox_callback') NOT NULL,
	subject_id BIGINT UNSIGNED NOT NULL,
	payload MEDIUMTEXT NOT NULL,
	run_at DATETIME(6) NOT NULL,
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	lease_until DATETIME(6) NULL,
	lease_owner BIGINT UNSIGNED NULL,
	done_at DATETIME(6) NULL,
	failed_at DATETIME(6) NULL,
	last_error VARCHAR(200) NULL,
	created_at DATETIME(6) NOT NULL,
	KEY task_due (done_at, run_at, id)
);

-- Recurring work: whoever moves next_run_at on has the turn.
CREATE TABLE schedule (
	name VARCHAR(40) CHARACTER SET ascii NOT NULL PRIMARY KEY,
	next_run_at DATETIME(6) NOT NULL,
	lease_until DATETIME(6) NULL,
	lease_owner BIGINT UNSIGNED NULL,
	last_run_at DATETIME(6) NULL
);

CREATE TABLE campaign (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	status ENUM('draft', 'scheduled', 'running', 'paused', 'stopped',
	    'finished', 'canceled', 'deleted') NOT NULL,
	landing_url VARCHAR(2000) NULL,
	commission_ppm INT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	KEY campaign_organization (organization_id, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- Who promotes and earns; member_organization_id joined the program of
-- organization_id.
CREATE TABLE referrer (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	member_organization_id BIGINT UNSIGNED NOT NULL,
	status ENUM('pending', 'active', 'blocked') NOT NULL,
	joined_at DATETIME(6) NOT NULL,
	UNIQUE KEY referrer_once (organization_id, member_organization_id),
	KEY referrer_member (member_organization_id),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (member_organization_id) REFERENCES organization (id)
);

-- A referrer in a campaign, with code and link.  Codes are never freed.
CREATE TABLE placement (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	code VARCHAR(40) CHARACTER SET ascii NOT NULL,
	landing_url VARCHAR(2000) NOT NULL,
	description VARCHAR(1000) NULL,
	status ENUM('ACTIVE', 'INACTIVE') NOT NULL,
	starts_at DATETIME(6) NULL,
	ends_at DATETIME(6) NULL,
	ended_at DATETIME(6) NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY placement_code (code),
	KEY placement_created (referrer_id, created_at, id),
	KEY placement_ends (status, ends_at),
	KEY placement_campaign (campaign_id, id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- Counts, in whole and by day, written in the transaction of what they count.
CREATE TABLE placement_total (
	placement_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	clicks BIGINT NOT NULL DEFAULT 0,
	unique_clicks BIGINT NOT NULL DEFAULT 0,
	bot_clicks BIGINT NOT NULL DEFAULT 0,
	referrals BIGINT NOT NULL DEFAULT 0,
	conversions BIGINT NOT NULL DEFAULT 0,
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

CREATE TABLE placement_day (
	placement_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	clicks BIGINT NOT NULL DEFAULT 0,
	unique_clicks BIGINT NOT NULL DEFAULT 0,
	bot_clicks BIGINT NOT NULL DEFAULT 0,
	referrals BIGINT NOT NULL DEFAULT 0,
	conversions BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (placement_id, day),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

-- first is 1 for a visitor's first click on a placement and NULL for the rest.
CREATE TABLE click (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	placement_id BIGINT UNSIGNED NOT NULL,
	token BINARY(16) NOT NULL,
	visitor BINARY(16) NOT NULL,
	address_hash BINARY(8) NOT NULL,
	kind ENUM('person', 'bot') NOT NULL,
	first TINYINT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY click_token (token),
	UNIQUE KEY click_first (placement_id, visitor, first)
);

-- Somebody who came by a placement: a lead, and with a first sale a customer.
CREATE TABLE referral (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	referred_organization_id BIGINT UNSIGNED NOT NULL,
	click_id BIGINT UNSIGNED NULL,
	state ENUM('signup', 'active') NOT NULL,
	created_at DATETIME(6) NOT NULL,
	customer_at DATETIME(6) NULL,
	UNIQUE KEY referral_once (organization_id, referred_organization_id),
	KEY referral_placement (placement_id, id),
	KEY referral_referrer (referrer_id, id),
	FOREIGN KEY (placement_id) REFERENCES placement (id),
	FOREIGN KEY (referred_organization_id) REFERENCES organization (id)
);

CREATE TABLE product (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	description VARCHAR(1000) NOT NULL,
	tokens BIGINT NOT NULL,
	active TINYINT NOT NULL DEFAULT 1,
	position INT UNSIGNED NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY product_name (organization_id, name),
	KEY product_position (organization_id, active, position, id),
	CONSTRAINT product_tokens CHECK (tokens > 0),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

CREATE TABLE product_price (
	product_id BIGINT UNSIGNED NOT NULL,
	position INT UNSIGNED NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (product_id, currency),
	CONSTRAINT product_price_positive CHECK (amount > 0),
	FOREIGN KEY (product_id) REFERENCES product (id)
);

-- A checkout session and, once paid, the payment.  token is its secret name
-- at the provider.
CREATE TABLE payment (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	product_id BIGINT UNSIGNED NOT NULL,
	referral_id BIGINT UNSIGNED NULL,
	quantity BIGINT NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	amount BIGINT NOT NULL,
	tokens BIGINT NOT NULL,
	provider ENUM('sandbox') NOT NULL,
	token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	status ENUM('open', 'complete', 'expired') NOT NULL,
	payment_status ENUM('paid', 'unpaid') NOT NULL,
	success_url VARCHAR(2000) NOT NULL,
	cancel_url VARCHAR(2000) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	paid_at DATETIME(6) NULL,
	UNIQUE KEY payment_token (token),
	KEY payment_organization (organization_id, id),
	KEY payment_expires (status, expires_at),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (product_id) REFERENCES product (id)
);

-- The sandbox's own record of what its page was told: it stands for a service
-- outside and knows nothing of the tables above.
CREATE TABLE sandbox_session (
	token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	paid_at DATETIME(6) NULL
);

-- A sale that the program of organization_id knows of, referred or not.
CREATE TABLE sale (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	payment_id BIGINT UNSIGNED NOT NULL,
	referral_id BIGINT UNSIGNED NULL,
	amount BIGINT NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY sale_payment (payment_id),
	KEY sale_referral (referral_id),
	FOREIGN KEY (payment_id) REFERENCES payment (id),
	FOREIGN KEY (referral_id) REFERENCES referral (id)
);

-- What a referrer earned, lost again or took out.
CREATE TABLE earning (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NULL,
	placement_id BIGINT UNSIGNED NULL,
	sale_id BIGINT UNSIGNED NULL,
	type ENUM('commission', 'reversal', 'withdrawal') NOT NULL,
	status ENUM('pending', 'available', 'requested', 'approved', 'paid',
	    'refused', 'reversed') NOT NULL,
	amount BIGINT NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	rate_ppm INT UNSIGNED NULL,
	available_at DATETIME(6) NULL,
	created_at DATETIME(6) NOT NULL,
	KEY earning_referrer (referrer_id, created_at, id),
	KEY earning_amount (referrer_id, amount, id),
	KEY earning_placement (placement_id, created_at, currency, amount),
	KEY earning_release (status, available_at),
	UNIQUE KEY earning_sale (sale_id, referrer_id, type),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id),
	FOREIGN KEY (sale_id) REFERENCES sale (id)
);

CREATE TABLE token_transaction (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	type ENUM('purchase', 'spend', 'reserve', 'release', 'adjustment',
	    'expiry', 'refund') NOT NULL,
	amount BIGINT NOT NULL,
	balance_after BIGINT NOT NULL,
	reference VARCHAR(120) NULL,
	payment_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	KEY token_created (organization_id, created_at, id),
	KEY token_amount (organization_id, amount, id),
	UNIQUE KEY token_payment (payment_id, type),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- The house: organization 1 and its default campaign.
INSERT INTO organization (id, name, slug, account_id, created_at, updated_at)
VALUES (1, 'House', 'house', '1000000001', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));

INSERT INTO campaign (id, organization_id, name, status, created_at, updated_at)
VALUES (1, 1, 'Referral program', 'running', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));

INSERT INTO schedule (name, next_run_at) VALUES
	('seal', UTC_TIMESTAMP(6)),
	('expire_sessions', UTC_TIMESTAMP(6)),
	('end_placements', UTC_TIMESTAMP(6)),
	('release_earnings', UTC_TIMESTAMP(6)),
	('purge', UTC_TIMESTAMP(6));
