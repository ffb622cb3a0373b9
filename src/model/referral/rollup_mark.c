/* How far a sum that is made behind the writers has come. */
#include "model/referral/rollup_mark.h"

#include "base/banned.h"

#define STEP	UINT64_C(50000)		/* ids ahead, at least */
#define PART_ROWS INT64_C(10000)	/* of a kind, in more than a step */

SHAPE(rollup_mark_row, struct rollup_mark, NULL,
    COLUMN(struct rollup_mark, done_until),
    COLUMN(struct rollup_mark, last_id));

SHAPE(rollup_at_row, struct rollup_at, NULL,
    COLUMN(struct rollup_at, id),
    COLUMN(struct rollup_at, created_at));

enum err
rollup_mark_read(struct db *db, struct arena *a, const char *name,
    struct rollup_mark *m)
{
	*m = (struct rollup_mark){ .last_id = 0 };
	return db_row(db, a, Q_ROLLUP_GET, ARGS(str_of(name)),
	    &rollup_mark_row, m);
}

enum err
rollup_mark_move(struct db *db, const char *name, const struct rollup_mark *was,
    const struct rollup_mark *next, bool *moved)
{
	uint64_t rows;

	TRY(db_exec(db, Q_ROLLUP_MOVE, ARGS(next->done_until,
	    arg_bound(next->last_id), str_of(name), was->done_until,
	    arg_bound(was->last_id)), &rows, NULL));
	*moved = rows > 0;
	return OK;
}

struct when
rollup_floor(struct when t, int64_t seconds)
{
	return (struct when){ t.us - t.us % (seconds * SECOND_US) };
}

struct when
rollup_newest(struct when now, const struct rollup_conf *c)
{
	return rollup_floor(when_add(now, -c->age_seconds), c->step_seconds);
}

enum err
rollup_end(struct db *db, struct arena *a, const struct rollup_conf *c,
    enum query from, const struct rollup_mark *was, struct when *until,
    uint64_t *behind)
{
	const struct when newest = *until;

	for (uint64_t step = STEP;; step *= 2) {
		struct rollup_at at = { .id = 0 };
		enum err e = db_row(db, a, from, ARGS(was->last_id + step),
		    &rollup_at_row, &at);

		*until = newest;
		*behind = INT64_MAX;
		if (e != OK)
			return e == ERR_NOT_FOUND ? OK : e;
		*behind = at.id;
		*until = rollup_newest(at.created_at, c);
		if (until->us > newest.us)
			*until = newest;
		if (until->us > was->done_until.us)
			return OK;
	}
}

enum err
rollup_last(struct db *db, struct arena *a, const struct rollup_conf *c,
    enum query before, const struct rollup_mark *was, uint64_t behind,
    struct rollup_mark *next)
{
	struct rollup_at last = { .id = 0 };
	enum err e = db_row(db, a, before, ARGS(arg_bound(was->last_id),
	    behind, when_add(next->done_until, -c->age_seconds)),
	    &rollup_at_row, &last);

	if (e == OK)
		next->last_id = last.id;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
rollup_part_end(struct db *db, struct arena *a, const struct rollup_conf *c,
    enum query next, const struct rollup_mark *was, struct when *until)
{
	struct rollup_at first = { .id = 0 }, many = { .id = 0 };
	const struct when step = when_add(was->done_until, c->step_seconds),
	    most = *until;

	TRY(db_row(db, a, next, ARGS(was->done_until, INT64_C(0)),
	    &rollup_at_row, &first));
	if (first.created_at.us != 0 &&
	    first.created_at.us + DAY_US < until->us)
		*until = rollup_floor(when_add(first.created_at,
		    DAY_US / SECOND_US), c->step_seconds);
	TRY(db_row(db, a, next, ARGS(was->done_until, PART_ROWS),
	    &rollup_at_row, &many));
	if (many.created_at.us != 0 && many.created_at.us < until->us)
		*until = rollup_floor(many.created_at, c->step_seconds);
	if (until->us <= was->done_until.us)
		*until = step.us < most.us ? step : most;
	return OK;
}
