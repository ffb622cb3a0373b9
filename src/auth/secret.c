/* Random tokens, hashes and codes, all by libsodium. */
#include "auth/secret.h"

#include <sodium.h>

#include "base/settings.h"
#include "base/banned.h"

_Static_assert(SECRET_MAC_BYTES == crypto_auth_hmacsha256_BYTES &&
    SECRET_MAC_BYTES == crypto_hash_sha256_BYTES, "both give 32 bytes");

void
secret_mac(const char *label, const void *data, size_t n,
    unsigned char out[SECRET_MAC_BYTES])
{
	struct crypto_auth_hmacsha256_state state;

	INVARIANT(settings->secret.n >= SECRET_MAC_BYTES);
	crypto_auth_hmacsha256_init(&state,
	    (const unsigned char *)settings->secret.p, settings->secret.n);
	/* with its NUL, so that label and data never run together */
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)label,
	    strlen(label) + 1);
	crypto_auth_hmacsha256_update(&state, data, n);
	crypto_auth_hmacsha256_final(&state, out);
}

void
secret_address(struct str address, unsigned char out[SECRET_ADDRESS_BYTES])
{
	unsigned char hash[SECRET_MAC_BYTES];

	secret_mac("address", address.p, address.n, hash);
	memcpy(out, hash, SECRET_ADDRESS_BYTES);
}

struct str
secret_token(struct arena *a, size_t n)
{
	unsigned char *bytes = arena_alloc(a, n);
	struct str text;

	randombytes_buf(bytes, n);
	text = str_base64url(a, bytes, n);
	sodium_memzero(bytes, n);
	return text;
}

void
secret_hash(struct str token, unsigned char out[SECRET_MAC_BYTES])
{
	crypto_hash_sha256(out, (const unsigned char *)token.p, token.n);
}
