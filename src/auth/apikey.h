/*
 * API keys look like aff_live_<id>_<secret> or aff_test_<id>_<secret>: an id of
 * 16 characters to find the row by, and 256 random bits of which only the
 * hash is kept.  Both are in lower-case hexadecimal.  "aff_live_<id>" may be
 * shown.
 */
#ifndef AFF_AUTH_APIKEY_H
#define AFF_AUTH_APIKEY_H

#include "base/str.h"

#define APIKEY_ID	16	/* characters */
#define APIKEY_SECRET	64

struct apikey_parts {
	struct str text;		/* the key; from apikey_make only */
	struct str public_id;
	unsigned char hash[32];		/* SHA-256 of the text */
	bool test;
};

void apikey_make(struct arena *, bool test, struct apikey_parts *);
/*
 * false: not of that form.  public_id is a view of the text;
 * .text stays absent.
 * Compare the hash with the stored one by sodium_memcmp.
 */
MUST_CHECK bool apikey_parse(struct str text, struct apikey_parts *);

#endif
