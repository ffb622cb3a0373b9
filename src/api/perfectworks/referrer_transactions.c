/* What a referrer earned and took out. */
#include "api/perfectworks/routes.h"
#include "model/referral/explain.h"
#include "model/referral/screen.h"

#include "base/banned.h"

SHAPE(pw_earning, struct earning, "ReferrerTransaction",
    FIELD(struct earning, id, "id"),
    FIELD(struct earning, type, "type", .labels = earning_type_labels),
    FIELD(struct earning, status, "status", .labels = earning_status_labels),
    FIELD(struct earning, amount, "amount", .doc = "In minor units; "
	"of a reversal below zero, of a withdrawal what was asked for",
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
    FIELD(struct earning_query, type, "type", .labels = earning_type_labels,
	.doc = "With a sort by createdAt"),
    FIELD(struct earning_query, status, "status",
	.labels = earning_status_labels, .doc = "With a sort by createdAt"));

static const char *const sorts[] = {
	"createdAt:desc", "createdAt:asc", "amount:desc", "amount:asc", NULL
};

#define BY_AMOUNT 2		/* from here on in sorts */

/* No index has a filter and the amount in its order. */
static enum err
check_sort(struct request *rq, const struct earning_query *q, unsigned order)
{
	if (order < BY_AMOUNT || (q->type < 0 && q->status < 0))
		return OK;
	complain(&rq->wrong, rq->arena, STR("sort"),
	    "must be by createdAt where type or status is given");
	return ERR_BAD_PAGE;
}

static enum err
list(struct request *rq)
{
	const struct earning_query *q = rq->query;
	struct referrer r = { 0 };
	struct list rows = { 0 };
	struct paging p;
	enum err e;

	TRY(page_read(rq, &q->paging, &p));
	TRY(check_sort(rq, q, p.order));
	e = referrer_of(rq->db, rq->arena, rq->who.org_id, &r);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK)
		TRY(earning_list(rq->db, rq->arena, r.id, q->type, q->status,
		    &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct earning),
	    p.order < BY_AMOUNT ? offsetof(struct earning, created_at) :
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

SHAPE(explained_sale, struct explained_sale, "ExplainedSale",
    FIELD(struct explained_sale, id, "id"),
    FIELD(struct explained_sale, amount, "amount", .doc = "In minor units"),
    FIELD(struct explained_sale, rate_ppm, "ratePpm",
	.doc = "Of the commission, in millionths", .example = "200000"),
    FIELD(struct explained_sale, refunded_amount, "refundedAmount"),
    FIELD(struct explained_sale, reversed_amount, "reversedAmount",
	.doc = "Of the commission, in sum"),
    FIELD(struct explained_sale, paid_at, "paidAt"));

SHAPE(explained_referral, struct explained_referral, "ExplainedReferral",
    FIELD(struct explained_referral, id, "id"),
    FIELD(struct explained_referral, code, "code", .max = 40),
    FIELD(struct explained_referral, clicked_at, "clickedAt",
	.flags = F_NULLABLE),
    FIELD(struct explained_referral, signed_up_at, "signedUpAt"));

struct explain_out {
	struct explanation x;
	struct list checks;
};

SHAPE(explain_out, struct explain_out, "Explanation",
    FIELD(struct explain_out, x.e, "transaction", .of = &pw_earning),
    FIELD(struct explain_out, x.sale, "sale", .flags = F_NULLABLE,
	.of = &explained_sale),
    FIELD(struct explain_out, x.referral, "referral", .flags = F_NULLABLE,
	.of = &explained_referral),
    FIELD(struct explain_out, checks, "checks", .max = 3,
	.labels = check_labels, .doc = "What looked wrong"),
    FIELD(struct explain_out, x.steps, "steps", .max = 12,
	.doc = "The same in sentences"));

static enum err
explain(struct request *rq)
{
	struct explain_out *out = ARENA_NEW(rq->arena, struct explain_out);
	struct referrer r = { 0 };

	TRY(referrer_of(rq->db, rq->arena, rq->who.org_id, &r));
	TRY(earning_explain(rq->db, rq->arena, r.id, rq->id[0], &out->x));
	out->checks = check_names(rq->arena, out->x.checks);
	rq->out = out;
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_earning_routes[] = {
	{ .op = "listReferrerTransactions", .method = GET,
	  .path = "/referrer-transactions", .handle = list,
	  .query = &earning_query, .out = &pw_earning, .status = 200,
	  .sorts = sorts, .flags = R_LIST, .scope = SCOPE_EARNINGS_READ,
	  .tag = "referrer-transactions",
	  .summary = "List commissions, reversals and withdrawals",
	  .done = "Referrer transactions" },
	{ .op = "getReferrerTransaction", .method = GET,
	  .path = "/referrer-transactions/{id}", .handle = get,
	  .out = &pw_earning, .status = 200, .scope = SCOPE_EARNINGS_READ,
	  .errors = not_found, .tag = "referrer-transactions",
	  .summary = "Read a referrer transaction",
	  .done = "Referrer transaction" },
	{ .op = "explainReferrerTransaction", .method = GET,
	  .path = "/referrer-transactions/{id}/explain", .handle = explain,
	  .out = &explain_out, .status = 200, .scope = SCOPE_EARNINGS_READ,
	  .errors = not_found, .tag = "referrer-transactions",
	  .summary = "Why a transaction is what it is",
	  .done = "Explanation" },
	{ .op = NULL }
};
