/*
 * The open connections of a worker, their place in its epoll set, and how they
 * pass from worker to worker.
 *
 * A connection is parked (nothing is being read or written; it may be given
 * away at any moment by whoever holds the lock) or in use.
 */
#ifndef AFF_SERVER_CONNS_H
#define AFF_SERVER_CONNS_H

#include "http/fcgi.h"
#include "server/board.h"

#define CONNS_MAX	256
#define CONNS_IDLE_US	1000000		/* parked for so long: nobody's use */

struct conn {
	struct fcgi *fcgi;	/* NULL: free */
	uint32_t turn;		/* counts the uses of this place */
	bool parked;
	int64_t since_us;	/* parked since */
	struct http_in in;
	struct http_out out;
	size_t bytes;
};

struct conns {
	struct board_worker *me;
	int epoll, give;	/* give: where connections are handed over */
	size_t most;		/* that are in use: at most CONNS_MAX */
	size_t n;
	struct conn at[CONNS_MAX];
};

/* What epoll says of a connection. */
uint64_t conns_tag(const struct conns *, const struct conn *);
/* The parked connection of a tag, or NULL if it has gone meanwhile. */
struct conn *conns_find(struct conns *, uint64_t tag);
#define CONNS_TAG_OTHER	(UINT64_C(1) << 63)	/* never a connection's */

/* Parked; NULL: it could not be watched, and is closed. */
struct conn *conns_add(struct conns *, int fd);
void conns_drop(struct conns *, struct conn *);	/* closes it */
/* Gives a parked one to another worker; false: the queue is full. */
MUST_CHECK bool conns_give(struct conns *, struct conn *);
/* A descriptor that another worker gave, or -1. */
int conns_take(int queue);
/* Something was sent on it that is not read yet. */
bool conns_readable(const struct conn *);
/* For another one?  Those that are idle do not count, as long as they fit. */
bool conns_room(const struct conns *);
/*
 * Where none fits any more: closes the one that is idle longest; false: none.
 * It may be just then that the web server uses it: its request fails.
 */
bool conns_evict(struct conns *);

#endif
