/* How far a sum that is made behind the writers has come: see rollup.c. */
#ifndef AFF_MODEL_REFERRAL_ROLLUP_MARK_H
#define AFF_MODEL_REFERRAL_ROLLUP_MARK_H

#include "db/db.h"

struct rollup_conf {
	int64_t step_seconds;	/* sums are exact up to a multiple of this */
	int64_t age_seconds;	/* older than any transaction that counts */
};

struct rollup_mark {
	struct when done_until;
	uint64_t last_id;
};
MUST_CHECK enum err rollup_mark_read(struct db *, struct arena *,
    const char *name, struct rollup_mark *);
/* *moved is false where another process was faster: nothing is to be added. */
MUST_CHECK enum err rollup_mark_move(struct db *, const char *name,
    const struct rollup_mark *was, const struct rollup_mark *next,
    bool *moved);

/* A row that counts: a click, an earning... */
struct rollup_at {
	uint64_t id;
	struct when created_at;
};
extern const struct shape rollup_at_row;

struct when rollup_floor(struct when, int64_t seconds);
/* The last moment that can be summed up now. */
struct when rollup_newest(struct when now, const struct rollup_conf *);
/*
 * *until is the last moment, and becomes the end of a bounded turn; *behind is
 * the row that stands behind all of it.  from: the first row from an id on.
 */
MUST_CHECK enum err rollup_end(struct db *, struct arena *,
    const struct rollup_conf *, enum query from, const struct rollup_mark *was,
    struct when *until, uint64_t *behind);
/*
 * The row behind which the next turn begins, if there is one: before is the
 * last of those behind the mark and before another that are old enough.
 */
MUST_CHECK enum err rollup_last(struct db *, struct arena *,
    const struct rollup_conf *, enum query before,
    const struct rollup_mark *was, uint64_t behind, struct rollup_mark *next);
/*
 * Of rows found by time a day at most, from the first one that there is, and so
 * many that a statement reads them in its time; a step at least.
 */
MUST_CHECK enum err rollup_part_end(struct db *, struct arena *,
    const struct rollup_conf *, enum query next,
    const struct rollup_mark *was, struct when *until);

#endif
