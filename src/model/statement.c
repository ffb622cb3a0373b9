/* Accounts, statements and the proof of one book. */
#include "model/statement.h"

#include "ledger/ledger.h"
#include "model/payment/product.h"
#include "model/token/token.h"
#include "base/banned.h"

SHAPE(ledger_account_row, struct ledger_account, NULL,
    COLUMN(struct ledger_account, id),
    COLUMN(struct ledger_account, kind, .labels = account_labels),
    COLUMN(struct ledger_account, owner_id),
    COLUMN(struct ledger_account, currency),
    COLUMN(struct ledger_account, balance),
    COLUMN(struct ledger_account, kept),
    COLUMN(struct ledger_account, summed_to));

struct tail {
	int64_t amount;
};

SHAPE(tail_row, struct tail, NULL, COLUMN(struct tail, amount));

/*
 * What came to an account of the system since it was summed up.  A book has few
 * of them; in one statement with the list the server would read all entries.
 */
static enum err
add_tail(struct db *db, struct arena *a, struct ledger_account *account)
{
	struct tail tail = { 0 };

	if (account->kept)
		return OK;
	TRY(db_row(db, a, Q_ACCOUNT_TAIL, ARGS(account->id,
	    arg_bound(account->summed_to)), &tail_row, &tail));
	account->balance += tail.amount;
	return OK;
}

enum err
ledger_account_list(struct db *db, struct arena *a, uint64_t org,
    const struct account_filter *f, const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_ACCOUNT_LIST };
	struct arg_list args = { 0 };
	struct ledger_account *account;

	arg_push(&args, ARG(org));
	if (f->kind >= 0) {
		q.wheres |= Q_ACCOUNT_LIST_WHERE_KIND;
		arg_push(&args, LABEL(account_labels, f->kind));
	}
	if (f->owner_id != 0) {
		q.wheres |= Q_ACCOUNT_LIST_WHERE_OWNER;
		arg_push(&args, ARG(f->owner_id));
	}
	arg_push(&args, arg_bound(p->after_id));
	arg_push(&args, ARG(p->limit + 1));
	arg_push(&args, ARG(p->offset));
	TRY(db_list(db, a, &q, ARG_LIST(args), &ledger_account_row, out));
	account = out->items;
	for (size_t i = 0; i < out->n; i++)
		TRY(add_tail(db, a, &account[i]));
	return OK;
}

SHAPE(statement_row, struct statement_entry, NULL,
    COLUMN(struct statement_entry, journal_id),
    COLUMN(struct statement_entry, subject_id),
    COLUMN(struct statement_entry, kind, .labels = journal_labels),
    COLUMN(struct statement_entry, amount),
    COLUMN(struct statement_entry, created_at));

enum err
ledger_statement(struct db *db, struct arena *a, uint64_t org,
    uint64_t account_id, const struct paging *p, struct list *out)
{
	struct ledger_account account = { .id = 0 };
	struct statement_entry *e;
	int64_t balance;

	TRY(db_row(db, a, Q_ACCOUNT_OF_BOOK, ARGS(org, account_id),
	    &ledger_account_row, &account));
	TRY(add_tail(db, a, &account));
	TRY(db_rows(db, a, Q_STATEMENT, ARGS(account_id, p->after_id != 0 ?
	    arg_bound(p->after_id) : arg_bound(INT64_MAX), p->limit + 1),
	    &statement_row, out));
	e = out->items;
	balance = p->after_id != 0 ? p->after_key : account.balance;
	for (size_t i = 0; i < out->n; i++) {
		e[i].balance = balance;
		balance -= e[i].amount;
		e[i].before = balance;
	}
	return OK;
}

struct count {
	int64_t n;
};

SHAPE(account_count_row, struct count, NULL, COLUMN(struct count, n));

enum err
book_prove(struct db *db, struct arena *a, uint64_t org,
    struct book_proof *out)
{
	const struct money_of *sum;
	struct count count;

	TRY(db_row(db, a, Q_BOOK_ACCOUNTS, ARGS(org), &account_count_row,
	    &count));
	TRY(db_rows(db, a, Q_BOOK_WRONG, ARGS(org), &ledger_account_row,
	    &out->wrong));
	TRY(db_rows(db, a, Q_BOOK_SUMS, ARGS(org), &money_of_row,
	    &out->sums));
	out->accounts = count.n;
	out->clean = out->wrong.n == 0;
	sum = out->sums.items;
	for (size_t i = 0; i < out->sums.n; i++)
		out->clean &= sum[i].amount == 0 ||
		    str_eq(sum[i].currency, TOKEN_CURRENCY);
	return OK;
}
