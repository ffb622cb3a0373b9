/*
 * Payouts are made.  The promoter's unpaid commissions are locked first, then
 * his balance: who withdraws, refunds or makes a payout at the same time comes
 * before or after that, and sees the other's effect.
 */
#include "model/payout/payout.h"

#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/reward/unit.h"
#include "base/banned.h"

#define OWNERS_MOST 250		/* LIMIT of the statement */
#define LLU(v) ((unsigned long long)(v))

struct sum {
	int64_t unpaid, taken;
	struct when earned_at;		/* the first that is taken */
	uint64_t campaign_id, last_campaign_id;	/* of all that is unpaid */
};

SHAPE(payout_sum_row, struct sum, NULL,
    COLUMN(struct sum, unpaid),
    COLUMN(struct sum, taken),
    COLUMN(struct sum, earned_at),
    COLUMN(struct sum, campaign_id),
    COLUMN(struct sum, last_campaign_id));

struct customers {
	int64_t customers;
};

SHAPE(payout_customers_row, struct customers, NULL,
    COLUMN(struct customers, customers));

enum err
payout_count(struct db *db, int sign, struct str ids)
{
	return db_exec(db, Q_PAYOUT_COUNT, ARGS(sign, ids), NULL, NULL);
}

/*
 * What of the commissions that are taken he had withdrawn before: all, where
 * less is there than would be left, so that nothing is made.
 */
static enum err
deduct(struct db *db, struct arena *a, const struct payout_making *m,
    const struct sum *s, int64_t *deducted)
{
	int64_t balance;

	TRY(ledger_balance_locked(db, a, m->organization_id,
	    ACCOUNT_earnings_available, m->referrer_id, m->currency,
	    &balance));
	*deducted = s->unpaid > balance ? s->unpaid - balance : 0;
	if (*deducted > s->taken || s->taken - *deducted > balance)
		*deducted = s->taken;
	return OK;
}

static enum err
is_enough(struct db *db, struct arena *a, const struct payout_making *m,
    int64_t amount, bool *enough)
{
	struct customers c = { 0 };

	*enough = amount > 0 && amount >= m->least_amount;
	if (!*enough || m->least_customers == 0)
		return OK;
	TRY(db_row(db, a, Q_PAYOUT_CUSTOMERS, ARGS(m->referrer_id,
	    m->least_customers), &payout_customers_row, &c));
	*enough = c.customers >= m->least_customers;
	return OK;
}

static enum err
post(struct db *db, struct arena *a, const struct actor *who,
    const struct payout_making *m, uint64_t id, int64_t amount)
{
	struct posting p[] = {
		{ .organization_id = m->organization_id,
		  .kind = ACCOUNT_earnings_available,
		  .owner_id = m->referrer_id, .currency = m->currency,
		  .amount = -amount, .covered = true },
		{ .organization_id = m->organization_id,
		  .kind = ACCOUNT_earnings_requested,
		  .owner_id = m->referrer_id, .currency = m->currency,
		  .amount = amount },
	};

	TRY(ledger_post(db, a, &(struct journal){
	    .organization_id = m->organization_id,
	    .kind = JOURNAL_payout_made, .subject_id = id, .at = who->now }, p,
	    LEN(p), NULL));
	return event_write(db, a, &(struct event){ m->organization_id,
	    "payout.created", id, who->user_id, who->now },
	    "\"promoterId\":\"%llu\",\"amount\":%lld,\"currency\":\"%.*s\"",
	    LLU(m->referrer_id), (long long)amount, STR_ARG(m->currency));
}

