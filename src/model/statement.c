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
    COLUMN(struct ledger_account, balance));

enum err
ledger_account_list(struct db *db, struct arena *a, uint64_t org,
    const struct account_filter *f, const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_ACCOUNT_LIST };
	struct arg_list args = { 0 };

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
	return db_list(db, a, &q, ARG_LIST(args), &ledger_account_row, out);
}

SHAPE(statement_row, struct statement_entry, NULL,
    COLUMN(struct statement_entry, journal_id),
    COLUMN(struct statement_entry, subject_id),
    COLUMN(struct statement_entry, kind, .labels = journal_labels),
    COLUMN(struct statement_entry, amount),
    COLUMN(struct statement_entry, balance),
    COLUMN(struct statement_entry, created_at));

SHAPE(account_id_row, struct ledger_account, NULL,
    COLUMN(struct ledger_account, id));

enum err
ledger_statement(struct db *db, struct arena *a, uint64_t org,
    uint64_t account_id, const struct paging *p, struct list *out)
{
	struct ledger_account account = { .id = 0 };
	struct statement_entry *e;
	int64_t balance;

	TRY(db_row(db, a, Q_ACCOUNT_OF_BOOK, ARGS(org, account_id),
	    &account_id_row, &account));
	TRY(db_rows(db, a, Q_STATEMENT, ARGS(account_id, p->after_id != 0 ?
	    arg_bound(p->after_id) : arg_bound(INT64_MAX), p->limit + 1),
	    &statement_row, out));
	e = out->items;
	balance = p->after_id != 0 || out->n == 0 ? p->after_key :
	    e[0].balance;
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
