/*
 * Access tokens that were found good, so that the next request with the same
 * one need not be found good again: a client sends one for many minutes.  A
 * process keeps the newest thousand or so, by their hashes; they belong to a
 * set of keys and go with it.
 */
#ifndef AFF_AUTH_JWT_SEEN_H
#define AFF_AUTH_JWT_SEEN_H

#include "auth/jwt.h"

#define JWT_PRINT 32	/* bytes of a token's hash */

/* What a good token says, and when: seconds since 1970. */
struct jwt_good {
	struct claims claims;
	int64_t from, until;	/* the later of nbf and iat; exp */
};

struct jwt_seen;

struct jwt_seen *jwt_seen_new(struct arena *);
/* NULL: not seen; print is its hash then, for keeping it. */
const struct jwt_good *jwt_seen_find(const struct jwt_seen *,
    struct str token, unsigned char print[JWT_PRINT]);
void jwt_seen_keep(struct jwt_seen *, const unsigned char print[JWT_PRINT],
    const struct jwt_good *);

#endif
