/* Signs and checks calls between services. */
#include "auth/webhook.h"

#include <sodium.h>

#include "auth/secret.h"
#include "base/banned.h"

#define KEY_MIN		24	/* bytes of a secret */
#define KEY_MAX		64
#define MAC		crypto_auth_hmacsha256_BYTES
#define VARIANT		sodium_base64_VARIANT_ORIGINAL
#define MAC_TEXT	sodium_base64_ENCODED_LEN(MAC, VARIANT)

struct str
webhook_secret(struct arena *a)
{
	unsigned char key[MAC];
	char text[MAC_TEXT];
	struct str secret;

	randombytes_buf(key, sizeof(key));
	sodium_bin2base64(text, sizeof(text), key, sizeof(key), VARIANT);
	secret = str_printf(a, "whsec_%s", text);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(text, sizeof(text));
	return secret;
}

struct str
webhook_key(struct arena *a, struct str secret)
{
	unsigned char *key = arena_alloc(a, KEY_MAX);
	struct str text;
	size_t n;

	if (!str_has_prefix(secret, STR("whsec_")))
		return STR_NULL;
	text = str_skip(secret, 6);
	if (sodium_base642bin(key, KEY_MAX, text.p, text.n, NULL, &n, NULL,
	    VARIANT) != 0 || n < KEY_MIN)
		return STR_NULL;
	return (struct str){ (char *)key, n };
}

struct str
webhook_sandbox_key(struct arena *a)
{
	unsigned char *key = arena_alloc(a, SECRET_MAC_BYTES);

	secret_mac("sandbox", "", 0, key);
	return (struct str){ (char *)key, SECRET_MAC_BYTES };
}

static void
mac_part(struct crypto_auth_hmacsha256_state *state, struct str s)
{
	crypto_auth_hmacsha256_update(state, (const unsigned char *)s.p, s.n);
}

static void
mac(struct str key, struct str id, struct str timestamp, struct str body,
    unsigned char out[MAC])
{
	struct crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p,
	    key.n);
	mac_part(&state, id);
	mac_part(&state, STR("."));
	mac_part(&state, timestamp);
	mac_part(&state, STR("."));
	mac_part(&state, body);
	crypto_auth_hmacsha256_final(&state, out);
}

struct str
webhook_sign(struct arena *a, struct str key, struct str id,
    struct str timestamp, struct str body)
{
	unsigned char code[MAC];
	char text[MAC_TEXT];

	INVARIANT(key.n >= KEY_MIN);
	mac(key, id, timestamp, body, code);
	sodium_bin2base64(text, sizeof(text), code, sizeof(code), VARIANT);
	return str_printf(a, "v1,%s", text);
}

struct str
webhook_sign_body(struct arena *a, struct str secret, struct str body)
{
	struct crypto_auth_hmacsha256_state state;
	unsigned char code[MAC];
	char *text = arena_alloc(a, 2 * MAC + 1);

	crypto_auth_hmacsha256_init(&state,
	    (const unsigned char *)secret.p, secret.n);
	mac_part(&state, body);
	crypto_auth_hmacsha256_final(&state, code);
	sodium_bin2hex(text, 2 * MAC + 1, code, MAC);
	return str_of(text);
}

/* One signature of the header; others may be of a newer kind or key. */
static bool
fits(struct str one, const unsigned char code[MAC])
{
	unsigned char given[MAC];
	struct str kind, text;
	size_t n;

	if (!str_cut(one, ',', &kind, &text) || !str_is(kind, "v1") ||
	    text.n != MAC_TEXT - 1)
		return false;
	return sodium_base642bin(given, sizeof(given), text.p, text.n, NULL,
	    &n, NULL, VARIANT) == 0 && n == sizeof(given) &&
	    sodium_memcmp(given, code, n) == 0;
}

bool
webhook_verify(struct str key, struct str id, struct str timestamp,
    struct str signatures, struct str body, struct when now)
{
	int64_t seconds = now.us / SECOND_US;
	unsigned char code[MAC];
	struct str one;
	uint64_t then;

	/* with a dot in it, the id could run into the time-stamp */
	if (key.n < KEY_MIN || id.n == 0 || memchr(id.p, '.', id.n) != NULL)
		return false;
	if (!str_to_u64(timestamp, &then) || then > INT64_MAX / 2 ||
	    (int64_t)then < seconds - WEBHOOK_TOLERANCE_SECONDS ||
	    (int64_t)then > seconds + WEBHOOK_TOLERANCE_SECONDS)
		return false;
	mac(key, id, timestamp, body, code);
	while (signatures.n > 0) {
		(void)str_cut(signatures, ' ', &one, &signatures);
		if (fits(one, code))
			return true;
	}
	return false;
}
