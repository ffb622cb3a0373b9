-- The end of users and organizations: deleted first, with a time to recover,
-- then erased.  What identifies somebody is gone after that; his rows stay
-- where others, or the ledger, need them.

-- version: for If-Match.  erase_at: when the jobs role erases what is left;
-- until then what was deleted can be recovered.  erased_at: it is past that.
-- email: in upper or lower case it is one, with other accents another.
-- taken: deleted by the house, which alone brings it back.  gone: it is deleted,
-- whenever that was, for the lists.
ALTER TABLE user
	MODIFY email VARCHAR(254) COLLATE utf8mb4_uca1400_as_ci NULL,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	ADD COLUMN erase_at DATETIME(6) NULL,
	ADD COLUMN erased_at DATETIME(6) NULL,
	ADD KEY user_erase (erase_at);

ALTER TABLE organization
	MODIFY slug VARCHAR(60) CHARACTER SET ascii NULL,
	ADD COLUMN taken TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	ADD COLUMN erase_at DATETIME(6) NULL,
	ADD COLUMN erased_at DATETIME(6) NULL,
	ADD COLUMN gone TINYINT AS (deleted_at IS NOT NULL) STORED,
	ADD KEY organization_erase (erase_at),
	ADD KEY organization_created (gone, created_at, id),
	ADD KEY organization_name (gone, name, id);

ALTER TABLE api_key
	DROP KEY api_key_list,
	ADD KEY api_key_list (organization_id, revoked_at, created_at, id),
	ADD KEY api_key_test (organization_id, revoked_at, test, created_at,
	    id);

-- Whose data the stored answer is.
ALTER TABLE idempotency_key
	ADD COLUMN user_id BIGINT UNSIGNED NULL,
	ADD KEY idempotency_user (user_id);

INSERT INTO schedule (name, next_run_at) VALUES
	('erase', UTC_TIMESTAMP(6));
