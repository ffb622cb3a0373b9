/* Deliveries, as the organization sees them and asks for them again. */
#include "model/event/webhook.h"

#include "base/banned.h"

SHAPE(delivery_row, struct webhook_delivery, NULL,
    COLUMN(struct webhook_delivery, id),
    COLUMN(struct webhook_delivery, endpoint_id),
    COLUMN(struct webhook_delivery, event_id),
    COLUMN(struct webhook_delivery, type),
    COLUMN(struct webhook_delivery, status, .labels = webhook_status_labels),
    COLUMN(struct webhook_delivery, attempts),
    COLUMN(struct webhook_delivery, run_at),
    COLUMN(struct webhook_delivery, created_at),
    COLUMN(struct webhook_delivery, ended_at),
    COLUMN(struct webhook_delivery, active));

SHAPE(attempt_row, struct webhook_attempt, NULL,
    COLUMN(struct webhook_attempt, number),
    COLUMN(struct webhook_attempt, status),
    COLUMN(struct webhook_attempt, error),
    COLUMN(struct webhook_attempt, duration_ms),
    COLUMN(struct webhook_attempt, created_at));

struct str
webhook_message_id(struct arena *a, uint64_t event_id, uint64_t delivery_id)
{
	return event_id != 0 ?
	    str_printf(a, "evt_%llu", (unsigned long long)event_id) :
	    str_printf(a, "ping_%llu", (unsigned long long)delivery_id);
}

static void
complete(struct arena *a, struct webhook_delivery *d)
{
	d->message_id = webhook_message_id(a, d->event_id, d->id);
	if (d->event_id == 0)
		d->type = STR("ping");
}

static enum err
read_delivery(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct webhook_delivery *d)
{
	TRY(db_row(db, a, Q_WEBHOOK_DELIVERY_GET, ARGS(org, id),
	    &delivery_row, d));
	complete(a, d);
	return OK;
}

enum err
webhook_delivery_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct webhook_delivery *d)
{
	TRY(read_delivery(db, a, org, id, d));
	return db_rows(db, a, Q_WEBHOOK_ATTEMPT_LIST, ARGS(id), &attempt_row,
	    &d->tries);
}

enum err
webhook_delivery_list(struct db *db, struct arena *a, uint64_t org,
    uint64_t endpoint, int status, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_WEBHOOK_DELIVERY_LIST_WHERE_AFTER_DESC,
		Q_WEBHOOK_DELIVERY_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_WEBHOOK_DELIVERY_LIST };
	struct webhook_endpoint w = { 0 };
	struct webhook_delivery *d;
	struct arg_list args = { 0 };

	TRY(webhook_get(db, a, org, WEBHOOK_EVENTS, endpoint, &w));
	arg_push(&args, ARG(org));
	arg_push(&args, ARG(endpoint));
	if (status >= 0) {
		q.wheres |= Q_WEBHOOK_DELIVERY_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(webhook_status_labels, status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	TRY(db_list(db, a, &q, ARG_LIST(args), &delivery_row, out));
	d = out->items;
	for (size_t i = 0; i < out->n; i++)
		complete(a, &d[i]);
	return OK;
}

/* The queue's row first, as everybody locks them. */
enum err
webhook_delivery_retry(struct db *db, struct arena *a,
    const struct actor *who, uint64_t id, struct webhook_delivery *d)
{
	uint64_t org = who->organization_id;

	TRY(read_delivery(db, a, org, id, d));
	if (!d->active)
		return ERR_CONFLICT;
	TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(who->now, d->endpoint_id), NULL,
	    NULL));
	TRY(db_exec(db, Q_WEBHOOK_DELIVERY_AGAIN, ARGS(who->now, org, id),
	    NULL, NULL));
	return webhook_delivery_get(db, a, org, id, d);
}

/* Its endpoint is there, and on. */
static enum err
need_active(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct webhook_endpoint w = { 0 };

	TRY(webhook_get(db, a, who->organization_id, WEBHOOK_EVENTS, id, &w));
	return w.active ? OK : ERR_CONFLICT;
}

enum err
webhook_ping(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct webhook_delivery *d)
{
	TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(who->now, id), NULL, NULL));
	TRY(need_active(db, a, who, id));
	TRY(db_exec(db, Q_WEBHOOK_PING_INSERT, ARGS(who->organization_id, id,
	    who->now), NULL, &d->id));
	return webhook_delivery_get(db, a, who->organization_id, d->id, d);
}

enum err
webhook_replay(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct when from, struct when to, int status)
{
	TRY(need_active(db, a, who, id));
	return db_exec(db, Q_WEBHOOK_REPLAY_INSERT, ARGS(who->organization_id,
	    id, from, to, status < 0 ? ARG(STR_NULL) :
	    LABEL(webhook_status_labels, status), who->now), NULL, NULL);
}
