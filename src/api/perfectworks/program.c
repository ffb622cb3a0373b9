/* The referral program, for the house: who joins, and commissions on hold. */
#include "api/perfectworks/routes.h"
#include "model/referral/earning.h"
#include "model/referral/screen.h"

#include "base/banned.h"

SHAPE(referrer_detail, struct referrer, "ReferrerDetail",
    FIELD(struct referrer, id, "id"),
    FIELD(struct referrer, organization_id, "organizationId"),
    FIELD(struct referrer, organization_name, "organizationName",
	.flags = F_NULLABLE, .max = 120),
    FIELD(struct referrer, status, "status",
	.labels = referrer_status_labels),
    FIELD(struct referrer, terms, "terms", .max = 40,
	.doc = "The version that was accepted"),
    FIELD(struct referrer, joined_at, "joinedAt"),
    FIELD(struct referrer, decided_at, "decidedAt", .flags = F_NULLABLE),
    FIELD(struct referrer, reason, "reason", .flags = F_NULLABLE,
	.max = 200));

struct referrer_query {
	struct page_query paging;
	int status;
};

SHAPE(referrer_query, struct referrer_query, "ReferrerQuery",
    PAGE_FIELDS(struct referrer_query),
    FIELD(struct referrer_query, status, "status",
	.labels = referrer_status_labels));

static const char *const referrer_sorts[] = {
	"joinedAt:desc", "joinedAt:asc", NULL
};

static enum err
list_members(struct request *rq)
{
	const struct referrer_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(referrer_list(rq->db, rq->arena, q->status, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct referrer),
	    offsetof(struct referrer, joined_at),
	    offsetof(struct referrer, id));
	return OK;
}

static enum err
decide(struct request *rq, int status, struct str reason)
{
	rq->out = ARENA_NEW(rq->arena, struct referrer);
	return referrer_decide(rq->db, rq->arena, rq->id[0], status, reason,
	    rq->who.user_id, rq->now, rq->out);
}

static enum err
approve(struct request *rq)
{
	return decide(rq, REFERRER_ACTIVE, STR_NULL);
}

struct block_in {
	struct str reason;
};

SHAPE(block_in, struct block_in, "ReferrerBlock",
    FIELD(struct block_in, reason, "reason", .flags = F_REQUIRED, .min = 1,
	.max = 200, .example = "\"Advertises by unwanted mail\""));

static enum err
block(struct request *rq)
{
	const struct block_in *in = rq->in;

	return decide(rq, REFERRER_BLOCKED, in->reason);
}

/* With the names of its checks. */
struct held_out {
	struct held h;
	struct list checks;
};

SHAPE(held_out, struct held_out, "HeldCommission",
    FIELD(struct held_out, h.id, "id"),
    FIELD(struct held_out, h.status, "status",
	.labels = earning_status_labels),
    FIELD(struct held_out, h.amount, "amount", .doc = "In minor units"),
    FIELD(struct held_out, h.currency, "currency", .max = 3,
	.format = "currency"),
    FIELD(struct held_out, checks, "checks", .max = 3,
	.labels = check_labels, .doc = "What looks wrong with it"),
    FIELD(struct held_out, h.referrer_id, "referrerId"),
    FIELD(struct held_out, h.organization_id, "organizationId",
	.doc = "The referrer's"),
    FIELD(struct held_out, h.placement_id, "referrerCampaignId"),
    FIELD(struct held_out, h.payment_id, "paymentId"),
    FIELD(struct held_out, h.created_at, "createdAt"),
    FIELD(struct held_out, h.available_at, "availableAt",
	.flags = F_NULLABLE, .doc = "Null while it is held"),
    FIELD(struct held_out, h.refused_at, "refusedAt", .flags = F_NULLABLE));

static enum err
answer(struct request *rq, const struct held *h)
{
	struct held_out *out = ARENA_NEW(rq->arena, struct held_out);

	*out = (struct held_out){ *h, check_names(rq->arena, h->checks) };
	rq->out = out;
	return OK;
}

/* By id alone: what is held is worked off in its order. */
static const char *const held_sorts[] = { "id:asc", NULL };

static enum err
list_held(struct request *rq)
{
	const struct pw_list_query *q = rq->query;
	const struct held *row;
	struct held_out *out;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(earning_held(rq->db, rq->arena, &p, &rows));
	row = rows.items;
	out = arena_array(rq->arena, rows.n, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = (struct held_out){ row[i],
		    check_names(rq->arena, row[i].checks) };
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct held_out, h.created_at),
	    offsetof(struct held_out, h.id));
	return OK;
}

static enum err
let_go(struct request *rq)
{
	struct held h = { 0 };

	TRY(earning_let_go(rq->db, rq->arena, ACTOR(rq), rq->id[0], &h));
	return answer(rq, &h);
}

static enum err
refuse(struct request *rq)
{
	struct held h = { 0 };

	TRY(earning_refuse(rq->db, rq->arena, ACTOR(rq), rq->id[0], &h));
	return answer(rq, &h);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err decide_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);

const struct route pw_program_routes[] = {
	{ .op = "adminListReferrers", .method = GET,
	  .path = "/admin/referrers", .handle = list_members,
	  .query = &referrer_query, .out = &referrer_detail, .status = 200,
	  .sorts = referrer_sorts, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_CAMPAIGNS_READ,
	  .tag = "admin", .summary = "List referrers", .done = "Referrers" },
	{ .op = "adminApproveReferrer", .method = POST,
	  .path = "/admin/referrers/{id}/approve", .handle = approve,
	  .out = &referrer_detail, .status = 200, .flags = R_WRITE | R_HOUSE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = not_found,
	  .tag = "admin", .summary = "Let a referrer in, or in again",
	  .done = "Referrer approved" },
	{ .op = "adminBlockReferrer", .method = POST,
	  .path = "/admin/referrers/{id}/block", .handle = block,
	  .in = &block_in, .out = &referrer_detail, .status = 200,
	  .flags = R_WRITE | R_HOUSE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = not_found, .tag = "admin",
	  .summary = "Block a referrer: links count no longer",
	  .done = "Referrer blocked" },
	{ .op = "adminListHeldCommissions", .method = GET,
	  .path = "/admin/held-commissions", .handle = list_held,
	  .query = &pw_list_query, .out = &held_out, .status = 200,
	  .sorts = held_sorts, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_EARNINGS_READ,
	  .tag = "admin",
	  .summary = "List commissions that wait for a decision",
	  .done = "Held commissions" },
	{ .op = "adminReleaseCommission", .method = POST,
	  .path = "/admin/held-commissions/{id}/release", .handle = let_go,
	  .out = &held_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = decide_errors,
	  .tag = "admin", .summary = "Let a held commission go on",
	  .done = "Commission released" },
	{ .op = "adminRefuseCommission", .method = POST,
	  .path = "/admin/held-commissions/{id}/refuse", .handle = refuse,
	  .out = &held_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = decide_errors,
	  .tag = "admin", .summary = "Take a held commission back",
	  .done = "Commission refused" },
	{ .op = NULL }
};
