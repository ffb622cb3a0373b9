/* Keys and tokens for the tests of auth/jwt.h. */
#include <stdlib.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <unistd.h>

#include "key_files.h"
#include "base/banned.h"

struct settings conf = {
	.access_seconds = 900,
	.jwt_issuer = { "affiliated", 10 },
	.jwt_audience = { "affiliated", 10 },
};
const struct settings *settings = &conf;

struct arena keep;
static char dir[] = "/tmp/affiliated-jwt-XXXXXX";
EVP_PKEY *rsa, *ec;
struct str rsa_public;
struct when now;

const char *
path_of(const char *name)
{
	return str_printf(&keep, "%s/%s", dir, name).p;
}

void
write_file(const char *name, struct str text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
}

struct str
pem_of(EVP_PKEY *key, bool private)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct str out;
	char *p;
	long n;

	assert_int_equal(private ? PEM_write_bio_PrivateKey(bio, key, NULL,
	    NULL, 0, NULL, NULL) : PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &p);
	out = str_dup(&keep, (struct str){ p, (size_t)n });
	BIO_free(bio);
	return out;
}

struct str
secret_text(const void *bytes, size_t n)
{
	return str_printf(&keep, "%.*s\n", STR_ARG(str_base64url(&keep, bytes,
	    n)));
}

bool
load(const char *signer)
{
	const char *why;

	conf.jwt_keys = str_of(dir);
	conf.jwt_signer = str_of(signer);
	return jwt_keys_load(&conf, &why);
}

const char *
load_problem(const char *signer)
{
	const char *why = NULL;

	conf.jwt_signer = str_of(signer);
	assert_false(jwt_keys_load(&conf, &why));
	assert_non_null(why);
	return why;
}

int
keys_group_setup(void **state UNUSED)
{
	arena_init(&arena);
	arena_init(&keep);
	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return -1;
	now = clock_now();
	rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	rsa_public = pem_of(rsa, false);
	return 0;
}

static const char *const files[] = { "h.hs256", "old.hs256", "r.rs256",
    "e.es256", "pub.rs256", "bad.hs256", "bad.rs256", "bad.es256", "h.es256",
    "README" };

static void
remove_files(void)
{
	for (size_t i = 0; i < LEN(files); i++)
		(void)unlink(path_of(files[i]));
}

int
keys_group_teardown(void **state UNUSED)
{
	jwt_keys_free();
	remove_files();
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	arena_free(&arena);
	arena_free(&keep);
	return rmdir(dir);
}

int
keys_setup(void **state UNUSED)
{
	remove_files();
	arena_reset(&arena);
	write_file("h.hs256", secret_text(KEY_SECRET, 36));
	write_file("r.rs256", pem_of(rsa, true));
	write_file("e.es256", pem_of(ec, true));
	write_file("pub.rs256", rsa_public);
	return load("h") ? 0 : -1;
}

struct str
good_token(void)
{
	return jwt_sign(&arena, &(struct claims){ 12, 34 }, now);
}

bool
accepted(struct str token)
{
	struct claims c = { 7, 7 };
	enum err e = jwt_verify(&arena, token, now, &c);

	if (e == OK) {
		assert_int_equal(c.user_id, 12);
		assert_int_equal(c.session_id, 34);
	} else {
		assert_int_equal(e, ERR_UNAUTHENTICATED);
		assert_int_equal(c.user_id, 0);
		assert_int_equal(c.session_id, 0);
	}
	return e == OK;
}
