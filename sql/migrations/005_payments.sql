-- Products that the house administers, and payment providers outside.

-- valid_days: the tokens of a purchase run out after so many; NULL: never.
ALTER TABLE product
	ADD COLUMN valid_days INT UNSIGNED NULL AFTER tokens,
	ADD COLUMN updated_at DATETIME(6) NULL,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	ADD KEY product_place (organization_id, position, id),
	ADD KEY product_created (organization_id, created_at, id);
UPDATE product SET updated_at = created_at;
ALTER TABLE product MODIFY updated_at DATETIME(6) NOT NULL;

-- creating: the provider was asked for a session and has not answered yet.
-- reference: the provider's name of the session; intent: its name of the money
-- once it is paid, by which it tells of refunds and disputes; url: its page.
-- look_at: when the jobs look what became of it (the sandbox's own expire then);
-- looks: how often they did.
-- valid_days: the product's, when the session was made.
ALTER TABLE payment
	MODIFY provider ENUM('sandbox', 'stripe') NOT NULL,
	MODIFY status ENUM('open', 'complete', 'expired', 'creating') NOT NULL,
	ADD COLUMN reference VARCHAR(255) CHARACTER SET ascii
	    COLLATE ascii_bin NULL,
	ADD COLUMN intent VARCHAR(255) CHARACTER SET ascii
	    COLLATE ascii_bin NULL,
	ADD COLUMN url VARCHAR(5000) CHARACTER SET ascii NULL,
	ADD COLUMN look_at DATETIME(6) NULL,
	ADD COLUMN looks INT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN valid_days INT UNSIGNED NULL AFTER tokens,
	ADD UNIQUE KEY payment_reference (reference),
	ADD UNIQUE KEY payment_intent (intent),
	ADD KEY payment_look (provider, look_at),
	DROP KEY payment_organization,
	DROP KEY payment_expires,
	ADD KEY payment_created (organization_id, created_at, id),
	ADD KEY payment_in_status (organization_id, status, created_at, id),
	ADD KEY payment_paid (organization_id, payment_status, created_at, id),
	ADD KEY payment_in_both (organization_id, status, payment_status,
	    created_at, id),
	ADD KEY payment_all (created_at, id),
	ADD KEY payment_all_in_status (status, created_at, id);
UPDATE payment SET look_at = expires_at WHERE status = 'open';

-- What a write has begun that waits for somebody outside: the key's answer
-- is stored when it is known what became of it.
ALTER TABLE idempotency_key
	ADD COLUMN subject_id BIGINT UNSIGNED NULL AFTER status,
	ADD COLUMN told BOOLEAN NOT NULL DEFAULT FALSE;

INSERT INTO schedule (name, next_run_at) VALUES
	('look_at_payments', UTC_TIMESTAMP(6));
