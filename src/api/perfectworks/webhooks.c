/* Webhook endpoints of the active organization. */
#include "api/perfectworks/routes.h"
#include "api/webhooks.h"
#include "model/event/event.h"

#include "base/banned.h"

#define OVERLAP_HOURS 24
#define OVERLAP_HOURS_MAX 168

struct endpoint_in {
	struct str url, description;
	struct list events;
	bool active;
};

#define CHANGEABLE(required) \
    FIELD(struct endpoint_in, url, "url", .flags = (required), .max = 2000, \
	.format = "uri", .doc = "HTTPS, at a public host", \
	.example = "\"https://shop.example/hooks\""), \
    FIELD(struct endpoint_in, description, "description", \
	.flags = F_NULLABLE, .max = 200), \
    FIELD(struct endpoint_in, events, "events", .min = 1, \
	.max = HOOK_TYPES_MAX, .doc = "Types of events, or all of a subject " \
	"(payment.*), or all (*)", .example = "[\"payment.*\"]"), \
    FIELD(struct endpoint_in, active, "active", \
	.doc = "Turns it on or off; on again after it was given up")

SHAPE(endpoint_in, struct endpoint_in, "WebhookEndpointCreate",
    CHANGEABLE(F_REQUIRED));
SHAPE(endpoint_change, struct endpoint_in, "WebhookEndpointUpdate",
    CHANGEABLE(0));

/* Bits of given, in the order of CHANGEABLE. */
enum { GIVEN_URL = 1, GIVEN_DESCRIPTION = 2, GIVEN_EVENTS = 4,
	GIVEN_ACTIVE = 8 };

struct endpoint_out {
	struct webhook_endpoint w;
	struct list events;
};

#define ENDPOINT_FIELDS \
    FIELD(struct endpoint_out, w.id, "id"), \
    FIELD(struct endpoint_out, w.url, "url", .max = 2000, .format = "uri"), \
    FIELD(struct endpoint_out, w.description, "description", .max = 200, \
	.flags = F_NULLABLE), \
    FIELD(struct endpoint_out, events, "events", .max = HOOK_TYPES_MAX), \
    FIELD(struct endpoint_out, w.active, "active"), \
    FIELD(struct endpoint_out, w.disabled_at, "disabledAt", \
	.flags = F_NULLABLE, .doc = "When it was given up"), \
    FIELD(struct endpoint_out, w.disabled_reason, "disabledReason", \
	.flags = F_NULLABLE, .labels = webhook_reason_labels, \
	.doc = "gone: it answered 410; failing: nothing arrived for days"), \
    FIELD(struct endpoint_out, w.failing_since, "failingSince", \
	.flags = F_NULLABLE, .doc = "Nothing has arrived from then on"), \
    FIELD(struct endpoint_out, w.old_until, "previousSecretUntil", \
	.flags = F_NULLABLE, .doc = "Until then both secrets sign"), \
    FIELD(struct endpoint_out, w.created_at, "createdAt"), \
    FIELD(struct endpoint_out, w.updated_at, "updatedAt")

SHAPE(endpoint_out, struct endpoint_out, "WebhookEndpoint", ENDPOINT_FIELDS);
SHAPE(endpoint_made, struct endpoint_out, "WebhookEndpointSecret",
    ENDPOINT_FIELDS,
    FIELD(struct endpoint_out, w.secret, "secret",
	.flags = F_SECRET | F_NULLABLE, .max = 80,
	.doc = "Signs what is sent; shown this once"));

static struct endpoint_out
shown(const struct request *rq, const struct webhook_endpoint *w)
{
	struct endpoint_out out = { *w,
	    hook_types_split(rq->arena, w->events) };

	if (w->old_until.us <= rq->now.us)
		out.w.old_until = (struct when){ 0 };
	return out;
}

static enum err
answer(struct request *rq, const struct webhook_endpoint *w)
{
	struct endpoint_out *out = ARENA_NEW(rq->arena, struct endpoint_out);

	*out = shown(rq, w);
	rq->out = out;
	answer_etag(rq, (uint64_t)w->version);
	return OK;
}

/* The patterns as one text. */
static bool
good_events(struct request *rq, struct list events, struct str *out)
{
	const struct str *p = events.items;
	bool good = true;

	for (size_t i = 0; i < events.n; i++)
		if (!event_pattern_known(p[i])) {
			complain(&rq->wrong, rq->arena, str_printf(rq->arena,
			    "events[%zu]", i), "is no type of event");
			good = false;
		}
	*out = hook_types_join(rq->arena, events);
	return good;
}

static enum err
create(struct request *rq)
{
	const struct endpoint_in *in = rq->in;
	struct webhook_endpoint w = { .url = in->url,
	    .description = in->description, .events = STR("*"),
	    .active = (rq->given & GIVEN_ACTIVE) == 0 || in->active };
	bool good = hook_url_check(rq, in->url);

	if ((rq->given & GIVEN_EVENTS) != 0)
		good &= good_events(rq, in->events, &w.events);
	if (!good)
		return ERR_INVALID;
	TRY(hook_create(rq, &w));
	return answer(rq, &w);
}

