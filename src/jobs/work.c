/* What schedules and tasks stand on: a guarded statement, and when to end. */
#include "jobs/work.h"

#include <signal.h>

#include "base/clock.h"
#include "base/banned.h"

#define TURN_US (2 * SECOND_US)

bool
jobs_stopping(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	    (sigismember(&waiting, SIGTERM) == 1 ||
	    sigismember(&waiting, SIGINT) == 1);
}

void
jobs_turn(struct jobs *j)
{
	j->turn_us = clock_monotonic_us() + TURN_US;
	j->more = false;
}

bool
jobs_turn_lasts(const struct jobs *j)
{
	return !jobs_stopping() && clock_monotonic_us() < j->turn_us;
}

enum err
jobs_exec(struct jobs *j, enum query q, struct args args, uint64_t *rows)
{
	return tx_exec(j->db, &j->arena, q, args, rows);
}
