/* HMAC-SHA256 over "time.body", in hexadecimal. */
#include "auth/stripe_signature.h"

#include <sodium.h>

#include "base/banned.h"

#define MAC crypto_auth_hmacsha256_BYTES

static void
mac(struct str secret, struct str at, struct str body, unsigned char out[MAC])
{
	struct crypto_auth_hmacsha256_state s;

	crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret.p,
	    secret.n);
	crypto_auth_hmacsha256_update(&s, (const unsigned char *)at.p, at.n);
	crypto_auth_hmacsha256_update(&s, (const unsigned char *)".", 1);
	if (body.n > 0)
		crypto_auth_hmacsha256_update(&s,
		    (const unsigned char *)body.p, body.n);
	crypto_auth_hmacsha256_final(&s, out);
}

static bool
is_recent(struct str at, struct when now)
{
	int64_t seconds = now.us / SECOND_US;
	uint64_t then;

	return str_to_u64(at, &then) && then < INT64_MAX / 2 &&
	    (int64_t)then >= seconds - STRIPE_TOLERANCE_SECONDS &&
	    (int64_t)then <= seconds + STRIPE_TOLERANCE_SECONDS;
}

bool
stripe_signature_verify(struct str secret, struct str header, struct str body,
    struct when now)
{
	struct str at = STR_NULL, rest = header, one, name, value;
	unsigned char want[MAC], given[MAC];
	bool fits = false;

	while (rest.n > 0) {
		(void)str_cut(rest, ',', &one, &rest);
		if (at.p == NULL && str_cut(one, '=', &name, &value) &&
		    str_is(str_trim(name), "t"))
			at = value;
	}
	if (secret.n == 0 || at.n == 0 || !is_recent(at, now))
		return false;
	mac(secret, at, body, want);
	while (header.n > 0) {
		(void)str_cut(header, ',', &one, &header);
		if (str_cut(one, '=', &name, &value) &&
		    str_is(str_trim(name), "v1") && value.n == 2 * MAC &&
		    str_unhex(value, given, MAC) &&
		    sodium_memcmp(given, want, MAC) == 0)
			fits = true;
	}
	return fits;
}
