/*
 * How the jobs role works batches off.  Organizations have turns, a chunk each:
 * whose turn is over stands behind all who wait, so that a hundred thousand
 * rows of one are no more in the way of another than a hundred.  Within an
 * organization batches go in the order in which they were begun, since they may
 * be about the same rows.
 *
 * Whoever has the lease works for an organization alone, and keeps it until
 * the end of his turn; it saves collisions only.  What makes it exact is the
 * batch's row, which says where the work goes on, and is locked from before the
 * effects until their commit.
 */
#include "model/batch/inside.h"

#include "base/log.h"
#include "db/due.h"

#include "base/banned.h"

#define LEASE_SECONDS	12
#define LEASE_LEAST	10	/* longer than a transaction can be */
#define TRIES		3	/* of a chunk, then of an item alone */
#define PAUSE_MAX	60	/* seconds after a failure */
#define PURGE_ITEMS	20000

struct turn {
	uint64_t organization_id;
	int64_t asked, attempts;
};

SHAPE(turn_row, struct turn, NULL,
    COLUMN(struct turn, organization_id),
    COLUMN(struct turn, asked),
    COLUMN(struct turn, attempts));

/* A chunk, or one item of it where the chunk fails again and again. */
struct work {
	struct arena *arena;
	struct batch_worker *worker;
	uint64_t batch_id;
	struct turn turn;
	bool alone;
	bool given_up;	/* the item alone fails, too: it is not run */
	bool ended;	/* set: no item of the chunk is left */
	bool unknown;	/* set: a newer program began it, and will do it */
	struct when until;	/* set: of the lease */
};

