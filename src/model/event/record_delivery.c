/* Deliveries of records, as the organization sees them. */
#include "model/event/webhook.h"

#include "base/banned.h"

SHAPE(record_delivery_row, struct record_delivery, NULL,
    COLUMN(struct record_delivery, id),
    COLUMN(struct record_delivery, status, .labels = webhook_status_labels),
    COLUMN(struct record_delivery, number),
    COLUMN(struct record_delivery, step),
    COLUMN(struct record_delivery, created_at),
    COLUMN(struct record_delivery, ended_at),
    COLUMN(struct record_delivery, active),
    COLUMN(struct record_delivery, response),
    COLUMN(struct record_delivery, error),
    COLUMN(struct record_delivery, body),
    FIELD(struct record_delivery, event.id, "event_id"),
    FIELD(struct record_delivery, event.organization_id, "organization_id"),
    FIELD(struct record_delivery, event.type, "type"),
    FIELD(struct record_delivery, event.entity_id, "entity_id"),
    FIELD(struct record_delivery, event.data, "data"),
    FIELD(struct record_delivery, event.created_at, "event_at"));

enum err
record_delivery_list(struct db *db, struct arena *a, uint64_t org,
    uint64_t endpoint, const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_RECORD_DELIVERY_LIST };
	struct webhook_endpoint w = { 0 };
	struct arg_list args = { 0 };

	TRY(webhook_get(db, a, org, WEBHOOK_RECORDS, endpoint, &w));
	arg_push(&args, ARG(org));
	arg_push(&args, ARG(endpoint));
	paging_args(p, &q, &args, Q_RECORD_DELIVERY_LIST_WHERE_AFTER,
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &record_delivery_row, out);
}

enum err
record_delivery_get(struct db *db, struct arena *a, uint64_t org,
    uint64_t endpoint, uint64_t id, struct record_delivery *d)
{
	const struct list_query q = { .q = Q_RECORD_DELIVERY_LIST,
	    .wheres = Q_RECORD_DELIVERY_LIST_WHERE_ONE };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(org, endpoint, id, INT64_C(1),
	    INT64_C(0)), &record_delivery_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*d = *(const struct record_delivery *)rows.items;
	return OK;
}

/* The queue's row first, as everybody locks them. */
enum err
record_delivery_retry(struct db *db, struct arena *a, const struct actor *who,
    uint64_t endpoint, uint64_t id, struct record_delivery *d)
{
	uint64_t org = who->organization_id, rows;
	struct webhook_endpoint w = { 0 };

	TRY(webhook_get(db, a, org, WEBHOOK_RECORDS, endpoint, &w));
	TRY(record_delivery_get(db, a, org, endpoint, id, d));
	if (!w.active)
		return ERR_PAUSED;
	if (d->status == WEBHOOK_DELIVERED)
		return ERR_DELIVERED;
	if (d->status == WEBHOOK_PENDING && d->step == 0)
		return OK;
	TRY(db_exec(db, Q_QUEUE_WAKE, ARGS(who->now, endpoint), NULL, NULL));
	TRY(db_exec(db, Q_RECORD_DELIVERY_AGAIN, ARGS(who->now, org, id,
	    w.max_retries), &rows, NULL));
	if (rows == 0)
		return ERR_RETRIES;
	return record_delivery_get(db, a, org, endpoint, id, d);
}
