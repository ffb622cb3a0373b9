/* Tokens of the active organization. */
#include "api/perfectworks/routes.h"
#include "model/token/lot.h"
#include "model/token/token.h"

#include "base/banned.h"

SHAPE(expiring_out, struct lot, "TokensExpiring",
    FIELD(struct lot, amount, "amount"),
    FIELD(struct lot, expires_at, "expiresAt"));

SHAPE(balance_out, struct token_balance, "TokenBalance",
    FIELD(struct token_balance, balance, "balance",
	.doc = "Available and reserved together"),
    FIELD(struct token_balance, reserved, "reserved"),
    FIELD(struct token_balance, available, "available"),
    FIELD(struct token_balance, owed, "owed",
	.doc = "Refunded after they were spent: the next purchase settles it"),
    FIELD(struct token_balance, currency, "currency", .max = 3,
	.example = "\"TOK\""),
    FIELD(struct token_balance, expiring, "expiring", .of = &expiring_out,
	.max = TOKEN_EXPIRING, .doc = "Of what is available: the next to run "
	"out"));

SHAPE(token_out, struct token_transaction, "TokenTransaction",
    FIELD(struct token_transaction, id, "id"),
    FIELD(struct token_transaction, type, "type",
	.labels = token_type_labels),
    FIELD(struct token_transaction, amount, "amount"),
    FIELD(struct token_transaction, balance_after, "balanceAfter"),
    FIELD(struct token_transaction, reference, "reference",
	.flags = F_NULLABLE, .max = 120),
    FIELD(struct token_transaction, created_at, "createdAt"));

struct token_query {
	struct page_query paging;
	int type;
	struct str reference;
	struct when from, to;
};

SHAPE(token_query, struct token_query, "TokenTransactionQuery",
    PAGE_FIELDS(struct token_query),
    FIELD(struct token_query, type, "type", .labels = token_type_labels),
    FIELD(struct token_query, reference, "reference", .min = 1, .max = 120,
	.doc = "Exactly that: reservation 7"),
    FIELD(struct token_query, from, "from",
	.doc = "Not before this time; with a sort by createdAt"),
    FIELD(struct token_query, to, "to",
	.doc = "Before this time; with a sort by createdAt"));

static const char *const sorts[] = {
	"createdAt:desc", "createdAt:asc", "amount:desc", "amount:asc", NULL
};

static enum err
balance(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct token_balance);
	return token_balance(rq->db, rq->arena, rq->who.org_id, rq->out);
}

#define BY_AMOUNT 2	/* the first of these sorts */

/* No index has the amounts of a time in order. */
static enum err
check_times(struct request *rq, const struct token_query *q, unsigned order)
{
	if (order < BY_AMOUNT || (q->from.us == 0 && q->to.us == 0))
		return OK;
	complain(&rq->wrong, rq->arena, STR("sort"),
	    "must be by createdAt where from or to is given");
	return ERR_BAD_PAGE;
}

static enum err
list(struct request *rq)
{
	const struct token_query *q = rq->query;
	struct token_filter f = { q->type, q->reference, q->from, q->to };
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(check_times(rq, q, p.order));
	TRY(token_list(rq->db, rq->arena, rq->who.org_id, &f, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct token_transaction),
	    p.order < BY_AMOUNT ?
	    offsetof(struct token_transaction, created_at) :
	    offsetof(struct token_transaction, amount),
	    offsetof(struct token_transaction, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct token_transaction);
	return token_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_token_routes[] = {
	{ .op = "getTokenBalance", .method = GET,
	  .path = "/token-transactions/balance", .handle = balance,
	  .out = &balance_out, .status = 200, .scope = SCOPE_TOKENS_READ,
	  .tag = "token-transactions", .summary = "Read the token balance",
	  .done = "Token balance" },
	{ .op = "listTokenTransactions", .method = GET,
	  .path = "/token-transactions", .handle = list,
	  .query = &token_query, .out = &token_out, .status = 200,
	  .sorts = sorts, .flags = R_LIST, .scope = SCOPE_TOKENS_READ,
	  .tag = "token-transactions", .summary = "List token transactions",
	  .done = "Token transactions" },
	{ .op = "getTokenTransaction", .method = GET,
	  .path = "/token-transactions/{id}", .handle = get,
	  .out = &token_out, .status = 200, .scope = SCOPE_TOKENS_READ,
	  .errors = not_found, .tag = "token-transactions",
	  .summary = "Read a token transaction", .done = "Token transaction" },
	{ .op = NULL }
};
