-- States of its own that a company gives to referrals, and shows beside ours.

-- position: which it is shown first, second...
CREATE TABLE custom_status (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	description VARCHAR(1000) NULL,
	position INT NOT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	UNIQUE KEY custom_status_name (organization_id, name),
	UNIQUE KEY custom_status_position (organization_id, position),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- Of one that is deleted the number stays here, and is none any more: it is
-- not given out again, and no referral has to be written.
-- bought_at: what he bought first, where that was before we knew him as a
-- customer.
ALTER TABLE referral
	ADD COLUMN custom_status_id BIGINT UNSIGNED NULL,
	ADD COLUMN bought_at DATETIME(6) NULL;

-- Who has brought enough in a campaign moves up into the next one.  active:
-- customers of the placement who were not lost.  upgrade_due: 0: somebody has
-- to look whether it is time; else his referrals from this number on go along.
ALTER TABLE placement_total
	ADD COLUMN active BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN upgrade_due BIGINT UNSIGNED NULL,
	ADD KEY placement_total_upgrade (upgrade_due, placement_id);
UPDATE placement_total t JOIN (SELECT placement_id, COUNT(*) AS n
	FROM referral WHERE live = 1 AND customer_at IS NOT NULL
	AND state IN ('active', 'subscribed') GROUP BY placement_id) x
	ON x.placement_id = t.placement_id
SET t.active = x.n;

-- upgraded_id: his place in the campaign that he moved up into.  Clicks on this
-- one are for that one then.
ALTER TABLE placement
	ADD COLUMN upgraded_id BIGINT UNSIGNED NULL;

-- upgrade_after: where somebody looks at who is in the campaign already: its
-- terms of moving up are new; NULL: he is done.
ALTER TABLE campaign_program
	ADD COLUMN upgrade_after BIGINT UNSIGNED NULL,
	ADD KEY campaign_program_upgrade (upgrade_after);

INSERT INTO schedule (name, next_run_at) VALUES
	('upgrades', UTC_TIMESTAMP(6));

-- stripe_key: by which sales of before are read at the company's own Stripe
-- account; encrypted.
ALTER TABLE program
	ADD COLUMN stripe_key VARBINARY(400) NULL;
