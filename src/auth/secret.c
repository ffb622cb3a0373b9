/* Random tokens, hashes and codes, all by libsodium. */
#include "auth/secret.h"

#include <sodium.h>

#include "base/settings.h"
#include "base/banned.h"

#define NONCE	crypto_secretbox_NONCEBYTES

_Static_assert(SECRET_MAC_BYTES == crypto_secretbox_KEYBYTES,
    "a keyed hash is a key");
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

/* A nonce, then what secretbox makes. */
struct str
secret_seal(struct arena *a, const char *label, struct str plain)
{
	size_t n = NONCE + crypto_secretbox_MACBYTES + plain.n;
	unsigned char key[SECRET_MAC_BYTES], *out = arena_alloc(a, n);

	secret_mac(label, "", 0, key);
	randombytes_buf(out, NONCE);
	INVARIANT(crypto_secretbox_easy(out + NONCE,
	    (const unsigned char *)plain.p, plain.n, out, key) == 0);
	sodium_memzero(key, sizeof(key));
	return (struct str){ (char *)out, n };
}

struct str
secret_open(struct arena *a, const char *label, struct str sealed)
{
	const unsigned char *in = (const unsigned char *)sealed.p;
	unsigned char key[SECRET_MAC_BYTES], *out;
	size_t n;
	bool good;

	if (sealed.n < NONCE + crypto_secretbox_MACBYTES)
		return STR_NULL;
	n = sealed.n - NONCE - crypto_secretbox_MACBYTES;
	out = arena_alloc(a, n + 1);
	secret_mac(label, "", 0, key);
	good = crypto_secretbox_open_easy(out, in + NONCE, sealed.n - NONCE,
	    in, key) == 0;
	sodium_memzero(key, sizeof(key));
	return good ? (struct str){ (char *)out, n } : STR_NULL;
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
