/*
 * A directory of keys for tests: h.hs256, r.rs256, e.es256 and the public
 * pub.rs256, made while the test runs.
 */
#ifndef AFF_TESTS_KEY_FILES_H
#define AFF_TESTS_KEY_FILES_H

#include <openssl/evp.h>

#include "harness.h"

#include "auth/jwt.h"

#define KEY_SECRET	"0123456789abcdefghijklmnopqrstuvwxyz"	/* of h */

extern struct settings conf;
extern struct arena keep;		/* of all tests */
extern EVP_PKEY *rsa, *ec;
extern struct str rsa_public;		/* PEM */
extern struct when now;

int keys_group_setup(void **state);
int keys_group_teardown(void **state);
int keys_setup(void **state);		/* writes all, loads them, h signs */

const char *path_of(const char *name);
void write_file(const char *name, struct str text);
struct str pem_of(EVP_PKEY *, bool private);
struct str secret_text(const void *bytes, size_t n);
bool load(const char *signer);
const char *load_problem(const char *signer);

/* A token of user 12 and session 34; is it, or is it refused altogether? */
struct str good_token(void);
bool accepted(struct str token);

#endif
