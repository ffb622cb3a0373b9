-- Payouts: what promoters get of their commissions, and how.

ALTER TABLE journal
	MODIFY kind ENUM('payment', 'commission', 'commission_available',
	    'commission_reversed', 'payment_refunded', 'payment_reinstated',
	    'token_reserved', 'token_settled', 'token_released',
	    'token_adjusted', 'token_expired', 'withdrawal_requested',
	    'withdrawal_refused', 'withdrawal_paid', 'prepaid', 'credit_drawn',
	    'invoice_issued', 'campaign_settled', 'campaign_refunded',
	    'prepayment_reversed', 'payout_made', 'payout_paid',
	    'payout_unpaid', 'payout_destroyed') NOT NULL;

-- Up to the end of which month payouts were made, and of the promoters of the
-- next one which was the last.
ALTER TABLE program
	ADD COLUMN payouts_until DATE NOT NULL DEFAULT '1970-01-31',
	ADD COLUMN payouts_after BIGINT UNSIGNED NOT NULL DEFAULT 0,
	ADD KEY program_payouts (payouts_until, organization_id);

-- How a promoter wants to be paid.  details: members of the method as JSON, and
-- all of it can be erased.  selected: 1 for one of his, NULL for the others.
CREATE TABLE payout_method (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	method ENUM('paypal', 'bank', 'wise', 'crypto', 'custom', 'dots')
	    NOT NULL,
	details MEDIUMTEXT NOT NULL,
	is_disabled TINYINT NOT NULL,
	selected TINYINT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY payout_method_selected (referrer_id, selected),
	KEY payout_method_book (organization_id, id),
	KEY payout_method_kind (organization_id, selected, method, referrer_id),
	KEY payout_method_referrer (referrer_id, id),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- Pending payouts of one method, paid together once somebody confirms it: by a
-- code that follows from the secret of the installation and the number of codes
-- that were sent to him, good until code_until for some tries.
CREATE TABLE payments_batch (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	method ENUM('paypal', 'bank', 'wise', 'crypto', 'custom', 'dots')
	    NOT NULL,
	status ENUM('awaiting_confirmation', 'pending', 'processing',
	    'completed', 'failed') NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	user_id BIGINT UNSIGNED NOT NULL,
	code_until DATETIME(6) NULL,
	code_tries INT UNSIGNED NOT NULL DEFAULT 0,
	codes INT UNSIGNED NOT NULL DEFAULT 0,
	created_at DATETIME(6) NOT NULL,
	completed_at DATETIME(6) NULL,
	deleted_at DATETIME(6) NULL,
	KEY payments_batch_book (organization_id, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- amount: what is paid: his commissions less what of them he had withdrawn
-- before (deducted).  custom: of commissions that somebody chose.  campaign_id:
-- of all of them, if it is one.  paid_method: how it was paid.  wanted: of one
-- that is pending, how he wants to be paid now; NULL: he did not say.
-- made_in: of commissions that somebody chose, the batch that made it.
CREATE TABLE payout (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	amount BIGINT NOT NULL,
	deducted BIGINT NOT NULL,
	status ENUM('pending', 'completed', 'failed', 'processing',
	    'cancelled') NOT NULL,
	custom TINYINT NOT NULL,
	made_in BIGINT UNSIGNED NULL,
	period_start DATE NOT NULL,
	period_end DATE NOT NULL,
	due_on DATE NOT NULL,
	batch_id BIGINT UNSIGNED NULL,
	wanted ENUM('paypal', 'bank', 'wise', 'crypto', 'custom', 'dots') NULL,
	paid_method ENUM('paypal', 'bank', 'wise', 'crypto', 'custom', 'dots')
	    NULL,
	paid_by BIGINT UNSIGNED NULL,
	paid_at DATETIME(6) NULL,
	created_at DATETIME(6) NOT NULL,
	deleted_at DATETIME(6) NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	KEY payout_book (organization_id, deleted_at, created_at, id),
	KEY payout_status (organization_id, deleted_at, status, created_at,
	    id),
	KEY payout_amount (organization_id, deleted_at, amount, id),
	KEY payout_start (organization_id, deleted_at, period_start, id),
	KEY payout_end (organization_id, deleted_at, period_end, id),
	KEY payout_campaign (organization_id, deleted_at, campaign_id,
	    created_at, id),
	KEY payout_due (organization_id, deleted_at, status, due_on, id),
	KEY payout_custom (organization_id, deleted_at, custom, id),
	KEY payout_promoters (organization_id, deleted_at, referrer_id, status,
	    campaign_id, currency, amount, custom, period_start, period_end,
	    due_on, paid_method),
	KEY payout_groups (organization_id, deleted_at, referrer_id, currency,
	    status, campaign_id, amount),
	KEY payout_referrer (referrer_id, deleted_at, created_at, id),
	KEY payout_ready (organization_id, wanted, status, batch_id,
	    deleted_at, created_at, id),
	KEY payout_batch (batch_id, deleted_at, created_at, id),
	CONSTRAINT payout_positive CHECK (amount > 0 AND deducted >= 0),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id),
	FOREIGN KEY (batch_id) REFERENCES payments_batch (id)
);

-- Whose payout failed, how often, and when it is tried again.
CREATE TABLE payout_again (
	referrer_id BIGINT UNSIGNED NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	tries INT UNSIGNED NOT NULL,
	try_at DATETIME(6) NOT NULL,
	PRIMARY KEY (referrer_id, currency),
	KEY payout_again_due (try_at),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- What payouts come to, counted in the transaction that changes them: of a
-- campaign, and of all together (campaign_id 0).  method: how they were paid, or
-- how their promoters want it.  period_start, period_end: of those that are not
-- paid, the day on which they are due.
CREATE TABLE payout_total (
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	status ENUM('pending', 'completed', 'failed', 'processing',
	    'cancelled') NOT NULL,
	period_start DATE NOT NULL,
	period_end DATE NOT NULL,
	method ENUM('paypal', 'bank', 'wise', 'crypto', 'custom', 'dots',
	    'not_set') NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	custom TINYINT NOT NULL,
	payouts BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (organization_id, campaign_id, status, period_start,
	    period_end, method, currency, custom),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

INSERT INTO schedule (name, next_run_at) VALUES
	('make_payouts', UTC_TIMESTAMP(6));
