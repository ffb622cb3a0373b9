/* Turns of targets, and what is due there. */
#include "model/event/delivery.h"

#include "db/due.h"
#include "model/event/webhook.h"
#include "base/banned.h"

SHAPE(target_id_row, struct target_id, NULL,
    COLUMN(struct target_id, id),
    COLUMN(struct target_id, seconds));

SHAPE(target_row, struct target, NULL,
    COLUMN(struct target, id),
    COLUMN(struct target, organization_id),
    COLUMN(struct target, form, .labels = webhook_form_labels),
    COLUMN(struct target, url),
    COLUMN(struct target, active),
    COLUMN(struct target, secret, .flags = F_BYTES),
    COLUMN(struct target, old_secret, .flags = F_BYTES),
    COLUMN(struct target, old_until),
    COLUMN(struct target, failing_since),
    COLUMN(struct target, deleted_at),
    COLUMN(struct target, seconds),
    COLUMN(struct target, max_retries),
    COLUMN(struct target, headers, .flags = F_BYTES),
    COLUMN(struct target, basic_user),
    COLUMN(struct target, basic_password, .flags = F_BYTES));

SHAPE(due_delivery_row, struct delivery, NULL,
    COLUMN(struct delivery, id),
    COLUMN(struct delivery, number),
    COLUMN(struct delivery, attempts),
    COLUMN(struct delivery, step),
    COLUMN(struct delivery, at),
    FIELD(struct delivery, event.id, "event_id"),
    FIELD(struct delivery, event.seq, "seq"),
    FIELD(struct delivery, event.organization_id, "organization_id"),
    FIELD(struct delivery, event.type, "type"),
    FIELD(struct delivery, event.entity_id, "entity_id"),
    FIELD(struct delivery, event.user_id, "user_id"),
    FIELD(struct delivery, event.data, "data"),
    FIELD(struct delivery, event.created_at, "created_at"));

enum err
target_due(struct db *db, struct arena *a, bool failing, struct when now,
    int64_t limit, struct list *out)
{
	struct list_query q = { .q = Q_QUEUE_DUE, .wheres = failing ?
	    Q_QUEUE_DUE_WHERE_FAILING : Q_QUEUE_DUE_WHERE_WELL };

	return db_list(db, a, &q, ARGS(now, due_beyond(now), limit),
	    &target_id_row, out);
}

struct claiming {
	uint64_t id, owner, rows;
	struct when now, until;
};

static enum err
claim(struct db *db, void *arg)
{
	struct claiming *c = arg;

	return db_exec(db, Q_QUEUE_CLAIM, ARGS(c->owner, c->until, c->id,
	    c->now, due_beyond(c->now)), &c->rows, NULL);
}

enum err
target_claim(struct db *db, struct arena *a, uint64_t id, uint64_t owner,
    struct when now, struct when until, bool *got)
{
	struct claiming c = { id, owner, 0, now, until };

	TRY(tx_run(db, a, claim, &c));
	*got = c.rows == 1;
	return OK;
}

enum err
target_get(struct db *db, struct arena *a, uint64_t id, struct target *t)
{
	TRY(db_row(db, a, Q_TARGET_GET, ARGS(id), &target_row, t));
	webhook_open(a, &t->headers, &t->basic_password);
	return OK;
}

struct releasing {
	struct arena *arena;
	uint64_t id, owner;
};

struct next {
	struct when at;
};

SHAPE(next_row, struct next, NULL, COLUMN(struct next, at));

/*
 * With the queue's row locked, all deliveries are seen that were made before;
 * whoever makes others wakes the queue after us.
 */
static enum err
release(struct db *db, void *arg)
{
	const struct releasing *r = arg;
	struct target_id locked;
	struct next next = { 0 };
	enum err e;

	e = db_row(db, r->arena, Q_QUEUE_LOCK, ARGS(r->id, r->owner),
	    &target_id_row, &locked);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;	/* it ran out */
	TRY(db_row(db, r->arena, Q_QUEUE_NEXT, ARGS(r->id), &next_row, &next));
	return db_exec(db, Q_QUEUE_RELEASE, ARGS(next.at, r->id, r->owner),
	    NULL, NULL);
}

enum err
target_release(struct db *db, struct arena *a, uint64_t id, uint64_t owner)
{
	struct releasing r = { a, id, owner };

	return tx_run(db, a, release, &r);
}

enum err
delivery_due(struct db *db, struct arena *a, uint64_t target, struct when now,
    int64_t limit, struct list *out)
{
	return db_rows(db, a, Q_DELIVERY_DUE, ARGS(target, now, limit),
	    &due_delivery_row, out);
}

struct skipping {
	const struct target *target;
	struct when now;
};

static enum err
skip(struct db *db, void *arg)
{
	const struct skipping *s = arg;

	if (s->target->deleted_at.us != 0)
		return db_exec(db, Q_DELIVERY_FORGET, ARGS(s->target->id),
		    NULL, NULL);
	return db_exec(db, Q_DELIVERY_DISABLE, ARGS(s->now, s->target->id),
	    NULL, NULL);
}

enum err
delivery_skip(struct db *db, struct arena *a, const struct target *t,
    struct when now)
{
	struct skipping s = { t, now };

	return tx_run(db, a, skip, &s);
}

struct message {
	struct str type;
	struct when at;
	struct event_row event;
};

SHAPE(message_out, struct message, "WebhookMessage",
    FIELD(struct message, type, "type"),
    FIELD(struct message, at, "timestamp"),
    FIELD(struct message, event, "data", .of = &event_out));

struct ping {
	struct str type;
	struct when at;
	struct ping_data {
		uint64_t endpoint_id, organization_id;
	} data;
};

SHAPE(ping_data_out, struct ping_data, "WebhookPingData",
    FIELD(struct ping_data, endpoint_id, "endpointId"),
    FIELD(struct ping_data, organization_id, "organizationId"));

SHAPE(ping_out, struct ping, "WebhookPing",
    FIELD(struct ping, type, "type"),
    FIELD(struct ping, at, "timestamp"),
    FIELD(struct ping, data, "data", .of = &ping_data_out));

struct str
delivery_body(struct arena *a, const struct target *t,
    const struct delivery *d)
{
	struct message m = { d->event.type, d->event.created_at, d->event };
	struct ping p = { STR("ping"), d->at, { t->id, t->organization_id } };
	struct buf b;

	buf_init(&b, a, 512);
	if (d->event.id != 0)
		json_encode(&b, &message_out, &m, false);
	else
		json_encode(&b, &ping_out, &p, false);
	return buf_view(&b);
}
