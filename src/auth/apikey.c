/* Makes API keys and takes them apart. */
#include "auth/apikey.h"

#include <sodium.h>

#include "base/banned.h"

#define PREFIX	9	/* "aff_live_" */

/* Of the whole, so that a test key cannot be passed off as a live one. */
static void
hash_text(struct str text, struct apikey_parts *parts)
{
	_Static_assert(sizeof(parts->hash) == crypto_hash_sha256_BYTES,
	    "one hash");
	crypto_hash_sha256(parts->hash, (const unsigned char *)text.p, text.n);
}

void
apikey_make(struct arena *a, bool test, struct apikey_parts *parts)
{
	unsigned char random[(APIKEY_ID + APIKEY_SECRET) / 2];
	struct str hex;

	randombytes_buf(random, sizeof(random));
	hex = str_hex(a, random, sizeof(random));
	sodium_memzero(random, sizeof(random));
	*parts = (struct apikey_parts){ .test = test };
	parts->public_id = (struct str){ hex.p, APIKEY_ID };
	parts->text = str_printf(a, "aff_%s_%.*s_%.*s", test ? "test" : "live",
	    STR_ARG(parts->public_id), STR_ARG(str_skip(hex, APIKEY_ID)));
	hash_text(parts->text, parts);
}

static bool
is_hex(struct str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr("0123456789abcdef", s.p[i], 16) == NULL)
			return false;
	return s.n == n;
}

bool
apikey_parse(struct str text, struct apikey_parts *parts)
{
	struct str id, secret;
	bool test = str_has_prefix(text, STR("aff_test_"));

	if (!test && !str_has_prefix(text, STR("aff_live_")))
		return false;
	if (!str_cut(str_skip(text, PREFIX), '_', &id, &secret) ||
	    !is_hex(id, APIKEY_ID) || !is_hex(secret, APIKEY_SECRET))
		return false;
	*parts = (struct apikey_parts){ .public_id = id, .test = test };
	hash_text(text, parts);
	return true;
}
