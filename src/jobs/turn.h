/*
 * Turns of webhook endpoints: some of what is due there is sent at once, and
 * recorded as it lands.  A turn has a few flights only, and there are so many
 * turns: no endpoint holds up the others for longer than a time-out.
 */
#ifndef AFF_JOBS_TURN_H
#define AFF_JOBS_TURN_H

#include "jobs/sender.h"
#include "model/event/delivery.h"

#define TURNS_MAX	64
#define TURNS_FAILING	16	/* of them, for endpoints that failed last */
#define FLIGHTS_WELL	8	/* in a turn */
#define FLIGHTS_FAILING	2
#define LANDED_MAX	128

struct turn {
	struct arena arena;
	struct target target;
	size_t left;			/* not recorded yet; 0: free */
	bool failing;
};

struct turns {
	const struct conf *conf;
	struct db *db;
	struct arena *arena;		/* for the moment */
	struct sender *sender;
	uint64_t owner;			/* of leases: random, one a process */
	struct turn turn[TURNS_MAX];
	size_t used, failing;
	struct delivery_result landed[LANDED_MAX];
	struct turn *of[LANDED_MAX];
	size_t n;			/* landed and not recorded */
};

void turns_init(struct turns *);
void turns_free(struct turns *);
/* Begins those that are due; *some: there was one. */
MUST_CHECK enum err turns_begin(struct turns *, bool *some);
/* Records what has landed; *ended: turns that are over now. */
MUST_CHECK enum err turns_land(struct turns *, bool *ended);
/* Gives all of them back: what was not recorded is sent again. */
MUST_CHECK enum err turns_drop(struct turns *);

#endif
