/*
 * Arguments to parameters, columns to the fields of a record.
 *
 * Both go by way of slots that belong to the prepared statement, so that an
 * execution allocates nothing here but what it copies to the caller's arena.
 */
#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define TEXT_ROOM	512	/* of a string; longer ones are fetched apart */

static void
set_day(MYSQL_TIME *t, struct day day)
{
	int year, month, mday;

	day_split(day, &year, &month, &mday);
	t->year = (unsigned)year;
	t->month = (unsigned)month;
	t->day = (unsigned)mday;
}

static void
set_when(MYSQL_TIME *t, struct when when)
{
	const int64_t in_day = when.us % DAY_US;
	const unsigned seconds = (unsigned)(in_day / SECOND_US);

	set_day(t, day_of(when));
	t->hour = seconds / 3600;
	t->minute = seconds / 60 % 60;
	t->second = seconds % 60;
	t->second_part = (unsigned long)(in_day % SECOND_US);
}

static void
bind_number(MYSQL_BIND *b, struct slot *s, int64_t v, bool is_unsigned)
{
	s->number = v;
	b->buffer_type = MYSQL_TYPE_LONGLONG;
	b->buffer = &s->number;
	b->is_unsigned = is_unsigned;
}

/* The library reads through a pointer that is not const. */
static void
bind_text(MYSQL_BIND *b, struct slot *s, struct str text, bool bytes)
{
	union {
		const char *from;
		void *to;
	} p = { .from = text.p };

	s->length = text.n;
	b->buffer_type = bytes ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
	b->buffer = p.to;
	b->buffer_length = text.n;
	b->length = &s->length;
}

static void
bind_time(MYSQL_BIND *b, struct slot *s, const struct arg *arg)
{
	s->time = (MYSQL_TIME){ 0 };
	b->buffer = &s->time;
	b->buffer_length = sizeof(s->time);
	if (arg->type == T_DAY) {
		b->buffer_type = MYSQL_TYPE_DATE;
		s->time.time_type = MYSQL_TIMESTAMP_DATE;
		if (!arg->null)
			set_day(&s->time, (struct day){ (int32_t)arg->i });
	} else {
		b->buffer_type = MYSQL_TYPE_DATETIME;
		s->time.time_type = MYSQL_TIMESTAMP_DATETIME;
		set_when(&s->time, (struct when){ arg->i });
	}
}

static void
bind_arg(MYSQL_BIND *b, struct slot *s, const struct arg *arg)
{
	s->null = arg->null;
	b->is_null = &s->null;
	switch (arg->type) {
	case T_BOOL:
	case T_INT:
		bind_number(b, s, arg->i, false);
		return;
	case T_ID:
		bind_number(b, s, arg->i, true);
		return;
	case T_STR:
		bind_text(b, s, arg->s, arg->bytes);
		return;
	case T_LABEL:
		s->null = arg->i < 0;
		bind_text(b, s, str_of(arg->i < 0 ? "" : arg->labels[arg->i]),
		    false);
		return;
	case T_TIME:
	case T_DAY:
		bind_time(b, s, arg);
		return;
	case T_DECIMAL:
	case T_LIST:
	case T_RECORD:
		break;
	}
	INVARIANT(!"a parameter is a scalar");
}

void
bind_args(struct prepared *p, const struct arg *args)
{
	if (p->n_params == 0)
		return;
	for (size_t i = 0; i < p->n_params; i++)
		bind_arg(&p->params[i], &p->param_slots[i],
		    &args[p->arg_of[i]]);
	INVARIANT(mysql_stmt_bind_param(p->stmt, p->params) == 0);
}

static const struct field *
find_field(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n; i++)
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	return NULL;
}

static size_t
text_room(const struct field *f, const MYSQL_FIELD *column)
{
	if (f->type != T_STR && f->type != T_LABEL)
		return 0;
	return column->length < TEXT_ROOM ? column->length + 1 : TEXT_ROOM;
}

static void
bind_column(MYSQL_BIND *b, struct slot *s, const struct field *f, char *text,
    size_t room)
{
	b->is_null = &s->null;
	b->error = &s->error;
	b->length = &s->length;
	switch (f->type) {
	case T_BOOL:
	case T_INT:
	case T_ID:
		bind_number(b, s, 0, f->type == T_ID);
		return;
	case T_LABEL:
		INVARIANT(f->labels != NULL);
		/* fall through */
	case T_STR:
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = text;
		b->buffer_length = room;
		return;
	case T_TIME:
	case T_DAY:
		b->buffer_type = f->type == T_DAY ? MYSQL_TYPE_DATE
						  : MYSQL_TYPE_DATETIME;
		b->buffer = &s->time;
		b->buffer_length = sizeof(s->time);
		return;
	case T_DECIMAL:
	case T_LIST:
	case T_RECORD:
		break;
	}
	INVARIANT(!"a column is a scalar");
}

static void *
again(void *old, size_t n, size_t size)
{
	void *p;

	free(old);
	p = calloc(n, size);
	if (p == NULL)
		log_die("out of memory: the columns of a statement");
	return p;
}

static void
columns_new(struct prepared *p, size_t n)
{
	p->n_columns = n;
	free(p->field_of);
	p->field_of = calloc(n, sizeof(struct field *));
	if (p->field_of == NULL)
		log_die("out of memory: the columns of a statement");
	p->columns = again(p->columns, n, sizeof(*p->columns));
	p->column_slots = again(p->column_slots, n, sizeof(*p->column_slots));
}

