/* Webhook subscriptions of the company. */
#include "api/firstpromoter/webhooks.h"
#include "api/webhooks.h"
#include "model/event/message.h"
#include "model/event/record.h"
#include "model/event/webhook.h"

#include "base/banned.h"

#define CAMPAIGNS_MAX 100
#define ALL_CAMPAIGNS 1		/* an id of this face that means all */
#define SECONDS 30
#define RETRIES 3
#define RETRIES_MAX 10

struct subscription_in {
	struct str url, description;
	struct list types, campaigns;	/* of struct str, of uint64_t */
	bool active;
	int64_t seconds, retries;
	struct fp_hook_call call;
};

#define S(member, wire, ...) \
    FIELD(struct subscription_in, member, wire, __VA_ARGS__)
#define INPUT(required) \
    S(url, "url", .flags = (required), .max = 2000, .format = "uri", \
	.doc = "HTTPS, at a public host", \
	.example = "\"https://shop.example/hooks\""), \
    S(types, "event_types", .flags = (required), .min = 1, \
	.max = HOOK_TYPES_MAX, .example = "[\"referral.created\"]"), \
    S(active, "active", .doc = "false: what happens is kept and not sent"), \
    S(seconds, "timeout", .min = 1, .max = WEBHOOK_SECONDS_MAX, \
	.doc = "How many seconds an answer may take; 30 if absent"), \
    S(retries, "max_retries", .min = 0, .max = RETRIES_MAX, \
	.doc = "How often a delivery is tried again; 3 if absent"), \
    S(description, "description", .flags = F_NULLABLE, .max = 200), \
    S(campaigns, "campaign_ids", .flags = F_IDS | F_NULLABLE, \
	.max = CAMPAIGNS_MAX, .doc = "What happens in these; [1] or " \
	    "nothing: in all", .example = "[1]"), \
    FP_HOOK_CALL(struct subscription_in, call)
SHAPE(fp_subscription_in, struct subscription_in, "WebhookCreate",
    INPUT(F_REQUIRED));
SHAPE(fp_subscription_change, struct subscription_in, "WebhookUpdate",
    INPUT(0));
enum { GIVEN_URL = 1, GIVEN_TYPES = 2, GIVEN_ACTIVE = 4, GIVEN_SECONDS = 8,
	GIVEN_RETRIES = 16, GIVEN_DESCRIPTION = 32, GIVEN_CAMPAIGNS = 64,
	GIVEN_HEADERS = 128, GIVEN_USER = 256, GIVEN_PASSWORD = 512 };

struct subscription {
	struct webhook_endpoint w;
	struct list types;
	struct str campaigns, headers;	/* JSON */
	bool basic;
};

#define O(member, wire, ...) \
    FIELD(struct subscription, member, wire, __VA_ARGS__)
#define OUTPUT \
    FP_ID(struct subscription, w.id, "id"), \
    O(w.url, "url", .max = 2000, .format = "uri"), \
    O(w.description, "description", .flags = F_NULLABLE, .max = 200), \
    O(types, "event_types", .max = HOOK_TYPES_MAX), \
    O(campaigns, "campaign_ids", .flags = F_JSON, .format = "array", \
	.doc = "[1]: all", .example = "[1]"), \
    O(w.active, "active"), \
    O(w.seconds, "timeout"), \
    O(w.max_retries, "max_retries"), \
    O(headers, "headers", .flags = F_JSON), \
    O(w.basic_user, "basic_auth_user", .flags = F_NULLABLE, .max = 200), \
    O(basic, "basic_auth_enabled"), \
    O(w.created_at, "created_at"), \
    O(w.updated_at, "updated_at")
SHAPE(fp_subscription, struct subscription, "Webhook", OUTPUT);
SHAPE(fp_subscription_made, struct subscription, "WebhookSecret", OUTPUT,
    O(w.secret, "secret_key", .flags = F_SECRET | F_NULLABLE, .max = 80,
	.doc = "Signs what is sent; shown this once"));

