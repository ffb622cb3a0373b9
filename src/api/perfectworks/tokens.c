/* Tokens of the active organization. */
#include "api/perfectworks/routes.h"
#include "model/token.h"

#include "base/banned.h"

SHAPE(balance_out, struct token_balance, "TokenBalance",
    FIELD(struct token_balance, balance, "balance",
	.doc = "Available and reserved together"),
    FIELD(struct token_balance, reserved, "reserved"),
    FIELD(struct token_balance, available, "available"),
    FIELD(struct token_balance, currency, "currency", .max = 3,
	.example = "\"TOK\""));

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
};

SHAPE(token_query, struct token_query, "TokenTransactionQuery",
    PAGE_FIELDS(struct token_query),
    FIELD(struct token_query, type, "type", .labels = token_type_labels));

static const char *const sorts[] = {
	"createdAt:desc", "createdAt:asc", "amount:desc", "amount:asc", NULL
};

static enum err
balance(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct token_balance);
	return token_balance(rq->db, rq->arena, rq->who.org_id, rq->out);
}

static enum err
list(struct request *rq)
{
	const struct token_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, sorts, &p));
	TRY(token_list(rq->db, rq->arena, rq->who.org_id, q->type, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct token_transaction),
	    p.order < 2 ? offsetof(struct token_transaction, created_at) :
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
	  .flags = R_LIST, .scope = SCOPE_TOKENS_READ,
	  .tag = "token-transactions", .summary = "List token transactions",
	  .done = "Token transactions" },
	{ .op = "getTokenTransaction", .method = GET,
	  .path = "/token-transactions/{id}", .handle = get,
	  .out = &token_out, .status = 200, .scope = SCOPE_TOKENS_READ,
	  .errors = not_found, .tag = "token-transactions",
	  .summary = "Read a token transaction", .done = "Token transaction" },
	{ .op = NULL }
};
