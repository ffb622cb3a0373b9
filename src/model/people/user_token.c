/* Tokens that came by mail, and the passwords that change by them. */
#include "model/people/user_token.h"

#include "auth/password.h"
#include "auth/secret.h"
#include "model/event/event.h"
#include "model/people/identity.h"
#include "model/people/organization.h"
#include "base/banned.h"

#define TOKEN_BYTES 32
#define HOUR 3600
#define TOKENS_PER_HOUR 10	/* letters of a kind that one user gets */

static const char *const kind_labels[] = {
	[USER_TOKEN_CONFIRMATION] = "confirmation",
	[USER_TOKEN_PASSWORD] = "password", NULL
};
static const int64_t lives[] = {
	[USER_TOKEN_CONFIRMATION] = INT64_C(7) * 24 * HOUR,
	[USER_TOKEN_PASSWORD] = HOUR,
};

SHAPE(addressee_row, struct user, NULL,
    COLUMN(struct user, id),
    COLUMN(struct user, email),
    COLUMN(struct user, name),
    COLUMN(struct user, email_confirmed));

struct count {
	int64_t n;
};

SHAPE(token_count_row, struct count, NULL, COLUMN(struct count, n));

enum err
user_token_write(struct db *db, struct arena *a, enum user_token_kind kind,
    struct str email, bool again, struct when now, struct letter *l)
{
	struct user user = { 0 };
	struct count count = { 0 };

	TRY(db_row(db, a, Q_USER_BY_ADDRESS, ARGS(email), &addressee_row,
	    &user));
	if (kind == USER_TOKEN_CONFIRMATION && user.email_confirmed)
		return ERR_NOT_FOUND;
	TRY(db_row(db, a, Q_USER_TOKEN_COUNT, ARGS(user.id,
	    LABEL(kind_labels, kind), when_add(now, -HOUR)), &token_count_row,
	    &count));
	if (!again && count.n >= TOKENS_PER_HOUR)
		return ERR_LIMIT;
	l->email = user.email;	/* not as it was typed */
	l->name = user.name;
	l->token = secret_token(a, TOKEN_BYTES);
	l->expires_at = when_add(now, lives[kind]);
	return db_exec(db, Q_USER_TOKEN_INSERT, ARGS(token_hash(a, l->token),
	    user.id, LABEL(kind_labels, kind), now, l->expires_at), NULL,
	    NULL);
}

SHAPE(holder_row, struct token_holder, NULL,
    COLUMN(struct token_holder, id),
    COLUMN(struct token_holder, email));

static enum err
find(struct db *db, struct arena *a, enum user_token_kind kind,
    struct str token, struct when now, struct token_holder *holder)
{
	enum err e = db_row(db, a, Q_USER_TOKEN_FIND, ARGS(token_hash(a, token),
	    LABEL(kind_labels, kind), now), &holder_row, holder);

	return e == ERR_NOT_FOUND ? ERR_BAD_TOKEN : e;
}

static enum err
event(struct db *db, struct arena *a, uint64_t user_id, const char *type,
    struct when now)
{
	return event_write(db, a, &(struct event){ HOUSE_ID, type, user_id,
	    user_id, now }, NULL);
}

enum err
user_confirm_known(struct db *db, uint64_t user_id, struct when now)
{
	return db_exec(db, Q_USER_CONFIRM, ARGS(now, user_id), NULL, NULL);
}

enum err
user_confirm(struct db *db, struct arena *a, struct str token,
    struct when now)
{
	struct token_holder holder = { 0 };
	uint64_t rows;

	TRY(find(db, a, USER_TOKEN_CONFIRMATION, token, now, &holder));
	TRY(db_exec(db, Q_USER_CONFIRM, ARGS(now, holder.id), &rows, NULL));
	return rows == 0 ? OK : event(db, a, holder.id, "user.confirmed", now);
}

enum err
user_password_token(struct db *db, struct arena *a, struct str token,
    struct when now, struct token_holder *holder)
{
	return find(db, a, USER_TOKEN_PASSWORD, token, now, holder);
}

enum err
user_change_password(struct db *db, struct arena *a, uint64_t user_id,
    uint64_t session_id, struct str known, struct str password_hash,
    struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_USER_REHASH, ARGS(password_hash, user_id, known),
	    &rows, NULL));
	if (rows == 0)
		return ERR_BAD_LOGIN;
	TRY(db_exec(db, Q_USER_TOKENS_DELETE, ARGS(user_id,
	    LABEL(kind_labels, USER_TOKEN_PASSWORD)), NULL, NULL));
	TRY(db_exec(db, Q_SESSIONS_REVOKE, ARGS(now, user_id,
	    arg_bound(session_id)), NULL, NULL));
	return event(db, a, user_id, "user.password_changed", now);
}

enum err
user_reset_password(struct db *db, struct arena *a,
    const struct token_holder *holder, struct str token,
    struct str password_hash, struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_USER_TOKEN_USE, ARGS(token_hash(a, token),
	    LABEL(kind_labels, USER_TOKEN_PASSWORD), now), &rows, NULL));
	if (rows == 0)
		return ERR_BAD_TOKEN;
	TRY(user_confirm_known(db, holder->id, now));
	return user_change_password(db, a, holder->id, 0, STR_NULL,
	    password_hash, now);
}

struct password_row {
	uint64_t id;
	struct str password_hash;
};

SHAPE(password_row, struct password_row, NULL,
    COLUMN(struct password_row, id),
    COLUMN(struct password_row, password_hash));

enum err
user_check_password(struct db *db, struct arena *a, uint64_t user_id,
    struct str password, struct str *known)
{
	struct password_row row = { 0 };

	TRY(db_row(db, a, Q_USER_PASSWORD, ARGS(user_id), &password_row,
	    &row));
	*known = row.password_hash;
	return password_verify(*known, password) ? OK : ERR_BAD_LOGIN;
}
