/* Token balances, from the ledger, and their history. */
#include "model/token/token.h"

#include "ledger/ledger.h"
#include "model/token/lot.h"
#include "base/banned.h"

const char *const token_type_labels[] = {
	"purchase", "spend", "reserve", "release", "adjustment", "expiry",
	"refund", NULL
};

SHAPE(token_row, struct token_transaction, NULL,
    COLUMN(struct token_transaction, id),
    COLUMN(struct token_transaction, type, .labels = token_type_labels),
    COLUMN(struct token_transaction, amount),
    COLUMN(struct token_transaction, balance_after),
    COLUMN(struct token_transaction, reference),
    COLUMN(struct token_transaction, created_at));

SHAPE(token_balance_row, struct token_balance, NULL,
    COLUMN(struct token_balance, available),
    COLUMN(struct token_balance, reserved),
    COLUMN(struct token_balance, owed));

enum err
token_balance(struct db *db, struct arena *a, uint64_t org,
    struct token_balance *b)
{
	TRY(db_row(db, a, Q_TOKEN_BALANCE, ARGS(org), &token_balance_row, b));
	b->currency = TOKEN_CURRENCY;
	b->balance = b->available + b->reserved;
	return lot_next(db, a, org, TOKEN_EXPIRING, &b->expiring);
}

enum err
token_record(struct db *db, uint64_t org, uint64_t payment_id,
    const struct token_transaction *t)
{
	return db_exec(db, Q_TOKEN_INSERT, ARGS(org,
	    LABEL(token_type_labels, t->type), t->amount, t->balance_after,
	    t->reference, payment_id, t->created_at), NULL, NULL);
}

enum err
token_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct token_transaction *t)
{
	return db_row(db, a, Q_TOKEN_GET, ARGS(id, org), &token_row, t);
}

enum err
token_list(struct db *db, struct arena *a, uint64_t org,
    const struct token_filter *f, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_TOKEN_LIST_WHERE_CREATED_DESC, Q_TOKEN_LIST_WHERE_CREATED_ASC,
		Q_TOKEN_LIST_WHERE_AMOUNT_DESC, Q_TOKEN_LIST_WHERE_AMOUNT_ASC,
	};
	struct list_query q = { .q = Q_TOKEN_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	if (f->type >= 0) {
		q.wheres |= Q_TOKEN_LIST_WHERE_TYPE;
		arg_push(&args, LABEL(token_type_labels, f->type));
	}
	if (f->reference.p != NULL) {
		q.wheres |= Q_TOKEN_LIST_WHERE_REFERENCE;
		arg_push(&args, ARG(f->reference));
	}
	if (f->since.us != 0) {
		q.wheres |= Q_TOKEN_LIST_WHERE_SINCE;
		arg_push(&args, ARG(f->since));
	}
	if (f->before.us != 0) {
		q.wheres |= Q_TOKEN_LIST_WHERE_BEFORE;
		arg_push(&args, ARG(f->before));
	}
	paging_args(p, &q, &args, after[p->order],
	    p->order < 2 ? ARG((struct when){ p->after_key }) :
	    ARG(p->after_key));
	return db_list(db, a, &q, ARG_LIST(args), &token_row, out);
}

static enum err
lock(struct db *db, struct arena *a, uint64_t org, enum account_kind kind,
    int64_t *balance)
{
	return ledger_balance_locked(db, a, org, kind, 0, TOKEN_CURRENCY,
	    balance);
}

/* Locked in the order in which a posting takes them. */
enum err
token_split_credit(struct db *db, struct arena *a, uint64_t org,
    int64_t owed_before, int64_t n, struct token_split *split)
{
	int64_t owed;

	*split = (struct token_split){ .available = n };
	if (owed_before == 0)
		return OK;
	TRY(lock(db, a, org, ACCOUNT_tokens_available, &split->before));
	TRY(lock(db, a, org, ACCOUNT_tokens_owed, &owed));
	split->owed = -owed < n ? -owed : n;
	split->available = n - split->owed;
	return OK;
}

enum err
token_split_debit(struct db *db, struct arena *a, uint64_t org, int64_t n,
    struct token_split *split)
{
	*split = (struct token_split){ 0 };
	TRY(lock(db, a, org, ACCOUNT_tokens_available, &split->before));
	split->available = split->before < n ? split->before : n;
	split->owed = n - split->available;
	return OK;
}
