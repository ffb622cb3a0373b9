/*
 * The proof of the books.  Each check is a statement that returns what is
 * wrong within a range of ids, so that memory stays small however large the
 * books are; kinds and flows are held against the tables of kinds.def; the
 * seals are worked out again.
 *
 * A statement reads a snapshot of its own: what belongs together is stored at
 * once, so that each is right at any moment.  One for all of them would grow
 * old, and a balance that is often written be read through all that was
 * written since, once for each of its entries.
 */
#include "ledger/verify.h"

#include "ledger/ledger.h"
#include "ledger/seal.h"

#include "base/banned.h"

struct finding {
	uint64_t id;
	struct str wrong;
};

SHAPE(finding_row, struct finding, NULL,
    COLUMN(struct finding, id),
    COLUMN(struct finding, wrong));

struct kind_row {
	uint64_t id;
	int kind, guard;
	bool kept;
};

SHAPE(kind_row, struct kind_row, NULL,
    COLUMN(struct kind_row, id),
    COLUMN(struct kind_row, kind, .labels = account_labels),
    COLUMN(struct kind_row, kept),
    COLUMN(struct kind_row, guard, .labels = guard_labels));

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

static void
found(struct verify *v, uint64_t id, const char *thing, const char *what,
    struct str wrong)
{
	fprintf(v->report, "%s %llu %s: %.*s\n", thing, (unsigned long long)id,
	    what, STR_ARG(wrong));
	v->findings++;
}

struct check {
	enum query query;
	const char *what;	/* is wrong with the thing of this id */
	const struct shape *shape;	/* NULL: of a finding */
	void (*judge)(struct verify *, const struct check *, struct list);
};

static void
judge_kinds(struct verify *v, const struct check *c, struct list rows)
{
	const struct kind_row *k = rows.items;

	for (size_t i = 0; i < rows.n; i++) {
		const enum account_kind kind = (enum account_kind)k[i].kind;

		if (k[i].kept != ledger_kind_kept(kind) ||
		    k[i].guard != (int)ledger_kind_guard(kind))
			found(v, k[i].id, "account", c->what,
			    str_of(account_labels[kind]));
	}
}

static void
judge_flows(struct verify *v, const struct check *c, struct list rows)
{
	const struct flow_row *f = rows.items;

	for (size_t i = 0; i < rows.n; i++)
		if (!ledger_flow_legal((enum journal_kind)f[i].journal,
		    (enum account_kind)f[i].account, (int)f[i].sign))
			found(v, f[i].id, "journal", c->what,
			    str_printf(v->arena, "%s moves %s %s",
			    journal_labels[f[i].journal],
			    account_labels[f[i].account],
			    f[i].sign > 0 ? "up" : "down"));
}

static const struct check journal_checks[] = {
	{ .query = Q_VERIFY_SUMS, .what = "does not sum to zero" },
	{ .query = Q_VERIFY_ENTRIES, .what = "has too few entries" },
	{ .query = Q_VERIFY_ORPHANS,
	  .what = "or the account of its entry is not there" },
	{ .query = Q_VERIFY_BOOKS, .what = "crosses books" },
	{ .query = Q_VERIFY_REVERSALS,
	  .what = "does not mirror what it reverses, in account" },
	{ .query = Q_VERIFY_SUBJECTS,
	  .what = "is about nothing that is there" },
	{ Q_VERIFY_FLOWS, "is no legal flow", &flow_row, judge_flows },
};

static const struct check account_checks[] = {
	{ .query = Q_VERIFY_BALANCES, .what = "has a wrong balance" },
	{ .query = Q_VERIFY_ACCOUNT_SUMS, .what = "was summed up wrong" },
	{ .query = Q_VERIFY_GUARDS, .what = "is beyond its guard" },
	{ Q_VERIFY_KINDS, "is not kept and guarded as its kind is", &kind_row,
	  judge_kinds },
	{ .query = Q_VERIFY_OWNERS, .what = "belongs to nobody" },
};

