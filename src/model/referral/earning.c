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

static enum err
post_commission(struct db *db, struct arena *a, const struct referred_sale *s,
    uint64_t earning_id, int64_t amount, bool hold, struct when now)
{
	struct posting p[] = {
		{ .organization_id = s->organization_id,
		  .kind = ACCOUNT_commission_expense,
		  .currency = s->currency, .amount = -amount },
		{ .organization_id = s->organization_id,
		  .kind = hold ? ACCOUNT_earnings_pending :
		    ACCOUNT_earnings_available,
		  .owner_id = s->referrer_id,
		  .currency = s->currency, .amount = amount },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = s->organization_id, .kind = JOURNAL_commission,
	    .subject_id = earning_id, .at = now }, p, LEN(p), NULL);
}

enum err
earning_commission(struct db *db, struct arena *a,
    const struct referred_sale *s, struct when now, struct event_data *made)
{
	bool waits = s->checks != 0 && settings->hold_checked;
	bool hold = waits || settings->hold_days > 0;
	struct when available = { 0 };
	int64_t amount;
	uint64_t id;

	*made = (struct event_data){ .event = { .type = NULL } };
	if (!waits)
		available = when_add(now, settings->hold_days * 86400);

	TRY(money_share(s->amount, s->rate_ppm, MILLION, &amount));
	if (amount == 0)
		return OK;
	TRY(db_exec(db, Q_EARNING_INSERT, ARGS(s->organization_id,
	    s->referrer_id, s->campaign_id, s->placement_id, s->sale_id,
	    LABEL(earning_type_labels, EARNING_COMMISSION),
	    LABEL(earning_status_labels,
	    hold ? EARNING_PENDING : EARNING_AVAILABLE),
	    amount, s->currency, s->rate_ppm, s->checks, available, now),
	    NULL, &id));
	TRY(post_commission(db, a, s, id, amount, hold, now));
	*made = (struct event_data){ { s->member_organization_id,
	    waits ? "commission.held" : "commission.created", id, 0, now },
	    str_printf(a, "\"campaignId\":\"%llu\",\"amount\":%lld,"
	    "\"currency\":\"%.*s\"", LLU(s->placement_id), (long long)amount,
	    STR_ARG(s->currency)) };
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
	uint64_t id, organization_id, referrer_id;
	int64_t amount;
	struct str currency;
};

SHAPE(earning_due_row, struct earning_due, NULL,
    COLUMN(struct earning_due, id),
    COLUMN(struct earning_due, organization_id),
    COLUMN(struct earning_due, referrer_id),
    COLUMN(struct earning_due, amount),
    COLUMN(struct earning_due, currency));

static enum err
release(struct db *db, struct arena *a, const void *record, struct when now)
{
	const struct earning_due *d = record;
	struct posting p[] = {
		{ .organization_id = d->organization_id,
		  .kind = ACCOUNT_earnings_pending, .owner_id = d->referrer_id,
		  .currency = d->currency, .amount = -d->amount },
		{ .organization_id = d->organization_id,
		  .kind = ACCOUNT_earnings_available,
		  .owner_id = d->referrer_id,
		  .currency = d->currency, .amount = d->amount },
	};
	uint64_t rows;

	TRY(db_exec(db, Q_EARNING_RELEASE, ARGS(d->id), &rows, NULL));
	if (rows == 0)
		return OK;	/* another process was faster */
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
