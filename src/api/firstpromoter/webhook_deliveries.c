/* What was sent to webhook subscriptions, sent again, and tried. */
#include "api/firstpromoter/message.h"
#include "api/firstpromoter/webhooks.h"
#include "api/webhooks.h"
#include "auth/webhook.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "model/event/record.h"
#include "model/event/webhook.h"
#include "net/https.h"

#include "base/banned.h"

#define ANSWER_MOST 2000	/* bytes that are shown of a try's */

static const char *const state_labels[] = {
	"pending", "delivered", "retrying", "failed", NULL
};
enum { STATE_PENDING, STATE_DELIVERED, STATE_RETRYING, STATE_FAILED };

struct out {
	struct record_delivery d;
	struct fp_change c;
	int state;
	struct str error, response, payload;
	struct when delivered_at;
};

SHAPE(fp_hook_delivery, struct out, "WebhookDelivery",
    FP_ID(struct out, d.id, "id"),
    FIELD(struct out, c.event_id, "event_id", .max = 60,
	.doc = "The webhook-id of each attempt"),
    FIELD(struct out, c.event_type, "event_type", .max = 60),
    FIELD(struct out, c.action, "action", .labels = fp_action_labels),
    FIELD(struct out, c.entity_type, "entity_type", .max = 60),
    FP_ID(struct out, c.entity_id, "entity_id"),
    FIELD(struct out, state, "status", .labels = state_labels),
    FIELD(struct out, d.step, "attempts",
	.doc = "Since it was last asked for"),
    FIELD(struct out, error, "last_error", .flags = F_NULLABLE, .max = 200),
    FIELD(struct out, response, "response_code", .flags = F_JSON | F_NULLABLE,
	.format = "any", .doc = "The status of HTTP of the last attempt"),
    FIELD(struct out, d.body, "response_body", .flags = F_NULLABLE,
	.max = ANSWER_MOST, .doc = "How its answer began"),
    FIELD(struct out, c.changes, "object_changes", .flags = F_JSON),
    FIELD(struct out, payload, "payload", .flags = F_JSON,
	.doc = "What is sent, with the record as it is now"),
    FIELD(struct out, d.created_at, "created_at"),
    FIELD(struct out, delivered_at, "delivered_at", .flags = F_NULLABLE));

static int
state_of(const struct record_delivery *d)
{
	switch (d->status) {
	case WEBHOOK_PENDING:
		return d->step == 0 ? STATE_PENDING : STATE_RETRYING;
	case WEBHOOK_DELIVERED:
		return STATE_DELIVERED;
	}
	return STATE_FAILED;
}

static struct str
error_of(struct arena *a, const struct record_delivery *d)
{
	if (d->status == WEBHOOK_DISABLED)
		return STR("the subscription was not active");
	if (d->error.p != NULL || d->response == 0 ||
	    d->status == WEBHOOK_DELIVERED)
		return d->error;
	return str_printf(a, "the answer was %lld", (long long)d->response);
}

static enum err
show(struct request *rq, const struct record_delivery *d, struct out *o)
{
	struct arena *a = rq->arena;

	*o = (struct out){ .d = *d, .state = state_of(d),
	    .error = error_of(a, d) };
	if (d->response != 0)
		o->response = str_printf(a, "%lld", (long long)d->response);
	if (d->status == WEBHOOK_DELIVERED)
		o->delivered_at = d->ended_at;
	TRY(fp_change(rq->db, a, &d->event, d->number, &o->c));
	o->payload = fp_change_json(a, &o->c);
	return OK;
}

static const char *const sorts[] = { "created_at:desc", NULL };

struct list_in {
	struct fp_page_query page;
};

SHAPE(fp_hook_delivery_query, struct list_in, "WebhookDeliveryQuery",
    FP_PAGE_FIELDS(struct list_in));

static enum err
list(struct request *rq)
{
	const struct list_in *q = rq->query;
	const struct record_delivery *d;
	struct paging p;
	struct list rows;
	struct out *out;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(record_delivery_list(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    &p, &rows));
	d = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		TRY(show(rq, &d[i], &out[i]));
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct out, d.created_at), offsetof(struct out, d.id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct record_delivery d = { 0 };

	TRY(record_delivery_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->id[1], &d));
	rq->out = ARENA_NEW(rq->arena, struct out);
	return show(rq, &d, rq->out);
}

static enum err
retry(struct request *rq)
{
	struct record_delivery d = { 0 };

	TRY(record_delivery_retry(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    rq->id[1], &d));
	rq->out = ARENA_NEW(rq->arena, struct out);
	return show(rq, &d, rq->out);
}

/* --- an example, sent at once --- */

struct try_in {
	struct str url, type;
	struct fp_hook_call call;
};

SHAPE(fp_hook_try, struct try_in, "WebhookTest",
    FIELD(struct try_in, url, "url", .flags = F_REQUIRED, .max = 2000,
	.format = "uri", .doc = "HTTPS, at a public host",
	.example = "\"https://shop.example/hooks\""),
    FIELD(struct try_in, type, "event_type", .flags = F_REQUIRED, .max = 60,
	.example = "\"referral.created\""),
    FP_HOOK_CALL(struct try_in, call));

struct tried {
	struct str status, body, error;
	bool refused;			/* the address is private */
};

