/*
 * Access tokens: the only door to libjwt, which by itself accepts forgeries.
 *
 * A token names its key (kid) and each key has exactly one algorithm: HS256,
 * RS256 or ES256.  The keys are files in a directory: <kid>.hs256 holds a
 * secret of 32 or more bytes as base64url, <kid>.rs256 and <kid>.es256 a key
 * in PEM; a public key only verifies.  To rotate: add a key, reload, let it
 * sign, and remove the old one when its last token has expired.
 */
#ifndef AFF_AUTH_JWT_H
#define AFF_AUTH_JWT_H

#include "base/clock.h"
#include "base/err.h"
#include "base/settings.h"

#define JWT_MAX		4096	/* characters of a token that is looked at */
#define JWT_LEEWAY	60	/* seconds that clocks may differ: nbf, iat */

struct claims {
	uint64_t user_id;	/* sub */
	uint64_t session_id;	/* sid */
};

/*
 * Reads the keys that the jwt_ settings and access_seconds name, tries them
 * out, and then uses them in place of those before.  false: *why says what is
 * wrong (until the next call) and the keys before stay.  Call it before fork or
 * in each worker, and again to reload.
 */
MUST_CHECK bool jwt_keys_load(const struct settings *, const char **why);
void jwt_keys_free(void);

/* Keys must be loaded.  Good for access_seconds from now. */
struct str jwt_sign(struct arena *, const struct claims *, struct when now);

/* ERR_UNAUTHENTICATED: whatever is wrong with it.  No keys: nothing is good. */
MUST_CHECK enum err jwt_verify(struct arena *, struct str token,
    struct when now, struct claims *);

#endif