static void
find_fields(struct prepared *p, const struct shape *shape,
    const MYSQL_FIELD *columns)
{
	size_t n = 0;
	char *text;

	for (size_t i = 0; i < p->n_columns; i++) {
		const struct field *f = find_field(shape, columns[i].name);

		if (f == NULL)
			log_error("database: %s: no field for column %s",
			    p->def->name, columns[i].name);
		INVARIANT(f != NULL);
		p->field_of[i] = f;
		n += text_room(f, &columns[i]);
	}
	text = p->text = again(p->text, n + 1, 1);
	for (size_t i = 0; i < p->n_columns; i++) {
		const struct field *f = p->field_of[i];
		const size_t room = text_room(f, &columns[i]);

		bind_column(&p->columns[i], &p->column_slots[i], f, text, room);
		text += room;
	}
}

void
bind_columns(struct prepared *p, const struct shape *shape)
{
	MYSQL_RES *result;

	if (p->shape == shape)
		return;
	result = mysql_stmt_result_metadata(p->stmt);
	if (result == NULL)
		log_error("database: %s has no result", p->def->name);
	INVARIANT(result != NULL);
	columns_new(p, mysql_num_fields(result));
	find_fields(p, shape, mysql_fetch_fields(result));
	mysql_free_result(result);
	INVARIANT(mysql_stmt_bind_result(p->stmt, p->columns) == 0);
	p->shape = shape;
}

static struct day
read_day(const MYSQL_TIME *t)
{
	return day_from((int)t->year, (int)t->month, (int)t->day);
}

static struct when
read_when(const MYSQL_TIME *t)
{
	return (struct when){ read_day(t).n * DAY_US + SECOND_US *
	    (t->hour * 3600 + t->minute * 60 + t->second) +
	    (int64_t)t->second_part };
}

static int
read_label(const struct prepared *p, const struct field *f, struct str text)
{
	for (int i = 0; f->labels[i] != NULL; i++)
		if (str_is(text, f->labels[i]))
			return i;
	log_error("database: %s: unknown label in column %s", p->def->name,
	    f->name);
	INVARIANT(!"a label of the database is one of the program's");
	return -1;
}

/* Copied, with a NUL behind; what did not fit is asked for once more. */
static bool
read_text(struct prepared *p, size_t i, struct arena *a, struct str *out)
{
	const struct slot *s = &p->column_slots[i];
	const size_t n = s->length;
	char *text = arena_alloc(a, n + 1);
	MYSQL_BIND b = { .buffer_type = MYSQL_TYPE_BLOB };
	unsigned long length = 0;
	my_bool null = 0, error = 0;

	*out = (struct str){ text, n };
	if (n <= p->columns[i].buffer_length) {
		memcpy(text, p->columns[i].buffer, n);
		return true;
	}
	b.buffer = text;
	b.buffer_length = n;
	b.length = &length;
	b.is_null = &null;
	b.error = &error;
	return mysql_stmt_fetch_column(p->stmt, &b, (unsigned)i, 0) == 0;
}

static void
read_null(const struct field *f, void *at)
{
	switch (f->type) {
	case T_BOOL:
		*(bool *)at = false;
		return;
	case T_INT:
	case T_ID:
	case T_TIME:
		memset(at, 0, sizeof(int64_t));
		return;
	case T_DAY:
		*(struct day *)at = DAY_NONE;
		return;
	case T_LABEL:
		*(int *)at = -1;
		return;
	case T_STR:
		*(struct str *)at = STR_NULL;
		return;
	case T_DECIMAL:
	case T_LIST:
	case T_RECORD:
		break;
	}
}

static bool
read_column(struct prepared *p, size_t i, struct arena *a, void *at)
{
	const struct field *f = p->field_of[i];
	const struct slot *s = &p->column_slots[i];

	switch (f->type) {
	case T_BOOL:
		*(bool *)at = s->number != 0;
		return true;
	case T_INT:
	case T_ID:
		memcpy(at, &s->number, sizeof(s->number));
		return true;
	case T_TIME:
		*(struct when *)at = read_when(&s->time);
		return true;
	case T_DAY:
		*(struct day *)at = read_day(&s->time);
		return true;
	case T_LABEL:
		INVARIANT(s->length <= p->columns[i].buffer_length);
		*(int *)at = read_label(p, f, (struct str){
		    p->columns[i].buffer, s->length });
		return true;
	case T_STR:
		return read_text(p, i, a, at);
	case T_DECIMAL:
	case T_LIST:
	case T_RECORD:
		break;
	}
	return false;
}

bool
read_row(struct prepared *p, struct arena *a, void *record)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		const struct field *f = p->field_of[i];
		const struct slot *s = &p->column_slots[i];
		void *at = (char *)record + f->at;

		if (s->null) {
			read_null(f, at);
			continue;
		}
		/* A number that does not fit would be a wrong amount. */
		if (s->error && f->type != T_STR)
			log_error("database: %s: column %s does not fit",
			    p->def->name, f->name);
		INVARIANT(!s->error || f->type == T_STR);
		if (!read_column(p, i, a, at))
			return false;
	}
	return true;
}
