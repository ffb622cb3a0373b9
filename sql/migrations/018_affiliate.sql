-- Promoters who come themselves: by a token that their company gets for them,
-- or by a password.

-- password_version: how often it was set; an offer to set it is good for one
-- of them only.
ALTER TABLE promoter
	ADD COLUMN password_hash VARCHAR(200) CHARACTER SET ascii
	    COLLATE ascii_bin NULL,
	ADD COLUMN password_version BIGINT UNSIGNED NOT NULL DEFAULT 0;

-- A token that is good; one that was taken back has no row.  user_id: of the
-- company, who got it for him; NULL: he logged in himself.
CREATE TABLE promoter_session (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	referrer_id BIGINT UNSIGNED NOT NULL,
	token_hash BINARY(32) NOT NULL,
	user_id BIGINT UNSIGNED NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	UNIQUE KEY promoter_session_token (token_hash),
	KEY promoter_session_promoter (referrer_id),
	KEY promoter_session_expires (expires_at),
	FOREIGN KEY (referrer_id) REFERENCES promoter (referrer_id)
);

-- Of a promoter, who made it himself; NULL: the company did.
ALTER TABLE promo_code
	ADD COLUMN promoter_id BIGINT UNSIGNED NULL AFTER placement_id;
