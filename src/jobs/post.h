/*
 * Calls that tell somebody something: see net/https.h for what holds of them.
 * Private addresses only where the target is this installation itself.
 */
#ifndef AFF_JOBS_POST_H
#define AFF_JOBS_POST_H

#include "base/err.h"
#include "base/str.h"

#define POST_HEADERS_MAX 8

struct post {
	struct str url, body;
	const char *headers[POST_HEADERS_MAX];	/* "name: value"; NULL ends */
	const char *ca;			/* file; empty: the system's */
	bool own;			/* may be a private address */
};

void post_init(void);			/* once a process */
/* *status: of HTTP.  false: no answer, and why. */
MUST_CHECK bool post_send(struct arena *, const struct post *, long *status,
    struct str *why);

#endif
