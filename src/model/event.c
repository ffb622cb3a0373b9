/* The record of effects. */
#include "model/event.h"

#include <stdarg.h>

#include "base/banned.h"

/* Longer than a transaction of a request takes, retries included. */
#define HELD_BACK_SECONDS 5

SHAPE(event_row, struct event_row, NULL,
    COLUMN(struct event_row, id),
    COLUMN(struct event_row, entity_id),
    COLUMN(struct event_row, user_id),
    COLUMN(struct event_row, type),
    COLUMN(struct event_row, data),
    COLUMN(struct event_row, created_at));

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

enum err
event_list(struct db *db, struct arena *a, uint64_t org, uint64_t after,
    int64_t limit, struct when now, struct list *out)
{
	struct list_query q = { .q = Q_EVENT_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	arg_push(&args, ARG(when_add(now, -HELD_BACK_SECONDS)));
	if (after != 0) {
		q.wheres |= Q_EVENT_LIST_WHERE_AFTER;
		arg_push(&args, ARG(after));
	}
	arg_push(&args, ARG(limit));
	return db_list(db, a, &q, ARG_LIST(args), &event_row, out);
}
