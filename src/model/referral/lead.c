/* Leads and customers: looked up and listed. */
#include "model/referral/lead.h"

#include "model/referral/lead_filter.h"
#include "base/banned.h"

const char *const lead_state_labels[] = {
	"signup", "active", "subscribed", "cancelled", "refunded", "denied",
	"pending", "moved", NULL
};
const char *const lead_source_labels[] = {
	"api", "coupon", "cookie", "manual_admin", "manual_affiliate", NULL
};
const char *const lead_fraud_labels[] = {
	"no_suspicion", "same_ip_suspicion", "same_promoter_email",
	"ad_source", NULL
};
const char *const lead_key_labels[] = { "email", "uid", "username",
	"id", NULL };
const char *const lead_type_labels[] = { "lead", "customer", NULL };

SHAPE(lead_list_row, struct referral, NULL,
    COLUMN(struct referral, id),
    COLUMN(struct referral, email),
    COLUMN(struct referral, uid),
    COLUMN(struct referral, username),
    COLUMN(struct referral, first_name),
    COLUMN(struct referral, last_name),
    COLUMN(struct referral, website),
    COLUMN(struct referral, comment),
    COLUMN(struct referral, metadata),
    COLUMN(struct referral, state, .labels = lead_state_labels),
    COLUMN(struct referral, entry_source, .labels = lead_source_labels),
    COLUMN(struct referral, fraud, .labels = lead_fraud_labels),
    COLUMN(struct referral, created_at),
    COLUMN(struct referral, customer_at),
    COLUMN(struct referral, cancelled_at),
    COLUMN(struct referral, created_by),
    COLUMN(struct referral, is_expired),
    COLUMN(struct referral, split),
    FIELD(struct referral, status.id, "status_id"),
    FIELD(struct referral, status.organization_id, "status_org"),
    FIELD(struct referral, status.name, "status_name"),
    FIELD(struct referral, status.description, "status_description"),
    FIELD(struct referral, status.position, "status_position"),
    FIELD(struct referral, status.created_at, "status_created"),
    FIELD(struct referral, status.updated_at, "status_updated"),
    PLACED_COLUMNS(struct referral, placed));

unsigned
lead_order(const struct lead_filter *f)
{
	if (f->q.p != NULL || f->ids.items != NULL || f->referrer_id != 0 ||
	    f->state >= 0)
		return LEADS_NEWEST;
	if (days_given(f->cancelled_from, f->cancelled_to))
		return LEADS_BY_CANCELLED;
	return lead_customers(f) ? LEADS_BY_CUSTOMER : LEADS_NEWEST;
}

static void
finish(struct list *rows)
{
	struct referral *r = rows->items;

	lead_finish(rows);
	for (size_t i = 0; i < rows->n; i++)
		if (r[i].split.p == NULL)
			r[i].split = STR("[]");
}

enum err
lead_list(struct db *db, struct arena *a, uint64_t org,
    const struct lead_filter *f, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		[LEADS_NEWEST] = Q_LEAD_LIST_WHERE_AFTER_DESC,
		[LEADS_OLDEST] = Q_LEAD_LIST_WHERE_AFTER_ASC,
		[LEADS_BY_CUSTOMER] = Q_LEAD_LIST_WHERE_AFTER_CUSTOMER,
		[LEADS_BY_CANCELLED] = Q_LEAD_LIST_WHERE_AFTER_CANCELLED,
	};
	static const struct lead_wheres wheres = {
		.ids = Q_LEAD_LIST_WHERE_IDS, .alike = Q_LEAD_LIST_WHERE_ALIKE,
		.lead = Q_LEAD_LIST_WHERE_LEAD,
		.referrer = Q_LEAD_LIST_WHERE_REFERRER,
		.state = Q_LEAD_LIST_WHERE_STATE,
		.created = Q_LEAD_LIST_WHERE_CREATED_IN,
		.customer = Q_LEAD_LIST_WHERE_CUSTOMER_IN,
		.cancelled = Q_LEAD_LIST_WHERE_CANCELLED_IN,
	};
	struct list_query q = { .q = Q_LEAD_LIST };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(org));
	TRY(lead_filter_push(db, a, org, f, &wheres, f->state < 0 ? ARG(0) :
	    LABEL(lead_state_labels, f->state), &q, &args));
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	TRY(db_list(db, a, &q, ARG_LIST(args), &lead_list_row, out));
	finish(out);
	return OK;
}

enum err
lead_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct referral *r)
{
	const struct lead_filter f = { .ids = { &id, 1 }, .type = -1,
	    .state = -1, .created_from = DAY_NONE, .created_to = DAY_NONE,
	    .customer_from = DAY_NONE, .customer_to = DAY_NONE,
	    .cancelled_from = DAY_NONE, .cancelled_to = DAY_NONE };
	struct list rows;

	TRY(lead_list(db, a, org, &f, &(struct paging){ .limit = 1 }, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*r = *(const struct referral *)rows.items;
	return OK;
}

/* One that is an organization here has other names. */
static enum err
find_organization(struct db *db, struct arena *a, uint64_t org, int key,
    struct str name, struct id_row *row)
{
	if (org != HOUSE_ID || key == LEAD_USERNAME)
		return ERR_NOT_FOUND;
	return db_row(db, a, key == LEAD_UID ? Q_LEAD_FIND_ACCOUNT :
	    Q_LEAD_FIND_OWNER, ARGS(org, name), &id_row, row);
}

enum err
lead_find(struct db *db, struct arena *a, uint64_t org, int key,
    struct str name, uint64_t *id)
{
	static const uint32_t by[] = {
		[LEAD_EMAIL] = Q_LEAD_FIND_WHERE_EMAIL,
		[LEAD_UID] = Q_LEAD_FIND_WHERE_UID,
		[LEAD_USERNAME] = Q_LEAD_FIND_WHERE_USERNAME,
	};
	const bool by_id = key < 0 || key == LEAD_ID;
	const struct list_query q = { .q = Q_LEAD_FIND,
	    .wheres = by_id ? Q_LEAD_FIND_WHERE_ID : by[key] };
	struct arg_list args = { .n = 0 };
	struct id_row row = { .id = 0 };
	struct list rows;
	uint64_t number = 0;

	if (by_id && !str_to_u64(name, &number))
		return ERR_NOT_FOUND;
	arg_push(&args, ARG(org));
	arg_push(&args, by_id ? arg_bound(number) : ARG(name));
	TRY(db_list(db, a, &q, ARG_LIST(args), &id_row, &rows));
	if (rows.n > 0)
		row = *(const struct id_row *)rows.items;
	else if (by_id)
		return ERR_NOT_FOUND;
	else
		TRY(find_organization(db, a, org, key, name, &row));
	*id = row.id;
	return OK;
}
