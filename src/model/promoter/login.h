/*
 * Promoters who come themselves: by a token that the company gets for them, or
 * by a password.  A token is random and stands in the database as a hash; it is
 * looked up at each call, so that it is dead at once where it was taken back,
 * or where its promoter is archived or blocked.
 */
#ifndef AFF_MODEL_PROMOTER_LOGIN_H
#define AFF_MODEL_PROMOTER_LOGIN_H

#include "auth/principal.h"
#include "db/db.h"
#include "model/people/organization.h"

/* ERR_UNAUTHENTICATED: no such token, or it is no longer good. */
MUST_CHECK enum err promoter_session(struct db *, struct arena *,
    struct str token, struct when now, struct principal *);

/* Somebody who may come in, before the transaction in which he does. */
struct promoter_login {
	uint64_t id, organization_id;
	int64_t version;	/* of his password */
	struct str email;
	struct str known;	/* the hash of what he gave, or absent */
	struct str new_hash;	/* absent, or to store in its place */
	unsigned char address_hash[8];	/* from where, with known */
};

/*
 * By his company.  ERR_NOT_FOUND; ERR_ARCHIVED, ERR_BLOCKED; ERR_FORBIDDEN: an
 * organization that joined has log-ins of its own.
 */
MUST_CHECK enum err promoter_login_of(struct db *, struct arena *,
    uint64_t org, uint64_t id, struct promoter_login *);
/* By email and password; some 50 ms, whoever it is.  ERR_BAD_LOGIN. */
MUST_CHECK enum err promoter_login_by(struct db *, struct arena *,
    struct str account, struct str email, struct str password,
    struct promoter_login *);

/*
 * Makes a token that is good for settings->promoter_seconds.  user_id: who of
 * the company gets it, or 0.  ERR_BAD_LOGIN: the password was changed since.
 */
MUST_CHECK enum err promoter_session_open(struct db *, struct arena *,
    const struct promoter_login *, uint64_t user_id, struct when now,
    struct str *token);
MUST_CHECK enum err promoter_session_end(struct db *, uint64_t promoter_id,
    uint64_t session_id);
/* All of them. */
MUST_CHECK enum err promoter_sessions_end(struct db *, uint64_t promoter_id);

/*
 * What lets its holder choose the password of a promoter, once: sealed, good
 * for PROMOTER_OFFER_DAYS and until the password is set by any of them.
 */
#define PROMOTER_OFFER_DAYS 7
struct str promoter_offer(struct arena *, const struct promoter_login *,
    struct when now);
/* ERR_BAD_TOKEN: it is none, or no longer good. */
MUST_CHECK enum err promoter_offer_open(struct db *, struct arena *,
    struct str offer, struct when now, struct promoter_login *);
/* All his tokens end.  ERR_BAD_TOKEN: it was set meanwhile. */
MUST_CHECK enum err promoter_password_set(struct db *, struct arena *,
    const struct promoter_login *, struct str hash, struct when now);

#endif
