/* Sessions, refresh tokens, and who stands behind a credential. */
#include "model/people/identity.h"

#include <sodium.h>

#include "auth/password.h"
#include "auth/secret.h"
#include "base/settings.h"
#include "base/banned.h"

/* What a member may do with a log-in; owners and admins may do everything. */
#define MEMBER_SCOPES ((uint64_t)SCOPE_ALL & ~(uint64_t)( \
	SCOPE_MEMBERS_WRITE | SCOPE_ORGANIZATION_WRITE | \
	SCOPE_WEBHOOKS_WRITE | SCOPE_EARNINGS_WRITE))

#define KEY_USED_SECONDS 60	/* the last use is known to the minute */

struct identity_row {
	struct principal who;
	int house_role;
	int64_t scopes;
	struct str secret_hash;
};

SHAPE(identity_row, struct identity_row, NULL,
    FIELD(struct identity_row, who.user_id, "user_id"),
    FIELD(struct identity_row, who.org_id, "org_id"),
    FIELD(struct identity_row, who.account_id, "account_id"),
    FIELD(struct identity_row, who.key_id, "key_id"),
    FIELD(struct identity_row, who.test, "test"),
    FIELD(struct identity_row, who.expires_at, "expires_at"),
    FIELD(struct identity_row, who.used_at, "last_used_at"),
    FIELD(struct identity_row, who.role, "role", .labels = role_labels),
    COLUMN(struct identity_row, house_role, .labels = role_labels),
    COLUMN(struct identity_row, scopes),
    COLUMN(struct identity_row, secret_hash));

uint64_t
identity_scopes(int role)
{
	switch ((enum role)role) {
	case ROLE_OWNER:
	case ROLE_ADMIN:
		return SCOPE_ALL;
	case ROLE_MEMBER:
		return MEMBER_SCOPES;
	case ROLE_NONE:
		break;
	}
	return 0;
}

static bool
administers(int house_role)
{
	return house_role == ROLE_OWNER || house_role == ROLE_ADMIN;
}

enum err
identity_session(struct db *db, struct arena *a, uint64_t session_id,
    uint64_t user_id, struct principal *who)
{
	struct identity_row row = { 0 };
	enum err e;

	e = db_row(db, a, Q_IDENTITY_SESSION, ARGS(session_id, user_id,
	    clock_now()), &identity_row, &row);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
	*who = row.who;
	if (who->role == ROLE_NONE)
		who->org_id = 0;	/* no longer a member */
	who->session_id = session_id;
	who->scopes = identity_scopes(who->role);
	who->house_admin = administers(row.house_role);
	return OK;
}

enum err
identity_api_key(struct db *db, struct arena *a, struct str public_id,
    const unsigned char hash[32], struct when now, struct principal *who)
{
	struct identity_row row = { 0 };
	enum err e;

	e = db_row(db, a, Q_IDENTITY_API_KEY, ARGS(public_id, now),
	    &identity_row, &row);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
	if (row.secret_hash.n != 32 ||
	    sodium_memcmp(row.secret_hash.p, hash, 32) != 0)
		return ERR_UNAUTHENTICATED;
	*who = row.who;
	who->scopes = (uint64_t)row.scopes & identity_scopes(who->role);
	who->house_admin = administers(row.house_role);
	return OK;
}

struct key_use {
	uint64_t id;
	struct when now, before;
};

static enum err
note_use(struct db *db, void *arg)
{
	const struct key_use *u = arg;

	return db_exec(db, Q_API_KEY_USED, ARGS(u->now, u->id, u->before),
	    NULL, NULL);
}

void
identity_key_used(struct db *db, struct arena *a, const struct principal *who,
    struct when now)
{
	struct key_use u = { who->key_id, now,
	    when_add(now, -KEY_USED_SECONDS) };

	if (who->used_at.us <= u.before.us)
		(void)!tx_run(db, a, note_use, &u);
}

struct login_row {
	uint64_t id;
	struct str password_hash;
	struct when email_confirmed_at;
};

SHAPE(login_row, struct login_row, NULL,
    COLUMN(struct login_row, id),
    COLUMN(struct login_row, password_hash),
    COLUMN(struct login_row, email_confirmed_at));

/* found: of the look-up that filled the row. */
static enum err
check_password(struct arena *a, enum err found, const struct login_row *row,
    struct str password, struct known_user *user)
{
	if (found != OK && found != ERR_NOT_FOUND)
		return found;
	if (!password_verify(row->password_hash, password) || found != OK)
		return ERR_BAD_LOGIN;
	user->id = row->id;
	user->hash = row->password_hash;
	if (password_needs_rehash(row->password_hash))
		user->new_hash = password_hash(a, password);
	return OK;
}

static enum err
confirmed(const struct login_row *row)
{
	return settings->confirm_email && row->email_confirmed_at.us == 0 ?
	    ERR_EMAIL_UNCONFIRMED : OK;
}