static enum err
list(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	const struct webhook_endpoint *w;
	struct endpoint_out *out;
	struct paging p;
	struct list rows;

	TRY(page_read(rq, &q->paging, &p));
	TRY(webhook_list(rq->db, rq->arena, rq->who.org_id, WEBHOOK_EVENTS,
	    &p, &rows));
	w = rows.items;
	out = arena_array(rq->arena, rows.n, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = shown(rq, &w[i]);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct endpoint_out, w.created_at),
	    offsetof(struct endpoint_out, w.id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct webhook_endpoint w = { 0 };

	TRY(webhook_get(rq->db, rq->arena, rq->who.org_id, WEBHOOK_EVENTS,
	    rq->id[0], &w));
	return answer(rq, &w);
}

/* PUT is partial on this face: what was not given stays. */
static enum err
update(struct request *rq)
{
	const struct endpoint_in *in = rq->in;
	struct webhook_endpoint w = { 0 };
	bool good = true;

	TRY(webhook_get(rq->db, rq->arena, rq->who.org_id, WEBHOOK_EVENTS,
	    rq->id[0], &w));
	TRY(precondition(rq, (uint64_t)w.version));
	if ((rq->given & GIVEN_URL) != 0) {
		good = hook_url_check(rq, in->url);
		w.url = in->url;
	}
	if ((rq->given & GIVEN_DESCRIPTION) != 0)
		w.description = in->description;
	if ((rq->given & GIVEN_EVENTS) != 0)
		good &= good_events(rq, in->events, &w.events);
	if ((rq->given & GIVEN_ACTIVE) != 0)
		w.active = in->active;
	if (!good)
		return ERR_INVALID;
	TRY(webhook_update(rq->db, rq->arena, ACTOR(rq), &w));
	return answer(rq, &w);
}

static enum err
delete(struct request *rq)
{
	return webhook_delete(rq->db, rq->arena, ACTOR(rq), WEBHOOK_EVENTS,
	    rq->id[0]);
}

struct rotate_in {
	int64_t overlap_hours;
};

SHAPE(rotate_in, struct rotate_in, "WebhookSecretRotation",
    FIELD(struct rotate_in, overlap_hours, "overlapHours",
	.max = OVERLAP_HOURS_MAX, .doc = "For so long the secret so far signs "
	"as well; 24 if absent"));

static enum err
rotate(struct request *rq)
{
	const struct rotate_in *in = rq->in;
	struct webhook_endpoint w = { 0 };

	TRY(webhook_rotate(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    rq->given != 0 ? in->overlap_hours : OVERLAP_HOURS, &w));
	return answer(rq, &w);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err create_errors[] = ERRORS(ERR_LIMIT);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);

const struct route pw_webhook_routes[] = {
	{ .op = "createWebhookEndpoint", .method = POST,
	  .path = "/webhook-endpoints", .handle = create, .in = &endpoint_in,
	  .out = &endpoint_made, .status = 201, .flags = R_WRITE,
	  .scope = SCOPE_WEBHOOKS_WRITE, .errors = create_errors,
	  .tag = "webhook-endpoints", .summary = "Create a webhook endpoint",
	  .done = "Webhook endpoint created; the secret is shown this once" },
	{ .op = "listWebhookEndpoints", .method = GET,
	  .path = "/webhook-endpoints", .handle = list,
	  .query = &pw_list_query, .out = &endpoint_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST,
	  .scope = SCOPE_WEBHOOKS_READ,
	  .tag = "webhook-endpoints", .summary = "List webhook endpoints",
	  .done = "Webhook endpoints" },
	{ .op = "getWebhookEndpoint", .method = GET,
	  .path = "/webhook-endpoints/{id}", .handle = get,
	  .out = &endpoint_out, .status = 200, .scope = SCOPE_WEBHOOKS_READ,
	  .errors = not_found, .tag = "webhook-endpoints",
	  .summary = "Read a webhook endpoint", .done = "Webhook endpoint" },
	{ .op = "updateWebhookEndpoint", .method = PUT,
	  .path = "/webhook-endpoints/{id}", .handle = update,
	  .in = &endpoint_change, .out = &endpoint_out, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE,
	  .errors = update_errors, .tag = "webhook-endpoints",
	  .summary = "Change a webhook endpoint",
	  .done = "Webhook endpoint updated" },
	{ .op = "deleteWebhookEndpoint", .method = DELETE,
	  .path = "/webhook-endpoints/{id}", .handle = delete, .status = 204,
	  .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE,
	  .errors = not_found, .tag = "webhook-endpoints",
	  .summary = "Delete a webhook endpoint",
	  .done = "Webhook endpoint deleted" },
	{ .op = "rotateWebhookSecret", .method = POST,
	  .path = "/webhook-endpoints/{id}/rotate-secret", .handle = rotate,
	  .in = &rotate_in, .out = &endpoint_made, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE,
	  .errors = not_found, .tag = "webhook-endpoints",
	  .summary = "Give a webhook endpoint a new secret",
	  .done = "Secret rotated; the new one is shown this once" },
	{ .op = NULL }
};
