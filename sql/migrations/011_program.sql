-- A program that any organization runs: promoters, who need not be
-- organizations here; leads and customers it knows by email or by a name of
-- its own; sales that it tells of.

-- What an organization decided for its program; made at the first use.
-- campaign_id: where promoters come and what pays them, where nothing is said.
-- net_days: a payout is due so long after its month; least_*: what a promoter
-- must have for one.
CREATE TABLE program (
	organization_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	campaign_id BIGINT UNSIGNED NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	net_days INT UNSIGNED NOT NULL,
	least_payout BIGINT NOT NULL,
	least_customers INT UNSIGNED NOT NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	version INT UNSIGNED NOT NULL DEFAULT 1,
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

-- What a campaign says to promoters; one without it has the defaults.
-- cookie_days: how long a click attributes.  parameter: in the address of the
-- landing page, what names the promoter.
CREATE TABLE campaign_program (
	campaign_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	color VARCHAR(9) CHARACTER SET ascii NOT NULL,
	signup_url VARCHAR(2000) NULL,
	cookie_days INT UNSIGNED NOT NULL,
	parameter VARCHAR(40) CHARACTER SET ascii NOT NULL,
	approve_leads TINYINT NOT NULL,
	approve_promoters TINYINT NOT NULL,
	private TINYINT NOT NULL,
	ad_traffic ENUM('pending', 'allow', 'block') NOT NULL,
	upgrade_campaign_id BIGINT UNSIGNED NULL,
	upgrade_amount BIGINT NULL,
	upgrade_metric ENUM('customers', 'revenue', 'active_customers') NULL,
	upgrade_moves TINYINT NOT NULL DEFAULT 0,
	KEY campaign_program_organization (organization_id, campaign_id),
	FOREIGN KEY (campaign_id) REFERENCES campaign (id)
);

-- A referrer that is no organization here has a row of promoter.
ALTER TABLE referrer
	MODIFY member_organization_id BIGINT UNSIGNED NULL,
	ADD COLUMN parent_id BIGINT UNSIGNED NULL,
	ADD COLUMN archived_at DATETIME(6) NULL,
	ADD KEY referrer_parent (parent_id, id),
	ADD FOREIGN KEY (parent_id) REFERENCES referrer (id);

-- Who a promoter is: all of it can be erased.  customer: the company's own
-- name of him.  profile, fields: members of the face that it keeps, as JSON.
-- address_hash: from where he was seen last; who signs up there looks wrong.
CREATE TABLE promoter (
	referrer_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	email VARCHAR(254) COLLATE utf8mb4_uca1400_as_ci NULL,
	name VARCHAR(160) NOT NULL,
	customer VARCHAR(120) COLLATE utf8mb4_bin NULL,
	note VARCHAR(1000) NULL,
	profile MEDIUMTEXT NOT NULL,
	fields MEDIUMTEXT NOT NULL,
	ad_traffic ENUM('pending', 'allow', 'block') NULL,
	auth_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	last_login_at DATETIME(6) NULL,
	address_hash BINARY(8) NULL,
	updated_at DATETIME(6) NOT NULL,
	UNIQUE KEY promoter_email (organization_id, email),
	UNIQUE KEY promoter_customer (organization_id, customer),
	UNIQUE KEY promoter_token (auth_token),
	KEY promoter_name (organization_id, name),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- standing: what the organization decided of a promoter in a campaign.  status
-- is ACTIVE only where he is accepted and the placement has not ended.
-- Blocked: recurring commissions stop as well.
ALTER TABLE placement
	ADD COLUMN standing ENUM('pending', 'accepted', 'rejected', 'blocked')
	    NOT NULL DEFAULT 'accepted' AFTER status,
	ADD COLUMN coupon VARCHAR(120) NULL,
	ADD KEY placement_book (organization_id, created_at, id),
	ADD KEY placement_coupon (organization_id, coupon);

-- Which clicks a visitor made.  same: one that was counted already, told again
-- by the landing page under the name that it has for the visitor.
ALTER TABLE click
	MODIFY kind ENUM('person', 'bot', 'same') NOT NULL,
	ADD KEY click_visitor (visitor);

-- A lead or customer is an organization here, or known by email, uid or
-- username.  live: 1, or NULL for one that was moved or deleted: another may
-- have its names.  lost: the clicks that did not win, as JSON.
ALTER TABLE referral
	MODIFY referred_organization_id BIGINT UNSIGNED NULL,
	MODIFY state ENUM('signup', 'active', 'subscribed', 'cancelled',
	    'refunded', 'denied', 'pending', 'moved') NOT NULL,
	ADD COLUMN live TINYINT NULL DEFAULT 1,
	ADD COLUMN email VARCHAR(254) COLLATE utf8mb4_uca1400_as_ci NULL,
	ADD COLUMN uid VARCHAR(120) COLLATE utf8mb4_bin NULL,
	ADD COLUMN username VARCHAR(120) COLLATE utf8mb4_bin NULL,
	ADD COLUMN first_name VARCHAR(80) NULL,
	ADD COLUMN last_name VARCHAR(80) NULL,
	ADD COLUMN website VARCHAR(254) NULL,
	ADD COLUMN comment VARCHAR(1000) NULL,
	ADD COLUMN metadata MEDIUMTEXT NULL,
	ADD COLUMN entry_source ENUM('api', 'coupon', 'cookie', 'manual_admin',
	    'manual_affiliate') NOT NULL DEFAULT 'cookie',
	ADD COLUMN fraud ENUM('no_suspicion', 'same_ip_suspicion',
	    'same_promoter_email', 'ad_source') NOT NULL
	    DEFAULT 'no_suspicion',
	ADD COLUMN user_id BIGINT UNSIGNED NULL,
	ADD COLUMN plan VARCHAR(120) NULL,
	ADD COLUMN mrr BIGINT NULL,
	ADD COLUMN sales INT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN last_sale_at DATETIME(6) NULL,
	ADD COLUMN cancelled_at DATETIME(6) NULL,
	ADD COLUMN deleted_at DATETIME(6) NULL,
	ADD COLUMN moved_to BIGINT UNSIGNED NULL,
	ADD COLUMN promo_code VARCHAR(120) NULL,
	ADD COLUMN lost MEDIUMTEXT NULL,
	ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
	DROP KEY referral_once,
	DROP KEY referral_referrer,
	ADD UNIQUE KEY referral_once (organization_id,
	    referred_organization_id, live),
	ADD KEY referral_moved (moved_to),
	ADD UNIQUE KEY referral_email (organization_id, email, live),
	ADD UNIQUE KEY referral_uid (organization_id, uid, live),
	ADD UNIQUE KEY referral_username (organization_id, username, live),
	ADD KEY referral_website (organization_id, website),
	ADD KEY referral_referrer (referrer_id, deleted_at, created_at, id),
	ADD KEY referral_book (organization_id, deleted_at, created_at, id),
	ADD KEY referral_state (organization_id, deleted_at, state,
	    created_at, id, campaign_id),
	ADD KEY referral_customer (organization_id, deleted_at, customer_at,
	    id),
	ADD KEY referral_cancelled (organization_id, deleted_at, cancelled_at,
	    id);

-- Who shares the commissions of a referral with its promoter.
CREATE TABLE referral_split (
	referral_id BIGINT UNSIGNED NOT NULL,
	position TINYINT UNSIGNED NOT NULL,
	placement_id BIGINT UNSIGNED NOT NULL,
	ppm INT UNSIGNED NOT NULL,
	PRIMARY KEY (referral_id, position),
	KEY referral_split_placement (placement_id),
	CONSTRAINT referral_split_share CHECK (ppm > 0 AND ppm <= 1000000),
	FOREIGN KEY (referral_id) REFERENCES referral (id),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

-- What commissions come of: a payment here; a sale that the organization told
-- of, by its name of it (event); what somebody entered by hand (custom, whose
-- amount is nothing).  event_date: when it was, if that was said.  refunded_amount: of a sale that was told of.
ALTER TABLE sale
	MODIFY payment_id BIGINT UNSIGNED NULL,
	ADD COLUMN kind ENUM('payment', 'tracked', 'custom') NOT NULL
	    DEFAULT 'payment' AFTER organization_id,
	ADD COLUMN event VARCHAR(120) COLLATE utf8mb4_bin NULL,
	ADD COLUMN plan VARCHAR(120) NULL,
	ADD COLUMN billing_period ENUM('monthly', 'yearly', 'one_time') NULL,
	ADD COLUMN event_date DATE NULL,
	ADD COLUMN quantity INT UNSIGNED NOT NULL DEFAULT 1,
	ADD COLUMN refunded_amount BIGINT NOT NULL DEFAULT 0,
	ADD UNIQUE KEY sale_event (organization_id, event),
	ADD KEY sale_plan (organization_id, plan),
	ADD CONSTRAINT sale_refunded CHECK (refunded_amount >= 0
	    AND refunded_amount <= amount);

-- What went back of sales that were told of.  position: one event may take of
-- several sales.  taken: of the one that was said, where that is less.
CREATE TABLE sale_refund (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	sale_id BIGINT UNSIGNED NOT NULL,
	event VARCHAR(120) COLLATE utf8mb4_bin NULL,
	position TINYINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY sale_refund_event (organization_id, event, position),
	KEY sale_refund_sale (sale_id, id),
	CONSTRAINT sale_refund_positive CHECK (amount > 0),
	FOREIGN KEY (sale_id) REFERENCES sale (id)
);

-- part: a sale may bring several commissions, each with a number of its own;
-- what is reversed of one has the same.  tier: 1, of whose referral it is; 2,
-- of his parent.  currency: or a unit that is no
-- money, see model/reward/unit.h.  share_ppm: of a referral that is split.
-- sale_amount: of its sale, for lists.  payout_id: in which it is; paid_at:
-- since that is paid.  destroyed_at: refused, and out of all lists.  user_id:
-- who entered it by hand.  first: of the sale that made its lead a customer.
-- standing: what the company's lists say of it; NULL: it is not in them.  What
-- is no money is owed and given, where money is due and paid.
ALTER TABLE earning
	ADD COLUMN part TINYINT UNSIGNED NOT NULL DEFAULT 0 AFTER refund_id,
	ADD COLUMN tier TINYINT UNSIGNED NOT NULL DEFAULT 1,
	ADD COLUMN reward_id BIGINT UNSIGNED NULL,
	ADD COLUMN referral_id BIGINT UNSIGNED NULL,
	ADD COLUMN share_ppm INT UNSIGNED NULL,
	ADD COLUMN sale_amount BIGINT NULL,
	ADD COLUMN first TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN payout_id BIGINT UNSIGNED NULL,
	ADD COLUMN paid_at DATETIME(6) NULL,
	ADD COLUMN user_id BIGINT UNSIGNED NULL,
	ADD COLUMN internal_note VARCHAR(1000) NULL,
	ADD COLUMN external_note VARCHAR(1000) NULL,
	ADD COLUMN decided_at DATETIME(6) NULL,
	ADD COLUMN fulfilled_at DATETIME(6) NULL,
	ADD COLUMN destroyed_at DATETIME(6) NULL,
	ADD COLUMN standing ENUM('pending', 'due', 'paid', 'denied', 'owed',
	    'given') AS (CASE
	    WHEN type = 'withdrawal' OR destroyed_at IS NOT NULL
	    OR (type = 'reversal' AND refund_id = 0) THEN NULL
	    WHEN refused_at IS NOT NULL THEN 'denied'
	    WHEN paid_at IS NULL AND fulfilled_at IS NULL AND status = 'pending'
	    AND available_at IS NULL THEN 'pending'
	    WHEN currency = 'QTM' OR currency = 'QSC' OR currency = 'QPT'
	    OR currency = 'QMD' OR currency = 'QPD' THEN
	    IF(paid_at IS NULL AND fulfilled_at IS NULL, 'owed', 'given')
	    WHEN paid_at IS NULL AND fulfilled_at IS NULL THEN 'due'
	    ELSE 'paid' END) VIRTUAL,
	ADD COLUMN shown TINYINT AS (standing IS NOT NULL) VIRTUAL,
	DROP KEY earning_once,
	DROP KEY earning_release,
	ADD UNIQUE KEY earning_once (sale_id, part, type, refund_id),
	ADD KEY earning_release (status, available_at, organization_id, id),
	ADD KEY earning_book (organization_id, shown, created_at, id),
	ADD KEY earning_book_amount (organization_id, shown, amount, id),
	ADD KEY earning_book_sale (organization_id, shown, sale_amount, id),
	ADD KEY earning_standing (organization_id, standing, created_at, id,
	    campaign_id),
	ADD KEY earning_campaign (organization_id, shown, campaign_id,
	    created_at, id),
	ADD KEY earning_first (organization_id, shown, first, created_at, id),
	ADD KEY earning_payout (referrer_id, payout_id, id),
	ADD KEY earning_referral (organization_id, referral_id, id);

UPDATE earning e JOIN sale s ON s.id = e.sale_id
LEFT JOIN referral r ON r.id = s.referral_id
SET e.sale_amount = s.amount, e.referral_id = s.referral_id,
	e.first = s.created_at <=> r.customer_at;
