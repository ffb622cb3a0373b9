/* The record of effects: written, and read in order. */
#include "model/event/event.h"

#include <stdarg.h>

#include "model/actor.h"
#include "base/banned.h"

#define ROWS_A_TIME 50

SHAPE(event_row, struct event_row, NULL,
    COLUMN(struct event_row, id),
    COLUMN(struct event_row, seq),
    COLUMN(struct event_row, organization_id),
    COLUMN(struct event_row, entity_id),
    COLUMN(struct event_row, user_id),
    COLUMN(struct event_row, type),
    COLUMN(struct event_row, data),
    COLUMN(struct event_row, created_at));

struct last_row {
	uint64_t seq;
};

SHAPE(last_row, struct last_row, NULL, COLUMN(struct last_row, seq));

SHAPE(event_out, struct event_row, "Event",
    FIELD(struct event_row, id, "id"),
    FIELD(struct event_row, seq, "sequence", .flags = F_ID_NUMBER,
	.doc = "Grows from event to event, with gaps"),
    FIELD(struct event_row, organization_id, "organizationId"),
    FIELD(struct event_row, type, "type", .max = 60,
	.example = "\"payment.paid\""),
    FIELD(struct event_row, entity_id, "entityId",
	.doc = "What the type speaks of"),
    FIELD(struct event_row, user_id, "userId", .flags = F_NULLABLE,
	.doc = "Who did it; null: the program itself"),
    FIELD(struct event_row, data, "data", .flags = F_JSON,
	.doc = "Ids, amounts and states", .example = "{}"),
    FIELD(struct event_row, created_at, "createdAt"));

static const char *const types[] = {
#define EVENT_TYPE(type, when) type,
#include "model/event/event_types.def"
#undef EVENT_TYPE
};

enum err
event_write(struct db *db, struct arena *a, const struct event *ev,
    const char *data, ...)
{
	struct event_data one = { .event = *ev };
	va_list ap;

	if (data != NULL) {
		va_start(ap, data);
		one.data = str_vprintf(a, data, ap);
		va_end(ap);
	}
	return event_write_all(db, a, &one, 1);
}

enum err
event_by(struct db *db, struct arena *a, const struct actor *who,
    uint64_t entity_id, const char *type)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    entity_id, who->user_id, who->now }, NULL);
}

static enum err
write_some(struct db *db, struct arena *a, const struct event_data *all,
    size_t n)
{
	enum { COLUMNS = 6 };
	struct arg *args = arena_array(a, n * COLUMNS, sizeof(*args));

	for (size_t i = 0; i < n; i++) {
		const struct event *ev = &all[i].event;
		struct arg *to = args + i * COLUMNS;

		to[0] = ARG(ev->organization_id);
		to[1] = ARG(str_of(ev->type));
		to[2] = ARG(ev->entity_id);
		to[3] = ARG(ev->user_id);
		to[4] = ARG(str_printf(a, "{%.*s}", STR_ARG(all[i].data)));
		to[5] = ARG(ev->at);
	}
	return db_exec_rows(db, Q_EVENT_INSERT, args, n, NULL, NULL);
}

enum err
event_write_all(struct db *db, struct arena *a, const struct event_data *all,
    size_t n)
{
	size_t some;

	for (size_t i = 0; i < n; i += some) {
		some = n - i < ROWS_A_TIME ? n - i : ROWS_A_TIME;
		TRY(write_some(db, a, all + i, some));
	}
	return OK;
}

/* What a pattern's types begin with; absent where it names just one. */
static struct str
subject(struct str pattern)
{
	if (pattern.n < 1 || pattern.p[pattern.n - 1] != '*')
		return STR_NULL;
	return (struct str){ pattern.p, pattern.n - 1 };
}

bool
event_pattern_fits(struct str pattern, struct str type)
{
	struct str begin = subject(pattern);

	return begin.p != NULL ? str_has_prefix(type, begin) :
	    str_eq(pattern, type);
}

bool
event_pattern_known(struct str pattern)
{
	struct str begin = subject(pattern);

	if (begin.n > 0 && begin.p[begin.n - 1] != '.')
		return false;
	for (size_t i = 0; i < LEN(types); i++)
		if (event_pattern_fits(pattern, str_of(types[i])))
			return true;
	return false;
}

/* All types of a subject stand between "payment." and "payment/". */
static void
filter_type(struct arena *a, struct str pattern, struct list_query *q,
    struct arg_list *args)
{
	struct str begin = subject(pattern);

	if (begin.p == NULL) {
		q->wheres |= Q_EVENT_LIST_WHERE_TYPE;
		arg_push(args, ARG(pattern));
	} else if (begin.n > 0) {
		q->wheres |= Q_EVENT_LIST_WHERE_PREFIX;
		arg_push(args, ARG(begin));
		arg_push(args, ARG(str_printf(a, "%.*s/",
		    (int)begin.n - 1, begin.p)));
	}
}

static enum err
list(struct db *db, struct arena *a, uint64_t org,
    const struct event_filter *f, uint64_t after, uint64_t until,
    int64_t limit, struct list *out)
{
	struct list_query q = { .q = Q_EVENT_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	arg_push(&args, arg_bound(after));
	if (f->type.p != NULL)
		filter_type(a, f->type, &q, &args);
	if (f->entity_id != 0) {
		q.wheres |= Q_EVENT_LIST_WHERE_ENTITY;
		arg_push(&args, ARG(f->entity_id));
	}
	if (until != 0) {
		q.wheres |= Q_EVENT_LIST_WHERE_UNTIL;
		arg_push(&args, ARG(until));
	}
	arg_push(&args, ARG(limit));
	return db_list(db, a, &q, ARG_LIST(args), &event_row, out);
}

static int
by_seq(const void *a, const void *b)
{
	const struct event_row *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

/*
 * No index has the events of a subject in their order, but one has those of
 * each type.  They are read one after the other, up to what was published
 * before: nothing comes between them meanwhile.
 */
static enum err
list_subject(struct db *db, struct arena *a, uint64_t org,
    struct str pattern, uint64_t after, int64_t limit, struct list *out)
{
	struct last_row last = { 0 };
	struct event_row *all;
	size_t n = 0;

	for (size_t i = 0; i < LEN(types); i++)
		n += event_pattern_fits(pattern, str_of(types[i]));
	all = arena_array(a, n * (size_t)limit, sizeof(*all));
	n = 0;
	TRY(db_row(db, a, Q_EVENT_LAST, NO_ARGS, &last_row, &last));
	for (size_t i = 0; i < LEN(types); i++) {
		const struct event_filter f = { .type = str_of(types[i]) };
		struct list some;

		if (!event_pattern_fits(pattern, f.type))
			continue;
		TRY(list(db, a, org, &f, after, last.seq, limit, &some));
		memcpy(all + n, some.items, some.n * sizeof(*all));
		n += some.n;
	}
	qsort(all, n, sizeof(*all), by_seq);
	*out = (struct list){ all, n < (size_t)limit ? n : (size_t)limit };
	return OK;
}

enum err
event_list(struct db *db, struct arena *a, uint64_t org,
    const struct event_filter *f, uint64_t after, int64_t limit,
    struct list *out)
{
	if (f->entity_id == 0 && subject(f->type).n > 0)
		return list_subject(db, a, org, f->type, after, limit, out);
	return list(db, a, org, f, after, 0, limit, out);
}

enum err
event_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct event_row *out)
{
	return db_row(db, a, Q_EVENT_GET, ARGS(org, id), &event_row, out);
}
