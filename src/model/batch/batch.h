/*
 * Batches: one operation over many rows.  A few are done at once, in the
 * request's own transaction; more are worked off by the jobs role in chunks,
 * each a transaction with its items' effects and their marks, so that whatever
 * is killed, each row is done exactly once.
 */
#ifndef AFF_MODEL_BATCH_BATCH_H
#define AFF_MODEL_BATCH_BATCH_H

#include "db/paging.h"
#include "json/shape.h"
#include "model/people/organization.h"

#define BATCH_AT_ONCE	5
#define BATCH_CHUNK	100
#define BATCH_IDS_MAX	100000

struct batch_item {
	uint64_t id;		/* of the row */
	enum err result;	/* set by run */
};

/* An operation that batches can do. */
struct batch_action {
	const char *label;		/* "referral/delete" */
	const struct shape *params;	/* what it takes beside ids, or NULL */
	/*
	 * Does it to n rows of the actor's organization, in the transaction
	 * of their chunk, set by set where it can; says of each what came of
	 * it.  One that fails has changed nothing.  Another answer than OK
	 * rolls the chunk back: it is run again later.
	 */
	enum err (*run)(struct db *, struct arena *, const struct actor *,
	    const void *params, struct batch_item *, size_t n);
};

/* All of them: model/batch/actions.c.  NULL-terminated. */
extern const struct batch_action *const batch_actions[];

#endif
