/*
 * What becomes of commissions later: their sale goes back, or the house decides
 * of one that was held.
 *
 * The commission's own row stays as it was made; each refund adds a row of its
 * own with the difference, so that commission minus reversals is
 * commission - round(commission * refunded / sale) at any moment.  One that is
 * reversed as a whole shows so in all its rows, which sum to zero.
 */
#include "model/referral/earning.h"

#include "base/money.h"
#include "base/settings.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

/* A commission that may be taken back. */
struct reversible {
	uint64_t id, organization_id, referrer_id, member_organization_id,
	    sale_id;
	int64_t part, amount, reversed_amount;
	int status;
	struct str currency;
	struct when available_at;
};

SHAPE(commission_row, struct reversible, NULL,
    COLUMN(struct reversible, id),
    COLUMN(struct reversible, organization_id),
    COLUMN(struct reversible, referrer_id),
    COLUMN(struct reversible, member_organization_id),
    COLUMN(struct reversible, sale_id),
    COLUMN(struct reversible, part),
    COLUMN(struct reversible, amount),
    COLUMN(struct reversible, reversed_amount),
    COLUMN(struct reversible, status, .labels = earning_status_labels),
    COLUMN(struct reversible, currency),
    COLUMN(struct reversible, available_at));

/*
 * Where its money is; of one that was paid out, what comes next.  What is
 * reversed as a whole sums to zero anywhere.
 */
static int
place_of(const struct reversible *c, struct when now)
{
	if (c->status != EARNING_REVERSED)
		return c->status == EARNING_PENDING ? EARNING_PENDING :
		    EARNING_AVAILABLE;
	return c->available_at.us != 0 && c->available_at.us <= now.us ?
	    EARNING_AVAILABLE : EARNING_PENDING;
}

/* back: what the referrer loses; below zero: what he gets again. */
static enum err
post(struct db *db, struct arena *a, const struct reversible *c,
    uint64_t earning_id, int64_t back, int place, struct when now)
{
	struct posting p[] = {
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_commission_expense,
		  .currency = c->currency, .amount = back },
		{ .organization_id = c->organization_id,
		  .kind = place == EARNING_PENDING ?
		    ACCOUNT_earnings_pending : ACCOUNT_earnings_available,
		  .owner_id = c->referrer_id,
		  .currency = c->currency, .amount = -back },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = c->organization_id,
	    .kind = back > 0 ? JOURNAL_commission_reversed :
	    JOURNAL_commission, .subject_id = earning_id, .at = now },
	    p, LEN(p), NULL);
}

/* A commission is reversed as a whole, or no longer. */
static enum err
mark(struct db *db, const struct reversible *c, int status)
{
	return db_exec(db, Q_EARNING_MARK, ARGS(
	    LABEL(earning_status_labels, status), c->sale_id, c->part),
	    NULL, NULL);
}

/* The company is told, and the promoter if he is an organization here. */
static enum err
tell(struct db *db, struct arena *a, const struct reversible *c, uint64_t id,
    int64_t back, struct when now)
{
	const uint64_t to[] = { c->organization_id,
	    c->member_organization_id };
	struct event_data e[LEN(to)];
	size_t n = 0;

	for (size_t i = 0; i < LEN(to); i++)
		if (to[i] != 0 && (i == 0 || to[i] != to[0]))
			e[n++] = (struct event_data){ { to[i], back > 0 ?
			    "commission.reversed" : "commission.reinstated",
			    id, 0, now }, str_printf(a,
			    "\"commissionId\":\"%llu\",\"promoterId\":"
			    "\"%llu\",\"amount\":%lld,\"currency\":\"%.*s\"",
			    LLU(c->id), LLU(c->referrer_id), (long long)-back,
			    STR_ARG(c->currency)) };
	return event_write_all(db, a, e, n);
}

static enum err
adjust_one(struct db *db, struct arena *a, const struct reversible *c,
    const struct sale_part *part, struct when now)
{
	int place = place_of(c, now);
	int64_t target, back;
	uint64_t id;

	TRY(money_share(c->amount, part->refunded, part->sale_amount,
	    &target));
	back = target - c->reversed_amount;
	if (back == 0)
		return OK;
	TRY(db_exec(db, Q_EARNING_ADJUST, ARGS(part->refund_id,
	    LABEL(earning_type_labels,
	    back > 0 ? EARNING_REVERSAL : EARNING_COMMISSION),
	    LABEL(earning_status_labels, place), -back, now, c->id), NULL,
	    &id));
	TRY(db_exec(db, Q_EARNING_REVERSED, ARGS(back, c->id), NULL, NULL));
	TRY(post(db, a, c, id, back, place, now));
	if (target == c->amount)
		TRY(mark(db, c, EARNING_REVERSED));
	else if (c->status == EARNING_REVERSED)
		TRY(mark(db, c, place));
	return tell(db, a, c, id, back, now);
}

