/*
 * Reads the directory of keys.  OpenSSL reads the PEM, so that kind, size and
 * curve are known before libjwt gets to see a key; libjwt is handed what
 * OpenSSL writes of it, the public half for checking.
 */
#include "auth/jwt_keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/banned.h"

#define FILE_MAX	16384	/* bytes of a key's file */
#define SECRET_MIN	32
#define SECRET_MAX	512
#define RSA_BITS_MIN	2048
#define RSA_BITS_MAX	8192	/* else a token is longer than JWT_MAX */

static char why_text[512];

/* Always false. */
static bool PRINTF_LIKE(1, 2)
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why_text, sizeof(why_text), fmt, ap);
	va_end(ap);
	return false;
}

/* At most room bytes of a file; how many, or -1 with errno. */
static ssize_t
read_bytes(int fd, char *p, size_t room)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, p + n, room - n)) > 0)
		n += (size_t)got;
	return got < 0 ? -1 : (ssize_t)n;
}

/* *text is of the arena; jwt_keyset_free does not know it: wipe it. */
static bool
read_file(struct jwt_keyset *set, const char *dir, const char *name,
    struct str *text)
{
	struct str path = str_printf(&set->memory, "%s/%s", dir, name);
	char *p = arena_alloc(&set->memory, FILE_MAX);
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;
	int error;

	if (fd >= 0 && fstat(fd, &st) == 0)
		n = S_ISREG(st.st_mode) ? read_bytes(fd, p, FILE_MAX) : 0;
	error = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return fail("%s: %s", path.p, strerror(error));
	if (n == 0 || n == FILE_MAX)
		return fail("%s: empty, too long or no file", path.p);
	if ((st.st_mode & S_IROTH) != 0)
		log_warn("%s can be read by every user of this machine",
		    path.p);
	*text = (struct str){ p, (size_t)n };
	return true;
}

static void
wipe(struct str s)
{
	if (s.n > 0)
		sodium_memzero((void *)(uintptr_t)s.p, s.n);
}

/* Line ends and spaces around base64url. */
static struct str
strip(struct str s)
{
	while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ')
		s.n--;
	while (s.n > 0 && (unsigned char)s.p[0] <= ' ')
		s = str_skip(s, 1);
	return s;
}

static bool
take_secret(struct jwt_keyset *set, struct jwt_key *key, struct str text)
{
	unsigned char *secret = arena_alloc(&set->memory, SECRET_MAX);
	size_t n = SECRET_MAX;

	if (!str_unbase64url(strip(text), secret, &n) || n < SECRET_MIN) {
		sodium_memzero(secret, SECRET_MAX);
		return fail("must hold %d to %d bytes as base64url",
		    SECRET_MIN, SECRET_MAX);
	}
	key->sign = key->check = (struct str){ (char *)secret, n };
	key->signature = 32;
	return true;
}

/* A key with a pass phrase is an error, not a question at the terminal. */
static int
no_phrase(char *buf UNUSED, int size UNUSED, int rwflag UNUSED,
    void *arg UNUSED)
{
	return -1;
}

static EVP_PKEY *
read_pem(struct str text, bool *private)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *pkey = NULL;

	if (bio == NULL)
		return NULL;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_phrase, NULL);
	*private = pkey != NULL;
	if (pkey == NULL) {
		(void)BIO_reset(bio);
		pkey = PEM_read_bio_PUBKEY(bio, NULL, no_phrase, NULL);
	}
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

static bool
fit_rsa(struct jwt_key *key, const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA ||
	    bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return fail("must be an RSA key of %d to %d bits",
		    RSA_BITS_MIN, RSA_BITS_MAX);
	key->signature = ((size_t)bits + 7) / 8;
	return true;
}

static bool
fit_ec(struct jwt_key *key, const EVP_PKEY *pkey)
{
	char group[32] = "";

	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_EC ||
	    EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME,
	    group, sizeof(group), NULL) != 1 ||
	    strcmp(group, SN_X9_62_prime256v1) != 0)
		return fail("must be a key on the curve P-256");
	key->signature = 64;
	return true;
}

static bool
write_pem(struct jwt_keyset *set, EVP_PKEY *pkey, bool private,
    struct str *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *p;
	long n;
	bool ok;

	if (bio == NULL)
		return fail("out of memory");
	ok = private ? PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
	    NULL) == 1 : PEM_write_bio_PUBKEY(bio, pkey) == 1;
	n = BIO_get_mem_data(bio, &p);
	if (ok && n > 0)
		*out = str_dup(&set->memory, (struct str){ p, (size_t)n });
	BIO_free(bio);		/* wipes it */
	ERR_clear_error();
	return (ok && n > 0) || fail("cannot be written as PEM");
}

