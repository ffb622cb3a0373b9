/*
 * Calls to webhook endpoints, many at a time and none waited for, by libcurl.
 * HTTPS, time-outs, a capped answer; private addresses only by webhook_private.
 */
#ifndef AFF_JOBS_SENDER_H
#define AFF_JOBS_SENDER_H

#include "base/clock.h"
#include "net/outside.h"
#include "server/conf.h"

#define FLIGHT_HEADERS 32
#define FLIGHT_KEPT 2000	/* bytes of an answer */

struct flight {
	struct str url, body;		/* until it has landed */
	/* "name: value", until a NULL or the end */
	const char *headers[FLIGHT_HEADERS];
	int64_t seconds;		/* it may take; 0: webhook_seconds */
	bool keep;			/* how the answer begins */
	void *owner;			/* of whoever sent it */
	/* once it has landed: */
	int64_t status;			/* of HTTP; 0: no answer */
	struct str error;		/* why */
	struct str answer;		/* its beginning, any bytes */
	int64_t duration_ms;
	/* of the sender's own: */
	struct outside to;
	CURL *curl;
	struct curl_slist *list;
	int64_t begun_us;
	size_t received;
	char kept[FLIGHT_KEPT];
};

struct sender;

struct sender *sender_new(const struct conf *);
void sender_free(struct sender *);	/* drops what is under way */
/* The flight and the arena stay until it has landed. */
void sender_send(struct sender *, struct arena *, struct flight *);
/* Moves all of them on; one that has landed, or NULL. */
struct flight *sender_landed(struct sender *);
/* Until something moves, the descriptor can be read, or the time is over. */
void sender_wait(struct sender *, int fd, int64_t ms);

#endif
