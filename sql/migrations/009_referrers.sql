-- Joining by approval, and what looks wrong with a referral.

-- terms: the version that was accepted; decided_*: who let in or blocked.
ALTER TABLE referrer
	ADD COLUMN terms VARCHAR(40) NOT NULL DEFAULT '',
	ADD COLUMN user_id BIGINT UNSIGNED NULL,
	ADD COLUMN decided_by BIGINT UNSIGNED NULL,
	ADD COLUMN decided_at DATETIME(6) NULL,
	ADD COLUMN reason VARCHAR(200) NULL,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	ADD KEY referrer_joined (organization_id, joined_at, id),
	ADD KEY referrer_status (organization_id, status, joined_at, id);

-- A keyed hash of the address on the net: from where somebody logged in, and
-- from where a referred customer signed up.
ALTER TABLE session
	ADD COLUMN address_hash BINARY(8) NULL;

-- checks: as in earning, what was seen at the sign-up.
ALTER TABLE referral
	ADD COLUMN address_hash BINARY(8) NULL,
	ADD COLUMN checks TINYINT UNSIGNED NOT NULL DEFAULT 0,
	ADD KEY referral_created (placement_id, created_at);
