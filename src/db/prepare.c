/*
 * Prepared statements: made at the first use on a connection and kept.  The
 * variants of a query (lists by their fragments, rows by their number) hang in
 * a chain of the query.
 */
#include "base/buf.h"
#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define MAX_PARAMS	8192
#define KEEP_ROWS	64	/* longer inserts of rows are not kept */

/* The text of a variant, and for each "?" the number of its name. */
struct joined {
	struct buf sql;
	uint16_t *names;
	size_t n, room;
};

static void
join_part(struct joined *j, const struct sql_part *part, const char *separator,
    size_t name_offset)
{
	if (j->sql.n > 0)
		buf_str(&j->sql, str_of(separator));
	buf_str(&j->sql, str_of(part->sql));
	INVARIANT(j->n + part->n <= j->room);
	for (unsigned i = 0; i < part->n; i++)
		j->names[j->n++] = (uint16_t)(name_offset +
		    (unsigned char)part->params[i]);
}

const char *
statement_index(const struct statement *def, uint32_t wheres, unsigned order)
{
	for (unsigned i = 0; i < def->n_indexes; i++) {
		const struct sql_index *x = &def->indexes[i];

		if ((x->wheres & ~wheres) == 0 &&
		    (x->orders == 0 || x->orders >> order & 1))
			return x->sql;
	}
	return "";
}

static void
join_head(struct joined *j, const struct statement *def,
    const struct variant *v)
{
	const struct str sql = str_of(def->parts->sql);
	const struct sql_part rest = { .params = def->parts->params,
	    .n = def->parts->n, .sql = sql.p + def->index_at };

	buf_str(&j->sql, (struct str){ sql.p, def->index_at });
	join_part(j, &rest, statement_index(def, v->wheres, v->order), 0);
}

static size_t
count_params(const struct statement *def, size_t rows)
{
	const size_t parts = 1 + def->wheres + def->orders +
	    (def->rows ? 1 : 0) + (def->tail ? 1 : 0);
	size_t n = 0;

	for (size_t i = 0; i < parts; i++)
		n += def->parts[i].n;
	return n * rows;
}

size_t
statement_row_args(const struct statement *def)
{
	const struct sql_part *row = def->parts + 1;
	size_t n = 0;

	for (unsigned i = 0; i < row->n; i++)
		if ((unsigned char)row->params[i] >= n)
			n = (size_t)(unsigned char)row->params[i] + 1;
	return n;
}

static void
join(struct joined *j, struct arena *a, const struct statement *def,
    const struct variant *v)
{
	const struct sql_part *part = def->parts;

	INVARIANT(def->rows || v->rows == 1);
	INVARIANT((uint64_t)v->wheres >> def->wheres == 0);
	INVARIANT(v->order == 0 || v->order < def->orders);
	j->room = count_params(def, v->rows);
	INVARIANT(j->room <= MAX_PARAMS);
	j->names = arena_array(a, j->room, sizeof(*j->names));
	buf_init(&j->sql, a, 1024);
	join_head(j, def, v);
	part++;
	for (unsigned i = 0; i < def->wheres; i++)
		if (v->wheres >> i & 1)
			join_part(j, part + i, " ", 0);
	part += def->wheres;
	if (def->orders > 0)
		join_part(j, part + v->order, " ", 0);
	part += def->orders;
	if (def->rows) {
		/* A row has its own arguments: its names are others. */
		const size_t names = statement_row_args(def);

		for (size_t i = 0; i < v->rows; i++)
			join_part(j, part, i == 0 ? " " : ", ", i * names);
		part++;
	}
	if (def->tail)
		join_part(j, part, " ", 0);
}

/* Arguments are numbered as their names come up for the first time. */
static void
number_args(struct prepared *p, const struct joined *j, struct arena *a)
{
	size_t top = 0;
	uint16_t *arg_of_name;

	for (size_t i = 0; i < j->n; i++)
		if (j->names[i] >= top)
			top = (size_t)j->names[i] + 1;
	arg_of_name = arena_array(a, top, sizeof(*arg_of_name));
	for (size_t i = 0; i < j->n; i++) {
		uint16_t *arg = &arg_of_name[j->names[i]];

		if (*arg == 0)
			*arg = (uint16_t)++p->n_args;
		p->arg_of[i] = (uint16_t)(*arg - 1);
	}
}

static void *
room(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size);

	if (p == NULL)
		log_die("out of memory: a prepared statement");
	return p;
}

static struct prepared *
prepared_new(const struct statement *def, const struct variant *v,
    const struct joined *j, struct arena *a)
{
	struct prepared *p = room(1, sizeof(*p));

	p->def = def;
	p->wheres = v->wheres;
	p->order = v->order;
	p->rows = v->rows;
	p->n_params = j->n;
	p->arg_of = room(j->n, sizeof(*p->arg_of));
	p->params = room(j->n, sizeof(*p->params));
	p->param_slots = room(j->n, sizeof(*p->param_slots));
	number_args(p, j, a);
	return p;
}

static void
prepared_drop(struct prepared *p)
{
	if (p->stmt != NULL)
		mysql_stmt_close(p->stmt);
	free(p->arg_of);
	free(p->params);
	free(p->param_slots);
	free(p->field_of);
	free(p->columns);
	free(p->column_slots);
	free(p->text);
	free(p);
}

void
prepared_done(struct prepared *p)
{
	if (p->rows > KEEP_ROWS)
		prepared_drop(p);
}

void
prepared_drop_all(struct db *db)
{
	for (size_t q = 0; q < QUERY_COUNT; q++) {
		while (db->prepared[q] != NULL) {
			struct prepared *p = db->prepared[q];

			db->prepared[q] = p->next;
			prepared_drop(p);
		}
	}
}

static enum err
prepare_new(struct db *db, const struct variant *v, struct prepared **out)
{
	const struct statement *def = &statements[v->q];
	const struct arena_mark mark = arena_mark(&db->memory);
	struct joined j = { 0 };
	struct prepared *p;
	enum err e = OK;

	join(&j, &db->memory, def, v);
	p = prepared_new(def, v, &j, &db->memory);
	p->stmt = mysql_stmt_init(db->mysql);
	if (p->stmt == NULL)
		log_die("out of memory: a prepared statement");
	if (mysql_stmt_prepare(p->stmt, j.sql.p, j.sql.n) != 0)
		e = db_failed(db, def, mysql_stmt_errno(p->stmt),
		    mysql_stmt_error(p->stmt), def->name);
	else
		INVARIANT(mysql_stmt_param_count(p->stmt) == p->n_params);
	arena_rewind(&db->memory, mark);
	if (e == OK)
		*out = p;
	else
		prepared_drop(p);
	return e;
}

enum err
prepare(struct db *db, const struct variant *v, struct prepared **out)
{
	struct prepared *p;

	for (p = db->prepared[v->q]; p != NULL; p = p->next) {
		if (p->wheres == v->wheres && p->order == v->order &&
		    p->rows == v->rows) {
			*out = p;
			return OK;
		}
	}
	TRY(prepare_new(db, v, &p));
	if (p->rows <= KEEP_ROWS) {
		p->next = db->prepared[v->q];
		db->prepared[v->q] = p;
	}
	*out = p;
	return OK;
}
