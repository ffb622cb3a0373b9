/* Who asks: sessions, refresh tokens, and the look-up of credentials. */
#ifndef AFF_MODEL_PEOPLE_IDENTITY_H
#define AFF_MODEL_PEOPLE_IDENTITY_H

#include "auth/principal.h"
#include "db/db.h"

/* What a role may do by a log-in, and an API key of its holder at most. */
uint64_t identity_scopes(int role);

/* ERR_UNAUTHENTICATED: no such session or key, or it has ended. */
MUST_CHECK enum err identity_session(struct db *, struct arena *,
    uint64_t session_id, uint64_t user_id, struct principal *);
MUST_CHECK enum err identity_api_key(struct db *, struct arena *,
    struct str public_id, const unsigned char hash[32], struct when now,
    struct principal *);

/* Notes that a key was used, at most once a minute; never waits for a lock. */
void identity_key_used(struct db *, struct arena *, const struct principal *,
    struct when now);

/* Somebody who gave his password. */
struct known_user {
	uint64_t id;
	unsigned char address_hash[8];	/* from where; of secret.h */
	struct str hash;	/* of the password that he gave */
	struct str new_hash;	/* absent, or to store in its place */
};

/*
 * Outside a transaction: it takes some 50 ms and the same time for an unknown
 * address.  ERR_BAD_LOGIN, ERR_EMAIL_UNCONFIRMED.
 */
MUST_CHECK enum err identity_password(struct db *, struct arena *,
    struct str email, struct str password, struct known_user *);

/* The same of a user who is deleted and can be recovered, or who is not. */
MUST_CHECK enum err identity_recoverable(struct db *, struct arena *,
    struct str email, struct str password, struct when now,
    struct known_user *);
/* Does he know his password, who is logged in?  ERR_WRONG_PASSWORD. */
MUST_CHECK enum err identity_confirm(struct db *, struct arena *,
    uint64_t user_id, struct str password);
/* As tokens are stored that cannot be guessed. */
struct arg token_hash(struct arena *, struct str token);

struct login {
	uint64_t user_id, session_id;
	struct str refresh_token;	/* shown once; stored as a hash */
};

/* A session on the user's first organization, if he has one.  ERR_BAD_LOGIN. */
MUST_CHECK enum err session_open(struct db *, struct arena *,
    const struct known_user *, struct when now, struct login *);
/*
 * Uses a refresh token up and makes the next.  *reused: it was used before,
 * and the session is ended; that must be committed, so the call succeeds.
 * ERR_UNAUTHENTICATED: unknown, expired, or of an ended session.
 */
MUST_CHECK enum err session_refresh(struct db *, struct arena *,
    struct str token, struct when now, struct login *, bool *reused);
MUST_CHECK enum err session_end(struct db *, uint64_t session_id, struct when);
/* ERR_NOT_FOUND where the user is no member of it. */
MUST_CHECK enum err session_choose(struct db *, struct arena *,
    uint64_t session_id, uint64_t user_id, uint64_t organization_id);

#endif
