-- Tokens: held for work in progress, adjusted by the house, running out.

ALTER TABLE product
	ADD COLUMN IF NOT EXISTS valid_days INT UNSIGNED NULL;

-- Each filter of the list with each of its sorts.
ALTER TABLE token_transaction
	ADD KEY token_type_created (organization_id, type, created_at, id),
	ADD KEY token_type_amount (organization_id, type, amount, id),
	ADD KEY token_reference (organization_id, reference, created_at, id);

CREATE TABLE token_reservation (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	status ENUM('held', 'settled', 'released', 'expired') NOT NULL,
	amount BIGINT NOT NULL,
	settled_amount BIGINT NOT NULL DEFAULT 0,
	reference VARCHAR(120) NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	ended_at DATETIME(6) NULL,
	KEY reservation_created (organization_id, created_at, id),
	KEY reservation_status (organization_id, status, created_at, id),
	KEY reservation_due (status, expires_at),
	CONSTRAINT reservation_amounts CHECK (amount > 0
	    AND settled_amount BETWEEN 0 AND amount),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- What a purchase bought that runs out.  It changes only under the lock of the
-- organization's tokens_available, and together with it.
CREATE TABLE token_lot (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	payment_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	remaining BIGINT NOT NULL,
	open TINYINT AS (remaining > 0) STORED,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	UNIQUE KEY lot_payment (payment_id),
	KEY lot_open (organization_id, open, expires_at, id),
	KEY lot_due (open, expires_at, id),
	CONSTRAINT lot_amounts CHECK (amount > 0
	    AND remaining BETWEEN 0 AND amount),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (payment_id) REFERENCES payment (id)
);

-- Which lots a reservation took its tokens from.
CREATE TABLE reservation_lot (
	reservation_id BIGINT UNSIGNED NOT NULL,
	lot_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (reservation_id, lot_id),
	KEY reservation_lot_lot (lot_id),
	CONSTRAINT reservation_lot_positive CHECK (amount > 0),
	FOREIGN KEY (reservation_id) REFERENCES token_reservation (id),
	FOREIGN KEY (lot_id) REFERENCES token_lot (id)
);

-- And which a refund took them from: it may fail, or a dispute be won.
CREATE TABLE refund_lot (
	refund_id BIGINT UNSIGNED NOT NULL,
	lot_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (refund_id, lot_id),
	CONSTRAINT refund_lot_positive CHECK (amount > 0),
	FOREIGN KEY (refund_id) REFERENCES refund (id),
	FOREIGN KEY (lot_id) REFERENCES token_lot (id)
);

-- What the house gave or took, and why: the reason is no ledger's business.
CREATE TABLE token_adjustment (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	balance_after BIGINT NOT NULL,
	reason VARCHAR(200) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	KEY adjustment_created (created_at, id),
	KEY adjustment_organization (organization_id, created_at, id),
	CONSTRAINT adjustment_moves CHECK (amount <> 0),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

INSERT INTO schedule (name, next_run_at) VALUES
	('expire_reservations', UTC_TIMESTAMP(6)),
	('expire_tokens', UTC_TIMESTAMP(6));
