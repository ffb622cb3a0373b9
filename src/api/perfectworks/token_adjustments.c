/* Tokens that the house gives or takes, with a reason. */
#include "api/perfectworks/routes.h"
#include "base/money.h"
#include "model/token/adjustment.h"
#include "model/people/organization.h"

#include "base/banned.h"

struct adjustment_in {
	uint64_t organization_id;
	int64_t amount;
	struct str reason;
};

SHAPE(adjustment_in, struct adjustment_in, "TokenAdjustmentCreate",
    FIELD(struct adjustment_in, organization_id, "organizationId",
	.flags = F_REQUIRED),
    FIELD(struct adjustment_in, amount, "amount", .flags = F_REQUIRED,
	.min = -MONEY_MAX, .max = MONEY_MAX,
	.doc = "Given, or below zero: taken", .example = "500"),
    FIELD(struct adjustment_in, reason, "reason", .flags = F_REQUIRED,
	.min = 1, .max = 200,
	.example = "\"Made good: the outage of 3 May\""));

SHAPE(adjustment_out, struct adjustment, "TokenAdjustment",
    FIELD(struct adjustment, id, "id"),
    FIELD(struct adjustment, organization_id, "organizationId"),
    FIELD(struct adjustment, user_id, "userId", .doc = "Who did it"),
    FIELD(struct adjustment, amount, "amount"),
    FIELD(struct adjustment, reason, "reason", .max = 200),
    FIELD(struct adjustment, balance_after, "balanceAfter",
	.doc = "Available to the organization after it"),
    FIELD(struct adjustment, created_at, "createdAt"));

struct adjustment_query {
	struct page_query paging;
	uint64_t organization_id;
};

SHAPE(adjustment_query, struct adjustment_query, "TokenAdjustmentQuery",
    PAGE_FIELDS(struct adjustment_query),
    FIELD(struct adjustment_query, organization_id, "organizationId"));

/* Before the transaction: is there such an organization? */
static enum err
find(struct request *rq)
{
	const struct adjustment_in *in = rq->in;
	struct organization o = { 0 };

	if (in->amount == 0) {
		complain(&rq->wrong, rq->arena, STR("amount"),
		    "must not be 0");
		return ERR_INVALID;
	}
	return organization_get(rq->db, rq->arena, in->organization_id, &o);
}

static enum err
create(struct request *rq)
{
	const struct adjustment_in *in = rq->in;
	struct adjustment *t = ARENA_NEW(rq->arena, struct adjustment);

	t->organization_id = in->organization_id;
	t->amount = in->amount;
	t->reason = in->reason;
	rq->out = t;
	return adjustment_create(rq->db, rq->arena, ACTOR(rq), t);
}

static enum err
list(struct request *rq)
{
	const struct adjustment_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(adjustment_list(rq->db, rq->arena, q->organization_id, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct adjustment),
	    offsetof(struct adjustment, created_at),
	    offsetof(struct adjustment, id));
	return OK;
}

static const enum err create_errors[] = ERRORS(ERR_NOT_FOUND, ERR_FUNDS,
    ERR_OVERFLOW);

const struct route pw_adjustment_routes[] = {
	{ .op = "createTokenAdjustment", .method = POST,
	  .path = "/admin/token-adjustments", .prepare = find,
	  .handle = create, .in = &adjustment_in, .out = &adjustment_out,
	  .status = 201, .flags = R_WRITE | R_HOUSE | R_LIVE,
	  .scope = SCOPE_TOKENS_WRITE, .errors = create_errors,
	  .tag = "token-adjustments",
	  .summary = "Give tokens to an organization, or take them",
	  .done = "Tokens adjusted" },
	{ .op = "listTokenAdjustments", .method = GET,
	  .path = "/admin/token-adjustments", .handle = list,
	  .query = &adjustment_query, .out = &adjustment_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_TOKENS_READ,
	  .tag = "token-adjustments", .summary = "List token adjustments",
	  .done = "Token adjustments" },
	{ .op = NULL }
};
