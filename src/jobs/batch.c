/* The turn of batches among the other work of the jobs role. */
#include "jobs/work.h"

#include "model/batch/batch.h"

#include "base/banned.h"

enum err
batch_round(struct jobs *j, bool *more)
{
	struct batch_worker worker = { .owner = j->owner };
	bool some = true;

	jobs_turn(j);
	while (some && jobs_turn_lasts(j)) {
		arena_reset(&j->arena);
		TRY(batch_work(j->db, &j->arena, &worker, &some));
	}
	*more |= some;
	return batch_leave(j->db, &j->arena, &worker);
}
