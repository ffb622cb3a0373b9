/*
 * The database: one connection a process, statements by name, transactions.
 *
 * A statement is prepared at its first use on a connection.  Parameters come
 * in the order in which their names first stand in the SQL; results fill a
 * record by the names of its shape's fields (COLUMN).  Every column must have
 * a field; fields without a column stay as they are.
 *
 * Reads outside a transaction are single statements.  A statement that writes
 * outside of tx_run() breaks an invariant.
 *
 * Errors: ERR_UNAVAILABLE (no connection; it is opened again by the next call),
 * ERR_RETRY (deadlock, lock time-out, snapshot conflict: only tx_run sees it),
 * ERR_CONFLICT (duplicate key; db_duplicate() names the key), ERR_FUNDS (a
 * CHECK constraint failed: the guard of a balance), ERR_OVERFLOW (out of the
 * column's range), ERR_NOT_FOUND (a write: NULL for a column that has none, as
 * from a subquery without a row, or a foreign key without its row; a read: no
 * row, or letters that an ASCII column can't have), ERR_KEY_IN_FLIGHT (a
 * statement that does not wait for locks, see sql/queries/README),
 * ERR_INTERNAL.  After ERR_CONFLICT, ERR_FUNDS, ERR_OVERFLOW, ERR_NOT_FOUND and
 * ERR_KEY_IN_FLIGHT a transaction may go on without that statement; after the
 * others nothing more runs in it and it is never committed, whatever fn says.
 */
#ifndef AFF_DB_DB_H
#define AFF_DB_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "db/queries.h"		/* made from sql/queries: enum query */
#include "json/shape.h"

struct db;

struct db_conf {
	const char *host;	/* NULL or "" with a socket */
	const char *socket;
	const char *user, *password, *database;
	const char *tls_ca;	/* with a host that is not loopback: needed */
	unsigned port;
	unsigned connect_seconds, statement_seconds, lock_seconds;
	bool sync_wait;		/* reads see what other nodes stored before */
};

struct db *db_new(const struct db_conf *);	/* does not connect yet */
void db_free(struct db *);
bool db_connected(const struct db *);
/* Connects where needed and asks the server for a sign of life. */
MUST_CHECK enum err db_ping(struct db *);
/* Run since db_new, START TRANSACTION, COMMIT and ROLLBACK among them. */
uint64_t db_statements(const struct db *);

/* Parameters: ARGS(org_id, id, name), typed by their C type. */
struct arg {
	enum field_type type;
	bool null, bytes;
	int64_t i;
	struct str s;
	const char *const *labels;
};
struct args {
	const struct arg *v;
	size_t n;
};

static inline struct arg
arg_bool(bool v)
{
	return (struct arg){ .type = T_BOOL, .i = v };
}

static inline struct arg
arg_int(int64_t v)
{
	return (struct arg){ .type = T_INT, .i = v };
}

static inline struct arg
arg_small(int v)
{
	return (struct arg){ .type = T_INT, .i = v };
}

static inline struct arg
arg_id(uint64_t v)		/* an id of 0 is NULL */
{
	return (struct arg){ .type = T_ID, .null = v == 0, .i = (int64_t)v };
}

static inline struct arg
arg_some(int64_t v)		/* a number of which 0 is NULL */
{
	return (struct arg){ .type = T_INT, .null = v == 0, .i = v };
}

static inline struct arg
arg_bound(uint64_t v)		/* of a range of ids: 0 is a number */
{
	return (struct arg){ .type = T_ID, .i = (int64_t)v };
}

static inline struct arg
arg_str(struct str v)
{
	return (struct arg){ .type = T_STR, .null = v.p == NULL, .s = v };
}

static inline struct arg
arg_when(struct when v)
{
	return (struct arg){ .type = T_TIME, .null = v.us == 0, .i = v.us };
}

static inline struct arg
arg_day(struct day v)
{
	return (struct arg){ .type = T_DAY, .null = v.n == DAY_NONE.n,
	    .i = v.n };
}

