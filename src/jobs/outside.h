/*
 * What all calls to the outside share: libcurl, time-outs, whom to trust.
 * Sockets are open to private addresses only where the target is ours.
 */
#ifndef AFF_JOBS_OUTSIDE_H
#define AFF_JOBS_OUTSIDE_H

#include <curl/curl.h>

#include "base/str.h"

struct outside {
	const char *url, *protocols;	/* "https" */
	const char *ca;			/* file; empty: the system's */
	long connect_ms, total_ms;
	bool own;			/* may be a private address */
};

void outside_init(void);		/* once a process */
/* A handle that is set up; the struct must stay until it is cleaned up. */
CURL *outside_open(const struct outside *);
/* Adds a copy. */
struct curl_slist *outside_append(struct curl_slist *, const char *);

#endif