static const struct check organization_checks[] = {
	{ .query = Q_VERIFY_TOKENS, .what = "has wrong tokens" },
	{ .query = Q_VERIFY_RESERVED, .what = "has wrong tokens reserved" },
	{ .query = Q_VERIFY_LOTS, .what = "has more in lots than it has" },
	{ .query = Q_VERIFY_DEBTS, .what = "paid a debt of tokens wrongly" },
	{ .query = Q_VERIFY_PROGRAM_TOTAL, .what = "has wrong promoters" },
	{ .query = Q_VERIFY_PAYOUT_TOTAL, .what = "has wrong payouts:" },
	{ .query = Q_VERIFY_MEMBERS,
	  .what = "has a member who is gone, or is not:" },
	{ .query = Q_VERIFY_BOUGHT,
	  .what = "has purchases that were summed up wrong" },
	{ .query = Q_VERIFY_REPORT_PARTS,
	  .what = "has reports that do not make up" },
	{ .query = Q_VERIFY_REPORT_MONTHS,
	  .what = "has reports whose days do not make up" },
	{ .query = Q_VERIFY_REPORT_RANKS,
	  .what = "has promoters in a wrong order" },
};

static const struct check reservation_checks[] = {
	{ .query = Q_VERIFY_RESERVATIONS, .what = "is not booked once" },
	{ .query = Q_VERIFY_RESERVATION_AMOUNTS, .what = "was not booked as" },
	{ .query = Q_VERIFY_RESERVATION_LOTS,
	  .what = "took too much from lots" },
};

static const struct check lot_checks[] = {
	{ .query = Q_VERIFY_LOT_AMOUNTS, .what = "does not make up" },
	{ .query = Q_VERIFY_LOT_PAYMENTS, .what = "was not bought" },
};

static const struct check adjustment_checks[] = {
	{ .query = Q_VERIFY_ADJUSTMENTS, .what = "is not booked once" },
};

static const struct check referrer_checks[] = {
	{ .query = Q_VERIFY_EARNINGS, .what = "has wrong earnings" },
	{ .query = Q_VERIFY_PAYOUT_LEFT,
	  .what = "has what no payout can take up:" },
	{ .query = Q_VERIFY_REFERRER_EARNED,
	  .what = "has earnings that were summed up wrong" },
	{ .query = Q_VERIFY_PLACEMENT_EARNED,
	  .what = "has campaigns whose earnings were summed up wrong" },
	{ .query = Q_VERIFY_REFERRER_DAYS,
	  .what = "has days that were summed up wrong" },
	{ .query = Q_VERIFY_PROMOTERS,
	  .what = "has sums that do not make up" },
	{ .query = Q_VERIFY_PROMOTER_CLICKS,
	  .what = "has clicks that were summed up wrong" },
	{ .query = Q_VERIFY_ACTIVE, .what = "has" },
	{ .query = Q_VERIFY_REPORT_DAYS, .what = "has in reports too much" },
	{ .query = Q_VERIFY_REPORT_MONEY, .what = "has in reports too much" },
	{ .query = Q_VERIFY_REPORT_NOW, .what = "has in reports too much" },
};

static const struct check earning_checks[] = {
	{ .query = Q_VERIFY_EARNING_ROWS, .what = "was not booked as" },
	{ .query = Q_VERIFY_WITHDRAWALS,
	  .what = "is no withdrawal, or not as it says" },
	{ .query = Q_VERIFY_PAYOUT_EARNINGS,
	  .what = "is not in the payout of its promoter, or not as it is:" },
	{ .query = Q_VERIFY_FIRST, .what = "is wrongly the first, or not" },
};