static bool
take_pem(struct jwt_keyset *set, struct jwt_key *key, struct str text)
{
	bool private, ok;
	EVP_PKEY *pkey = read_pem(text, &private);

	if (pkey == NULL)
		return fail("must hold a private or a public key in PEM, "
		    "without a pass phrase");
	ok = (key->libjwt_alg == JWT_ALG_RS256 ? fit_rsa(key, pkey) :
	    fit_ec(key, pkey)) &&
	    write_pem(set, pkey, false, &key->check) &&
	    (!private || write_pem(set, pkey, true, &key->sign));
	EVP_PKEY_free(pkey);
	return ok;
}

static const struct kind {
	const char *extension, *alg;
	jwt_alg_t libjwt_alg;
	bool (*take)(struct jwt_keyset *, struct jwt_key *, struct str);
} kinds[] = {
	{ "hs256", "HS256", JWT_ALG_HS256, take_secret },
	{ "rs256", "RS256", JWT_ALG_RS256, take_pem },
	{ "es256", "ES256", JWT_ALG_ES256, take_pem },
};

static bool
kid_valid(struct str kid)
{
	for (size_t i = 0; i < kid.n; i++) {
		char c = kid.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return kid.n > 0 && kid.n <= JWT_KID_MAX;
}

/* Anything else in the directory is no key of ours. */
static const struct kind *
kind_of(const char *name, struct str *kid)
{
	struct str extension;

	if (!str_cut(str_of(name), '.', kid, &extension) || !kid_valid(*kid))
		return NULL;
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_is(extension, kinds[i].extension))
			return &kinds[i];
	return NULL;
}

static bool
add_key(struct jwt_keyset *set, const char *dir, const char *name)
{
	struct jwt_key *key;
	struct str kid, text;
	char told[sizeof(why_text)];
	const struct kind *kind = kind_of(name, &kid);
	bool ok;

	if (kind == NULL) {
		if (name[0] != '.')
			log_warn("%s/%s is no key: its name must be <kid>.hs256"
			    ", .rs256 or .es256", dir, name);
		return true;
	}
	if (jwt_key_named(set, kid) != NULL)
		return fail("%s: two keys are called %.*s", dir, STR_ARG(kid));
	if (!read_file(set, dir, name, &text))
		return false;
	key = ARENA_NEW(&set->memory, struct jwt_key);
	key->kid = str_dup(&set->memory, kid);
	key->alg = kind->alg;
	key->libjwt_alg = kind->libjwt_alg;
	key->next = set->keys;
	set->keys = key;
	ok = kind->take(set, key, text);
	wipe(text);
	if (!ok) {
		memcpy(told, why_text, sizeof(told));
		return fail("%s/%s: %.256s", dir, name, told);
	}
	return true;
}

static bool
read_keys(struct jwt_keyset *set, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = true;

	if (dir == NULL)
		return fail("%s: %s", path, strerror(errno));
	while (ok && (entry = readdir(dir)) != NULL)
		ok = add_key(set, path, entry->d_name);
	closedir(dir);
	return ok;
}

static bool
choose_signer(struct jwt_keyset *set, struct str kid)
{
	set->signer = jwt_key_named(set, kid);
	if (set->signer == NULL)
		return fail("jwt_signer: there is no key called \"%.*s\"",
		    STR_ARG(kid));
	if (set->signer->sign.p == NULL)
		return fail("jwt_signer: \"%.*s\" is a public key, which "
		    "cannot sign", STR_ARG(kid));
	return true;
}

struct jwt_keyset *
jwt_keyset_read(const struct settings *s, const char **why)
{
	struct jwt_keyset *set = calloc(1, sizeof(*set));

	if (set == NULL)
		log_die("out of memory: keys");
	*why = why_text;
	arena_init(&set->memory);
	set->seen = jwt_seen_new(&set->memory);
	set->issuer = str_dup(&set->memory, s->jwt_issuer);
	set->audience = str_dup(&set->memory, s->jwt_audience);
	set->access_seconds = s->access_seconds;
	if (set->issuer.n == 0 || set->audience.n == 0 ||
	    set->access_seconds <= 0) {
		(void)fail("jwt_issuer, jwt_audience and access_seconds must "
		    "be set");
	} else if (read_keys(set, str_c(&set->memory, s->jwt_keys)) &&
	    choose_signer(set, s->jwt_signer)) {
		return set;
	}
	jwt_keyset_free(set);
	return NULL;
}

void
jwt_keyset_free(struct jwt_keyset *set)
{
	if (set == NULL)
		return;
	for (struct jwt_key *key = set->keys; key != NULL; key = key->next) {
		wipe(key->check);
		wipe(key->sign);
	}
	arena_free(&set->memory);
	free(set);
}

const struct jwt_key *
jwt_key_named(const struct jwt_keyset *set, struct str kid)
{
	const struct jwt_key *key = set->keys;

	while (key != NULL && !str_eq(key->kid, kid))
		key = key->next;
	return key;
}
