/* The record of effects: written, and read in order. */
#include "model/event.h"

#include <stdarg.h>

#include "base/banned.h"

SHAPE(event_row, struct event_row, NULL,
    COLUMN(struct event_row, id),
    COLUMN(struct event_row, seq),
    COLUMN(struct event_row, organization_id),
    COLUMN(struct event_row, entity_id),
    COLUMN(struct event_row, user_id),
    COLUMN(struct event_row, type),
    COLUMN(struct event_row, data),
    COLUMN(struct event_row, created_at));

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

enum err
event_write(struct db *db, struct arena *a, const struct event *ev,
    const char *data, ...)
{
	struct str members = STR("");
	va_list ap;

	if (data != NULL) {
		va_start(ap, data);
		members = str_vprintf(a, data, ap);
		va_end(ap);
	}
	return db_exec(db, Q_EVENT_INSERT, ARGS(ev->organization_id,
	    str_of(ev->type), ev->entity_id, ev->user_id,
	    str_printf(a, "{%.*s}", STR_ARG(members)), ev->at), NULL, NULL);
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
	static const char *const types[] = {
#define EVENT_TYPE(type, when) type,
#include "model/event_types.def"
#undef EVENT_TYPE
	};
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

enum err
event_list(struct db *db, struct arena *a, uint64_t org,
    const struct event_filter *f, uint64_t after, int64_t limit,
    struct list *out)
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
	arg_push(&args, ARG(limit));
	return db_list(db, a, &q, ARG_LIST(args), &event_row, out);
}

enum err
event_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct event_row *out)
{
	return db_row(db, a, Q_EVENT_GET, ARGS(org, id), &event_row, out);
}
