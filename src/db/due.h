/*
 * What the clock brings about: a statement finds what is due, DUE_ROWS at the
 * most, and one transaction does all of it.
 */
#ifndef AFF_DB_DUE_H
#define AFF_DB_DUE_H

#include "db/db.h"

#define DUE_ROWS 200		/* LIMIT of the statements: a full batch */

/*
 * No lease and no pause of the jobs role is longer.  A time that lies further
 * ahead was written by a clock that has been put back: nobody waits for it.
 */
#define DUE_AHEAD_SECONDS 600

static inline struct when
due_beyond(struct when now)
{
	return when_add(now, DUE_AHEAD_SECONDS);
}

struct due {
	uint64_t id, organization_id;
};
extern const struct shape due_row;

/*
 * The argument of the query is the time; its rows are records of the shape.
 * An act looks again at what it does: between the look and the lock another
 * process may have been faster.  *count: how many were due.
 */
MUST_CHECK enum err due_run(struct db *, struct arena *, enum query,
    const struct shape *, enum err (*act)(struct db *, struct arena *,
    const void *record, struct when now), struct when now, uint64_t *count);

#endif
