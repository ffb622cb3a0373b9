/* Which of a list's filters finds few commissions. */
#include "model/referral/commission_few.h"

#include "db/few.h"
#include "db/paging.h"
#include "model/referral/lead_filter.h"
#include "base/banned.h"

/* By one filter, among those of the promoter that is asked for. */
static enum err
look(struct db *db, struct arena *a, const struct commission_ask *k,
    uint32_t by, struct list *ids)
{
	const struct commission_filter *f = k->f;
	struct list_query q = { .q = Q_COMMISSION_FEW, .wheres = by };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(k->organization_id));
	if (f->referrer_id != 0) {
		q.wheres |= Q_COMMISSION_FEW_WHERE_PROMOTER;
		arg_push(&args, ARG(f->referrer_id));
	}
	switch (by) {
	case Q_COMMISSION_FEW_WHERE_AMOUNT:
		arg_push(&args, ARG(f->amount.from));
		arg_push(&args, ARG(f->amount.to));
		break;
	case Q_COMMISSION_FEW_WHERE_SALE:
		arg_push(&args, ARG(f->sale.from));
		arg_push(&args, ARG(f->sale.to));
		break;
	case Q_COMMISSION_FEW_WHERE_STANDING:
		arg_push(&args, LABEL(commission_standing_labels,
		    k->standing));
		break;
	case Q_COMMISSION_FEW_WHERE_FIRST:
		arg_push(&args, ARG(f->first));
		break;
	default:
		arg_push_days(&args, k->from, k->to);
	}
	return few_list(db, a, &q, ARG_LIST(args), ids);
}

static enum err
look_frauds(struct db *db, struct arena *a, const struct commission_ask *k,
    struct list *ids)
{
	struct arg v[LEAD_SUSPICIONS];

	return !lead_suspicions(&k->f->frauds, v) ? OK : few_rows(db, a,
	    Q_COMMISSION_FEW_FRAUDS, ARGS(k->organization_id, v[0], v[1],
	    v[2], k->f->referrer_id), ids);
}

bool
commission_of_campaign(const struct commission_ask *k)
{
	return k->f->campaigns.n == 1 && k->order <= COMMISSIONS_OLDEST &&
	    k->standing < 0 && k->f->referrer_id == 0;
}

/* Is the index of first sales the list's own? */
static bool
goes_by_first(const struct commission_ask *k)
{
	return k->order <= COMMISSIONS_OLDEST && k->standing < 0 &&
	    !commission_of_campaign(k);
}

/* What the list's own index does not find. */
enum err
commission_few(struct db *db, struct arena *a,
    const struct commission_ask *k, struct list *ids)
{
	const struct commission_filter *f = k->f;
	const bool by_time = k->order <= COMMISSIONS_OLDEST;
	const bool by_amount = k->order == COMMISSIONS_AMOUNT ||
	    k->order == COMMISSIONS_AMOUNT_DOWN;
	const bool by_sale = k->order == COMMISSIONS_SALE ||
	    k->order == COMMISSIONS_SALE_DOWN;

#define LOOK(given, call) do { \
	if (ids->items == NULL && (given)) \
		TRY(call); \
} while (0)
#define ANY(q, any) few_rows(db, a, q, ARGS(any, k->organization_id), ids)
#define BY(name) look(db, a, k, Q_COMMISSION_FEW_WHERE_##name, ids)
	LOOK(k->prefix.p != NULL, few_rows(db, a, Q_COMMISSION_ALIKE,
	    ARGS(k->organization_id, k->prefix), ids));
	LOOK(k->plans.p != NULL, ANY(Q_COMMISSION_FEW_PLANS, k->plans));
	LOOK(k->custom, few_rows(db, a, Q_COMMISSION_FEW_CUSTOM,
	    ARGS(k->organization_id), ids));
	LOOK(k->frauds.p != NULL, look_frauds(db, a, k, ids));
	LOOK(k->campaigns.p != NULL && !commission_of_campaign(k),
	    ANY(Q_COMMISSION_FEW_CAMPAIGNS, k->campaigns));
	LOOK(f->amount.given && !by_amount, BY(AMOUNT));
	LOOK(f->sale.given && !by_sale, BY(SALE));
	LOOK(k->standing >= 0 && !by_time, BY(STANDING));
	LOOK(f->first >= 0 && !goes_by_first(k), BY(FIRST));
	LOOK(!by_time && days_given(k->from, k->to), BY(CREATED_IN));
#undef BY
#undef ANY
#undef LOOK
	return OK;
}
