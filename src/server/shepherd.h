/*
 * A thread in each worker that looks after the connections behind a slow
 * request: when one runs longer than SHEPHERD_US, all that are parked are
 * given to the other workers, which would otherwise not see what the web
 * server sends on them.
 *
 * The lock is held by the worker at all times but while it serves.
 */
#ifndef AFF_SERVER_SHEPHERD_H
#define AFF_SERVER_SHEPHERD_H

#include <pthread.h>

#include "server/conns.h"

#define SHEPHERD_US	5000

struct shepherd {
	struct conns *conns;
	pthread_mutex_t lock;
	int timer;
	_Atomic bool armed;
};

/* Starts the thread; the caller holds the lock from then on. */
void shepherd_start(struct shepherd *, struct conns *);
void shepherd_serving(struct shepherd *);	/* lets go of the lock */
void shepherd_served(struct shepherd *);	/* takes it again */

#endif
