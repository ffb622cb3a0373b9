/* Which credential a request carries. */
#ifndef AFF_AUTH_CREDENTIAL_H
#define AFF_AUTH_CREDENTIAL_H

#include "base/str.h"

enum credential_kind {
	CREDENTIAL_NONE, CREDENTIAL_JWT, CREDENTIAL_API_KEY, CREDENTIAL_BAD,
};

struct credential {
	enum credential_kind kind;
	struct str text;
};

/*
 * From Authorization ("Bearer" and one token) and X-API-Key; both may name the
 * same credential, two different ones are bad.
 */
struct credential credential_of(struct str authorization, struct str api_key);

#endif
