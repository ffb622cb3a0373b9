/* Which of a list's filters finds few payouts. */
#include "model/payout/payout_few.h"

#include "db/few.h"
#include "db/paging.h"
#include "model/referral/lead_filter.h"
#include "base/banned.h"

struct fits {
	bool fits;
};

SHAPE(payout_fits_row, struct fits, NULL, COLUMN(struct fits, fits));

static enum err
look_custom(struct db *db, struct arena *a, const struct payout_ask *k,
    struct list *ids)
{
	const struct list_query q = { .q = Q_PAYOUT_FEW,
	    .wheres = Q_PAYOUT_FEW_WHERE_CUSTOM };

	return few_list(db, a, &q, ARGS(k->organization_id), ids);
}

/* Of a promoter's, those alone are looked at. */
static enum err
look_status(struct db *db, struct arena *a, uint64_t org, uint64_t referrer,
    int status, struct list *ids)
{
	struct list_query q = { .q = Q_PAYOUT_FEW,
	    .wheres = Q_PAYOUT_FEW_WHERE_STATUS };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(org));
	if (referrer != 0) {
		q.wheres |= Q_PAYOUT_FEW_WHERE_PROMOTER;
		arg_push(&args, ARG(referrer));
	}
	arg_push(&args, LABEL(payout_status_labels, status));
	return few_list(db, a, &q, ARG_LIST(args), ids);
}

/* Those of a promoter and a status are few, or met soon. */
static enum err
look_campaigns(struct db *db, struct arena *a, const struct payout_ask *k,
    struct list *ids)
{
	return k->f->referrer_id != 0 && k->status >= 0 ? OK :
	    few_rows(db, a, Q_PAYOUT_FEW_CAMPAIGNS, ARGS(k->campaigns,
	    k->organization_id), ids);
}

/* By some days; what is due on them is pending. */
static enum err
look_days(struct db *db, struct arena *a, const struct payout_ask *k,
    uint32_t by, struct day from, struct day to, struct list *ids)
{
	struct list_query q = { .q = Q_PAYOUT_FEW, .wheres = by };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(k->organization_id));
	if (by == Q_PAYOUT_FEW_WHERE_DUE) {
		q.wheres |= Q_PAYOUT_FEW_WHERE_STATUS;
		arg_push(&args, LABEL(payout_status_labels, k->status));
	}
	arg_push_dates(&args, from, to);
	return few_list(db, a, &q, ARG_LIST(args), ids);
}

static enum err
look_method(struct db *db, struct arena *a, const struct payout_ask *k,
    struct list *ids)
{
	const struct arg method = LABEL(payout_method_filter_labels,
	    k->f->method);
	struct fits row = { false };

	if (k->f->referrer_id == 0)
		return k->f->method == PAYOUT_METHOD_NOT_SET ? OK :
		    few_rows(db, a, Q_PAYOUT_FEW_METHOD,
		    ARGS(k->organization_id, method), ids);
	TRY(db_row(db, a, Q_PAYOUT_WANTED, ARGS(k->f->referrer_id, method),
	    &payout_fits_row, &row));
	if (!row.fits)
		few_none(a, ids);
	return OK;
}

static enum err
look_frauds(struct db *db, struct arena *a, const struct payout_ask *k,
    struct list *ids)
{
	struct arg v[LEAD_SUSPICIONS];

	return !lead_suspicions(&k->f->frauds, v) ? OK : few_rows(db, a,
	    Q_PAYOUT_FEW_FRAUDS, ARGS(k->organization_id, v[0], v[1], v[2]),
	    ids);
}

/*
 * Of promoters whose email or name begins so; those that are organizations here
 * are met on the way.
 */
static enum err
look_alike(struct db *db, struct arena *a, uint64_t org, struct str prefix,
    struct list *ids)
{
	return org == HOUSE_ID ? OK : few_rows(db, a, Q_PAYOUT_ALIKE, ARGS(org,
	    prefix), ids);
}

bool
payout_of_campaign(const struct payout_ask *k)
{
	return k->f->campaigns.n == 1 && k->order <= PAYOUTS_OLDEST &&
	    k->status < 0 && k->f->referrer_id == 0 &&
	    k->f->batches.items == NULL;
}

#define LOOK(given, call) do { \
	if (ids->items == NULL && (given)) \
		TRY(call); \
} while (0)

enum err
payout_narrow(struct db *db, struct arena *a, uint64_t org,
    const struct payout_filter *f, struct str *prefix, struct list *ids)
{
	const bool all = f->referrer_id == 0;

	*prefix = f->q.p != NULL ? like_prefix(a, f->q) : STR_NULL;
	*ids = (struct list){ NULL, 0 };
	LOOK(prefix->p != NULL, look_alike(db, a, org, *prefix, ids));
	LOOK(all && f->campaigns.items != NULL, few_rows(db, a,
	    Q_PAYOUT_FEW_CAMPAIGNS, ARGS(numbers_json(a, &f->campaigns), org),
	    ids));
	/* most are pending or completed */
	LOOK(all && f->status > PAYOUT_COMPLETED, look_status(db, a, org, 0,
	    f->status, ids));
	return OK;
}

/* What the list's own index does not find. */
enum err
payout_few(struct db *db, struct arena *a, const struct payout_ask *k,
    struct list *ids)
{
	const struct payout_filter *f = k->f;
	const bool by_start = k->order == PAYOUTS_START_DOWN ||
	    k->order == PAYOUTS_START;
	const bool by_end = k->order == PAYOUTS_END_DOWN ||
	    k->order == PAYOUTS_END;
	const bool by_time = k->order <= PAYOUTS_OLDEST;

#define DAYS(name, from, to) \
	look_days(db, a, k, Q_PAYOUT_FEW_WHERE_##name, from, to, ids)
	LOOK(k->prefix.p != NULL, look_alike(db, a, k->organization_id,
	    k->prefix, ids));
	LOOK(k->custom, look_custom(db, a, k, ids));
	LOOK(f->method >= 0, look_method(db, a, k, ids));
	LOOK(k->frauds.p != NULL, look_frauds(db, a, k, ids));
	LOOK(k->campaigns.p != NULL && !payout_of_campaign(k),
	    look_campaigns(db, a, k, ids));
	LOOK(days_given(k->due_from, k->due_to),
	    DAYS(DUE, k->due_from, k->due_to));
	LOOK(days_given(f->start_from, f->start_to) && !by_start,
	    DAYS(START, f->start_from, f->start_to));
	LOOK(days_given(f->end_from, f->end_to) && !by_end,
	    DAYS(END, f->end_from, f->end_to));
	LOOK(k->status >= 0 && (!by_time || f->referrer_id != 0),
	    look_status(db, a, k->organization_id, f->referrer_id, k->status,
	    ids));
#undef DAYS
	return OK;
}
#undef LOOK
