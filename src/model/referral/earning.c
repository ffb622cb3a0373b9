/* Commissions: worked out, posted, released after their hold. */
#include "model/referral/earning.h"

#include "base/money.h"
#include "base/settings.h"
#include "db/due.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "base/banned.h"

#define MILLION INT64_C(1000000)
#define LLU(v) ((unsigned long long)(v))

const char *const earning_type_labels[] = {
	"commission", "reversal", "withdrawal", NULL
};
const char *const earning_status_labels[] = {
	"pending", "available", "requested", "approved", "paid", "refused",
	"reversed", NULL
};

SHAPE(earning_row, struct earning, NULL,
    COLUMN(struct earning, id),
    COLUMN(struct earning, type, .labels = earning_type_labels),
    COLUMN(struct earning, status, .labels = earning_status_labels),
    COLUMN(struct earning, amount),
    COLUMN(struct earning, currency),
    COLUMN(struct earning, campaign_id),
    COLUMN(struct earning, placement_id),
    COLUMN(struct earning, available_at),
    COLUMN(struct earning, created_at));

/* Where the money of a new one is, and how long. */
static bool
on_hold(const struct commission *c)
{
	return c->waits || settings->hold_days > 0;
}

#define EARNING_ARGS 19

static enum err
insert(struct db *db, struct arena *a, const struct commission *c, size_t n,
    struct when now, uint64_t *ids)
{
	struct arg *v = arena_array(a, n * EARNING_ARGS, sizeof(*v));
	struct when available = when_add(now, settings->hold_days * 86400);

	for (size_t i = 0; i < n; i++, c++) {
		const struct arg row[EARNING_ARGS] = {
			ARG(c->organization_id), ARG(c->referrer_id),
			ARG(c->campaign_id), ARG(c->placement_id),
			ARG(c->sale_id), ARG(c->sale_amount), ARG((int64_t)i),
			LABEL(earning_status_labels, on_hold(c) ?
			    EARNING_PENDING : EARNING_AVAILABLE),
			ARG(c->amount), ARG(c->currency),
			arg_some(c->rate_ppm), ARG(c->checks), ARG(c->tier),
			ARG(c->reward_id), ARG(c->referral_id), ARG(c->first),
			arg_some(c->share_ppm),
			ARG(c->waits ? (struct when){ 0 } : available),
			ARG(now),
		};

		memcpy(v + i * EARNING_ARGS, row, sizeof(row));
	}
	return db_exec_rows(db, Q_EARNING_INSERT, v, n, NULL, ids);
}

static struct journal_lines
lines_of(struct arena *a, const struct commission *c, uint64_t earning_id,
    struct when now)
{
	struct posting *p = arena_array(a, 2, sizeof(*p));

	p[0] = (struct posting){ .organization_id = c->organization_id,
	    .kind = ACCOUNT_commission_expense, .currency = c->currency,
	    .amount = -c->amount };
	p[1] = (struct posting){ .organization_id = c->organization_id,
	    .kind = on_hold(c) ? ACCOUNT_earnings_pending :
	    ACCOUNT_earnings_available, .owner_id = c->referrer_id,
	    .currency = c->currency, .amount = c->amount };
	return (struct journal_lines){ {
	    .organization_id = c->organization_id, .kind = JOURNAL_commission,
	    .subject_id = earning_id, .at = now }, p, 2 };
}

enum err
earning_post(struct db *db, struct arena *a, const struct commission *c,
    size_t n, struct when now, uint64_t *ids)
{
	struct journal_lines *l = arena_array(a, n, sizeof(*l));

	if (n == 0)
		return OK;
	TRY(insert(db, a, c, n, now, ids));
	for (size_t i = 0; i < n; i++)
		l[i] = lines_of(a, &c[i], ids[i], now);
	return ledger_post_all(db, a, l, n);
}

enum err
earning_commission(struct db *db, struct arena *a,
    const struct referred_sale *s, struct when now,
    struct commission_made *made)
{
	struct commission c = {
		.organization_id = s->organization_id, .sale_id = s->sale_id,
		.sale_amount = s->amount, .referral_id = s->referral_id,
		.referrer_id = s->referrer_id,
		.campaign_id = s->campaign_id,
		.placement_id = s->placement_id, .currency = s->currency,
		.rate_ppm = s->rate_ppm, .tier = 1, .checks = s->checks,
		.first = s->first,
		.waits = s->checks != 0 && settings->hold_checked,
	};
	uint64_t id;

