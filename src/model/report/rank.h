/*
 * Promoters in the order of what they brought: in each month and year, ever,
 * and in the last thirty days.  These are the sums of report_sum once more, by
 * column, with an index by their value, so that a page of a report reads the
 * first of them and not all.
 */
#ifndef AFF_MODEL_REPORT_RANK_H
#define AFF_MODEL_REPORT_RANK_H

#include "model/report/report.h"

/* --- writing, by the jobs role --- */

/* What is counted of a promoter on a day. */
struct rank_sum {
	uint64_t organization_id, promoter_id;
	struct day day;
	struct str currency;
	struct report_counts n;
};

struct rank_writer;
/* Of sums of that day and later ones, which come by organization. */
struct rank_writer *rank_writer_new(struct arena *, struct db *, struct day);
MUST_CHECK enum err rank_add(struct rank_writer *, const struct rank_sum *);
MUST_CHECK enum err rank_flush(struct rank_writer *);

/* Takes some of days that are over off the last ones; *more: there is more. */
MUST_CHECK enum err rank_move(struct db *, struct arena *, bool *more);

/* --- reading --- */

struct rank_place {
	uint64_t promoter_id;
	int64_t value;
};

/*
 * Those with the most of the column that is asked, by value and then by id, as
 * far as the sums go and only those above zero.  *ranked: false where nothing
 * has that order: another column or period, or the least first.
 */
MUST_CHECK enum err rank_top(struct db *, struct arena *,
    const struct report_ask *, const struct report_ground *, size_t n,
    struct list *places, bool *ranked);

#endif