static const struct check payout_checks[] = {
	{ .query = Q_VERIFY_PAYOUTS, .what = "does not make up:" },
	{ .query = Q_VERIFY_PAYOUT_WANTED,
	  .what = "is not where it is looked for:" },
	{ .query = Q_VERIFY_PAYOUT_JOURNALS,
	  .what = "is not booked as it is:" },
};

static const struct check payment_checks[] = {
	{ .query = Q_VERIFY_PAYMENTS,
	  .what = "is not booked once if paid, else never" },
	{ .query = Q_VERIFY_AMOUNTS, .what = "was not booked as" },
	{ .query = Q_VERIFY_REFUNDS, .what = "has wrong refunds" },
	{ .query = Q_VERIFY_REFUND_JOURNALS,
	  .what = "has refunds that are not booked once" },
	{ .query = Q_VERIFY_REFUND_AMOUNTS,
	  .what = "has refunds that were not booked as" },
	{ .query = Q_VERIFY_REFUND_LOTS,
	  .what = "has refunds that took too much from lots" },
};

static const struct check sale_checks[] = {
	{ .query = Q_VERIFY_COMMISSIONS, .what = "is not rewarded once" },
	{ .query = Q_VERIFY_RATES, .what = "has a commission that is wrong" },
	{ .query = Q_VERIFY_REVERSED, .what = "has wrong reversals" },
	{ .query = Q_VERIFY_SALE_REFUNDS,
	  .what = "has refunds that do not make up" },
	{ .query = Q_VERIFY_TRACKED, .what = "does not belong together:" },
	{ .query = Q_VERIFY_TRACKED_RATES,
	  .what = "has a commission that is wrong" },
};

static const struct check reward_checks[] = {
	{ .query = Q_VERIFY_REDEEMED, .what = "was counted wrong:" },
};

static const struct check referral_checks[] = {
	{ .query = Q_VERIFY_REFERRAL_SALES,
	  .what = "has sales that do not make up" },
	{ .query = Q_VERIFY_FIRST_BOUGHT, .what = "first bought" },
};

static const struct check placement_checks[] = {
	{ .query = Q_VERIFY_DAYS, .what = "has days that do not make up" },
	{ .query = Q_VERIFY_CLICKS, .what = "has clicks that do not make up" },
	{ .query = Q_VERIFY_SOURCES,
	  .what = "has sources that were summed up wrong" },
	{ .query = Q_VERIFY_SOURCE_DAYS,
	  .what = "has days of sources that do not make up" },
	{ .query = Q_VERIFY_REFERRALS,
	  .what = "has referrals that do not make up" },
	{ .query = Q_VERIFY_SALES, .what = "has in its days" },
	{ .query = Q_VERIFY_REVENUE,
	  .what = "has sales that do not make up" },
	{ .query = Q_VERIFY_STANDING, .what = "can't be" },
	{ .query = Q_VERIFY_PLACEMENT_ACTIVE, .what = "has" },
	{ .query = Q_VERIFY_UPGRADED, .what = "has not" },
};

static const struct check campaign_checks[] = {
	{ .query = Q_VERIFY_CAMPAIGN_MONEY, .what = "has wrong money:" },
	{ .query = Q_VERIFY_CAMPAIGN_INVOICES, .what = "has wrong invoices:" },
	{ .query = Q_VERIFY_INVOICE_LINES,
	  .what = "has lines that do not make up" },
	{ .query = Q_VERIFY_CAMPAIGN_REFUNDS, .what = "has wrong refunds:" },
	{ .query = Q_VERIFY_CAMPAIGN_JOURNALS, .what = "is not booked once:" },
	{ .query = Q_VERIFY_CAMPAIGN_SETTLED, .what = "is settled wrongly:" },
	{ .query = Q_VERIFY_HISTORY, .what = "has a broken history at" },
};

static const struct check advertiser_checks[] = {
	{ .query = Q_VERIFY_ADVERTISER_CREDIT, .what = "has on account" },
};

