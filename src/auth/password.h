/* Passwords: argon2id at 19 MiB and two passes, some 50 ms each. */
#ifndef AFF_AUTH_PASSWORD_H
#define AFF_AUTH_PASSWORD_H

#include "base/str.h"

#define PASSWORD_MIN	10	/* characters */
#define PASSWORD_MAX	200

struct str password_hash(struct arena *, struct str password);
/*
 * hash absent: a dummy is verified, so that an unknown user takes as long as
 * a wrong password; the answer is then false.
 */
MUST_CHECK bool password_verify(struct str hash, struct str password);

/* Made with other parameters than password_hash() uses now. */
bool password_needs_rehash(struct str hash);

/* What is wrong with a new password ("must ..."), or NULL. */
const char *password_problem(struct str password, struct str email);

#endif