static enum err
find(struct db *db, struct arena *a, uint64_t owner, struct turn *t,
    bool *found)
{
	struct when now = clock_now();
	enum err e;

	*t = (struct turn){ 0 };
	e = db_row(db, a, Q_BATCH_TURN_DUE, ARGS(now, due_beyond(now), owner),
	    &turn_row, t);
	*found = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static struct batch_lease *
lease_of(struct batch_worker *w, uint64_t org)
{
	for (size_t i = 0; i < w->leases; i++)
		if (w->lease[i].organization_id == org)
			return &w->lease[i];
	return NULL;
}

static void
forget(struct batch_worker *w, uint64_t org)
{
	struct batch_lease *l = lease_of(w, org);

	if (l != NULL)
		*l = w->lease[--w->leases];
}

/* One that is held for long enough is as good as another. */
static enum err
claim(struct db *db, struct arena *a, struct batch_worker *w,
    const struct turn *t, bool *got)
{
	struct batch_lease *l = lease_of(w, t->organization_id);
	struct when now = clock_now(), until = when_add(now, LEASE_SECONDS);
	uint64_t rows;

	*got = l != NULL && l->until.us > when_add(now, LEASE_LEAST).us;
	if (*got)
		return OK;
	if (l == NULL && w->leases == BATCH_LEASES)
		TRY(batch_leave(db, a, w));
	TRY(tx_exec(db, a, Q_BATCH_TURN_CLAIM, ARGS(w->owner, until,
	    t->organization_id, t->attempts, now, due_beyond(now)), &rows));
	*got = rows != 0;
	if (!*got) {
		forget(w, t->organization_id);
		return OK;
	}
	if (l == NULL)
		l = &w->lease[w->leases++];
	*l = (struct batch_lease){ t->organization_id, until };
	return OK;
}

enum err
batch_leave(struct db *db, struct arena *a, struct batch_worker *w)
{
	for (; w->leases > 0; w->leases--)
		TRY(tx_exec(db, a, Q_BATCH_TURN_LEAVE, ARGS(
		    w->lease[w->leases - 1].organization_id, w->owner),
		    NULL));
	return OK;
}

static enum err
decode_params(struct arena *a, const struct batch *b,
    const struct batch_action *action, void **params)
{
	struct complaints wrong;
	uint64_t given;

	*params = NULL;
	if (action->params == NULL)
		return OK;
	complaints_init(&wrong);
	*params = arena_alloc(a, action->params->size);
	return json_decode(a, b->params, action->params, true, *params,
	    &given, &wrong);
}

static enum err
run(struct db *db, struct work *w, const struct batch *b,
    struct batch_item *item, size_t n, struct when now)
{
	const struct batch_action *action = batch_action_named(b->action);
	const struct actor by = { b->organization_id, b->user_id, now };
	void *params;

	w->unknown = action == NULL;
	if (w->unknown)
		return ERR_INTERNAL;
	if (action->run_in != NULL)
		return action->run_in(db, w->arena, &by, b->id, item, n);
	TRY(decode_params(w->arena, b, action, &params));
	return action->run(db, w->arena, &by, params, item, n);
}

/* Behind the others.  The attempts of an item begin with it. */
static enum err
pass(struct db *db, struct work *w)
{
	struct when now = clock_now();

	w->until = when_add(now, LEASE_SECONDS);
	return db_exec(db, Q_BATCH_TURN_PASS, ARGS(now, w->until,
	    arg_small(w->alone && !w->ended ? TRIES : 0),
	    w->turn.organization_id, w->worker->owner), NULL, NULL);
}

static enum err
work(struct db *db, void *arg)
{
	struct work *w = arg;
	struct arena *a = w->arena;
	struct when now = clock_now();
	struct batch_item item[BATCH_CHUNK];
	struct chunk c = { 0 };
	struct batch b = { 0 };
	size_t n, first;

	w->ended = true;
	w->until.us = 0;
	TRY(db_row(db, a, Q_BATCH_HOLD, ARGS(w->turn.organization_id,
	    w->batch_id), &batch_row, &b));
	if (!batch_is_open(&b))
		return OK;	/* stopped, or another process was here */
	first = (size_t)(b.processed_count % BATCH_CHUNK);
	TRY(db_row(db, a, Q_BATCH_CHUNK_GET, ARGS(b.id,
	    b.processed_count / BATCH_CHUNK), &chunk_row, &c));
	n = chunk_read(&c, first, item, w->alone ? 1 : BATCH_CHUNK);
	item[0].place = b.place;
	if (w->given_up)
		item[0].result = ERR_INTERNAL;
	else
		TRY(run(db, w, &b, item, n, now));
	TRY(batch_advance(db, a, &b, item, n, now));
	w->ended = !batch_is_open(&b) || (b.place == 0 &&
	    b.processed_count % BATCH_CHUNK == 0);
	return pass(db, w);
}

/* Nothing is open: the organization rests until it asks again. */
static enum err
rest(struct db *db, struct work *w)
{
	forget(w->worker, w->turn.organization_id);
	return tx_exec(db, w->arena, Q_BATCH_TURN_REST, ARGS(w->turn.asked,
	    w->turn.organization_id, w->worker->owner), NULL);
}

/* After a failure it waits, twice as long each time. */
static enum err
put_off(struct db *db, struct work *w, enum err e)
{
	int64_t tried = w->unknown ? 0 : w->turn.attempts + 1;
	int64_t pause = tried > 0 && tried < 6 ? INT64_C(1) << (tried - 1) :
	    PAUSE_MAX;

	log_warn("batch %llu will be tried again: %s",
	    (unsigned long long)w->batch_id, err_slug(e));
	forget(w->worker, w->turn.organization_id);
	return tx_exec(db, w->arena, Q_BATCH_TURN_RELEASE, ARGS(
	    when_add(clock_now(), pause), tried, w->turn.organization_id,
	    w->worker->owner), NULL);
}

static enum err
take_turn(struct db *db, struct work *w)
{
	struct id_row next = { 0 };
	enum err e;

	e = db_row(db, w->arena, Q_BATCH_NEXT, ARGS(w->turn.organization_id),
	    &id_row, &next);
	if (e == ERR_NOT_FOUND)
		return rest(db, w);
	TRY(e);
	w->batch_id = next.id;
	w->alone = w->turn.attempts >= TRIES;
	w->given_up = w->turn.attempts >= 2 * TRIES;
	e = tx_run(db, w->arena, work, w);
	if (e == OK && w->until.us != 0)
		lease_of(w->worker, w->turn.organization_id)->until = w->until;
	if (e == OK || (e == ERR_UNAVAILABLE && !db_connected(db)))
		return e;
	return put_off(db, w, e);
}

enum err
batch_work(struct db *db, struct arena *a, struct batch_worker *worker,
    bool *some)
{
	struct work w = { .arena = a, .worker = worker };
	bool got;

	TRY(find(db, a, worker->owner, &w.turn, some));
	if (!*some)
		return OK;
	TRY(claim(db, a, worker, &w.turn, &got));
	return got ? take_turn(db, &w) : OK;
}

struct old {
	uint64_t id;
	int64_t total;
};

SHAPE(old_row, struct old, NULL,
    COLUMN(struct old, id),
    COLUMN(struct old, total));

static enum err
purge(struct db *db, void *arg)
{
	const struct str *ids = arg;

	TRY(db_exec(db, Q_BATCH_PURGE_FAILURES, ARGS(*ids), NULL, NULL));
	TRY(db_exec(db, Q_BATCH_PURGE_CHUNKS, ARGS(*ids), NULL, NULL));
	return db_exec(db, Q_BATCH_PURGE, ARGS(*ids), NULL, NULL);
}

enum err
batch_purge(struct db *db, struct arena *a, struct when before,
    uint64_t *count)
{
	struct batch_item *item;
	const struct old *old;
	struct list rows;
	struct str ids;
	int64_t items = 0;

	*count = 0;
	TRY(db_rows(db, a, Q_BATCH_OLD, ARGS(before), &old_row, &rows));
	if (rows.n == 0)
		return OK;
	old = rows.items;
	item = arena_array(a, rows.n, sizeof(*item));
	while (*count < rows.n && items < PURGE_ITEMS) {
		items += old[*count].total;
		item[*count].id = old[*count].id;
		++*count;
	}
	ids = batch_ids(a, item, *count);
	return tx_run(db, a, purge, &ids);
}
