/*
 * Sums made behind the writers, by the jobs role: clicks by source and days,
 * the days of referrers that are over, what referrers earned and what
 * organizations bought.
 */
#ifndef AFF_MODEL_REFERRAL_ROLLUP_H
#define AFF_MODEL_REFERRAL_ROLLUP_H

#include "model/referral/rollup_mark.h"

/* Clicks by source are summed up over each so many days that are over. */
#define CLICK_SPANS 4
extern const int32_t click_span_days[CLICK_SPANS];
/* The first day of the sum of click_span_days[span] that the day is in. */
struct day click_span_first(struct day, size_t span);

/* One bounded piece of work; *more: there is another one at once. */
MUST_CHECK enum err rollup_run(struct db *, struct arena *, struct when now,
    const struct rollup_conf *, bool *more);

#endif
