/*
 * Running statements.  Rows are read one by one from the connection: nothing
 * is stored between the server and the record, and every answer is read to
 * its end before the next statement.
 *
 * A read outside a transaction is tried once more on a new connection when the
 * old one turns out to be gone, and after a deadlock.
 */
#include <mysqld_error.h>

#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define ROWS_KEPT	((size_t)256 * 1024)	/* bytes, between two lists */

struct run {
	struct db *db;
	struct arena *arena;
	const struct variant *v;
	struct args args;
	const struct shape *shape;
};

/*
 * What fails among rows, as a deadlock over a later one, the client library
 * notes with the connection only.
 */
static enum err
stmt_failed(struct db *db, const struct prepared *p)
{
	const unsigned number = mysql_stmt_errno(p->stmt);

	return number != 0 ? db_failed(db, p->def, number,
	    mysql_stmt_error(p->stmt), p->def->name) : db_failed(db, p->def,
	    mysql_errno(db->mysql), mysql_error(db->mysql), p->def->name);
}

static enum err
execute(const struct run *r, struct prepared **out)
{
	struct db *db = r->db;
	const struct statement *def = &statements[r->v->q];
	struct prepared *p;

	INVARIANT(db->in_tx || !def->writes);
	TRY(conn_need(db));
	if (db->in_tx)
		TRY(fault_here(db, def, def->name));
	TRY(prepare(db, r->v, &p));
	if (r->args.n != p->n_args)
		log_error("database: %s takes %zu arguments, not %zu",
		    p->def->name, p->n_args, r->args.n);
	INVARIANT(r->args.n == p->n_args);
	bind_args(p, r->args.v);
	db->statements++;
	if (mysql_stmt_execute(p->stmt) != 0) {
		const enum err e = stmt_failed(db, p);

		prepared_done(p);
		return e;
	}
	db->fresh = false;
	*out = p;
	return OK;
}

/* Fetches a row into the slots; *more is false behind the last. */
static enum err
fetch(struct db *db, struct prepared *p, bool *more)
{
	switch (mysql_stmt_fetch(p->stmt)) {
	case 0:
	case MYSQL_DATA_TRUNCATED:
		*more = true;
		return OK;
	case MYSQL_NO_DATA:
		*more = false;
		return OK;
	default:
		return stmt_failed(db, p);
	}
}

static enum err
one_row(const struct run *r, void *record)
{
	struct db *db = r->db;
	struct prepared *p = NULL;
	bool more;

	TRY(execute(r, &p));
	bind_columns(p, r->shape);
	TRY(fetch(db, p, &more));
	if (!more)
		return ERR_NOT_FOUND;
	if (!read_row(p, r->arena, record))
		return stmt_failed(db, p);
	TRY(fetch(db, p, &more));
	if (!more)
		return OK;
	mysql_stmt_free_result(p->stmt);
	log_error("database: %s gives more than one row", p->def->name);
	return ERR_INTERNAL;
}

/* Room for row i among those that are being read, zeroed. */
static void *
row_room(struct db *db, size_t i, size_t size)
{
	const size_t need = (i + 1) * size;

	if (need > db->rows_room) {
		const size_t room = need * 2 > 4096 ? need * 2 : 4096;
		void *p = realloc(db->rows, room);

		if (p == NULL)
			log_die("out of memory: a list of %zu rows", i);
		db->rows = p;
		db->rows_room = room;
	}
	return memset(db->rows + i * size, 0, size);
}

static void
rows_done(struct db *db)
{
	if (db->rows_room <= ROWS_KEPT)
		return;
	free(db->rows);
	db->rows = NULL;
	db->rows_room = 0;
}

static enum err
all_rows(const struct run *r, struct list *list)
{
	struct db *db = r->db;
	struct prepared *p = NULL;
	size_t n = 0;

	TRY(execute(r, &p));
	bind_columns(p, r->shape);
	for (bool more;; n++) {
		TRY(fetch(db, p, &more));
		if (!more)
			break;
		if (!read_row(p, r->arena, row_room(db, n, r->shape->size)))
			return stmt_failed(db, p);
	}
	list->n = n;
	list->items = arena_copy(r->arena, db->rows, n * r->shape->size);
	rows_done(db);
	return OK;
}

