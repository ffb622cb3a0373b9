/*
 * Sums made behind the writers, by the jobs role: clicks by source and day, and
 * the days of referrers that are over.
 */
#ifndef AFF_MODEL_REFERRAL_ROLLUP_H
#define AFF_MODEL_REFERRAL_ROLLUP_H

#include "db/db.h"

struct rollup_conf {
	int64_t step_seconds;	/* sums are exact up to a multiple of this */
	int64_t age_seconds;	/* older than any transaction that counts */
};

/* One bounded piece of work; *more: there is another one at once. */
MUST_CHECK enum err rollup_run(struct db *, struct arena *, struct when now,
    const struct rollup_conf *, bool *more);

#endif