enum err
identity_password(struct db *db, struct arena *a, struct str email,
    struct str password, struct known_user *user)
{
	struct login_row row = { 0 };
	enum err e = db_row(db, a, Q_IDENTITY_LOGIN, ARGS(email), &login_row,
	    &row);

	e = check_password(a, e, &row, password, user);
	return e == OK ? confirmed(&row) : e;
}

enum err
identity_recoverable(struct db *db, struct arena *a, struct str email,
    struct str password, struct when now, struct known_user *user)
{
	struct login_row row = { 0 };
	enum err e = db_row(db, a, Q_IDENTITY_RECOVERABLE, ARGS(email, now),
	    &login_row, &row);

	e = check_password(a, e, &row, password, user);
	return e == OK ? confirmed(&row) : e;
}

enum err
identity_confirm(struct db *db, struct arena *a, uint64_t user_id,
    struct str password)
{
	struct login_row row = { 0 };
	struct known_user user;
	enum err e = db_row(db, a, Q_IDENTITY_OWN, ARGS(user_id), &login_row,
	    &row);

	e = check_password(a, e, &row, password, &user);
	return e == ERR_BAD_LOGIN ? ERR_WRONG_PASSWORD : e;
}

#define REFRESH_BYTES 32

struct arg
token_hash(struct arena *a, struct str token)
{
	unsigned char *hash = arena_alloc(a, SECRET_MAC_BYTES);

	secret_hash(token, hash);
	return BYTES(hash, SECRET_MAC_BYTES);
}

static enum err
add_refresh(struct db *db, struct arena *a, uint64_t session_id,
    struct when now, struct when expires, struct str *token)
{
	*token = secret_token(a, REFRESH_BYTES);
	return db_exec(db, Q_REFRESH_INSERT, ARGS(token_hash(a, *token),
	    session_id, now, expires), NULL, NULL);
}

enum err
session_open(struct db *db, struct arena *a, const struct known_user *user,
    struct when now, struct login *login)
{
	struct when expires = when_add(now, settings->refresh_seconds);
	uint64_t rows;

	login->user_id = user->id;
	TRY(db_exec(db, Q_SESSION_INSERT, ARGS(now, expires,
	    BYTES(user->address_hash, 8), user->id, user->hash), &rows,
	    &login->session_id));
	if (rows != 1)
		return ERR_BAD_LOGIN;	/* deleted or changed since */
	if (user->new_hash.p != NULL)
		TRY(db_exec(db, Q_USER_REHASH, ARGS(user->new_hash, user->id,
		    user->hash), NULL, NULL));
	return add_refresh(db, a, login->session_id, now, expires,
	    &login->refresh_token);
}

struct refresh_row {
	uint64_t session_id, user_id;
	struct when used_at, expires_at, revoked_at;
};

SHAPE(refresh_row, struct refresh_row, NULL,
    COLUMN(struct refresh_row, session_id),
    COLUMN(struct refresh_row, user_id),
    COLUMN(struct refresh_row, used_at),
    COLUMN(struct refresh_row, expires_at),
    COLUMN(struct refresh_row, revoked_at));

enum err
session_refresh(struct db *db, struct arena *a, struct str token,
    struct when now, struct login *login, bool *reused)
{
	struct when expires = when_add(now, settings->refresh_seconds);
	struct arg hash = token_hash(a, token);
	struct refresh_row row = { 0 };
	uint64_t rows;
	enum err e;

	*reused = false;
	e = db_row(db, a, Q_REFRESH_FIND, ARGS(hash), &refresh_row, &row);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
	if (row.used_at.us != 0) {
		*reused = true;
		return session_end(db, row.session_id, now);
	}
	if (row.revoked_at.us != 0 || row.expires_at.us <= now.us)
		return ERR_UNAUTHENTICATED;
	TRY(db_exec(db, Q_REFRESH_USE, ARGS(now, hash), NULL, NULL));
	TRY(db_exec(db, Q_SESSION_EXTEND, ARGS(expires, row.session_id, now),
	    &rows, NULL));
	if (rows != 1)
		return ERR_UNAUTHENTICATED;
	*login = (struct login){ .user_id = row.user_id,
	    .session_id = row.session_id };
	return add_refresh(db, a, row.session_id, now, expires,
	    &login->refresh_token);
}

enum err
session_end(struct db *db, uint64_t session_id, struct when now)
{
	return db_exec(db, Q_SESSION_REVOKE, ARGS(now, session_id), NULL,
	    NULL);
}

struct role_row {
	int role;
};

SHAPE(role_row, struct role_row, NULL,
    COLUMN(struct role_row, role, .labels = role_labels));

enum err
session_choose(struct db *db, struct arena *a, uint64_t session_id,
    uint64_t user_id, uint64_t organization_id)
{
	struct role_row row = { 0 };

	TRY(db_row(db, a, Q_MEMBER_ROLE, ARGS(organization_id, user_id),
	    &role_row, &row));
	return db_exec(db, Q_SESSION_CHOOSE, ARGS(organization_id, session_id),
	    NULL, NULL);
}
