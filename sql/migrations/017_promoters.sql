-- Promoters: what is counted of them.

-- pending: placements that wait for a decision, of promoters who are not
-- archived; counted in the transaction that changes it.
CREATE TABLE program_total (
	organization_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	pending BIGINT NOT NULL,
	FOREIGN KEY (organization_id) REFERENCES organization (id)
);