static struct str
campaigns_json(struct arena *a, struct str ids)
{
	struct str one;
	struct buf b;

	if (ids.p == NULL)
		return STR("[1]");
	buf_init(&b, a, ids.n + 2);
	while (ids.p != NULL) {
		(void)str_cut(ids, ' ', &one, &ids);
		buf_char(&b, b.n == 0 ? '[' : ',');
		buf_str(&b, one);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

static struct subscription
shown(struct arena *a, const struct webhook_endpoint *w)
{
	return (struct subscription){ .w = *w,
	    .types = hook_types_split(a, w->events),
	    .campaigns = campaigns_json(a, w->campaigns),
	    .headers = w->headers.p != NULL ? w->headers : STR("{}"),
	    .basic = w->basic_user.p != NULL };
}

static enum err
answer(struct request *rq, const struct webhook_endpoint *w)
{
	struct subscription *out = ARENA_NEW(rq->arena, struct subscription);

	*out = shown(rq->arena, w);
	rq->out = out;
	answer_etag(rq, (uint64_t)w->version);
	return OK;
}

void
fp_hook_call_check(struct request *rq, const struct fp_hook_call *c)
{
	bool basic = c->user.n > 0;

	if (basic && memchr(c->user.p, ':', c->user.n) != NULL)
		complain(&rq->wrong, rq->arena, STR("basic_auth_user"),
		    "can't have a colon in it");
	if (c->headers.p != NULL)
		webhook_headers_check(rq->arena, c->headers, basic, &rq->wrong,
		    "headers");
}

static void
check(struct request *rq)
{
	const struct subscription_in *in = rq->in;
	const struct str *type = in->types.items;

	(void)hook_url_check(rq, in->url);
	for (size_t i = 0; i < in->types.n; i++)
		if (!record_type_known(type[i]))
			complain(&rq->wrong, rq->arena, str_printf(rq->arena,
			    "event_types[%zu]", i), "is no type of event");
	fp_hook_call_check(rq, &in->call);
}

/* With blanks between; absent where one of them means all. */
static struct str
ids_text(struct arena *a, const struct list *ids)
{
	const uint64_t *id = ids->items;
	struct buf b;

	buf_init(&b, a, 64);
	for (size_t i = 0; i < ids->n; i++) {
		if (id[i] == ALL_CAMPAIGNS)
			return STR_NULL;
		if (i > 0)
			buf_char(&b, ' ');
		buf_u64(&b, id[i]);
	}
	return ids->n > 0 ? buf_view(&b) : STR_NULL;
}

/* All of them are the company's. */
static enum err
campaigns_of(struct request *rq, struct webhook_endpoint *w)
{
	const struct subscription_in *in = rq->in;
	const uint64_t *id = in->campaigns.items;
	const struct id_row *known;
	struct list rows;

	w->campaigns = ids_text(rq->arena, &in->campaigns);
	if (w->campaigns.p == NULL)
		return OK;
	TRY(webhook_campaigns(rq->db, rq->arena, rq->who.org_id, id,
	    in->campaigns.n, &rows));
	known = rows.items;
	for (size_t i = 0; i < in->campaigns.n; i++) {
		size_t k = 0;

		while (k < rows.n && known[k].id != id[i])
			k++;
		if (k == rows.n)
			complain(&rq->wrong, rq->arena, str_printf(rq->arena,
			    "campaign_ids[%zu]", i), "is no campaign of this "
			    "company");
	}
	return OK;
}

/* User and password stand together; no user takes both away. */
static void
basic_of(struct request *rq, struct webhook_endpoint *w)
{
	const struct fp_hook_call *c =
	    &((const struct subscription_in *)rq->in)->call;
	bool has_user, has_password;

	if (rq->given & GIVEN_USER)
		w->basic_user = c->user.n > 0 ? c->user : STR_NULL;
	if (rq->given & GIVEN_PASSWORD)
		w->basic_password = c->password.n > 0 ? c->password : STR_NULL;
	else if (w->basic_user.p == NULL)
		w->basic_password = STR_NULL;
	has_user = w->basic_user.p != NULL;
	has_password = w->basic_password.p != NULL;
	if (has_user != has_password)
		complain(&rq->wrong, rq->arena, str_of(has_user ?
		    "basic_auth_password" : "basic_auth_user"),
		    "must be given as well");
	else if (has_user && w->headers.p != NULL)
		webhook_headers_check(rq->arena, w->headers, true, &rq->wrong,
		    "headers");
}

/* What was given is changed. */
static enum err
change(struct request *rq, struct webhook_endpoint *w)
{
	const struct subscription_in *in = rq->in;

	if (rq->given & GIVEN_URL)
		w->url = in->url;
	if (rq->given & GIVEN_ACTIVE)
		w->active = in->active;
	if (rq->given & GIVEN_SECONDS)
		w->seconds = in->seconds;
	if (rq->given & GIVEN_RETRIES)
		w->max_retries = in->retries;
	if (rq->given & GIVEN_DESCRIPTION)
		w->description = in->description;
	if (rq->given & GIVEN_HEADERS)
		w->headers = in->call.headers;
	if (rq->given & GIVEN_CAMPAIGNS)
		TRY(campaigns_of(rq, w));
	basic_of(rq, w);
	if (rq->given & GIVEN_TYPES)
		w->events = hook_types_join(rq->arena, in->types);
	return rq->wrong.n == 0 ? OK : ERR_PARAMS;
}

/* What it will be, read and checked before the transaction begins. */
static enum err
begin(struct request *rq)
{
	struct webhook_endpoint *w = ARENA_NEW(rq->arena,
	    struct webhook_endpoint);

	*w = (struct webhook_endpoint){ .form = WEBHOOK_RECORDS,
	    .active = true, .seconds = SECONDS, .max_retries = RETRIES };
	rq->prepared = w;
	return change(rq, w);
}

static enum err
create(struct request *rq)
{
	struct webhook_endpoint w =
	    *(const struct webhook_endpoint *)rq->prepared;

	TRY(hook_create(rq, &w));
	return answer(rq, &w);
}

static const char *const sorts[] = { "created_at:desc", NULL };

struct list_in {
	struct fp_page_query page;
};

SHAPE(fp_subscription_query, struct list_in, "WebhookQuery",
    FP_PAGE_FIELDS(struct list_in));

static enum err
list(struct request *rq)
{
	const struct list_in *q = rq->query;
	const struct webhook_endpoint *w;
	struct subscription *out;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(webhook_list(rq->db, rq->arena, rq->who.org_id, WEBHOOK_RECORDS,
	    &p, &rows));
	w = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = shown(rq->arena, &w[i]);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct subscription, w.created_at),
	    offsetof(struct subscription, w.id));
	return OK;
}

