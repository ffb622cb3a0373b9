/* What a referrer earned and took out. */
#include "api/perfectworks/routes.h"
#include "model/earning.h"

#include "base/banned.h"

SHAPE(earning_out, struct earning, "ReferrerTransaction",
    FIELD(struct earning, id, "id"),
    FIELD(struct earning, type, "type", .labels = earning_type_labels),
    FIELD(struct earning, status, "status", .labels = earning_status_labels),
    FIELD(struct earning, amount, "amount", .doc = "In minor units",
	.example = "400"),
    FIELD(struct earning, currency, "currency", .format = "currency",
	.max = 3, .example = "\"USD\""),
    FIELD(struct earning, placement_id, "campaignId", .flags = F_NULLABLE,
	.doc = "The referrer campaign that it came by"),
    FIELD(struct earning, available_at, "availableAt", .flags = F_NULLABLE),
    FIELD(struct earning, created_at, "createdAt"));

struct earning_query {
	struct page_query paging;
	int type, status;
};

SHAPE(earning_query, struct earning_query, "ReferrerTransactionQuery",
    PAGE_FIELDS(struct earning_query),
    FIELD(struct earning_query, type, "type", .labels = earning_type_labels),
    FIELD(struct earning_query, status, "status",
	.labels = earning_status_labels));

static const char *const sorts[] = {
	"createdAt:desc", "createdAt:asc", "amount:desc", "amount:asc", NULL
};

static enum err
list(struct request *rq)
{
	const struct earning_query *q = rq->query;
	struct referrer r = { 0 };
	struct list rows = { 0 };
	struct paging p;
	enum err e;

	TRY(page_read(rq, &q->paging, sorts, &p));
	e = referrer_of(rq->db, rq->arena, rq->who.org_id, &r);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK)
		TRY(earning_list(rq->db, rq->arena, r.id, q->type, q->status,
		    &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct earning),
	    p.order < 2 ? offsetof(struct earning, created_at) :
	    offsetof(struct earning, amount), offsetof(struct earning, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct referrer r = { 0 };

	TRY(referrer_of(rq->db, rq->arena, rq->who.org_id, &r));
	rq->out = ARENA_NEW(rq->arena, struct earning);
	return earning_get(rq->db, rq->arena, r.id, rq->id[0], rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_earning_routes[] = {
	{ .op = "listReferrerTransactions", .method = GET,
	  .path = "/referrer-transactions", .handle = list,
	  .query = &earning_query, .out = &earning_out, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_EARNINGS_READ,
	  .tag = "referrer-transactions",
	  .summary = "List commissions, reversals and withdrawals",
	  .done = "Referrer transactions" },
	{ .op = "getReferrerTransaction", .method = GET,
	  .path = "/referrer-transactions/{id}", .handle = get,
	  .out = &earning_out, .status = 200, .scope = SCOPE_EARNINGS_READ,
	  .errors = not_found, .tag = "referrer-transactions",
	  .summary = "Read a referrer transaction",
	  .done = "Referrer transaction" },
	{ .op = NULL }
};
