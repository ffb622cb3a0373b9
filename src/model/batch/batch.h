/*
 * Batches: one operation over many rows.  A few are done at once, in the
 * request's own transaction; more are worked off by the jobs role in chunks,
 * each a transaction with its items' effects and the place where the work goes
 * on, so that whatever is killed, each row is done exactly once.
 */
#ifndef AFF_MODEL_BATCH_BATCH_H
#define AFF_MODEL_BATCH_BATCH_H

#include "db/paging.h"
#include "json/shape.h"
#include "model/people/organization.h"

#define BATCH_AT_ONCE	5
#define BATCH_CHUNK	250	/* of stored rows, too: it cannot change */
#define BATCH_IDS_MAX	100000

struct batch_item {
	uint64_t id;		/* of the row */
	enum err result;	/* set by run */
	uint64_t place;		/* where run left off in it; 0: not begun */
};

/* An operation that batches can do. */
struct batch_action {
	const char *label;		/* "referral/delete" */
	const struct shape *params;	/* what it takes beside ids, or NULL */
	uint64_t scope;			/* of who begins or retries it */
	/*
	 * Does it to n rows of the actor's organization, in ascending order of
	 * their ids, in the transaction of their chunk, set by set where it
	 * can; says of each what came of it.  One that fails has changed
	 * nothing.  Another answer than OK rolls the chunk back: it is run
	 * again later, and in the end each of its items alone.
	 *
	 * What is too much for a transaction it leaves off before an item, or
	 * at a place in it: batch_leave_off().  It is run again from there,
	 * and has to get on each time.
	 */
	enum err (*run)(struct db *, struct arena *, const struct actor *,
	    const void *params, struct batch_item *, size_t n);
	/*
	 * The same of a chunk of a batch, where its other rows count as well;
	 * NULL: they do not.
	 */
	enum err (*run_in)(struct db *, struct arena *, const struct actor *,
	    uint64_t batch_id, struct batch_item *, size_t n);
	/*
	 * Or, of what waits for somebody outside: the kind of the task that
	 * does it to one row, whose end batch_task_over() says.
	 */
	const char *task;
};

/* The payload of such a task; its subject is the row. */
struct batch_task {
	uint64_t organization_id, batch_id;
	struct str state;		/* the task's own JSON, or absent */
};
extern const struct shape batch_task_shape;

/* All of them: model/batch_actions.c.  NULL-terminated. */
extern const struct batch_action *const batch_actions[];
const struct batch_action *batch_action_named(struct str label);

/* The ids of the items as a JSON array, for a statement over all of them. */
struct str batch_ids(struct arena *, const struct batch_item *, size_t n);
/* Those whose result is OK so far. */
struct str batch_ids_well(struct arena *, const struct batch_item *, size_t n);
/* The item of a row; items are in ascending order of ids. */
struct batch_item *batch_item_of(struct batch_item *, size_t n, uint64_t id);
/* This one of the n items, and those behind it, have to wait. */
void batch_leave_off(struct batch_item *, size_t n, struct batch_item *at);
/* The ids of a batch's rows behind one, in ascending order: uint64_t. */
MUST_CHECK enum err batch_rest(struct db *, struct arena *, uint64_t batch_id,
    uint64_t after, struct list *);
/*
 * Locks what the items name, by a statement over (ids, organization) whose
 * records begin with the id.  Those that are not there fail, and those that
 * are refused (NULL: none is), which says why; *rows: those that are not.
 */
MUST_CHECK enum err batch_hold(struct db *, struct arena *,
    const struct actor *, enum query, const struct shape *row,
    enum err (*refuse)(const void *row), struct batch_item *, size_t n,
    struct list *rows);

extern const char *const batch_status_labels[];
enum batch_status { BATCH_PENDING, BATCH_IN_PROGRESS, BATCH_COMPLETED,
    BATCH_FAILED, BATCH_STOPPED, BATCH_STATUSES };

struct batch {
	uint64_t id, organization_id, user_id;
	struct str action, params;
	int status;
	int64_t total, processed_count, failed_count;
	int64_t progress;	/* percent */
	uint64_t place;		/* in the next item; 0: it has not begun */
	struct str errors;	/* some lines: a JSON array */
	uint64_t retry_of;
	struct when created_at, updated_at, finished_at;
};

bool batch_is_open(const struct batch *);

/*
 * ids: a list of uint64_t, at least one; what comes again counts once.  Up to
 * BATCH_AT_ONCE are done when it returns.  params: a record of the action's.
 */
MUST_CHECK enum err batch_begin(struct db *, struct arena *,
    const struct actor *, const struct batch_action *, const void *params,
    struct list ids, struct batch *);
/*
 * A new one over what failed in this one, which is over.  ERR_BATCH_OPEN,
 * ERR_NOTHING_FAILED.
 */
MUST_CHECK enum err batch_retry(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct batch *);
/* After the running chunk.  ERR_BATCH_OVER; one that was stopped stays so. */
MUST_CHECK enum err batch_stop(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct batch *);
MUST_CHECK enum err batch_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct batch *);
/* statuses: bits by enum batch_status.  Newest first. */
MUST_CHECK enum err batch_list(struct db *, struct arena *, uint64_t org,
    unsigned statuses, const struct paging *, struct list *);

/*
 * What came of the row of a batch that a task works on: it is over.  One that
 * was stopped stays so.
 */
MUST_CHECK enum err batch_task_over(struct db *, struct arena *,
    const struct batch_task *, enum err result, struct when now);

extern const char *const item_status_labels[];
enum item_status { ITEM_PENDING, ITEM_DONE, ITEM_FAILED, ITEM_STOPPED };

struct batch_result {
	uint64_t id;		/* of the row */
	int64_t position;	/* from 0 */
	int status;
	struct str error;	/* slug, absent where it did not fail */
	struct str message;
};

/* By position; status -1: all.  The sort key of the paging is the position. */
MUST_CHECK enum err batch_results(struct db *, struct arena *,
    const struct batch *, int status, const struct paging *, struct list *);

/* Who works batches off: a process, for one turn. */
#define BATCH_LEASES 32
struct batch_worker {
	uint64_t owner;		/* of leases: one a process */
	struct batch_lease {
		uint64_t organization_id;
		struct when until;
	} lease[BATCH_LEASES];
	size_t leases;
};

/*
 * One chunk of the organization that has waited longest; *some: there was one.
 */
MUST_CHECK enum err batch_work(struct db *, struct arena *,
    struct batch_worker *, bool *some);
/* The end of the turn: others may work for them. */
MUST_CHECK enum err batch_leave(struct db *, struct arena *,
    struct batch_worker *);
/* Forgets some that ended before; *count: how many. */
MUST_CHECK enum err batch_purge(struct db *, struct arena *, struct when before,
    uint64_t *count);

#endif