enum err
payout_make(struct db *db, struct arena *a, const struct actor *who,
    const struct payout_making *m, uint64_t *id)
{
	bool chosen = m->ids.items != NULL, enough;
	struct str ids = chosen ? ids_json(a, m->ids.items, m->ids.n) :
	    STR_NULL;
	struct when end = day_end(m->end);
	struct sum s = { 0 };
	int64_t deducted;
	uint64_t rows;

	*id = 0;
	TRY(db_row(db, a, Q_PAYOUT_SUM, ARGS(ids, end, m->referrer_id,
	    m->organization_id, m->currency), &payout_sum_row, &s));
	if (s.taken <= 0)
		return OK;
	TRY(deduct(db, a, m, &s, &deducted));
	TRY(is_enough(db, a, m, s.taken - deducted, &enough));
	if (!enough)
		return OK;
	TRY(db_exec(db, Q_PAYOUT_INSERT, ARGS(m->organization_id,
	    m->referrer_id, s.campaign_id == s.last_campaign_id ?
	    s.campaign_id : 0, m->currency, s.taken - deducted,
	    deducted, chosen, m->batch_id, period_first(day_of(s.earned_at)),
	    m->end, m->due, who->now), NULL, id));
	TRY(db_exec(db, Q_PAYOUT_TAKE, ARGS(*id, m->referrer_id,
	    m->organization_id, m->currency, ids, end), &rows, NULL));
	INVARIANT(rows > 0);	/* they are locked */
	TRY(payout_count(db, 1, ids_json(a, id, 1)));
	return post(db, a, who, m, *id, s.taken - deducted);
}

struct turn {
	uint64_t id, payouts_after;
	struct program p;
};

SHAPE(payout_turn_row, struct turn, NULL,
    COLUMN(struct turn, id),
    COLUMN(struct turn, payouts_after),
    FIELD(struct turn, p.net_days, "net_days"),
    FIELD(struct turn, p.least_payout, "least_payout"),
    FIELD(struct turn, p.least_customers, "least_customers"));

struct owner {
	uint64_t id;
	struct str currency;
};

SHAPE(payout_owner_row, struct owner, NULL,
    COLUMN(struct owner, id),
    COLUMN(struct owner, currency));

struct making {
	struct arena *arena;
	struct actor who;
	struct payout_making m;
};

static enum err
make_one(struct db *db, void *arg)
{
	struct making *x = arg;
	uint64_t id;

	return payout_make(db, x->arena, &x->who, &x->m, &id);
}

struct mark {
	uint64_t organization_id, after;	/* 0: all of them are done */
	struct day end;
};

static enum err
set_mark(struct db *db, void *arg)
{
	const struct mark *m = arg;

	return m->after == 0 ? db_exec(db, Q_PAYOUT_OVER, ARGS(m->end,
	    m->organization_id), NULL, NULL) : db_exec(db,
	    Q_PAYOUT_MOVED_ON, ARGS(arg_bound(m->after), m->organization_id),
	    NULL, NULL);
}

static bool
is_money(struct str currency)
{
	return unit_of(currency) == UNIT_CASH;
}

/* The last promoter may have more currencies than were read. */
static size_t
whole_owners(const struct owner *o, size_t n)
{
	size_t end = n;

	if (n < OWNERS_MOST)
		return n;
	while (end > 0 && o[end - 1].id == o[n - 1].id)
		end--;
	return end > 0 ? end : n;
}

static enum err
make_some(struct db *db, struct arena *a, const struct turn *t,
    struct day end, struct when now, uint64_t *count)
{
	struct mark mark = { .organization_id = t->id, .end = end };
	const struct owner *o;
	struct list rows;
	size_t n;

	TRY(db_rows(db, a, Q_PAYOUT_OWNERS, ARGS(t->id,
	    arg_bound(t->payouts_after)), &payout_owner_row, &rows));
	o = rows.items;
	n = whole_owners(o, rows.n);
	for (size_t i = 0; i < n; i++) {
		struct making x = { .arena = a, .who = { t->id, 0, now },
		    .m = { .organization_id = t->id, .referrer_id = o[i].id,
		    .currency = o[i].currency, .end = end,
		    .due = period_due(&t->p, end),
		    .least_amount = t->p.least_payout,
		    .least_customers = t->p.least_customers } };

		if (is_money(o[i].currency))
			TRY(tx_run(db, a, make_one, &x));
	}
	*count = n + 1;
	mark.after = rows.n < OWNERS_MOST ? 0 : o[n - 1].id;
	return tx_run(db, a, set_mark, &mark);
}

enum err
payout_make_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	struct day end = period_over(now);
	const struct turn *t;
	struct list rows;

	*count = 0;
	TRY(db_rows(db, a, Q_PAYOUT_DUE, ARGS(end, HOUSE_ID),
	    &payout_turn_row, &rows));
	t = rows.items;
	return rows.n == 0 ? OK : make_some(db, a, t, end, now, count);
}