static enum err
read_first(struct request *rq)
{
	struct webhook_endpoint *w = ARENA_NEW(rq->arena,
	    struct webhook_endpoint);

	rq->prepared = w;
	return webhook_get(rq->db, rq->arena, rq->who.org_id, WEBHOOK_RECORDS,
	    rq->id[0], w);
}

static enum err
get(struct request *rq)
{
	TRY(read_first(rq));
	return answer(rq, rq->prepared);
}

static enum err
read_and_change(struct request *rq)
{
	TRY(read_first(rq));
	return change(rq, rq->prepared);
}

static enum err
update(struct request *rq)
{
	struct webhook_endpoint w =
	    *(const struct webhook_endpoint *)rq->prepared;

	TRY(precondition(rq, (uint64_t)w.version));
	TRY(webhook_update(rq->db, rq->arena, ACTOR(rq), &w));
	return answer(rq, &w);
}

/* Answers with what it was. */
static enum err
delete(struct request *rq)
{
	TRY(webhook_delete(rq->db, rq->arena, ACTOR(rq), WEBHOOK_RECORDS,
	    rq->id[0]));
	TRY(answer(rq, rq->prepared));
	rq->headers = NULL;	/* no version of it is left */
	return OK;
}

struct types_out {
	struct list data;
};

SHAPE(fp_hook_types, struct types_out, "WebhookEventTypes",
    FIELD(struct types_out, data, "data", .max = HOOK_TYPES_MAX));

static enum err
types(struct request *rq)
{
	struct types_out *out = ARENA_NEW(rq->arena, struct types_out);
	struct str *type = arena_array(rq->arena, HOOK_TYPES_MAX,
	    sizeof(*type));

	for (out->data.n = 0; record_types[out->data.n] != NULL; out->data.n++)
		type[out->data.n] = str_of(record_types[out->data.n]);
	out->data.items = type;
	rq->out = out;
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err create_errors[] = ERRORS(ERR_LIMIT);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);

/* It gets what these show. */
#define WRITE (SCOPE_WEBHOOKS_WRITE | SCOPE_REFERRALS_READ | \
	SCOPE_EARNINGS_READ)
#define PATH "/company/webhooks"

const struct route fp_webhook_routes[] = {
	{ .op = "listWebhooks", .method = GET, .path = PATH, .handle = list,
	  .query = &fp_subscription_query, .sorts = sorts,
	  .out = &fp_subscription, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_WEBHOOKS_READ, .tag = "Webhooks",
	  .summary = "List webhook subscriptions" },
	{ .op = "createWebhook", .method = POST, .path = PATH, .check = check,
	  .prepare = begin, .handle = create, .in = &fp_subscription_in,
	  .out = &fp_subscription_made, .status = 201,
	  .flags = R_WRITE | R_PARAMS, .scope = WRITE,
	  .errors = create_errors, .tag = "Webhooks",
	  .summary = "Subscribe to changes of records" },
	{ .op = "listWebhookEventTypes", .method = GET,
	  .path = PATH "/event_types", .handle = types, .out = &fp_hook_types,
	  .status = 200, .scope = SCOPE_WEBHOOKS_READ, .tag = "Webhooks",
	  .summary = "List what can be subscribed to" },
	{ .op = "getWebhook", .method = GET, .path = PATH "/{id}",
	  .handle = get, .out = &fp_subscription, .status = 200,
	  .scope = SCOPE_WEBHOOKS_READ, .errors = not_found,
	  .tag = "Webhooks", .summary = "Read a webhook subscription" },
	{ .op = "updateWebhook", .method = PUT, .path = PATH "/{id}",
	  .check = check, .prepare = read_and_change, .handle = update,
	  .in = &fp_subscription_change, .out = &fp_subscription,
	  .status = 200, .flags = R_WRITE | R_PARAMS, .scope = WRITE,
	  .errors = update_errors, .tag = "Webhooks",
	  .summary = "Change a webhook subscription" },
	{ .op = "deleteWebhook", .method = DELETE, .path = PATH "/{id}",
	  .prepare = read_first, .handle = delete, .out = &fp_subscription,
	  .status = 200, .flags = R_WRITE, .scope = SCOPE_WEBHOOKS_WRITE,
	  .errors = not_found, .tag = "Webhooks",
	  .summary = "Delete a webhook subscription, with its deliveries" },
	{ .op = NULL }
};
