/* Taking earnings out, and what the house decides of it. */
#include "api/perfectworks/routes.h"
#include "base/money.h"
#include "base/settings.h"
#include "model/referral/withdrawal.h"

#include "base/banned.h"

struct withdraw_in {
	int64_t amount;
	struct str currency;
};

SHAPE(withdraw_in, struct withdraw_in, "Withdraw",
    FIELD(struct withdraw_in, amount, "amount", .flags = F_REQUIRED,
	.min = 1, .max = MONEY_MAX, .doc = "In minor units; at most what is "
	"available in that currency", .example = "1000"),
    FIELD(struct withdraw_in, currency, "currency", .flags = F_REQUIRED,
	.max = 3, .format = "currency", .example = "\"USD\""));

#define WITHDRAWAL_FIELDS \
    FIELD(struct withdrawal, id, "id"), \
    FIELD(struct withdrawal, status, "status", \
	.labels = earning_status_labels), \
    FIELD(struct withdrawal, amount, "amount", .doc = "In minor units"), \
    FIELD(struct withdrawal, currency, "currency", .max = 3, \
	.format = "currency"), \
    FIELD(struct withdrawal, created_at, "createdAt"), \
    FIELD(struct withdrawal, decided_at, "decidedAt", .flags = F_NULLABLE), \
    FIELD(struct withdrawal, paid_at, "paidAt", .flags = F_NULLABLE), \
    FIELD(struct withdrawal, reference, "reference", .flags = F_NULLABLE, \
	.max = 120, .doc = "Of the payment outside"), \
    FIELD(struct withdrawal, reason, "reason", .flags = F_NULLABLE, \
	.max = 200, .doc = "Why it was refused")

SHAPE(withdrawal_out, struct withdrawal, "Withdrawal",
    WITHDRAWAL_FIELDS,
    FIELD(struct withdrawal, organization_id, "organizationId"),
    FIELD(struct withdrawal, referrer_id, "referrerId"),
    FIELD(struct withdrawal, user_id, "userId", .flags = F_NULLABLE),
    FIELD(struct withdrawal, decided_by, "decidedBy", .flags = F_NULLABLE));

static enum err
withdraw(struct request *rq)
{
	const struct withdraw_in *in = rq->in;
	struct earning *out = ARENA_NEW(rq->arena, struct earning);
	struct withdrawal w = { .amount = in->amount,
	    .currency = in->currency };
	enum err e = withdrawal_request(rq->db, rq->arena, ACTOR(rq), &w);

	if (e == ERR_LIMIT)
		complain(&rq->wrong, rq->arena, STR("amount"),
		    "must be at least %lld",
		    (long long)settings->least_withdrawal);
	if (e == ERR_FUNDS)
		complain(&rq->wrong, rq->arena, STR("amount"),
		    "is more than is available in %.*s", STR_ARG(w.currency));
	*out = (struct earning){ .id = w.id, .type = EARNING_WITHDRAWAL,
	    .status = w.status, .amount = w.amount, .currency = w.currency,
	    .created_at = w.created_at };
	rq->out = out;
	return e;
}

struct withdrawal_query {
	struct page_query paging;
	int status;
	uint64_t organization_id;
};

SHAPE(withdrawal_query, struct withdrawal_query, "WithdrawalQuery",
    PAGE_FIELDS(struct withdrawal_query),
    FIELD(struct withdrawal_query, status, "status",
	.labels = earning_status_labels),
    FIELD(struct withdrawal_query, organization_id, "organizationId"));

static enum err
list(struct request *rq)
{
	const struct withdrawal_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(withdrawal_list(rq->db, rq->arena, q->status, q->organization_id,
	    &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct withdrawal),
	    offsetof(struct withdrawal, created_at),
	    offsetof(struct withdrawal, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct withdrawal);
	return withdrawal_get(rq->db, rq->arena, rq->id[0], rq->out);
}

static enum err
approve(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct withdrawal);
	return withdrawal_approve(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    rq->out);
}

