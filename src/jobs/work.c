/* What schedules and tasks stand on: a guarded statement, and when to end. */
#include "jobs/work.h"

#include <signal.h>

#include "base/banned.h"

bool
jobs_stopping(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	    (sigismember(&waiting, SIGTERM) == 1 ||
	    sigismember(&waiting, SIGINT) == 1);
}

struct one {
	enum query q;
	struct args args;
	uint64_t *rows;
};

static enum err
exec_one(struct db *db, void *arg)
{
	struct one *o = arg;

	return db_exec(db, o->q, o->args, o->rows, NULL);
}

enum err
jobs_exec(struct jobs *j, enum query q, struct args args, uint64_t *rows)
{
	struct one o = { q, args, rows };

	return tx_run(j->db, &j->arena, exec_one, &o);
}