static inline struct arg
arg_self(struct arg v)
{
	return v;
}

/* A label by its index: LABEL(campaign_status_labels, CAMPAIGN_ACTIVE). */
#define LABEL(labels, v) \
	((struct arg){ .type = T_STR, .s = str_of((labels)[v]) })
#define BYTES(p_, n_) ((struct arg){ .type = T_STR, .bytes = true, \
	.s = { (const char *)(p_), (n_) } })
#define ARG(x) _Generic((x), bool: arg_bool, int64_t: arg_int, int: arg_small, \
	uint64_t: arg_id, struct str: arg_str, struct when: arg_when, \
	struct day: arg_day, struct arg: arg_self)(x)
#include "db/args.h"		/* ARGS(...) over ARG, none to 24 of them */

/* A row of which only the id is asked. */
struct id_row {
	uint64_t id;
};
extern const struct shape id_row;

/* Exactly one row into *record, or ERR_NOT_FOUND. */
MUST_CHECK enum err db_row(struct db *, struct arena *, enum query,
    struct args, const struct shape *, void *record);
/* All rows: list->items is an array of records in the arena. */
MUST_CHECK enum err db_rows(struct db *, struct arena *, enum query,
    struct args, const struct shape *, struct list *);
/*
 * A write.  *rows: matched rows (CLIENT_FOUND_ROWS), so 0 says that the guard
 * of the WHERE did not hold.  *id: AUTO_INCREMENT.  Either may be NULL.
 */
MUST_CHECK enum err db_exec(struct db *, enum query, struct args,
    uint64_t *rows, uint64_t *id);
/* Name of the unique key that the last ERR_CONFLICT hit, else "". */
const char *db_duplicate(const struct db *);

/*
 * Lists with optional parts: "-- where NAME" and "-- order NAME" fragments of
 * the query (see sql/queries/README).  wheres: bits by position in the file;
 * params are those of the chosen parts, in the order of the joined text.
 * The joined statements are cached like the others.
 */
struct list_query {
	enum query q;
	uint32_t wheres;
	unsigned order;
};
MUST_CHECK enum err db_list(struct db *, struct arena *,
    const struct list_query *, struct args, const struct shape *,
    struct list *);

/*
 * The same statement with a row of parameters repeated n times:
 * "INSERT ... VALUES -- rows (:a, :b)" (see sql/queries/README).  ids: room
 * for n, where the statement ends in RETURNING id, else NULL.  They need not
 * follow one another: the nodes of a cluster leave room for each other's.
 */
MUST_CHECK enum err db_exec_rows(struct db *, enum query, const struct arg *,
    size_t n, uint64_t *rows, uint64_t *ids);

/*
 * Runs fn in a transaction and commits when it returns OK.  On ERR_RETRY it
 * rolls back, rewinds the arena to where it was, waits with jitter and runs fn
 * again, until the deadline (then ERR_RETRY).  Any other error rolls back.
 * Connection lost in COMMIT: ERR_UNKNOWN_OUTCOME.  fn must be repeatable: no
 * HTTP, no mail.  Not nestable.
 */
MUST_CHECK enum err tx_run(struct db *, struct arena *,
    enum err (*fn)(struct db *, void *), void *arg);
/* A statement in a transaction of its own. */
MUST_CHECK enum err tx_exec(struct db *, struct arena *, enum query,
    struct args, uint64_t *rows);
/* Runs fn, which only reads: all of it as of one moment.  Not nestable. */
MUST_CHECK enum err tx_read(struct db *,
    enum err (*fn)(struct db *, void *), void *arg);

/*
 * db/migrate.c: applies what is missing of dir under a lock; a recorded
 * migration whose file has changed is refused.  Needs the rights to do so.
 */
MUST_CHECK bool db_migrate(const struct db_conf *, const char *dir);
/* The version that this program needs (made from sql/migrations). */
extern const unsigned db_schema_version;
/* The one that the database has. */
MUST_CHECK enum err db_version(struct db *, unsigned *version);

#endif
