-- What promoters see of their own: lists, and files of them.

-- Each filter and order of a promoter's lists has its key.
ALTER TABLE referral
	ADD KEY referral_own_state (referrer_id, deleted_at, state, created_at,
	    id),
	ADD KEY referral_own_customer (referrer_id, deleted_at, customer_at,
	    id),
	ADD KEY referral_own_email (referrer_id, deleted_at, email, id);
ALTER TABLE earning
	ADD KEY earning_own_standing (referrer_id, standing, created_at, id),
	ADD KEY earning_own_first (referrer_id, shown, first, created_at, id),
	ADD KEY earning_own_sale (referrer_id, sale_amount, id),
	ADD KEY earning_own_referral (referrer_id, referral_id, id);

-- A file of a promoter's own rows that is too long for one answer.  filters:
-- which rows, as JSON.  seed: the token that fetches it follows from this and
-- from the secret of the installation.  open: 1 while it is made, else NULL.
-- after_key, after_id: the last row that is in it.  turn_at: when the jobs role
-- last worked on it.
CREATE TABLE export (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	kind ENUM('referrals', 'commissions', 'payouts') NOT NULL,
	filters TEXT NOT NULL,
	seed BINARY(16) NOT NULL,
	open TINYINT NULL,
	parts INT UNSIGNED NOT NULL DEFAULT 0,
	bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
	after_key BIGINT NOT NULL DEFAULT 0,
	after_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	turn_at DATETIME(6) NOT NULL,
	finished_at DATETIME(6) NULL,
	expires_at DATETIME(6) NOT NULL,
	UNIQUE KEY export_once (referrer_id, kind, open),
	KEY export_turn (open, turn_at, id),
	KEY export_expires (expires_at, id),
	KEY export_organization (organization_id, id),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- Its lines, some at a time.
CREATE TABLE export_part (
	export_id BIGINT UNSIGNED NOT NULL,
	number INT UNSIGNED NOT NULL,
	text MEDIUMTEXT NOT NULL,
	PRIMARY KEY (export_id, number),
	FOREIGN KEY (export_id) REFERENCES export (id)
);

INSERT INTO schedule (name, next_run_at) VALUES
	('exports', UTC_TIMESTAMP(6));
