/* Which credential a request carries. */
#ifndef AFF_AUTH_CREDENTIAL_H
#define AFF_AUTH_CREDENTIAL_H

#include "base/str.h"

enum credential_kind {
	CREDENTIAL_NONE, CREDENTIAL_JWT, CREDENTIAL_API_KEY,
	CREDENTIAL_PROMOTER, CREDENTIAL_BAD,
};

/* What the tokens of promoters begin with. */
#define PROMOTER_TOKEN "affp_"

struct credential {
	enum credential_kind kind;
	struct str text;
};

/*
 * From Authorization ("Bearer" and one token) and X-API-Key; both may name the
 * same credential, two different ones are bad.
 */
struct credential credential_of(struct str authorization, struct str api_key);

/*
 * HTTP Basic to the same with "Bearer".  The user is the id in a key, with
 * "aff_live_" or "aff_test_" before it, or alone for a live key; the password
 * is its secret, or the whole key, and then the user may be the number of its
 * row: *id, which is to be held against it, else 0.  Any other header is given
 * back as it is.
 */
struct str credential_of_basic(struct arena *, struct str authorization,
    uint64_t *id);

#endif