struct refuse_in {
	struct str reason;
};

SHAPE(refuse_in, struct refuse_in, "WithdrawalRefuse",
    FIELD(struct refuse_in, reason, "reason", .flags = F_REQUIRED, .min = 1,
	.max = 200, .doc = "The referrer sees it",
	.example = "\"The bank account is not known\""));

static enum err
refuse(struct request *rq)
{
	const struct refuse_in *in = rq->in;

	rq->out = ARENA_NEW(rq->arena, struct withdrawal);
	return withdrawal_refuse(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    in->reason, rq->out);
}

struct paid_in {
	struct str reference;
};

SHAPE(paid_in, struct paid_in, "WithdrawalPaid",
    FIELD(struct paid_in, reference, "reference", .flags = F_REQUIRED,
	.min = 1, .max = 120, .doc = "Of the payment outside: good for one "
	"withdrawal", .example = "\"SEPA 2026-11-21 0001\""));

static enum err
paid(struct request *rq)
{
	const struct paid_in *in = rq->in;

	rq->out = ARENA_NEW(rq->arena, struct withdrawal);
	return withdrawal_paid(rq->db, rq->arena, ACTOR(rq), rq->id[0],
	    in->reference, rq->out);
}

static const enum err withdraw_errors[] = ERRORS(ERR_NOT_A_REFERRER,
    ERR_REFERRER_PENDING, ERR_REFERRER_BLOCKED, ERR_LIMIT, ERR_FUNDS);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err decide_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT);
static const enum err paid_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_REFERENCE_TAKEN);

const struct route pw_withdrawal_routes[] = {
	{ .op = "withdrawEarnings", .method = POST,
	  .path = "/referrer-transactions/withdraw", .handle = withdraw,
	  .in = &withdraw_in, .out = &pw_earning, .status = 201,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = withdraw_errors, .tag = "referrer-transactions",
	  .summary = "Ask for earnings to be paid out",
	  .done = "Withdrawal requested" },
	{ .op = "adminListWithdrawals", .method = GET,
	  .path = "/admin/withdrawals", .handle = list,
	  .query = &withdrawal_query, .out = &withdrawal_out, .status = 200,
	  .sorts = pw_created_sorts, .flags = R_LIST | R_HOUSE,
	  .scope = SCOPE_EARNINGS_READ,
	  .tag = "admin", .summary = "List withdrawals of all referrers",
	  .done = "Withdrawals" },
	{ .op = "adminGetWithdrawal", .method = GET,
	  .path = "/admin/withdrawals/{id}", .handle = get,
	  .out = &withdrawal_out, .status = 200, .flags = R_HOUSE,
	  .scope = SCOPE_EARNINGS_READ, .errors = not_found, .tag = "admin",
	  .summary = "Read a withdrawal", .done = "Withdrawal" },
	{ .op = "adminApproveWithdrawal", .method = POST,
	  .path = "/admin/withdrawals/{id}/approve", .handle = approve,
	  .out = &withdrawal_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = decide_errors, .tag = "admin",
	  .summary = "Approve a withdrawal",
	  .done = "Withdrawal approved" },
	{ .op = "adminRefuseWithdrawal", .method = POST,
	  .path = "/admin/withdrawals/{id}/refuse", .handle = refuse,
	  .in = &refuse_in, .out = &withdrawal_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = decide_errors, .tag = "admin",
	  .summary = "Refuse a withdrawal; the money is available again",
	  .done = "Withdrawal refused" },
	{ .op = "adminMarkWithdrawalPaid", .method = POST,
	  .path = "/admin/withdrawals/{id}/paid", .handle = paid,
	  .in = &paid_in, .out = &withdrawal_out, .status = 200,
	  .flags = R_WRITE | R_HOUSE | R_LIVE, .scope = SCOPE_EARNINGS_WRITE,
	  .errors = paid_errors, .tag = "admin",
	  .summary = "Record that an approved withdrawal was paid outside",
	  .done = "Withdrawal paid" },
	{ .op = NULL }
};