/* Does it make sense to try a failed read again? */
static bool
once_more(const struct db *db, enum err e, bool was_fresh)
{
	if (db->in_tx)
		return false;
	return e == ERR_RETRY ||
	    (e == ERR_UNAVAILABLE && db->mysql == NULL && !was_fresh);
}

/* One row into record, or all into list. */
static enum err
query(const struct run *r, void *record, struct list *list)
{
	const struct arena_mark mark = arena_mark(r->arena);
	const bool fresh = r->db->mysql == NULL || r->db->fresh;
	enum err e;

	e = list != NULL ? all_rows(r, list) : one_row(r, record);
	if (!once_more(r->db, e, fresh))
		return e;
	arena_rewind(r->arena, mark);
	return list != NULL ? all_rows(r, list) : one_row(r, record);
}

enum err
db_row(struct db *db, struct arena *a, enum query q, struct args args,
    const struct shape *shape, void *record)
{
	const struct variant v = { .q = q, .rows = 1 };
	const struct run r = { db, a, &v, args, shape };

	return query(&r, record, NULL);
}

enum err
db_rows(struct db *db, struct arena *a, enum query q, struct args args,
    const struct shape *shape, struct list *list)
{
	const struct variant v = { .q = q, .rows = 1 };
	const struct run r = { db, a, &v, args, shape };

	return query(&r, NULL, list);
}

enum err
db_list(struct db *db, struct arena *a, const struct list_query *l,
    struct args args, const struct shape *shape, struct list *list)
{
	const struct variant v = { .q = l->q, .wheres = l->wheres,
		.order = l->order, .rows = 1 };
	const struct run r = { db, a, &v, args, shape };

	return query(&r, NULL, list);
}

SHAPE(id_row, struct id_row, NULL, COLUMN(struct id_row, id));

/* What RETURNING gives: the id of each row, in their order. */
static enum err
read_ids(struct db *db, struct prepared *p, uint64_t *ids)
{
	struct id_row row = { 0 };
	size_t n = 0;

	bind_columns(p, &id_row);
	for (bool more;; n++) {
		TRY(fetch(db, p, &more));
		if (!more)
			break;
		INVARIANT(n < p->rows);
		if (!read_row(p, &db->memory, &row))
			return stmt_failed(db, p);
		ids[n] = row.id;
	}
	INVARIANT(n == p->rows);
	return OK;
}

static enum err
write_rows(struct db *db, const struct variant *v, struct args args,
    uint64_t *rows, uint64_t *id)
{
	const struct run r = { .db = db, .v = v, .args = args };
	struct prepared *p = NULL;
	enum err e = OK;

	INVARIANT(statements[v->q].writes);
	db->duplicate[0] = '\0';
	TRY(execute(&r, &p));
	if (rows != NULL)
		*rows = mysql_stmt_affected_rows(p->stmt);
	if (mysql_stmt_field_count(p->stmt) > 0)
		e = read_ids(db, p, id);
	else if (id != NULL)
		*id = mysql_stmt_insert_id(p->stmt);
	prepared_done(p);
	return e;
}

enum err
db_exec(struct db *db, enum query q, struct args args, uint64_t *rows,
    uint64_t *id)
{
	const struct variant v = { .q = q, .rows = 1 };

	INVARIANT(!statements[q].rows);
	return write_rows(db, &v, args, rows, id);
}

enum err
db_exec_rows(struct db *db, enum query q, const struct arg *args, size_t n,
    uint64_t *rows, uint64_t *ids)
{
	const struct variant v = { .q = q, .rows = n };
	const struct statement *def = &statements[q];

	INVARIANT(def->rows);
	if (n == 0) {
		if (rows != NULL)
			*rows = 0;
		return OK;
	}
	return write_rows(db, &v,
	    (struct args){ args, n * statement_row_args(def) }, rows, ids);
}

struct version_row {
	int64_t version;
};

SHAPE(version_row, struct version_row, NULL,
    COLUMN(struct version_row, version));

enum err
db_version(struct db *db, unsigned *version)
{
	struct version_row row = { 0 };
	const struct arena_mark mark = arena_mark(&db->memory);
	enum err e;

	*version = 0;
	e = db_row(db, &db->memory, Q_SCHEMA_VERSION, NO_ARGS, &version_row,
	    &row);
	arena_rewind(&db->memory, mark);
	if (e == ERR_INTERNAL && db->last_error == ER_NO_SUCH_TABLE)
		return OK;
	*version = (unsigned)row.version;
	return e;
}
