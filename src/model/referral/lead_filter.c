/* What lists of leads have in common. */
#include "model/referral/lead_filter.h"

#include "db/few.h"
#include "model/program/program.h"
#include "base/banned.h"

bool
lead_suspicions(const struct list *frauds, struct arg v[LEAD_SUSPICIONS])
{
	const struct str *s = frauds->items;

	if (frauds->n == 0 || frauds->n > LEAD_SUSPICIONS)
		return false;
	for (size_t i = 0; i < LEAD_SUSPICIONS; i++) {
		v[i] = ARG(s[i < frauds->n ? i : 0]);
		if (str_is(v[i].s, lead_fraud_labels[LEAD_NO_SUSPICION]))
			return false;
	}
	return true;
}

bool
lead_customers(const struct lead_filter *f)
{
	return f->type == LEADS_CUSTOMERS ||
	    days_given(f->customer_from, f->customer_to);
}

static void
push_days(struct list_query *q, struct arg_list *args, uint32_t where,
    struct day from, struct day to)
{
	q->wheres |= where;
	arg_push_days(args, from, to);
}

enum err
lead_filter_push(struct db *db, struct arena *a, uint64_t org,
    const struct lead_filter *f, const struct lead_wheres *w, struct arg state,
    struct list_query *q, struct arg_list *args)
{
	struct str prefix = f->q.p != NULL ? like_prefix(a, f->q) : STR_NULL;
	struct list ids = f->ids;

	if (prefix.p != NULL && ids.items == NULL)
		TRY(few_rows(db, a, Q_LEAD_ALIKE, ARGS(org, prefix), &ids));
#define PART(given, where, v) \
	if (w->where != 0 && (given)) { \
		q->wheres |= w->where; \
		arg_push(args, v); \
	}
	PART(ids.items != NULL, ids, ARG(ids_json(a, ids.items, ids.n)))
	PART(prefix.p != NULL, alike, ARG(prefix))
	if (f->type == LEADS_LEADS)
		q->wheres |= w->lead;
	PART(f->referrer_id != 0, referrer, ARG(f->referrer_id))
	PART(f->state >= 0, state, state)
	if (days_given(f->created_from, f->created_to))
		push_days(q, args, w->created, f->created_from, f->created_to);
	if (lead_customers(f))
		push_days(q, args, w->customer, f->customer_from,
		    f->customer_to);
	if (w->cancelled != 0 && days_given(f->cancelled_from, f->cancelled_to))
		push_days(q, args, w->cancelled, f->cancelled_from,
		    f->cancelled_to);
	PART(f->campaigns.items != NULL, campaigns, ARG(ids_json(a,
	    f->campaigns.items, f->campaigns.n)))
#undef PART
	return OK;
}

void
lead_finish(struct list *rows)
{
	struct referral *r = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		if (r[i].metadata.p == NULL)
			r[i].metadata = STR("{}");
		if (r[i].placed.campaign.color.p == NULL)
			r[i].placed.campaign.color = STR(DEFAULT_COLOR);
	}
}
