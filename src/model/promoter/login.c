/* Promoters who come themselves: tokens and passwords. */
#include "model/promoter/login.h"

#include "auth/credential.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "base/settings.h"
#include "model/event/event.h"
#include "model/people/identity.h"
#include "base/banned.h"

#define TOKEN_BYTES 32
#define DAY_SECONDS 86400
#define OFFER_LABEL "promoter-password"
#define OFFER_MOST 400		/* characters of one */

SHAPE(promoter_session_row, struct principal, NULL,
    COLUMN(struct principal, session_id),
    COLUMN(struct principal, promoter_id),
    COLUMN(struct principal, org_id),
    COLUMN(struct principal, account_id));

enum err
promoter_session(struct db *db, struct arena *a, struct str token,
    struct when now, struct principal *who)
{
	struct principal found = { .role = ROLE_NONE };
	enum err e = db_row(db, a, Q_PROMOTER_SESSION_FIND,
	    ARGS(token_hash(a, token), now), &promoter_session_row, &found);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
	*who = found;
	return OK;
}

struct login_row {
	uint64_t id, organization_id, member_organization_id;
	struct when archived_at;
	struct str email, password_hash;
	int64_t password_version;
	bool blocked;
};

SHAPE(promoter_login_row, struct login_row, NULL,
    COLUMN(struct login_row, id),
    COLUMN(struct login_row, organization_id),
    COLUMN(struct login_row, member_organization_id),
    COLUMN(struct login_row, archived_at),
    COLUMN(struct login_row, email),
    COLUMN(struct login_row, password_hash),
    COLUMN(struct login_row, password_version),
    COLUMN(struct login_row, blocked));

enum err
promoter_login_of(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct promoter_login *l)
{
	struct login_row row = { 0 };

	TRY(db_row(db, a, Q_PROMOTER_LOGIN_GET, ARGS(id, org),
	    &promoter_login_row, &row));
	if (row.member_organization_id != 0)
		return ERR_FORBIDDEN;
	if (row.archived_at.us != 0)
		return ERR_ARCHIVED;
	if (row.blocked)
		return ERR_BLOCKED;
	*l = (struct promoter_login){ .id = row.id, .email = row.email,
	    .organization_id = row.organization_id,
	    .version = row.password_version };
	return OK;
}

enum err
promoter_login_by(struct db *db, struct arena *a, struct str account,
    struct str email, struct str password, struct promoter_login *l)
{
	struct login_row row = { 0 };
	enum err e = db_row(db, a, Q_PROMOTER_LOGIN_KNOWN, ARGS(email,
	    account), &promoter_login_row, &row);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (!password_verify(row.password_hash, password) || e != OK ||
	    row.archived_at.us != 0 || row.blocked)
		return ERR_BAD_LOGIN;
	l->id = row.id;
	l->organization_id = row.organization_id;
	l->known = row.password_hash;
	if (password_needs_rehash(row.password_hash))
		l->new_hash = password_hash(a, password);
	return OK;
}

/* His row first: two log-ins of one promoter are one after the other. */
enum err
promoter_session_open(struct db *db, struct arena *a,
    const struct promoter_login *l, uint64_t user_id, struct when now,
    struct str *token)
{
	struct when expires = when_add(now, settings->promoter_seconds);
	struct arg address = l->known.p != NULL ?
	    BYTES(l->address_hash, 8) : ARG(STR_NULL);
	uint64_t rows;

	TRY(db_exec(db, Q_PROMOTER_CAME, ARGS(now, address, l->id,
	    l->organization_id, l->known), &rows, NULL));
	if (rows != 1)
		return ERR_BAD_LOGIN;	/* changed since */
	if (l->new_hash.p != NULL)
		TRY(db_exec(db, Q_PROMOTER_REHASH, ARGS(l->new_hash, l->id,
		    l->organization_id, l->known), NULL, NULL));
	*token = str_printf(a, PROMOTER_TOKEN "%.*s",
	    STR_ARG(secret_token(a, TOKEN_BYTES)));
	return db_exec(db, Q_PROMOTER_SESSION_INSERT, ARGS(l->organization_id,
	    l->id, token_hash(a, *token), user_id, now, expires), NULL, NULL);
}

enum err
promoter_session_end(struct db *db, uint64_t promoter_id, uint64_t session_id)
{
	return db_exec(db, Q_PROMOTER_SESSION_END, ARGS(session_id,
	    promoter_id), NULL, NULL);
}

enum err
promoter_sessions_end(struct db *db, uint64_t promoter_id)
{
	return db_exec(db, Q_PROMOTER_SESSIONS_END, ARGS(promoter_id), NULL,
	    NULL);
}

/* Organization, promoter, version of his password, and until when. */
struct str
promoter_offer(struct arena *a, const struct promoter_login *l,
    struct when now)
{
	struct when until = when_add(now, PROMOTER_OFFER_DAYS * DAY_SECONDS);
	struct str sealed = secret_seal(a, OFFER_LABEL, str_printf(a,
	    "%llu %llu %llu %llu", (unsigned long long)l->organization_id,
	    (unsigned long long)l->id, (unsigned long long)l->version,
	    (unsigned long long)until.us));

	return str_base64url(a, sealed.p, sealed.n);
}

enum { OFFER_ORGANIZATION, OFFER_PROMOTER, OFFER_VERSION, OFFER_UNTIL,
	OFFER_PARTS };

static bool
unseal(struct arena *a, struct str offer, uint64_t part[OFFER_PARTS])
{
	size_t n = offer.n;
	unsigned char *bytes = arena_alloc(a, n + 1);
	struct str rest, one;

	if (n > OFFER_MOST || !str_unbase64url(offer, bytes, &n))
		return false;
	rest = secret_open(a, OFFER_LABEL, (struct str){ (char *)bytes, n });
	if (rest.p == NULL)
		return false;
	for (size_t i = 0; i < OFFER_PARTS; i++) {
		(void)str_cut(rest, ' ', &one, &rest);
		if (!str_to_u64(one, &part[i]))
			return false;
	}
	return true;
}

enum err
promoter_offer_open(struct db *db, struct arena *a, struct str offer,
    struct when now, struct promoter_login *l)
{
	uint64_t part[OFFER_PARTS];
	enum err e;

	if (!unseal(a, offer, part) || part[OFFER_UNTIL] <= (uint64_t)now.us)
		return ERR_BAD_TOKEN;
	e = promoter_login_of(db, a, part[OFFER_ORGANIZATION],
	    part[OFFER_PROMOTER], l);
	if (e == ERR_UNAVAILABLE || e == ERR_INTERNAL)
		return e;
	return e == OK && l->version == (int64_t)part[OFFER_VERSION] ? OK :
	    ERR_BAD_TOKEN;
}

enum err
promoter_password_set(struct db *db, struct arena *a,
    const struct promoter_login *l, struct str hash, struct when now)
{
	uint64_t rows;

	TRY(db_exec(db, Q_PROMOTER_PASSWORD_SET, ARGS(hash, l->id,
	    l->organization_id, l->version), &rows, NULL));
	if (rows != 1)
		return ERR_BAD_TOKEN;
	TRY(promoter_sessions_end(db, l->id));
	return event_write(db, a, &(struct event){ l->organization_id,
	    "promoter.password_changed", l->id, 0, now }, NULL);
}
