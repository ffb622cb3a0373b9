/*
 * The order of events.  Their ids are given out before a transaction commits,
 * so that a lower one can become visible after a higher one.  The publisher
 * numbers the events that are visible (seq), and makes the webhook deliveries
 * of them, in one transaction after the other: whoever reads by seq misses
 * nothing.
 */
#ifndef AFF_MODEL_EVENT_PUBLISHER_H
#define AFF_MODEL_EVENT_PUBLISHER_H

#include "db/db.h"

#define PUBLISH_BATCH 500

/* Zeroed; keeps a search from the first event to once a minute. */
struct publisher {
	uint64_t floor, top, latest;
	int64_t again_us;
};

/*
 * One batch; *count: events published.  Any number of processes may call this:
 * one of them publishes, the others find nothing to do.
 */
MUST_CHECK enum err publish(struct db *, struct arena *, struct publisher *,
    struct when now, uint64_t *count);

#endif
