/* argon2id by libsodium, and which passwords may be chosen. */
#include "auth/password.h"

#include <sodium.h>

#include "base/log.h"
#include "base/utf8.h"
#include "base/banned.h"

#define PASSES		2
#define MEMORY		((size_t)19 * 1024 * 1024)

/* Of a random password that nobody knows, with the parameters above. */
static const char dummy[] =
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$3mcxpvWfcMoiIhHoB2WpnA$HwssxXGIPGAaHHkYeFEIPrtL0QtvLDmC7HUtRAzaWMA";

struct str
password_hash(struct arena *a, struct str password)
{
	char *out = arena_alloc(a, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str_alg(out, password.p, password.n, PASSES, MEMORY,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		log_die("out of memory: a password's hash");
	return str_of(out);
}

/* libsodium wants a NUL behind it. */
static bool
hash_text(struct str hash, char out[crypto_pwhash_STRBYTES])
{
	if (hash.n == 0 || hash.n >= crypto_pwhash_STRBYTES)
		return false;
	memcpy(out, hash.p, hash.n);
	out[hash.n] = '\0';
	return true;
}

/* What stands in a hash. */
struct parts {
	unsigned char salt[crypto_pwhash_SALTBYTES], key[32];
	uint64_t memory, passes;	/* KiB; how often it is gone through */
};

static bool
read_bytes(struct str text, unsigned char *out, size_t n)
{
	size_t got;

	return sodium_base642bin(out, n, text.p, text.n, NULL, &got, NULL,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 && got == n;
}

/* "m=19456,t=2,p=1" */
static bool
read_cost(struct str text, struct parts *p)
{
	struct str memory, passes, lanes;

	return str_cut(text, ',', &memory, &text) &&
	    str_cut(text, ',', &passes, &lanes) && str_is(lanes, "p=1") &&
	    str_has_prefix(memory, STR("m=")) &&
	    str_has_prefix(passes, STR("t=")) &&
	    str_to_u64(str_skip(memory, 2), &p->memory) &&
	    str_to_u64(str_skip(passes, 2), &p->passes);
}

static bool
read_hash(struct str text, struct parts *p)
{
	const struct str kind = STR("$argon2id$v=19$");
	struct str cost, salt, key;

	return str_has_prefix(text, kind) &&
	    str_cut(str_skip(text, kind.n), '$', &cost, &text) &&
	    str_cut(text, '$', &salt, &key) && read_cost(cost, p) &&
	    read_bytes(salt, p->salt, sizeof(p->salt)) &&
	    read_bytes(key, p->key, sizeof(p->key));
}

/*
 * crypto_pwhash_str_verify() says the same of a wrong password and of memory
 * that it did not get; so the hash is made, and compared here.
 */
bool
password_verify(struct str hash, struct str password)
{
	unsigned char key[32];
	struct parts p;
	bool known = read_hash(hash, &p);

	if (!known)
		INVARIANT(read_hash(str_of(dummy), &p));
	if (crypto_pwhash(key, sizeof(key), password.n > 0 ? password.p : "",
	    password.n, p.salt, p.passes, p.memory * 1024,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		log_die("out of memory: a password's hash");
	return known && sodium_memcmp(key, p.key, sizeof(key)) == 0;
}

bool
password_needs_rehash(struct str hash)
{
	char text[crypto_pwhash_STRBYTES];

	return !hash_text(hash, text) ||
	    crypto_pwhash_str_needs_rehash(text, PASSES, MEMORY) != 0;
}

static bool
one_character(struct str s)
{
	size_t step = utf8_step(s.p, s.n);

	for (size_t i = 0; i < s.n; i += step)
		if (s.n - i < step || memcmp(s.p, s.p + i, step) != 0)
			return false;
	return true;
}

const char *
password_problem(struct str password, struct str email)
{
	struct str local, host;
	size_t n;

	if (!utf8_valid(password))
		return "must be valid UTF-8";
	n = utf8_count(password);
	if (n < PASSWORD_MIN)
		return "must have at least 10 characters";
	if (n > PASSWORD_MAX)
		return "must have at most 200 characters";
	if (one_character(password))
		return "must not be one character over and over";
	(void)str_cut(email, '@', &local, &host);
	if (str_eq_nocase(password, local) || str_eq_nocase(password, email))
		return "must not be the email address";
	return NULL;
}
