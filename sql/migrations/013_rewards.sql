-- Rewards of a program, and what carries them.

-- kind: of a promoter's; NULL: it is given by hand only, or to those who were
-- referred.  parts: what it gives and by which rules, as JSON (PART_FIELDS of
-- src/model/reward/reward.c).
CREATE TABLE reward (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	promoter TINYINT NOT NULL,
	kind ENUM('sale', 'tier', 'target') NULL,
	mode ENUM('tier_commission_mode', 'tier_override_mode',
	    'tier_net_override_mode') NULL,
	level TINYINT UNSIGNED NULL,
	coupon VARCHAR(120) NULL,
	provider_coupon VARCHAR(120) NULL,
	hidden TINYINT NOT NULL,
	duration ENUM('once', 'repeating', 'forever') NULL,
	months INT UNSIGNED NULL,
	max_redemptions INT UNSIGNED NULL,
	new_only TINYINT NOT NULL,
	parts MEDIUMTEXT NOT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	KEY reward_book (organization_id, id),
	KEY reward_scope (organization_id, promoter, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- How many sales a reward with max_redemptions has paid for: apart, for sales
-- lock it.
CREATE TABLE reward_redeemed (
	reward_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	redeemed INT UNSIGNED NOT NULL,
	FOREIGN KEY (reward_id) REFERENCES reward (id)
);

-- What an organization sells, by the names that its billing has for it: a sale
-- of a plan is of the product with such a price.
CREATE TABLE company_product (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	ext_id VARCHAR(120) COLLATE utf8mb4_bin NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	KEY company_product_book (organization_id, id),
	KEY company_product_name (organization_id, name, id),
	UNIQUE KEY company_product_ext (organization_id, ext_id),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

CREATE TABLE company_price (
	product_id BIGINT UNSIGNED NOT NULL,
	position INT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	ext_id VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
	description VARCHAR(400) NULL,
	PRIMARY KEY (product_id, position),
	UNIQUE KEY company_price_once (product_id, ext_id),
	KEY company_price_ext (organization_id, ext_id),
	FOREIGN KEY (product_id) REFERENCES company_product (id)
);

-- Which rewards a campaign gives (placement_id 0), and what a placement gives
-- in place of them; each list by itself: to promoters, and to the referred.
CREATE TABLE reward_use (
	campaign_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	promoter TINYINT NOT NULL,
	position TINYINT UNSIGNED NOT NULL,
	organization_id BIGINT UNSIGNED NOT NULL,
	reward_id BIGINT UNSIGNED NOT NULL,
	apply_on ENUM('monthly', 'yearly', 'one_time', 'all', 'specific')
	    NOT NULL,
	PRIMARY KEY (campaign_id, placement_id, promoter, position),
	KEY reward_use_reward (reward_id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id),
	FOREIGN KEY (reward_id) REFERENCES reward (id)
);

CREATE TABLE reward_use_product (
	campaign_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	promoter TINYINT NOT NULL,
	position TINYINT UNSIGNED NOT NULL,
	product_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (campaign_id, placement_id, promoter, position,
	    product_id),
	KEY reward_use_product_product (product_id),
	FOREIGN KEY (product_id) REFERENCES company_product (id)
);

-- Whether its own stand in place of the campaign's, where it has none as well.
ALTER TABLE placement
	ADD COLUMN own_promoter_rewards TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN own_referral_rewards TINYINT NOT NULL DEFAULT 0;

-- What refunds took of a placement's revenue: targets count what was sold, so
-- that none is reached twice.
ALTER TABLE placement_total
	ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0;

-- A code that stands for a placement.  live: 1, or NULL once it is archived:
-- another may have the code.
CREATE TABLE promo_code (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	code VARCHAR(120) NOT NULL,
	live TINYINT NULL DEFAULT 1,
	reward_id BIGINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	ext_id VARCHAR(120) NULL,
	description VARCHAR(1000) NULL,
	metadata MEDIUMTEXT NULL,
	details MEDIUMTEXT NULL,
	archived_at DATETIME(6) NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY promo_code_code (organization_id, code, live),
	KEY promo_code_book (organization_id, id),
	KEY promo_code_placement (placement_id, id),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (placement_id) REFERENCES placement (id),
	FOREIGN KEY (reward_id) REFERENCES reward (id)
);

-- The addresses that a campaign offers beside its landing page.
CREATE TABLE campaign_link (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	campaign_id BIGINT UNSIGNED NOT NULL,
	name VARCHAR(120) NOT NULL,
	url VARCHAR(2000) NOT NULL,
	KEY campaign_link_campaign (campaign_id, id),
	KEY campaign_link_book (organization_id, id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);
