/* The keys behind jwt.h: read from files, checked, ready for libjwt. */
#ifndef AFF_AUTH_JWT_KEYS_H
#define AFF_AUTH_JWT_KEYS_H

#include <jwt.h>

#include "auth/jwt_seen.h"
#include "base/settings.h"

#define JWT_KID_MAX 64		/* letters, digits, - and _ */

struct jwt_key {
	struct jwt_key *next;
	struct str kid;
	const char *alg;	/* "HS256", "RS256", "ES256": its only one */
	jwt_alg_t libjwt_alg;
	size_t signature;	/* bytes of any signature by it */
	struct str check;	/* secret or public PEM, as libjwt wants it */
	struct str sign;	/* secret or private PEM; absent: verifies */
};

struct jwt_keyset {
	struct arena memory;
	struct jwt_key *keys;
	const struct jwt_key *signer;
	struct str issuer, audience;
	int64_t access_seconds;
	struct jwt_seen *seen;
};

/* NULL: *why says what is wrong, until the next call. */
struct jwt_keyset *jwt_keyset_read(const struct settings *, const char **why);
void jwt_keyset_free(struct jwt_keyset *);	/* wipes them; NULL is fine */

const struct jwt_key *jwt_key_named(const struct jwt_keyset *, struct str kid);

#endif
