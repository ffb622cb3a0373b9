/* What is due, in one transaction. */
#include "db/due.h"

#include "base/banned.h"

SHAPE(due_row, struct due, NULL,
    COLUMN(struct due, id),
    COLUMN(struct due, organization_id));

struct batch {
	struct arena *arena;
	struct list rows;
	size_t size;		/* of a row */
	enum err (*act)(struct db *, struct arena *, const void *,
	    struct when);
	struct when now;
};

static enum err
act_on_all(struct db *db, void *arg)
{
	const struct batch *b = arg;
	const char *row = b->rows.items;

	for (size_t i = 0; i < b->rows.n; i++)
		TRY(b->act(db, b->arena, row + i * b->size, b->now));
	return OK;
}

enum err
due_run(struct db *db, struct arena *a, enum query q,
    const struct shape *shape, enum err (*act)(struct db *, struct arena *,
    const void *record, struct when now), struct when now, uint64_t *count)
{
	struct batch b = { .arena = a, .size = shape->size, .act = act,
	    .now = now };

	TRY(db_rows(db, a, q, ARGS(now), shape, &b.rows));
	*count = b.rows.n;
	return b.rows.n == 0 ? OK : tx_run(db, a, act_on_all, &b);
}