static const struct check batch_checks[] = {
	{ .query = Q_VERIFY_BATCHES, .what = "has items that do not make up" },
	{ .query = Q_VERIFY_BATCH_TURNS, .what = "is forgotten, though" },
	{ .query = Q_VERIFY_BATCH_EFFECTS, .what = "did not do" },
};

static const struct thing {
	const char *name;
	enum query step;	/* the end of the next range of ids */
	const struct check *checks;
	size_t n;
} things[] = {
#define THING(name, step) { #name, step, name##_checks, LEN(name##_checks) }
	THING(journal, Q_VERIFY_STEP_JOURNAL),
	THING(account, Q_VERIFY_STEP_ACCOUNT),
	THING(organization, Q_VERIFY_STEP_ORGANIZATION),
	THING(reservation, Q_VERIFY_STEP_RESERVATION),
	THING(lot, Q_VERIFY_STEP_LOT),
	THING(adjustment, Q_VERIFY_STEP_ADJUSTMENT),
	THING(referrer, Q_VERIFY_STEP_REFERRER),
	THING(earning, Q_VERIFY_STEP_EARNING),
	THING(payout, Q_VERIFY_STEP_PAYOUT),
	THING(payment, Q_VERIFY_STEP_PAYMENT),
	THING(sale, Q_VERIFY_STEP_SALE),
	THING(reward, Q_VERIFY_STEP_REWARD),
	THING(referral, Q_VERIFY_STEP_REFERRAL),
	THING(placement, Q_VERIFY_STEP_PLACEMENT),
	THING(campaign, Q_VERIFY_STEP_CAMPAIGN),
	THING(advertiser, Q_VERIFY_STEP_ADVERTISER),
	THING(batch, Q_VERIFY_STEP_BATCH),
#undef THING
};

static enum err
run_check(struct db *db, struct verify *v, const struct thing *thing,
    const struct check *c, uint64_t after, uint64_t last)
{
	const struct shape *shape = c->shape != NULL ? c->shape : &finding_row;
	const struct finding *f;
	struct list rows;

	TRY(db_rows(db, v->arena, c->query, ARGS(arg_bound(after),
	    arg_bound(last)), shape, &rows));
	if (c->judge != NULL) {
		c->judge(v, c, rows);
		return OK;
	}
	f = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		found(v, f[i].id, thing->name, c->what, f[i].wrong);
	return OK;
}

/* Range by range; the last one is open, for rows that stand behind the end. */
static enum err
check_thing(struct db *db, struct verify *v, const struct thing *thing)
{
	const struct arena_mark mark = arena_mark(v->arena);
	uint64_t after = 0;

	do {
		struct id_row step = { 0 };
		uint64_t last;

		TRY(db_row(db, v->arena, thing->step, ARGS(arg_bound(after)),
		    &id_row, &step));
		last = step.id != 0 ? step.id : UINT64_MAX;
		for (size_t i = 0; i < thing->n; i++)
			TRY(run_check(db, v, thing, &thing->checks[i], after,
			    last));
		after = last;
		arena_rewind(v->arena, mark);
	} while (after != UINT64_MAX);
	return OK;
}

static enum err
check_seals(struct db *db, struct verify *v)
{
	uint64_t broken;

	TRY(seal_check(db, v->arena, &broken, &v->seals));
	if (broken != 0)
		found(v, broken, "seal", "does not fit",
		    STR("a journal under it has changed, appeared or gone"));
	return OK;
}

static enum err
run_all(struct db *db, struct verify *v)
{
	TRY(db_row(db, v->arena, Q_VERIFY_SIZE, NO_ARGS, &size_row, &v->size));
	for (size_t i = 0; i < LEN(things); i++)
		TRY(check_thing(db, v, &things[i]));
	return check_seals(db, v);
}

enum err
verify_run(struct db *db, struct arena *a, FILE *report, bool *clean)
{
	struct verify v = { .arena = a, .report = report };

	*clean = false;
	TRY(run_all(db, &v));
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
