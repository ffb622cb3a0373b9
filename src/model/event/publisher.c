/* Numbers events and makes their deliveries. */
#include "model/event/publisher.h"

#include "model/event/audience.h"
#include "base/banned.h"

#define SEARCH_SECONDS 60	/* longer than a transaction of ours lives */
#define ROWS_MAX 500		/* of an INSERT */

struct counter {
	int64_t last;
};

SHAPE(counter_row, struct counter, NULL, COLUMN(struct counter, last));

/* In the order of endpoints, as everybody locks them, and before deliveries. */
static enum err
wake(struct db *db, const struct list *to, struct when now)
{
	const struct addressed *p = to->items;
	uint64_t last = 0;

	for (size_t i = 0; i < to->n; i++) {
		if (!p[i].active || p[i].endpoint_id == last)
			continue;
		last = p[i].endpoint_id;
		TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(now, last), NULL, NULL));
	}
	return OK;
}

static enum err
insert(struct db *db, struct arena *a, const struct addressed *p, size_t n,
    struct when now)
{
	enum { COLUMNS = 7 };
	struct arg *args = arena_array(a, n * COLUMNS, sizeof(*args));

	for (size_t i = 0; i < n; i++) {
		struct arg *to = args + i * COLUMNS;

		to[0] = ARG(p[i].organization_id);
		to[1] = ARG(p[i].endpoint_id);
		to[2] = ARG(p[i].event_id);
		to[3] = ARG(p[i].number);
		to[4] = ARG(p[i].active ? STR("pending") : STR("disabled"));
		to[5] = ARG(p[i].active ? now : (struct when){ 0 });
		to[6] = ARG(now);
	}
	return db_exec_rows(db, Q_DELIVERY_INSERT, args, n, NULL, NULL);
}

static enum err
deliver(struct db *db, struct arena *a, int64_t last, struct when now)
{
	struct list to;
	const struct addressed *p;

	TRY(audience(db, a, last, &to));
	TRY(wake(db, &to, now));
	p = to.items;
	for (size_t i = 0; i < to.n; i += ROWS_MAX)
		TRY(insert(db, a, p + i, to.n - i < ROWS_MAX ? to.n - i :
		    ROWS_MAX, now));
	return OK;
}

static struct str
json_ids(struct arena *a, const struct list *ids)
{
	const struct id_row *id = ids->items;
	struct buf b;

	buf_init(&b, a, 16 * ids->n + 2);
	for (size_t i = 0; i < ids->n; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		buf_u64(&b, id[i].id);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

struct batch {
	struct arena *arena;
	struct when now;
	uint64_t floor, top, count;
};

/*
 * The counter's row stays locked until the commit: numbers become visible in
 * their order.  What is read stands behind it, and so sees all that was
 * published before.
 */
static enum err
publish_batch(struct db *db, void *arg)
{
	struct batch *b = arg;
	struct counter c = { 0 };
	struct list ids;
	uint64_t rows;
	enum err e;

	b->count = 0;
	e = db_row(db, b->arena, Q_EVENT_COUNTER_LOCK, NO_ARGS, &counter_row,
	    &c);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	TRY(db_rows(db, b->arena, Q_EVENT_WAITING, ARGS(arg_bound(b->floor),
	    PUBLISH_BATCH), &id_row, &ids));
	if (ids.n == 0)
		return OK;
	TRY(db_exec(db, Q_EVENT_NUMBER, ARGS(json_ids(b->arena, &ids),
	    c.last), &rows, NULL));
	if (rows != ids.n)
		return ERR_RETRY;	/* a cluster: another node did it */
	TRY(db_exec(db, Q_EVENT_COUNTER_MOVE, ARGS(c.last + (int64_t)ids.n),
	    NULL, NULL));
	TRY(deliver(db, b->arena, c.last, b->now));
	b->count = ids.n;
	b->top = ((struct id_row *)ids.items)[ids.n - 1].id;
	return OK;
}

/*
 * A long read view of anybody (a backup) keeps the places of published events
 * in the index of those that wait.  Searching through them all would take
 * longer and longer: behind what was published a minute ago there is nothing
 * left but of transactions that live too long, and these come once a minute.
 */
static uint64_t
floor_now(struct publisher *p)
{
	int64_t now = clock_monotonic_us();

	if (now < p->again_us)
		return p->floor;
	p->again_us = now + SEARCH_SECONDS * SECOND_US;
	p->floor = p->top;
	p->top = p->latest;
	return 0;
}

enum err
publish(struct db *db, struct arena *a, struct publisher *p, struct when now,
    uint64_t *count)
{
	struct batch b = { .arena = a, .now = now, .floor = floor_now(p) };
	struct list some;

	*count = 0;
	TRY(db_rows(db, a, Q_EVENT_WAITING, ARGS(arg_bound(b.floor), 1),
	    &id_row, &some));
	if (some.n == 0)
		return OK;
	TRY(tx_run(db, a, publish_batch, &b));
	*count = b.count;
	if (b.top > p->latest)
		p->latest = b.top;
	return OK;
}
