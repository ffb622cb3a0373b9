-- Members, invitations by mail, confirmed addresses, forgotten passwords.

ALTER TABLE user
	ADD COLUMN email_confirmed_at DATETIME(6) NULL AFTER email;
-- Nobody asked those who are here already.
UPDATE user SET email_confirmed_at = created_at;

-- gone: the user is deleted, and may come back.
ALTER TABLE member
	ADD COLUMN gone TINYINT NOT NULL DEFAULT 0,
	ADD KEY member_gone (organization_id, gone),
	ADD KEY member_list (organization_id, created_at, id),
	ADD KEY member_role (organization_id, role, created_at, id);
UPDATE member m JOIN user u ON u.id = m.user_id
	SET m.gone = 1 WHERE u.deleted_at IS NOT NULL;

-- pending: 1, and NULL once somebody joined or it was withdrawn, so that an
-- address has one that is open.  letters: how often it was sent; the last time
-- at sent_at.  The token is a keyed hash of seed: the installation's secret makes
-- it again for a mail, and the database knows no more than its hash.
CREATE TABLE invitation (
	id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	organization_id BIGINT UNSIGNED NOT NULL,
	email VARCHAR(254) COLLATE utf8mb4_uca1400_as_ci NOT NULL,
	role ENUM('owner', 'admin', 'member') NOT NULL,
	message VARCHAR(500) NULL,
	seed BINARY(16) NOT NULL,
	token_hash BINARY(32) NOT NULL,
	invited_by BIGINT UNSIGNED NOT NULL,
	accepted_by BIGINT UNSIGNED NULL,
	pending TINYINT NULL DEFAULT 1,
	letters INT UNSIGNED NOT NULL DEFAULT 1,
	created_at DATETIME(6) NOT NULL,
	sent_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	UNIQUE KEY invitation_token (token_hash),
	UNIQUE KEY invitation_once (organization_id, email, pending),
	KEY invitation_list (organization_id, pending, created_at, id),
	KEY invitation_sent (organization_id, sent_at, letters),
	KEY invitation_expires (expires_at),
	KEY invitation_email (email),
	FOREIGN KEY (organization_id) REFERENCES organization (id),
	FOREIGN KEY (invited_by) REFERENCES user (id)
);

-- What a mail asks its reader to send back: only hashes.
CREATE TABLE user_token (
	token_hash BINARY(32) NOT NULL PRIMARY KEY,
	user_id BIGINT UNSIGNED NOT NULL,
	kind ENUM('confirmation', 'password') NOT NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	KEY user_token_user (user_id, kind, created_at),
	KEY user_token_expires (expires_at),
	FOREIGN KEY (user_id) REFERENCES user (id)
);
