/* Payout methods: how promoters want to be paid. */
#include "api/firstpromoter/payouts.h"

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
fp_method_answer(struct request *rq, uint64_t id)
{
	struct payout_method *m = ARENA_NEW(rq->arena, struct payout_method);

	TRY(method_get(rq->db, rq->arena, rq->who.org_id, id, m));
	finish(m);
	rq->out = m;
	return OK;
}

static enum err
get(struct request *rq)
{
	return fp_method_answer(rq, rq->id[0]);
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

	*m = *(const struct payout_method *)rq->in;
	m->id = rq->id[0];
	TRY(method_update(rq->db, rq->arena, ACTOR(rq), m));
	finish(m);
	rq->out = m;
	return OK;
}

static enum err
delete(struct request *rq)
{
	return method_delete(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static const enum err get_errors[] = ERRORS(ERR_NOT_FOUND);
static const enum err delete_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

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
	  .scope = SCOPE_EARNINGS_WRITE, .errors = get_errors,
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
	  .scope = SCOPE_EARNINGS_WRITE, .errors = get_errors,
	  .tag = "Payout methods", .summary = "Replace a payout method" },
	{ .op = "deletePayoutMethod", .method = DELETE,
	  .path = "/company/payout_methods/{id}", .handle = delete,
	  .status = 204, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = delete_errors,
	  .tag = "Payout methods", .summary = "Erase a payout method" },
	{ .op = NULL }
};
