/*
 * A call to the outside over HTTPS that is waited for; see net/outside.h for
 * what holds of all of them.  The answer is capped.
 */
#ifndef AFF_NET_HTTPS_H
#define AFF_NET_HTTPS_H

#include "base/buf.h"

#define HTTPS_HEADERS_MAX 32
#define HTTPS_SECONDS 10		/* where a call names no limit */

struct https {
	struct str url;
	struct str body;		/* absent: a GET; else a POST of it */
	const char *headers[HTTPS_HEADERS_MAX];	/* "name: value"; NULL ends */
	const char *ca;			/* file; NULL or empty: the system's */
	int64_t seconds;		/* for all of it; 0: HTTPS_SECONDS */
	size_t most;			/* bytes of the answer; 0: 64 KiB */
	bool own;			/* may be a private address */
	bool cut;			/* what is beyond most is left out */
};

struct https_answer {
	long status;
	struct str body;
	bool refused;			/* the address was private */
};

/* false: no whole answer, and why.  Then it may have had its effect. */
MUST_CHECK bool https_call(struct arena *, const struct https *,
    struct https_answer *, struct str *why);

/* "name=value" of a form, both encoded, behind an "&" where it is not first. */
void form_put(struct buf *, const char *name, struct str value);
void form_int(struct buf *, const char *name, int64_t value);

#endif
