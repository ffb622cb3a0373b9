/*
 * Payouts are made.  The promoter's unpaid commissions are locked first, then
 * his balance: who withdraws, refunds or makes a payout at the same time comes
 * before or after that, and sees the other's effect.
 */
#include "model/payout/payout.h"

#include "base/log.h"
#include "db/due.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/reward/unit.h"
#include "base/banned.h"

#define OWNERS_MOST 250		/* LIMIT of the statement */
#define AGAIN_SECONDS 600	/* DUE_AHEAD_SECONDS at most */
#define TRIES_MOST 144		/* behind the first: for a day */
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

/* Whose payout failed, and how often. */
struct again {
	struct turn t;
	struct owner o;
	int64_t tries;
};

SHAPE(payout_again_row, struct again, NULL,
    FIELD(struct again, o.id, "id"),
    FIELD(struct again, o.currency, "currency"),
    COLUMN(struct again, tries),
    FIELD(struct again, t.id, "organization_id"),
    FIELD(struct again, t.p.net_days, "net_days"),
    FIELD(struct again, t.p.least_payout, "least_payout"),
    FIELD(struct again, t.p.least_customers, "least_customers"));

struct making {
	struct arena *arena;
	struct actor who;
	struct payout_making m;
	int64_t tries;
};

static struct making
making(struct arena *a, const struct again *g, struct when now)
{
	const struct day end = period_over(now);
	const struct program *p = &g->t.p;

	return (struct making){ .arena = a, .who = { g->t.id, 0, now },
	    .m = { .organization_id = g->t.id, .referrer_id = g->o.id,
	    .currency = g->o.currency, .end = end, .due = period_due(p, end),
	    .least_amount = p->least_payout,
	    .least_customers = p->least_customers }, .tries = g->tries };
}

static enum err
drop(struct db *db, const struct payout_making *m)
{
	return db_exec(db, Q_PAYOUT_AGAIN_DROP, ARGS(m->referrer_id,
	    m->currency), NULL, NULL);
}

static enum err
make_one(struct db *db, void *arg)
{
	struct making *x = arg;
	uint64_t id;

	TRY(payout_make(db, x->arena, &x->who, &x->m, &id));
	return x->tries == 0 ? OK : drop(db, &x->m);
}

static enum err
put_off(struct db *db, void *arg)
{
	const struct making *x = arg;

	return x->tries >= TRIES_MOST ? drop(db, &x->m) : db_exec(db,
	    Q_PAYOUT_AGAIN_SET, ARGS(x->m.referrer_id, x->m.currency,
	    x->m.organization_id, when_add(x->who.now, AGAIN_SECONDS)), NULL,
	    NULL);
}

static void
tell(const struct making *x, enum err e)
{
	const struct payout_making *m = &x->m;

	if (x->tries < TRIES_MOST)
		log_warn("payout of promoter %llu of organization %llu in "
		    "%.*s: %s: is tried again", LLU(m->referrer_id),
		    LLU(m->organization_id), STR_ARG(m->currency),
		    err_slug(e));
	else
		log_error("payout of promoter %llu of organization %llu in "
		    "%.*s: %s: is given up: his commissions go with the next "
		    "month, or now by commissions/generate_payouts, some at a "
		    "time", LLU(m->referrer_id), LLU(m->organization_id),
		    STR_ARG(m->currency), err_slug(e));
}

/* Whose payout fails keeps nobody waiting: he is put off. */
static enum err
make_or_put_off(struct db *db, struct making *x, bool *failed)
{
	enum err e = tx_run(db, x->arena, make_one, x);

	*failed |= e != OK;
	if (e == OK || !db_connected(db))
		return e;
	TRY(tx_run(db, x->arena, put_off, x));
	tell(x, e);
	return OK;
}

struct mark {
	uint64_t organization_id, was, after;	/* 0: all of them are done */
	struct day end;
};

/* Where another process was faster it stands further on, and stays there. */
static enum err
set_mark(struct db *db, void *arg)
{
	const struct mark *m = arg;

	return m->after == 0 ? db_exec(db, Q_PAYOUT_OVER, ARGS(m->end,
	    m->organization_id, arg_bound(m->was)), NULL, NULL) : db_exec(db,
	    Q_PAYOUT_MOVED_ON, ARGS(arg_bound(m->after), m->organization_id,
	    m->end, arg_bound(m->was)), NULL, NULL);
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

/* A failure may have taken all of a turn's time: it is the last then. */
static enum err
make_some(struct db *db, struct arena *a, const struct turn *t,
    struct when now, uint64_t *count)
{
	struct mark mark = { .organization_id = t->id,
	    .was = t->payouts_after, .end = period_over(now) };
	const struct owner *o;
	struct list rows;
	bool failed = false;
	size_t n, i = 0;

	TRY(db_rows(db, a, Q_PAYOUT_OWNERS, ARGS(t->id,
	    arg_bound(t->payouts_after)), &payout_owner_row, &rows));
	o = rows.items;
	n = whole_owners(o, rows.n);
	for (; i < n && (!failed || o[i].id == o[i - 1].id); i++) {
		struct making x = making(a, &(struct again){ *t, o[i], 0 },
		    now);

		if (is_money(o[i].currency))
			TRY(make_or_put_off(db, &x, &failed));
	}
	*count += i + 1;
	mark.after = i == rows.n && i < OWNERS_MOST ? 0 : o[i - 1].id;
	return tx_run(db, a, set_mark, &mark);
}

static enum err
make_again(struct db *db, struct arena *a, struct when now, uint64_t *count)
{
	struct making x;
	struct list rows;
	bool failed = false;

	TRY(db_rows(db, a, Q_PAYOUT_AGAIN, ARGS(now, due_beyond(now)),
	    &payout_again_row, &rows));
	*count += rows.n;
	if (rows.n == 0)
		return OK;
	x = making(a, rows.items, now);
	return make_or_put_off(db, &x, &failed);
}

enum err
payout_make_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	struct list rows;

	*count = 0;
	TRY(make_again(db, a, now, count));
	if (*count > 0)
		return OK;	/* it may have taken all of a turn's time */
	TRY(db_rows(db, a, Q_PAYOUT_DUE, ARGS(period_over(now), HOUSE_ID),
	    &payout_turn_row, &rows));
	return rows.n == 0 ? OK : make_some(db, a, rows.items, now, count);
}
