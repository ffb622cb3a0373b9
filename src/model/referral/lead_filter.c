/* What lists of leads have in common. */
#include "model/referral/lead_filter.h"

#include "model/program/program.h"

#include "base/banned.h"

#define COMMON 1000	/* so many begin alike: see alike() */

struct id_row {
	uint64_t id;
};

SHAPE(lead_alike_row, struct id_row, NULL, COLUMN(struct id_row, id));

bool
lead_days(struct day from, struct day to)
{
	return from.n != DAY_NONE.n || to.n != DAY_NONE.n;
}

bool
lead_customers(const struct lead_filter *f)
{
	return f->type == LEADS_CUSTOMERS ||
	    lead_days(f->customer_from, f->customer_to);
}

/*
 * Those that begin like q are looked up and then sorted.  Where they are too
 * many for that, the list meets a page of them soon by itself.
 */
static enum err
alike(struct db *db, struct arena *a, uint64_t org, struct str prefix,
    struct list *ids)
{
	TRY(db_rows(db, a, Q_LEAD_ALIKE, ARGS(org, prefix), &lead_alike_row,
	    ids));
	if (ids->n > COMMON)
		*ids = (struct list){ .items = NULL };
	else if (ids->items == NULL)
		ids->items = ARENA_NEW(a, struct id_row);
	return OK;
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
		TRY(alike(db, a, org, prefix, &ids));
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
	if (lead_days(f->created_from, f->created_to))
		push_days(q, args, w->created, f->created_from, f->created_to);
	if (lead_customers(f))
		push_days(q, args, w->customer, f->customer_from,
		    f->customer_to);
	if (w->cancelled != 0 && lead_days(f->cancelled_from, f->cancelled_to))
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
