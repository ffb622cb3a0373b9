/*
 * A transaction, run again where the database says that it lost to another
 * one.  Rolled back after every error: 1205 undoes only its own statement, and
 * a COMMIT after it would store half of the work.
 */
#include <sodium.h>

#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define FIRST_PAUSE_US	1000	/* doubles, and is a bound of what is drawn */
#define LAST_PAUSE_US	(64 * 1000)
#define DEADLINE_SECONDS 5	/* where a statement has no limit */

static void
pause_us(uint32_t us)
{
	const struct timespec t = { .tv_nsec = (long)us * 1000 };

	nanosleep(&t, NULL);	/* cut short by a signal: no harm */
}

/* Nothing has been done yet: a connection that is gone may be replaced. */
static enum err
begin(struct db *db, const char *how)
{
	bool fresh;
	enum err e;

	TRY(conn_need(db));
	fresh = db->fresh;
	e = conn_query(db, how, how);
	if (e == ERR_UNAVAILABLE && db->mysql == NULL && !fresh) {
		TRY(conn_need(db));
		e = conn_query(db, how, how);
	}
	return e;
}

static void
rollback(struct db *db)
{
	if (db->mysql != NULL &&
	    conn_query(db, "ROLLBACK", "ROLLBACK") != OK)
		conn_close(db);
}

/*
 * The server says that it lost to another: nothing is stored.  Of any other
 * failure nobody knows.
 */
static enum err
commit(struct db *db)
{
	enum err e = fault_here(db, NULL, "COMMIT");

	if (e == OK)
		e = conn_query(db, "COMMIT", "COMMIT");
	if (e == OK)
		e = fault_here(db, NULL, "committed");
	if (e == OK || e == ERR_RETRY)
		return e;
	conn_close(db);
	return ERR_UNKNOWN_OUTCOME;
}

static enum err
attempt(struct db *db, const char *how, enum err (*fn)(struct db *, void *),
    void *arg)
{
	enum err e;

	TRY(begin(db, how));
	db->in_tx = true;
	db->broken = OK;
	e = fn(db, arg);
	if (db->broken != OK)
		e = db->broken;
	db->in_tx = false;
	if (e == OK)
		e = commit(db);
	if (e != OK)
		rollback(db);
	return e;
}

enum err
tx_run(struct db *db, struct arena *a,
    enum err (*fn)(struct db *, void *), void *arg)
{
	const struct arena_mark mark = arena_mark(a);
	const int64_t seconds = db->conf.statement_seconds > 0 ?
	    db->conf.statement_seconds : DEADLINE_SECONDS;
	const int64_t deadline = clock_monotonic_us() + seconds * SECOND_US;
	uint32_t bound = FIRST_PAUSE_US;

	INVARIANT(!db->in_tx);
	for (;;) {
		const enum err e = attempt(db, "START TRANSACTION", fn,
		    arg);

		if (e != ERR_RETRY || clock_monotonic_us() >= deadline)
			return e;
		arena_rewind(a, mark);
		pause_us(randombytes_uniform(bound));
		if (bound < LAST_PAUSE_US)
			bound *= 2;
	}
}

struct one {
	enum query q;
	struct args args;
	uint64_t *rows;
};

static enum err
exec_one(struct db *db, void *arg)
{
	struct one *o = arg;

	return db_exec(db, o->q, o->args, o->rows, NULL);
}

enum err
tx_exec(struct db *db, struct arena *a, enum query q, struct args args,
    uint64_t *rows)
{
	struct one o = { q, args, rows };

	return tx_run(db, a, exec_one, &o);
}

/* Nothing was to be stored, so that no outcome is unknown. */
enum err
tx_read(struct db *db, enum err (*fn)(struct db *, void *), void *arg)
{
	enum err e;

	INVARIANT(!db->in_tx);
	e = attempt(db, "START TRANSACTION READ ONLY", fn, arg);
	return e == ERR_UNKNOWN_OUTCOME || e == ERR_RETRY ? ERR_UNAVAILABLE :
	    e;
}
