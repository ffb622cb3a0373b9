-- Where clicks come from, by day; a referrer's days; what an organization paid;
-- what lists search by.

ALTER TABLE click
	ADD COLUMN source VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin
	    NOT NULL DEFAULT 'unknown' AFTER kind;

-- Searched by name, and by status with the dates that say what runs now.
ALTER TABLE placement
	ADD KEY placement_name (referrer_id, name, id, created_at),
	ADD KEY placement_status_name (referrer_id, status, name, id,
	    created_at, starts_at),
	ADD KEY placement_status (referrer_id, status, created_at, id,
	    starts_at, ends_at);

-- A day of all placements of a referrer stands in one place.
ALTER TABLE placement_day
	ADD COLUMN referrer_id BIGINT UNSIGNED NOT NULL DEFAULT 0 AFTER day;
UPDATE placement_day d JOIN placement p ON p.id = d.placement_id
	SET d.referrer_id = p.referrer_id;
ALTER TABLE placement_day
	ALTER COLUMN referrer_id DROP DEFAULT,
	DROP PRIMARY KEY,
	ADD PRIMARY KEY (referrer_id, day, placement_id),
	ADD KEY placement_day_placement (placement_id, day),
	ADD KEY placement_day_day (day, referrer_id);

-- Days that are over, summed over the placements of a referrer.
CREATE TABLE referrer_day (
	referrer_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	clicks BIGINT NOT NULL,
	unique_clicks BIGINT NOT NULL,
	bot_clicks BIGINT NOT NULL,
	referrals BIGINT NOT NULL,
	conversions BIGINT NOT NULL,
	PRIMARY KEY (referrer_id, day),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- Clicks by their source, summed up to rollup.done_until: of each day, and of
-- each 4, 16 and 64 days that are over, from the one that is named, so that a
-- year is a few sums and not all of its days.
CREATE TABLE click_source_days (
	placement_id BIGINT UNSIGNED NOT NULL,
	days TINYINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	source VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	clicks BIGINT NOT NULL,
	unique_clicks BIGINT NOT NULL,
	bot_clicks BIGINT NOT NULL,
	PRIMARY KEY (placement_id, days, day, source),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

-- Commissions less what was taken back, up to rollup.done_until: of a campaign,
-- of a referrer.
CREATE TABLE placement_earned (
	placement_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (placement_id, day, currency),
	FOREIGN KEY (placement_id) REFERENCES placement (id)
);

CREATE TABLE referrer_earned (
	referrer_id BIGINT UNSIGNED NOT NULL,
	day DATE NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (referrer_id, day, currency),
	FOREIGN KEY (referrer_id) REFERENCES referrer (id)
);

-- What an organization bought, up to rollup.done_until.
CREATE TABLE organization_bought (
	organization_id BIGINT UNSIGNED NOT NULL,
	currency CHAR(3) CHARACTER SET ascii NOT NULL,
	sessions BIGINT NOT NULL,
	payments BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (organization_id, currency),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

ALTER TABLE sale
	ADD KEY sale_created (created_at);

-- Of an account of the system, which keeps no balance: what its entries come to
-- up to the last that was sealed.
CREATE TABLE account_sum (
	account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	last_journal BIGINT UNSIGNED NOT NULL,
	amount BIGINT NOT NULL,
	FOREIGN KEY (account_id) REFERENCES account (id)
);
INSERT INTO account_sum (account_id, last_journal, amount)
SELECT e.account_id, MAX(e.journal_id), SUM(e.amount)
FROM entry e JOIN account a ON a.id = e.account_id AND a.kept = 0
WHERE e.journal_id <= (SELECT MAX(last_journal) FROM seal)
GROUP BY e.account_id;

-- How far a roll-up has come: all before done_until is in it; last_id says
-- where the next turn looks (see src/model/referral/rollup.c).
CREATE TABLE rollup (
	name VARCHAR(40) CHARACTER SET ascii NOT NULL PRIMARY KEY,
	done_until DATETIME(6) NOT NULL,
	last_id BIGINT UNSIGNED NOT NULL
);

INSERT INTO rollup (name, done_until, last_id) VALUES
	('click_source', '2000-01-01', 0),
	('click_source_4', '2000-01-01', 0),
	('click_source_16', '2000-01-01', 0),
	('click_source_64', '2000-01-01', 0),
	('referrer_day', '2000-01-01', 0),
	('earned', '2000-01-01', 0),
	('bought', '2000-01-01', 0);

INSERT INTO schedule (name, next_run_at) VALUES ('roll_up', UTC_TIMESTAMP(6));
