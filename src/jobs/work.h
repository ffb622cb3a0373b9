/* What the parts of the jobs role share. */
#ifndef AFF_JOBS_WORK_H
#define AFF_JOBS_WORK_H

#include "db/db.h"
#include "server/conf.h"

struct jobs {
	const struct conf *conf;
	struct db *db;
	struct arena arena;		/* reset before each turn and task */
	uint64_t owner;			/* of leases: random, one a process */
	struct when mail_rests;		/* until then: others wait behind it */
	int64_t turn_us;		/* whoever has his turn ends it then */
	bool more;			/* and this says what is left */
};

/*
 * Does a signal wait that asks for the end?  Asked between two pieces of work,
 * while signals are blocked.
 */
bool jobs_stopping(void);

/*
 * A turn lasts for a moment: whatever waits for others or has much to catch
 * up with comes again, after all the others.
 */
void jobs_turn(struct jobs *);
bool jobs_turn_lasts(const struct jobs *);

/* Runs the schedules that are due.  ERR_UNAVAILABLE ends the round. */
MUST_CHECK enum err schedule_round(struct jobs *);
/* Each kind of task has a turn; *more: there may be others. */
MUST_CHECK enum err task_round(struct jobs *, bool *more);
/* So have batches, a chunk at a time; *more as above, or as it was. */
MUST_CHECK enum err batch_round(struct jobs *, bool *more);

/* One guarded statement in a transaction of its own. */
MUST_CHECK enum err jobs_exec(struct jobs *, enum query, struct args,
    uint64_t *rows);

#endif
