/* A promoter's own leads and customers. */
#include "model/referral/own_lead.h"

#include "db/few.h"
#include "model/referral/lead_filter.h"
#include "base/banned.h"

/* A key by state has the time of creation in its lower bits. */
#define STATE_BIT 58
#define TIME_OF(key) ((struct when){ (key) & ((INT64_C(1) << STATE_BIT) - 1) })

SHAPE(own_lead_row, struct referral, NULL,
    COLUMN(struct referral, id),
    COLUMN(struct referral, email),
    COLUMN(struct referral, email_key),
    COLUMN(struct referral, uid),
    COLUMN(struct referral, metadata),
    COLUMN(struct referral, state, .labels = lead_state_labels),
    COLUMN(struct referral, created_at),
    COLUMN(struct referral, customer_at),
    FIELD(struct referral, placed.id, "placement_id"),
    FIELD(struct referral, placed.created_at, "placed_at"),
    FIELD(struct referral, placed.campaign.id, "campaign_id"),
    FIELD(struct referral, placed.campaign.name, "campaign_name"),
    FIELD(struct referral, placed.campaign.color, "campaign_color"));

const size_t own_keys[] = {
	[OWN_STATE_DOWN] = offsetof(struct referral, state_key),
	[OWN_STATE] = offsetof(struct referral, state_key),
	[OWN_EMAIL_DOWN] = offsetof(struct referral, email_key),
	[OWN_EMAIL] = offsetof(struct referral, email_key),
	[OWN_NEWEST] = offsetof(struct referral, created_at),
	[OWN_BY_CUSTOMER] = offsetof(struct referral, customer_at),
};

unsigned
own_order(const struct lead_filter *f)
{
	if (f->state >= 0)
		return OWN_STATE_DOWN;
	return lead_customers(f) ? OWN_BY_CUSTOMER : OWN_NEWEST;
}

/* States go by their place in the table's list of them, from 1. */
static void
push_paging(const struct paging *p, struct list_query *q,
    struct arg_list *args)
{
	static const uint32_t after[] = {
		[OWN_STATE_DOWN] = Q_OWN_LEADS_WHERE_AFTER_STATE_DESC,
		[OWN_STATE] = Q_OWN_LEADS_WHERE_AFTER_STATE_ASC,
		[OWN_EMAIL_DOWN] = Q_OWN_LEADS_WHERE_AFTER_EMAIL_DESC,
		[OWN_EMAIL] = Q_OWN_LEADS_WHERE_AFTER_EMAIL_ASC,
		[OWN_NEWEST] = Q_OWN_LEADS_WHERE_AFTER_CREATED,
		[OWN_BY_CUSTOMER] = Q_OWN_LEADS_WHERE_AFTER_CUSTOMER,
	};
	struct arg key = ARG(TIME_OF(p->after_key));

	if (p->order == OWN_EMAIL_DOWN || p->order == OWN_EMAIL)
		key = ARG(p->after_text);
	else if (p->order <= OWN_STATE && p->after_id != 0)
		arg_push(args, ARG(p->after_key >> STATE_BIT));
	paging_args(p, q, args, after[p->order], key);
}

static void
finish(struct list *rows)
{
	struct referral *r = rows->items;

	lead_finish(rows);
	for (size_t i = 0; i < rows->n; i++)
		r[i].state_key = ((int64_t)r[i].state + 1) << STATE_BIT |
		    r[i].created_at.us;
}

enum err
own_leads(struct db *db, struct arena *a, uint64_t org,
    const struct lead_filter *f, const struct paging *p, struct list *out)
{
	static const struct lead_wheres wheres = {
		.ids = Q_OWN_LEADS_WHERE_IDS, .alike = Q_OWN_LEADS_WHERE_ALIKE,
		.lead = Q_OWN_LEADS_WHERE_LEAD,
		.state = Q_OWN_LEADS_WHERE_STATE,
		.created = Q_OWN_LEADS_WHERE_CREATED_IN,
		.customer = Q_OWN_LEADS_WHERE_CUSTOMER_IN,
		.campaigns = Q_OWN_LEADS_WHERE_CAMPAIGNS,
	};
	struct list_query q = { .q = Q_OWN_LEADS };
	struct arg_list args = { .n = 0 };
	struct lead_filter in = *f;

	if (f->campaigns.items != NULL && f->ids.items == NULL)
		TRY(few_rows(db, a, Q_OWN_PLACED, ARGS(f->referrer_id, org,
		    ids_json(a, f->campaigns.items, f->campaigns.n)),
		    &in.ids));
	arg_push(&args, ARG(f->referrer_id));
	arg_push(&args, ARG(org));
	TRY(lead_filter_push(db, a, org, &in, &wheres,
	    f->state < 0 ? ARG(STR_NULL) : LABEL(lead_state_labels, f->state),
	    &q, &args));
	push_paging(p, &q, &args);
	TRY(db_list(db, a, &q, ARG_LIST(args), &own_lead_row, out));
	finish(out);
	return OK;
}

enum err
own_lead(struct db *db, struct arena *a, uint64_t org, uint64_t referrer_id,
    uint64_t id)
{
	struct id_row row = { 0 };

	return db_row(db, a, Q_OWN_LEAD, ARGS(arg_bound(id), referrer_id, org),
	    &id_row, &row);
}

enum err
own_lead_hold(struct db *db, struct arena *a, uint64_t org,
    uint64_t referrer_id, uint64_t id)
{
	struct id_row row = { 0 };
	enum err e = db_row(db, a, Q_OWN_LEAD_HOLD, ARGS(arg_bound(id),
	    referrer_id, org), &id_row, &row);

	return e == ERR_NOT_FOUND ? ERR_KEPT : e;
}

enum err
own_placement(struct db *db, struct arena *a, uint64_t org,
    uint64_t referrer_id, uint64_t id, struct when now)
{
	struct id_row row = { 0 };

	return db_row(db, a, Q_OWN_PLACEMENT, ARGS(arg_bound(id), referrer_id,
	    org, now), &id_row, &row);
}
