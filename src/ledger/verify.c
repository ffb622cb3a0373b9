/*
 * The proof of the books.  Each check is a statement that returns what is
 * wrong; kinds and flows are held against the tables of kinds.def; the seals
 * are worked out again.  All of it reads one snapshot.
 */
#include "ledger/verify.h"

#include "ledger/ledger.h"
#include "ledger/seal.h"

#include "base/banned.h"

static const struct {
	enum query query;
	const char *what;
} checks[] = {
	{ Q_VERIFY_SUMS, "journal %llu does not sum to zero: %.*s" },
	{ Q_VERIFY_ENTRIES, "journal %llu has too few entries: %.*s" },
	{ Q_VERIFY_BALANCES, "account %llu has a wrong balance: %.*s" },
	{ Q_VERIFY_GUARDS, "account %llu is below zero: %.*s" },
	{ Q_VERIFY_BOOKS, "journal %llu crosses books: %.*s" },
	{ Q_VERIFY_REVERSALS, "journal %llu does not mirror what it reverses: "
	    "account %.*s" },
	{ Q_VERIFY_TOKENS, "tokens of organization %llu: %.*s" },
	{ Q_VERIFY_EARNINGS, "earnings, account %llu: %.*s" },
	{ Q_VERIFY_PAYMENTS, "payment %llu has %.*s" },
	{ Q_VERIFY_COMMISSIONS, "sale %llu has %.*s" },
	{ Q_VERIFY_DAYS, "the days of placement %llu are not its %.*s" },
	{ Q_VERIFY_CLICKS, "the clicks of placement %llu are not its %.*s" },
	{ Q_VERIFY_REFERRALS, "the referrals of placement %llu are not its "
	    "%.*s" },
};

struct finding {
	uint64_t id;
	struct str wrong;
};

SHAPE(finding_row, struct finding, NULL,
    COLUMN(struct finding, id),
    COLUMN(struct finding, wrong));

struct kind_row {
	int kind;
	bool kept, guarded;
};

SHAPE(kind_row, struct kind_row, NULL,
    COLUMN(struct kind_row, kind, .labels = account_labels),
    COLUMN(struct kind_row, kept),
    COLUMN(struct kind_row, guarded));

struct flow_row {
	uint64_t id;
	int journal, account;
	int64_t sign;
};

SHAPE(flow_row, struct flow_row, NULL,
    COLUMN(struct flow_row, id),
    COLUMN(struct flow_row, journal, .labels = journal_labels),
    COLUMN(struct flow_row, account, .labels = account_labels),
    COLUMN(struct flow_row, sign));

struct size_row {
	int64_t journals, entries, accounts;
};

SHAPE(size_row, struct size_row, NULL,
    COLUMN(struct size_row, journals),
    COLUMN(struct size_row, entries),
    COLUMN(struct size_row, accounts));

struct verify {
	struct arena *arena;
	FILE *report;
	struct size_row size;
	uint64_t seals, findings;
};

static enum err
run_check(struct db *db, struct verify *v, size_t i)
{
	const struct finding *f;
	struct list rows;

	TRY(db_rows(db, v->arena, checks[i].query, NO_ARGS, &finding_row,
	    &rows));
	f = rows.items;
	for (size_t k = 0; k < rows.n; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(v->report, checks[i].what,
		    (unsigned long long)f[k].id, STR_ARG(f[k].wrong));
#pragma GCC diagnostic pop
		fputc('\n', v->report);
	}
	v->findings += rows.n;
	return OK;
}

static enum err
check_kinds(struct db *db, struct verify *v)
{
	const struct kind_row *k;
	struct list rows;

	TRY(db_rows(db, v->arena, Q_VERIFY_KINDS, NO_ARGS, &kind_row, &rows));
	k = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		enum account_kind kind = (enum account_kind)k[i].kind;

		if (k[i].kept == ledger_kind_kept(kind) &&
		    k[i].guarded == ledger_kind_guarded(kind))
			continue;
		fprintf(v->report, "accounts %s are not kept and guarded as "
		    "they must be\n", account_labels[kind]);
		v->findings++;
	}
	return OK;
}

static enum err
check_flows(struct db *db, struct verify *v)
{
	const struct flow_row *f;
	struct list rows;

	TRY(db_rows(db, v->arena, Q_VERIFY_FLOWS, NO_ARGS, &flow_row, &rows));
	f = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (ledger_flow_legal((enum journal_kind)f[i].journal,
		    (enum account_kind)f[i].account, (int)f[i].sign))
			continue;
		fprintf(v->report, "journal %llu: %s may not move %s by %s\n",
		    (unsigned long long)f[i].id,
		    journal_labels[f[i].journal],
		    account_labels[f[i].account],
		    f[i].sign > 0 ? "more" : "less");
		v->findings++;
	}
	return OK;
}

static enum err
check_seals(struct db *db, struct verify *v)
{
	uint64_t broken;

	TRY(seal_check(db, v->arena, &broken, &v->seals));
	if (broken == 0)
		return OK;
	fprintf(v->report, "seal %llu does not fit: a journal under it has "
	    "changed, appeared or gone\n", (unsigned long long)broken);
	v->findings++;
	return OK;
}

static enum err
run_all(struct db *db, void *arg)
{
	struct verify *v = arg;

	v->findings = 0;
	TRY(db_row(db, v->arena, Q_VERIFY_SIZE, NO_ARGS, &size_row, &v->size));
	for (size_t i = 0; i < LEN(checks); i++)
		TRY(run_check(db, v, i));
	TRY(check_kinds(db, v));
	TRY(check_flows(db, v));
	return check_seals(db, v);
}

enum err
verify_run(struct db *db, struct arena *a, FILE *report, bool *clean)
{
	struct verify v = { .arena = a, .report = report };

	*clean = false;
	TRY(tx_run(db, a, run_all, &v));
	fprintf(report, "verify: %lld journals, %lld entries, %lld accounts, "
	    "%llu seals: ", (long long)v.size.journals,
	    (long long)v.size.entries, (long long)v.size.accounts,
	    (unsigned long long)v.seals);
	if (v.findings == 0)
		fprintf(report, "clean\n");
	else
		fprintf(report, "%llu findings\n",
		    (unsigned long long)v.findings);
	*clean = v.findings == 0;
	return OK;
}