	*made = (struct commission_made){ .lines = { .n = 0 } };
	TRY(money_share(s->amount, s->rate_ppm, MILLION, &c.amount));
	if (c.amount == 0)
		return OK;
	TRY(insert(db, a, &c, 1, now, &id));
	made->lines = lines_of(a, &c, id, now);
	made->event = (struct event_data){ { s->member_organization_id,
	    c.waits ? "commission.held" : "commission.created", id, 0, now },
	    str_printf(a, "\"campaignId\":\"%llu\",\"amount\":%lld,"
	    "\"currency\":\"%.*s\"", LLU(s->placement_id),
	    (long long)c.amount, STR_ARG(s->currency)) };
	return OK;
}

enum err
earning_get(struct db *db, struct arena *a, uint64_t referrer_id, uint64_t id,
    struct earning *e)
{
	return db_row(db, a, Q_EARNING_GET, ARGS(id, referrer_id),
	    &earning_row, e);
}

enum err
earning_list(struct db *db, struct arena *a, uint64_t referrer_id, int type,
    int status, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_EARNING_LIST_WHERE_CREATED_DESC,
		Q_EARNING_LIST_WHERE_CREATED_ASC,
		Q_EARNING_LIST_WHERE_AMOUNT_DESC,
		Q_EARNING_LIST_WHERE_AMOUNT_ASC,
	};
	struct list_query q = { .q = Q_EARNING_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(referrer_id));
	if (type >= 0) {
		q.wheres |= Q_EARNING_LIST_WHERE_TYPE;
		arg_push(&args, LABEL(earning_type_labels, type));
	}
	if (status >= 0) {
		q.wheres |= Q_EARNING_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(earning_status_labels, status));
	}
	paging_args(p, &q, &args, after[p->order],
	    p->order < 2 ? ARG((struct when){ p->after_key }) :
	    ARG(p->after_key));
	return db_list(db, a, &q, ARG_LIST(args), &earning_row, out);
}

struct earning_due {
	uint64_t id, organization_id, referrer_id, sale_id;
	int64_t part;
	struct str currency;
};

SHAPE(earning_due_row, struct earning_due, NULL,
    COLUMN(struct earning_due, id),
    COLUMN(struct earning_due, organization_id),
    COLUMN(struct earning_due, referrer_id),
    COLUMN(struct earning_due, sale_id),
    COLUMN(struct earning_due, part),
    COLUMN(struct earning_due, currency));

struct on_hold {
	int64_t amount;
};

SHAPE(earning_on_hold_row, struct on_hold, NULL,
    COLUMN(struct on_hold, amount));

/*
 * All rows of a commission at once, locked as by who reverses it: what a refund
 * took back is where the commission is, and never left behind.
 */
static enum err
release(struct db *db, struct arena *a, const void *record, struct when now)
{
	const struct earning_due *d = record;
	struct posting p[] = {
		{ .organization_id = d->organization_id,
		  .kind = ACCOUNT_earnings_pending, .owner_id = d->referrer_id,
		  .currency = d->currency },
		{ .organization_id = d->organization_id,
		  .kind = ACCOUNT_earnings_available,
		  .owner_id = d->referrer_id, .currency = d->currency },
	};
	struct on_hold h = { 0 };

	TRY(db_row(db, a, Q_EARNING_ON_HOLD, ARGS(d->sale_id, d->part),
	    &earning_on_hold_row, &h));
	if (h.amount == 0)
		return OK;	/* another process was faster, or a refund */
	TRY(db_exec(db, Q_EARNING_RELEASE, ARGS(d->sale_id, d->part), NULL,
	    NULL));
	p[0].amount = -h.amount;
	p[1].amount = h.amount;
	return ledger_post(db, a, &(struct journal){
	    .organization_id = d->organization_id,
	    .kind = JOURNAL_commission_available, .subject_id = d->id,
	    .at = now }, p, LEN(p), NULL);
}

enum err
earning_release_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	return due_run(db, a, Q_EARNING_DUE, &earning_due_row, release, now,
	    count);
}
