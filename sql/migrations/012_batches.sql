-- Batches: one operation over many rows, worked off by the jobs role.

-- action: which one, as it is shown.  params: what it takes, as JSON.  open: 1
-- while there is work left, 2 while a task does it, else NULL.  processed_count: items whose work is
-- over, failed ones among them; they go by their position, so that it is also
-- the place where the work goes on.  place: in the next item, of one that takes
-- several transactions; NULL: it has not begun.  errors: some lines, a JSON
-- array.
CREATE TABLE batch (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	action VARCHAR(60) CHARACTER SET ascii NOT NULL,
	params MEDIUMTEXT NULL,
	status ENUM('pending', 'in_progress', 'completed', 'failed',
	    'stopped') NOT NULL,
	open TINYINT NULL,
	total INT UNSIGNED NOT NULL,
	processed_count INT UNSIGNED NOT NULL DEFAULT 0,
	failed_count INT UNSIGNED NOT NULL DEFAULT 0,
	place BIGINT UNSIGNED NULL,
	errors TEXT NOT NULL,
	retry_of BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	finished_at DATETIME(6) NULL,
	KEY batch_open (organization_id, open, id),
	KEY batch_status (organization_id, status, created_at, id),
	KEY batch_finished (finished_at),
	CONSTRAINT batch_counts CHECK (failed_count <= processed_count
	    AND processed_count <= total),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);

-- What it is about, 250 rows each: a JSON array of ids.
CREATE TABLE batch_chunk (
	batch_id BIGINT UNSIGNED NOT NULL,
	number INT UNSIGNED NOT NULL,
	ids TEXT CHARACTER SET ascii NOT NULL,
	PRIMARY KEY (batch_id, number),
	FOREIGN KEY (batch_id) REFERENCES batch (id)
);

-- What did not succeed; all else before processed_count did.
CREATE TABLE batch_failure (
	batch_id BIGINT UNSIGNED NOT NULL,
	position INT UNSIGNED NOT NULL,
	row_id BIGINT UNSIGNED NOT NULL,
	error VARCHAR(40) CHARACTER SET ascii NOT NULL,
	PRIMARY KEY (batch_id, position),
	FOREIGN KEY (batch_id) REFERENCES batch (id)
);

-- Whose turn it is.  due_at: since when an organization waits, NULL: it has
-- nothing to do.  asked: grows with each batch, so that none is overlooked.  One
-- process at a time works for an organization: it holds the lease.  attempts:
-- since the last success.
CREATE TABLE batch_turn (
	organization_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	asked BIGINT UNSIGNED NOT NULL DEFAULT 1,
	due_at DATETIME(6) NULL,
	lease_until DATETIME(6) NULL,
	lease_owner BIGINT UNSIGNED NULL,
	attempts INT UNSIGNED NOT NULL DEFAULT 0,
	KEY batch_turn_due (due_at),
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);
