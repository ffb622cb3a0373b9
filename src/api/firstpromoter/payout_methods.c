/* Payout methods: how promoters want to be paid. */
#include "api/firstpromoter/payouts.h"
#include "model/promoter/own_room.h"

#include "base/banned.h"

#define M(member, wire, ...) \
    FIELD(struct payout_method, member, wire, __VA_ARGS__)
SHAPE(fp_payout_method, struct payout_method, "PayoutMethod",
    M(id, "id", .flags = F_ID_NUMBER),
    M(method, "method", .labels = payout_method_labels),
    M(created_at, "date_added"),
    M(is_disabled, "is_disabled"),
    M(meta, "meta", .flags = F_JSON),
    M(is_selected, "is_selected",
	.doc = "He is paid by it: one of his is"),
    M(details, "details", .flags = F_JSON),
    M(managed, "managed_payouts",
	.doc = "Whether this service pays by itself: it never does"));

struct list_in {
	struct fp_page_query page;
	uint64_t referrer_id;
};

SHAPE(fp_method_query, struct list_in, "PayoutMethodQuery",
    FP_PAGE_FIELDS(struct list_in),
    FIELD(struct list_in, referrer_id, "filters[promoter_id]"));

static const char *const list_sorts[] = { "id:desc", NULL };

/* What no row has. */
static void
finish(struct payout_method *m)
{
	m->meta = STR("{}");
}

static enum err
list(struct request *rq)
{
	const struct list_in *q = rq->query;
	struct payout_method *m;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(method_list(rq->db, rq->arena, rq->who.org_id, q->referrer_id, &p,
	    &rows));
	m = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		finish(&m[i]);
	page_cut(rq, &p, rows, sizeof(*m), offsetof(struct payout_method, id),
	    offsetof(struct payout_method, id));
	return OK;
}

enum err
fp_method_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	TRY(method_get(db, a, org, 0, id, out));
	finish(out);
	return OK;
}

static enum err
get(struct request *rq)
{
	struct payout_method *m = ARENA_NEW(rq->arena, struct payout_method);

	TRY(method_get(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0], m));
	finish(m);
	rq->out = m;
	return OK;
}

SHAPE(fp_method_in, struct payout_method, "PayoutMethodWrite",
    M(method, "method", .labels = payout_method_labels,
	.flags = F_REQUIRED),
    M(is_disabled, "is_disabled"),
    M(is_selected, "is_selected"),
    M(referrer_id, "promoter_id", .flags = F_REQUIRED | F_ID_NUMBER),
    M(details, "details", .flags = F_REQUIRED | F_JSON,
	.doc = "paypal_email, or wise_email, or wallet_address and "
	    "crypto_currency, or bank_country, account_holder_name and what "
	    "else a bank needs",
	.example = "{\"paypal_email\":\"somebody@example.com\"}"));

static void
check(struct request *rq)
{
	const struct payout_method *in = rq->in;

	if (in->method >= 0 && in->details.p != NULL)
		(void)!method_details_check(rq->arena, in->method,
		    in->details, &rq->wrong);
}

static enum err
create(struct request *rq)
{
	struct payout_method *m = ARENA_NEW(rq->arena, struct payout_method);

	*m = *(const struct payout_method *)rq->in;
	TRY(method_create(rq->db, rq->arena, ACTOR(rq), m));
	finish(m);
	rq->out = m;
	return OK;
}

static enum err
update(struct request *rq)
{
	struct payout_method *m = ARENA_NEW(rq->arena, struct payout_method);
	struct payout_method was = { 0 };

	*m = *(const struct payout_method *)rq->in;
	m->id = rq->id[0];
	TRY(method_lock(rq->db, rq->arena, ACTOR(rq), m->referrer_id, m->id,
	    &was));
	TRY(method_update(rq->db, rq->arena, ACTOR(rq), &was, m));
	finish(m);
	rq->out = m;
	return OK;
}

static enum err
read_gone(struct request *rq)
{
	return fp_read_gone(rq, get);
}

static enum err
delete(struct request *rq)
{
	rq->out = rq->prepared;
	return method_delete(rq->db, rq->arena, ACTOR(rq),
	    rq->who.promoter_id, rq->id[0]);
}

/* --- by a promoter himself --- */

struct own_methods {
	struct list data;
	struct str meta;
};

SHAPE(fp_own_methods, struct own_methods, "OwnPayoutMethods",
    FIELD(struct own_methods, data, "data", .of = &fp_payout_method,
	.max = OWN_METHODS_MOST),
    FIELD(struct own_methods, meta, "meta", .flags = F_JSON,
	.doc = "selected_payout_methods: by which the company pays"));

static enum err
list_own(struct request *rq)
{
	const struct paging all = { .limit = OWN_METHODS_MOST };
	struct own_methods *out = ARENA_NEW(rq->arena, struct own_methods);
	struct payout_method *m;

	TRY(method_list(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, &all, &out->data));
	if (out->data.n > OWN_METHODS_MOST)
		out->data.n = OWN_METHODS_MOST;
	m = out->data.items;
	for (size_t i = 0; i < out->data.n; i++)
		finish(&m[i]);
	out->meta = STR("{\"selected_payout_methods\":" FP_METHODS
	    ",\"payout_method_options\":{}}");
	rq->out = out;
	return OK;
}

