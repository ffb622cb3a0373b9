/* The organization's own book: accounts, statements, proof. */
#include "api/perfectworks/routes.h"
#include "ledger/ledger.h"
#include "model/statement.h"

#include "base/banned.h"

SHAPE(pw_ledger_account, struct ledger_account, "LedgerAccount",
    FIELD(struct ledger_account, id, "id"),
    FIELD(struct ledger_account, kind, "kind", .labels = account_labels),
    FIELD(struct ledger_account, owner_id, "ownerId", .flags = F_NULLABLE,
	.doc = "The referrer, campaign or advertiser that it is of"),
    FIELD(struct ledger_account, currency, "currency", .max = 3,
	.doc = "ISO 4217, or TOK for tokens", .example = "\"EUR\""),
    FIELD(struct ledger_account, balance, "balance",
	.doc = "In minor units"));

struct account_query {
	struct page_query paging;
	struct account_filter filter;
};

SHAPE(account_query, struct account_query, "LedgerAccountQuery",
    PAGE_FIELDS(struct account_query),
    FIELD(struct account_query, filter.kind, "kind",
	.labels = account_labels),
    FIELD(struct account_query, filter.owner_id, "ownerId"));

static const char *const account_sorts[] = { "id:asc", NULL };

static enum err
list_accounts(struct request *rq)
{
	const struct account_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	TRY(ledger_account_list(rq->db, rq->arena, rq->who.org_id,
	    &q->filter, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct ledger_account),
	    offsetof(struct ledger_account, balance),
	    offsetof(struct ledger_account, id));
	return OK;
}

SHAPE(pw_statement_entry, struct statement_entry, "LedgerEntry",
    FIELD(struct statement_entry, journal_id, "journalId"),
    FIELD(struct statement_entry, kind, "kind", .labels = journal_labels),
    FIELD(struct statement_entry, subject_id, "subjectId",
	.doc = "The payment, earning, campaign... that it is about, by kind"),
    FIELD(struct statement_entry, amount, "amount",
	.doc = "In minor units; what comes to the account is positive"),
    FIELD(struct statement_entry, balance, "balance",
	.doc = "Of the account, after this entry"),
    FIELD(struct statement_entry, created_at, "createdAt"));

struct statement_query {
	struct page_query paging;
	uint64_t account_id;
};

SHAPE(statement_query, struct statement_query, "LedgerStatementQuery",
    PAGE_FIELDS(struct statement_query),
    FIELD(struct statement_query, account_id, "accountId",
	.flags = F_REQUIRED));

static const char *const statement_sorts[] = { "journalId:desc", NULL };

static enum err
list_entries(struct request *rq)
{
	const struct statement_query *q = rq->query;
	struct list rows;
	struct paging p;

	TRY(page_read(rq, &q->paging, &p));
	if (p.offset != 0) {
		complain(&rq->wrong, rq->arena, STR("page"),
		    "goes on by cursor here");
		return ERR_BAD_PAGE;
	}
	TRY(ledger_statement(rq->db, rq->arena, rq->who.org_id,
	    q->account_id, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct statement_entry),
	    offsetof(struct statement_entry, before),
	    offsetof(struct statement_entry, journal_id));
	return OK;
}

SHAPE(pw_book_proof, struct book_proof, "LedgerProof",
    FIELD(struct book_proof, clean, "clean"),
    FIELD(struct book_proof, accounts, "accounts"),
    FIELD(struct book_proof, wrong, "wrong", .of = &pw_ledger_account,
	.max = 100, .doc = "Accounts that do not hold what their entries say"),
    FIELD(struct book_proof, sums, "sums", .of = &pw_money, .max = 200,
	.doc = "Of all accounts: nothing, but for tokens, whose other side "
	"is in the house's book"));

static enum err
prove(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct book_proof);
	return book_prove(rq->db, rq->arena, rq->who.org_id, rq->out);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route pw_ledger_routes[] = {
	{ .op = "listLedgerAccounts", .method = GET,
	  .path = "/ledger/accounts", .handle = list_accounts,
	  .query = &account_query, .out = &pw_ledger_account, .status = 200,
	  .flags = R_LIST | R_MOMENT, .sorts = account_sorts,
	  .scope = SCOPE_PAYMENTS_READ, .tag = "ledger",
	  .summary = "List the accounts of the organization's own book",
	  .done = "Accounts" },
	{ .op = "getLedgerStatement", .method = GET,
	  .path = "/ledger/statement", .handle = list_entries,
	  .query = &statement_query, .out = &pw_statement_entry,
	  .status = 200, .flags = R_LIST | R_MOMENT,
	  .sorts = statement_sorts,
	  .scope = SCOPE_PAYMENTS_READ, .errors = not_found,
	  .tag = "ledger",
	  .summary = "List the entries of an account, with its balance",
	  .done = "Statement" },
	{ .op = "verifyLedger", .method = GET, .path = "/ledger/verify",
	  .handle = prove, .out = &pw_book_proof, .status = 200,
	  .scope = SCOPE_PAYMENTS_READ, .tag = "ledger",
	  .summary = "Prove the book: balances against entries, sums to zero",
	  .done = "Proof" },
	{ .op = NULL }
};
