/*
 * What all calls to the outside share: libcurl's set-up, time-outs, whom to
 * trust.  No proxy, no redirects, and no sockets to private addresses unless
 * the target is the operator's own choice.
 */
#ifndef AFF_NET_OUTSIDE_H
#define AFF_NET_OUTSIDE_H

#include <curl/curl.h>

#include "base/str.h"

struct outside {
	const char *url;
	const char *protocols;		/* "https", "smtp,smtps" */
	const char *ca;			/* file; NULL or empty: the system's */
	int64_t connect_ms, total_ms;
	bool own;			/* may be a private address */
	bool refused;			/* set when it was one and may not */
};

void outside_init(void);		/* once, before any fork */
/* A handle that is set up; the struct must stay until it is cleaned up. */
CURL *outside_open(struct outside *);
/* Copies of what stands before a NULL, at most so many; free with libcurl. */
struct curl_slist *outside_list(const char *const *, size_t most);
/* Its body is the text, which must stay as long as the handle. */
void outside_body(CURL *, struct str);

#endif
