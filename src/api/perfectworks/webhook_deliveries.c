/* What is sent to webhook endpoints: seen, tried, and sent again. */
#include "api/perfectworks/routes.h"
#include "model/event/webhook.h"

#include "base/banned.h"

#define ATTEMPTS_SHOWN 100

SHAPE(attempt_out, struct webhook_attempt, "WebhookAttempt",
    FIELD(struct webhook_attempt, number, "number"),
    FIELD(struct webhook_attempt, status, "status",
	.doc = "Of HTTP; 0: there was no answer"),
    FIELD(struct webhook_attempt, error, "error", .flags = F_NULLABLE,
	.max = 200),
    FIELD(struct webhook_attempt, duration_ms, "durationMs"),
    FIELD(struct webhook_attempt, created_at, "at"));

#define DELIVERY_FIELDS \
    FIELD(struct webhook_delivery, id, "id"), \
    FIELD(struct webhook_delivery, endpoint_id, "endpointId"), \
    FIELD(struct webhook_delivery, event_id, "eventId", \
	.flags = F_NULLABLE, .doc = "Null: a ping"), \
    FIELD(struct webhook_delivery, type, "type", .max = 60, \
	.example = "\"payment.paid\""), \
    FIELD(struct webhook_delivery, message_id, "messageId", .max = 40, \
	.doc = "The webhook-id of each attempt"), \
    FIELD(struct webhook_delivery, status, "status", \
	.labels = webhook_status_labels, \
	.doc = "disabled: the endpoint was off when its time came"), \
    FIELD(struct webhook_delivery, attempts, "attemptCount"), \
    FIELD(struct webhook_delivery, run_at, "nextAttemptAt", \
	.flags = F_NULLABLE), \
    FIELD(struct webhook_delivery, created_at, "createdAt"), \
    FIELD(struct webhook_delivery, ended_at, "endedAt", .flags = F_NULLABLE)

SHAPE(delivery_out, struct webhook_delivery, "WebhookDelivery",
    DELIVERY_FIELDS);
SHAPE(delivery_detail, struct webhook_delivery, "WebhookDeliveryDetail",
    DELIVERY_FIELDS,
    FIELD(struct webhook_delivery, tries, "attempts", .of = &attempt_out,
	.max = ATTEMPTS_SHOWN, .doc = "The latest first"));

static enum err
ping(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct webhook_delivery);
	return webhook_ping(rq->db, rq->arena, ACTOR(rq), rq->id[0], rq->out);
}

struct delivery_query {
	struct page_query paging;
	int status;
};

SHAPE(delivery_query, struct delivery_query, "WebhookDeliveryQuery",
    PAGE_FIELDS(struct delivery_query),
    FIELD(struct delivery_query, status, "status",
	.labels = webhook_status_labels));

static enum err
list(struct request *rq)
{
	const struct delivery_query *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(webhook_delivery_list(rq->db, rq->arena, rq->who.org_id,
	    rq->id[0], q->status, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct webhook_delivery),
	    offsetof(struct webhook_delivery, created_at),
	    offsetof(struct webhook_delivery, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct webhook_delivery);
	return webhook_delivery_get(rq->db, rq->arena, rq->who.org_id,
	    rq->id[0], rq->out);
}

static enum err
retry(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct webhook_delivery);
	return webhook_delivery_retry(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    rq->out);
}

/* pending ones are under way already */
static const char *const replay_labels[] = {
	"delivered", "failed", "disabled", NULL
};

struct replay {
	struct when from, to;
	int status;
};

#define REPLAY_FIELDS \
    FIELD(struct replay, from, "from", .flags = F_REQUIRED, \
	.doc = "Deliveries that were made from then on", \
	.example = "\"2026-11-20T00:00:00Z\""), \
    FIELD(struct replay, to, "to", .doc = "Before then; now if absent", \
	.example = "\"2026-11-21T00:00:00Z\""), \
    FIELD(struct replay, status, "status", .flags = F_NULLABLE, \
	.labels = replay_labels, \
	.doc = "Those of this status; if absent, all that did not arrive")

SHAPE(replay_in, struct replay, "WebhookReplayCreate", REPLAY_FIELDS);
SHAPE(replay_out, struct replay, "WebhookReplay", REPLAY_FIELDS);

static enum err
replay(struct request *rq)
{
	struct replay *r = ARENA_NEW(rq->arena, struct replay);

	*r = *(const struct replay *)rq->in;
	if (r->to.us == 0)
		r->to = rq->now;
	if (r->from.us >= r->to.us) {
		complain(&rq->wrong, rq->arena, STR("from"),
		    "must be earlier than to");
		return ERR_INVALID;
	}
	rq->out = r;
	return webhook_replay(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    r->from, r->to, r->status < 0 ? -1 :
	    WEBHOOK_DELIVERED + r->status);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err off[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

const struct route pw_webhook_delivery_routes[] = {
	{ .op = "testWebhookEndpoint", .method = POST,
	  .path = "/webhook-endpoints/{id}/test", .handle = ping,
	  .out = &delivery_detail, .status = 201, .flags = R_WRITE,
	  .scope = SCOPE_WEBHOOKS_WRITE, .errors = off,
	  .tag = "webhook-endpoints",
	  .summary = "Send a ping to a webhook endpoint",
	  .done = "The ping is on its way" },
	{ .op = "listWebhookDeliveries", .method = GET,
	  .path = "/webhook-endpoints/{id}/deliveries", .handle = list,
	  .query = &delivery_query, .out = &delivery_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST,
	  .scope = SCOPE_WEBHOOKS_READ,
	  .errors = not_found, .tag = "webhook-endpoints",
	  .summary = "List what was sent to a webhook endpoint, or is to be",
	  .done = "Webhook deliveries" },
	{ .op = "replayWebhookDeliveries", .method = POST,
	  .path = "/webhook-endpoints/{id}/replay", .handle = replay,
	  .in = &replay_in, .out = &replay_out, .status = 202,
	  .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE, .errors = off,
	  .tag = "webhook-endpoints",
	  .summary = "Send deliveries of a time again",
	  .done = "They will be sent again" },
	{ .op = "getWebhookDelivery", .method = GET,
	  .path = "/webhook-deliveries/{id}", .handle = get,
	  .out = &delivery_detail, .status = 200,
	  .scope = SCOPE_WEBHOOKS_READ, .errors = not_found,
	  .tag = "webhook-deliveries",
	  .summary = "Read a webhook delivery with its attempts",
	  .done = "Webhook delivery" },
	{ .op = "retryWebhookDelivery", .method = POST,
	  .path = "/webhook-deliveries/{id}/retry", .handle = retry,
	  .out = &delivery_detail, .status = 200, .flags = R_WRITE,
	  .scope = SCOPE_WEBHOOKS_WRITE, .errors = off,
	  .tag = "webhook-deliveries",
	  .summary = "Send a webhook delivery again, now",
	  .done = "It will be sent again" },
	{ .op = NULL }
};