SHAPE(fp_hook_tried, struct tried, "WebhookTestAnswer",
    FIELD(struct tried, status, "status", .flags = F_JSON | F_NULLABLE,
	.format = "any", .doc = "Of HTTP; null: no answer came"),
    FIELD(struct tried, body, "body", .flags = F_NULLABLE,
	.max = ANSWER_MOST, .doc = "How the answer began"),
    FIELD(struct tried, error, "error", .flags = F_NULLABLE, .max = 200,
	.doc = "Why no answer came"));

static void
check_try(struct request *rq)
{
	const struct try_in *in = rq->in;

	(void)hook_url_check(rq, in->url);
	if (in->type.p != NULL && !record_type_known(in->type))
		complain(&rq->wrong, rq->arena, STR("event_type"),
		    "is no type of event");
	if ((in->call.user.n > 0) != (in->call.password.n > 0))
		complain(&rq->wrong, rq->arena, str_of(in->call.user.n > 0 ?
		    "basic_auth_password" : "basic_auth_user"),
		    "must be given as well");
	fp_hook_call_check(rq, &in->call);
}

/* Signed by a secret that is nobody's. */
static void
pack(struct request *rq, const struct try_in *in, struct https *h)
{
	struct arena *a = rq->arena;
	struct str secret = webhook_secret(a);
	struct webhook_headers own = { .n = 0 };
	struct webhook_message m;
	struct str at = str_printf(a, "%lld",
	    (long long)(rq->now.us / SECOND_US));

	fp_change_example(a, in->type, rq->now, &m);
	m.signature = webhook_sign_body(a, secret, m.body);
	webhook_headers(a, &own, &m, at, webhook_sign(a, webhook_key(a,
	    secret), m.id, at, m.body));
	webhook_headers_own(a, &own, in->call.user.n > 0 ? in->call.user :
	    STR_NULL, in->call.password, in->call.headers);
	*h = (struct https){ .url = in->url, .body = m.body,
	    .ca = settings->webhook_ca, .seconds = settings->webhook_seconds,
	    .most = ANSWER_MOST, .cut = true,
	    .own = settings->webhook_private };
	memcpy(h->headers, own.v, sizeof(own.v));
}

/* Nothing is stored of it but its key. */
static enum err
begin_try(struct request *rq)
{
	rq->subject = rq->who.org_id;
	return OK;
}

static enum err
try(struct request *rq)
{
	struct tried *out = ARENA_NEW(rq->arena, struct tried);
	struct https_answer answer = { .status = 0 };
	struct https h;
	struct str why;

	rq->prepared = out;
	*out = (struct tried){ .status = STR_NULL };
	pack(rq, rq->in, &h);
	if (https_call(rq->arena, &h, &answer, &why)) {
		out->status = str_printf(rq->arena, "%ld", answer.status);
		out->body = utf8_readable(rq->arena, answer.body);
	} else
		out->error = why;
	out->refused = answer.refused;
	return OK;
}

/* A repeat with the same key finds nothing, and does not call again. */
static enum err
end_try(struct request *rq)
{
	const struct tried *out = rq->prepared;

	if (out == NULL)
		return ERR_KEY_IN_FLIGHT;
	if (out->refused) {
		complain(&rq->wrong, rq->arena, STR("url"),
		    "must name a host of the public internet");
		rq->refused = ERR_INVALID;
	}
	rq->out = rq->prepared;
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err retry_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PAUSED,
    ERR_DELIVERED, ERR_RETRIES);

/* They show records. */
#define READ (SCOPE_WEBHOOKS_READ | SCOPE_REFERRALS_READ | SCOPE_EARNINGS_READ)
#define WRITE (SCOPE_WEBHOOKS_WRITE | SCOPE_REFERRALS_READ | \
	SCOPE_EARNINGS_READ)
#define PATH "/company/webhooks/{id:webhook_id}/webhook_deliveries"

const struct route fp_webhook_delivery_routes[] = {
	{ .op = "testWebhook", .method = POST,
	  .path = "/company/webhooks/test", .check = check_try,
	  .handle = begin_try, .outside = try, .finish = end_try,
	  .in = &fp_hook_try, .out = &fp_hook_tried, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE, .tag = "Webhooks",
	  .summary = "Send an example to an address, and see its answer" },
	{ .op = "listHookDeliveries", .method = GET, .path = PATH,
	  .handle = list, .query = &fp_hook_delivery_query, .sorts = sorts,
	  .out = &fp_hook_delivery, .status = 200, .flags = R_LIST,
	  .scope = READ, .errors = not_found, .tag = "Webhook deliveries",
	  .summary = "List what was sent to a subscription, or is to be" },
	{ .op = "getHookDelivery", .method = GET, .path = PATH "/{id:id}",
	  .handle = get, .out = &fp_hook_delivery, .status = 200,
	  .scope = READ, .errors = not_found, .tag = "Webhook deliveries",
	  .summary = "Read a delivery" },
	{ .op = "retryHookDelivery", .method = POST,
	  .path = PATH "/{id:id}/retry_delivery", .handle = retry,
	  .out = &fp_hook_delivery, .status = 200, .flags = R_WRITE,
	  .scope = WRITE, .errors = retry_errors,
	  .tag = "Webhook deliveries",
	  .summary = "Send a delivery that failed again, now" },
	{ .op = NULL }
};
