-- Refunds, withdrawals, holds and debts: what money does after it came in.

-- The guard of a balance has two sides now: never below zero, never above.
ALTER TABLE account
	DROP CONSTRAINT account_guard,
	MODIFY kind ENUM('provider_clearing', 'revenue', 'commission_expense',
	    'earnings_pending', 'earnings_available', 'earnings_requested',
	    'earnings_paid', 'tokens_issued', 'tokens_available',
	    'tokens_reserved', 'tokens_spent', 'tokens_owed',
	    'tokens_expired') NOT NULL,
	ADD COLUMN guard ENUM('free', 'floor', 'ceiling') NOT NULL
	    DEFAULT 'free' AFTER guarded;
UPDATE account SET guard = 'floor' WHERE guarded = 1;
ALTER TABLE account
	DROP COLUMN guarded,
	ADD CONSTRAINT account_guard CHECK (guard = 'free'
	    OR (guard = 'floor' AND balance >= 0)
	    OR (guard = 'ceiling' AND balance <= 0));

ALTER TABLE journal
	MODIFY kind ENUM('payment', 'commission', 'commission_available',
	    'commission_reversed', 'payment_refunded', 'payment_reinstated',
	    'token_reserved', 'token_settled', 'token_released',
	    'token_adjusted', 'token_expired', 'withdrawal_requested',
	    'withdrawal_refused', 'withdrawal_paid') NOT NULL;

-- Tasks come from many places: their kinds are names, and have turns.
ALTER TABLE task
	MODIFY kind VARCHAR(40) CHARACTER SET ascii NOT NULL,
	DROP KEY task_due,
	ADD KEY task_due (done_at, kind, run_at, id);

-- What goes back of a payment.  refunding: asked of the provider, and not yet
-- answered; both together never exceed what was paid.
ALTER TABLE payment
	ADD COLUMN refunded_amount BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN refunding_amount BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN refunded_tokens BIGINT NOT NULL DEFAULT 0,
	ADD CONSTRAINT payment_refunds CHECK (refunded_amount >= 0
	    AND refunding_amount >= 0
	    AND refunded_amount + refunding_amount <= amount);

-- kind: asked for by the house, or taken by a dispute.  tokens: what it took
-- back.  reinstated: it was undone: a dispute was won, or the bank refused.
CREATE TABLE refund (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	payment_id BIGINT UNSIGNED NOT NULL,
	kind ENUM('refund', 'dispute') NOT NULL,
	status ENUM('pending', 'done', 'failed', 'reinstated') NOT NULL,
	amount BIGINT NOT NULL,
	tokens BIGINT NOT NULL DEFAULT 0,
	reference VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
	reason VARCHAR(200) NULL,
	user_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	done_at DATETIME(6) NULL,
	KEY refund_payment (payment_id, id),
	KEY refund_created (created_at, id),
	UNIQUE KEY refund_reference (reference),
	CONSTRAINT refund_positive CHECK (amount > 0),
	FOREIGN KEY (payment_id) REFERENCES payment (id)
);

-- checks: bits of what looked wrong with a commission (1 self-referral, 2 same
-- address, 4 velocity).  A pending one without available_at is held until the
-- house decides; refused_at: it took all of it back.  reversed_amount: of a
-- commission, what refunds took back.
ALTER TABLE earning
	ADD COLUMN refund_id BIGINT UNSIGNED NOT NULL DEFAULT 0 AFTER sale_id,
	ADD COLUMN reversed_amount BIGINT NOT NULL DEFAULT 0 AFTER amount,
	ADD COLUMN checks TINYINT UNSIGNED NOT NULL DEFAULT 0 AFTER rate_ppm,
	ADD COLUMN refused_at DATETIME(6) NULL AFTER available_at,
	DROP KEY earning_sale,
	DROP KEY earning_placement,
	ADD UNIQUE KEY earning_once (sale_id, referrer_id, type, refund_id),
	ADD KEY earning_type (referrer_id, type, created_at, id),
	ADD KEY earning_status (referrer_id, status, created_at, id),
	ADD KEY earning_both (referrer_id, type, status, created_at, id),
	ADD KEY earning_all (type, created_at, id);

-- What is known of a withdrawal beside its earning row, whose status and time
-- stand here as well: all withdrawals are listed without the commissions.
CREATE TABLE withdrawal (
	earning_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NOT NULL,
	status ENUM('requested', 'approved', 'paid', 'refused') NOT NULL,
	created_at DATETIME(6) NOT NULL,
	decided_by BIGINT UNSIGNED NULL,
	decided_at DATETIME(6) NULL,
	paid_at DATETIME(6) NULL,
	reference VARCHAR(120) NULL,
	reason VARCHAR(200) NULL,
	UNIQUE KEY withdrawal_reference (reference),
	KEY withdrawal_all (created_at, earning_id),
	KEY withdrawal_in_status (status, created_at, earning_id),
	KEY withdrawal_of (organization_id, created_at, earning_id),
	KEY withdrawal_of_in_status (organization_id, status, created_at,
	    earning_id),
	FOREIGN KEY (earning_id) REFERENCES earning (id)
);