SHAPE(fp_own_method_in, struct payout_method, "OwnPayoutMethodCreate",
    M(method, "method", .labels = payout_method_labels,
	.flags = F_REQUIRED),
    M(is_disabled, "is_disabled"),
    M(is_selected, "is_selected"),
    M(details, "details", .flags = F_REQUIRED | F_JSON,
	.doc = "As the company's own calls take them",
	.example = "{\"paypal_email\":\"somebody@example.com\"}"));
SHAPE(fp_own_method_change, struct payout_method, "OwnPayoutMethodUpdate",
    M(method, "method", .labels = payout_method_labels),
    M(is_disabled, "is_disabled"),
    M(is_selected, "is_selected"),
    M(details, "details", .flags = F_REQUIRED | F_JSON,
	.example = "{\"paypal_email\":\"somebody@example.com\"}"));
enum { HAS_METHOD = 1, HAS_DISABLED = 2, HAS_SELECTED = 4 };

static enum err
find_room(struct request *rq)
{
	return own_room(rq->db, rq->arena, rq->who.promoter_id, OWN_METHODS);
}

static enum err
create_own(struct request *rq)
{
	((struct payout_method *)rq->in)->referrer_id = rq->who.promoter_id;
	return create(rq);
}

/* What was not sent stays as it was. */
static enum err
update_own(struct request *rq)
{
	struct payout_method *m = ARENA_NEW(rq->arena, struct payout_method);
	const struct payout_method *in = rq->in;
	struct payout_method was = { 0 };

	TRY(method_lock(rq->db, rq->arena, ACTOR(rq), rq->who.promoter_id,
	    rq->id[0], &was));
	*m = was;
	m->details = in->details;
	if ((rq->given & HAS_METHOD) != 0)
		m->method = in->method;
	if ((rq->given & HAS_DISABLED) != 0)
		m->is_disabled = in->is_disabled;
	if ((rq->given & HAS_SELECTED) != 0)
		m->is_selected = in->is_selected;
	if (!method_details_check(rq->arena, m->method, m->details,
	    &rq->wrong))
		return ERR_INVALID;
	TRY(method_update(rq->db, rq->arena, ACTOR(rq), &was, m));
	finish(m);
	rq->out = m;
	return OK;
}

static const enum err get_errors[] = ERRORS(ERR_NOT_FOUND);
static const enum err room_errors[] = ERRORS(ERR_LIMIT, ERR_CONFLICT);
static const enum err write_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

#define OWN "/affiliate/payout_methods"
#define OWN_TAG "Affiliate payout methods"
const struct route fp_payout_method_routes[] = {
	{ .op = "listPayoutMethods", .method = GET,
	  .path = "/company/payout_methods", .handle = list,
	  .query = &fp_method_query, .out = &fp_payout_method,
	  .sorts = list_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_EARNINGS_READ, .tag = "Payout methods",
	  .summary = "List payout methods" },
	{ .op = "createPayoutMethod", .method = POST,
	  .path = "/company/payout_methods", .check = check,
	  .handle = create, .in = &fp_method_in, .out = &fp_payout_method,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = write_errors,
	  .tag = "Payout methods", .summary = "Say how a promoter is paid" },
	{ .op = "getPayoutMethod", .method = GET,
	  .path = "/company/payout_methods/{id}", .handle = get,
	  .out = &fp_payout_method, .status = 200,
	  .scope = SCOPE_EARNINGS_READ, .errors = get_errors,
	  .tag = "Payout methods", .summary = "Get a payout method" },
	{ .op = "updatePayoutMethod", .method = PUT,
	  .path = "/company/payout_methods/{id}", .check = check,
	  .handle = update, .in = &fp_method_in, .out = &fp_payout_method,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = write_errors,
	  .tag = "Payout methods", .summary = "Replace a payout method" },
	{ .op = "deletePayoutMethod", .method = DELETE,
	  .path = "/company/payout_methods/{id}", .prepare = read_gone,
	  .handle = delete, .out = &fp_payout_method, .status = 200,
	  .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = write_errors,
	  .tag = "Payout methods", .summary = "Erase a payout method" },
	{ .op = "affiliateMethods", .method = GET, .path = OWN,
	  .handle = list_own, .out = &fp_own_methods, .status = 200,
	  .flags = R_PROMOTER, .tag = OWN_TAG,
	  .summary = "List how one can be paid" },
	{ .op = "affiliateCreateMethod", .method = POST, .path = OWN,
	  .check = check, .prepare = find_room, .handle = create_own,
	  .in = &fp_own_method_in, .out = &fp_payout_method, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = room_errors,
	  .tag = OWN_TAG, .summary = "Say how one can be paid" },
	{ .op = "affiliateMethod", .method = GET, .path = OWN "/{id}",
	  .handle = get, .out = &fp_payout_method, .status = 200,
	  .flags = R_PROMOTER, .errors = get_errors, .tag = OWN_TAG,
	  .summary = "Get a payout method of one's own" },
	{ .op = "affiliateUpdateMethod", .method = PUT, .path = OWN "/{id}",
	  .handle = update_own,
	  .in = &fp_own_method_change, .out = &fp_payout_method,
	  .status = 200, .flags = R_PROMOTER | R_WRITE,
	  .errors = write_errors, .tag = OWN_TAG,
	  .summary = "Change a payout method of one's own" },
	{ .op = "affiliateDeleteMethod", .method = DELETE, .path = OWN "/{id}",
	  .prepare = read_gone, .handle = delete,
	  .out = &fp_payout_method, .status = 200,
	  .flags = R_PROMOTER | R_WRITE, .errors = write_errors,
	  .tag = OWN_TAG, .summary = "Erase a payout method of one's own" },
	{ .op = NULL }
};