enum err
earning_adjust(struct db *db, struct arena *a, const struct sale_part *part,
    struct when now)
{
	const struct reversible *c;
	struct list rows;

	TRY(db_rows(db, a, Q_EARNING_OF_SALE, ARGS(part->sale_id),
	    &commission_row, &rows));
	c = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		TRY(adjust_one(db, a, &c[i], part, now));
	return OK;
}

SHAPE(held_row, struct held, NULL,
    COLUMN(struct held, id),
    COLUMN(struct held, referrer_id),
    COLUMN(struct held, organization_id),
    COLUMN(struct held, placement_id),
    COLUMN(struct held, payment_id),
    COLUMN(struct held, status, .labels = earning_status_labels),
    COLUMN(struct held, amount),
    COLUMN(struct held, checks),
    COLUMN(struct held, currency),
    COLUMN(struct held, created_at),
    COLUMN(struct held, available_at),
    COLUMN(struct held, refused_at));

static enum err
held_event(struct db *db, struct arena *a, const struct actor *who,
    const struct held *h, const char *type)
{
	return event_write(db, a, &(struct event){ h->organization_id, type,
	    h->id, who->user_id, who->now },
	    "\"amount\":%lld,\"currency\":\"%.*s\"", (long long)h->amount,
	    STR_ARG(h->currency));
}

enum err
earning_let_go(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct held *h)
{
	uint64_t rows;

	TRY(db_exec(db, Q_EARNING_LET_GO, ARGS(settings->hold_days, id,
	    HOUSE_ID), &rows, NULL));
	TRY(db_row(db, a, Q_EARNING_HELD_GET, ARGS(id, HOUSE_ID), &held_row,
	    h));
	if (rows == 0)
		return h->checks != 0 && h->refused_at.us == 0 &&
		    h->available_at.us != 0 ? OK : ERR_CONFLICT;
	return held_event(db, a, who, h, "commission.released");
}

enum err
earning_refuse(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct held *h)
{
	struct reversible c = { 0 };
	uint64_t rows, reversal;
	int64_t back;

	TRY(db_exec(db, Q_EARNING_REFUSE, ARGS(who->now, id, HOUSE_ID), &rows,
	    NULL));
	TRY(db_row(db, a, Q_EARNING_HELD_GET, ARGS(id, HOUSE_ID), &held_row,
	    h));
	if (rows == 0)
		return h->refused_at.us != 0 ? OK : ERR_CONFLICT;
	TRY(db_row(db, a, Q_EARNING_COMMISSION, ARGS(id), &commission_row,
	    &c));
	back = c.amount - c.reversed_amount;
	TRY(db_exec(db, Q_EARNING_ADJUST, ARGS(arg_bound(0),
	    LABEL(earning_type_labels, EARNING_REVERSAL),
	    LABEL(earning_status_labels, EARNING_PENDING), -back, who->now,
	    id), NULL, &reversal));
	TRY(db_exec(db, Q_EARNING_REVERSED, ARGS(back, id), NULL, NULL));
	TRY(post(db, a, &c, reversal, back, EARNING_PENDING, who->now));
	TRY(mark(db, &c, EARNING_REVERSED));
	TRY(db_exec(db, Q_EARNING_REFUSE_ADJUSTED, ARGS(who->now, c.sale_id,
	    c.part), NULL, NULL));
	h->status = EARNING_REVERSED;
	return held_event(db, a, who, h, "commission.refused");
}

enum err
earning_held(struct db *db, struct arena *a, const struct paging *p,
    struct list *out)
{
	struct list_query q = { .q = Q_EARNING_HELD };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(HOUSE_ID));
	if (p->after_id != 0) {
		q.wheres |= Q_EARNING_HELD_WHERE_AFTER;
		arg_push(&args, ARG(p->after_id));
	}
	arg_push(&args, ARG(p->limit + 1));
	arg_push(&args, ARG(p->offset));
	return db_list(db, a, &q, ARG_LIST(args), &held_row, out);
}
