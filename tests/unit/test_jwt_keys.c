/* Files of keys: rotation, failed reloads, weak keys. */
#include <stdlib.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include "key_files.h"
#include "base/banned.h"

static void
rotation(void **state UNUSED)
{
	struct str before, unknown;

	write_file("old.hs256",
	    secret_text("another secret of 32 bytes or more",
	    34));
	assert_true(load("old"));
	before = good_token();
	assert_true(load("h"));
	assert_true(accepted(before));
	unknown = good_token();
	assert_true(accepted(unknown));
	assert_int_equal(unlink(path_of("old.hs256")), 0);
	assert_true(accepted(before));	/* until the reload */
	assert_true(load("h"));
	assert_false(accepted(before));
	assert_true(accepted(unknown));
	jwt_keys_free();
	assert_false(accepted(unknown));
}

static void
failed_load_keeps_keys(void **state UNUSED)
{
	struct str token = good_token();

	assert_non_null(strstr(load_problem("nobody"), "nobody"));
	assert_non_null(strstr(load_problem("pub"), "cannot sign"));
	assert_non_null(strstr(load_problem(""), "jwt_signer"));
	assert_true(accepted(token));
	write_file("h.es256", pem_of(ec, true));
	assert_non_null(strstr(load_problem("h"), "two keys"));
	assert_true(accepted(token));
	assert_int_equal(unlink(path_of("h.es256")), 0);
	conf.jwt_issuer = STR("");
	assert_non_null(strstr(load_problem("h"), "jwt_issuer"));
	conf.jwt_issuer = STR("affiliated");
	conf.jwt_keys = STR("/nonexistent");
	(void)load_problem("h");
	assert_true(load("h"));
	write_file("README", STR("not a key"));
	assert_true(load("h"));
}

static void
refuse_key(const char *name, struct str text, const char *word)
{
	write_file(name, text);
	assert_non_null(strstr(load_problem("h"), word));
	assert_int_equal(unlink(path_of(name)), 0);
}

static void
weak_keys(void **state UNUSED)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-384");
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	refuse_key("bad.hs256", secret_text(KEY_SECRET, 31), "base64url");
	refuse_key("bad.hs256", STR("not base64url at all!!!!!!!!!!!!!!!!!!!!!"
	    "!!!!!!!!!!!!!!!!!!"), "base64url");
	refuse_key("bad.hs256", STR(""), "empty");
	refuse_key("bad.rs256", pem_of(small, true), "2048");
	refuse_key("bad.rs256", pem_of(ec, true), "RSA");
	refuse_key("bad.es256", pem_of(rsa, false), "P-256");
	refuse_key("bad.es256", pem_of(curve, true), "P-256");
	refuse_key("bad.es256", STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"),
	    "PEM");
	assert_int_equal(PEM_write_bio_PrivateKey(bio, rsa, EVP_aes_256_cbc(),
	    NULL, 0, NULL, (void *)(uintptr_t)"phrase"), 1);
	n = BIO_get_mem_data(bio, &p);
	refuse_key("bad.rs256", (struct str){ p, (size_t)n }, "pass phrase");
	BIO_free(bio);
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rotation, keys_setup),
		cmocka_unit_test_setup(failed_load_keeps_keys, keys_setup),
		cmocka_unit_test_setup(weak_keys, keys_setup),
	};

	return cmocka_run_group_tests_name("jwt keys", tests,
	    keys_group_setup, keys_group_teardown);
}
