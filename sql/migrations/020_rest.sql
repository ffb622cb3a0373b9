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
ALTER TABLE referral
	ADD COLUMN custom_status_id BIGINT UNSIGNED NULL;
