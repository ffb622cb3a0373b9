/* Campaigns as they are offered to promoters. */
#include "model/program/offer.h"

#include "model/campaign/ending.h"
#include "model/program/program.h"
#include "base/banned.h"

const char *const ad_traffic_labels[] = { "pending", "allow", "block", NULL };
const char *const upgrade_metric_labels[] = {
	"customers", "revenue", "active_customers", NULL
};

SHAPE(offer_row, struct offer, NULL,
    COLUMN(struct offer, id),
    COLUMN(struct offer, name),
    COLUMN(struct offer, status, .labels = campaign_status_labels),
    COLUMN(struct offer, landing_url),
    COLUMN(struct offer, version),
    COLUMN(struct offer, color),
    COLUMN(struct offer, signup_url),
    COLUMN(struct offer, cookie_days),
    COLUMN(struct offer, parameter),
    COLUMN(struct offer, approve_leads),
    COLUMN(struct offer, approve_promoters),
    COLUMN(struct offer, private),
    COLUMN(struct offer, ad_traffic, .labels = ad_traffic_labels),
    FIELD(struct offer, upgrade.campaign_id, "upgrade_campaign_id"),
    FIELD(struct offer, upgrade.amount, "upgrade_amount"),
    FIELD(struct offer, upgrade.metric, "upgrade_metric",
	.labels = upgrade_metric_labels),
    FIELD(struct offer, upgrade.moves, "upgrade_moves"),
    COLUMN(struct offer, is_default));

SHAPE(offer_stats_row, struct offer_stats, NULL,
    COLUMN(struct offer_stats, id),
    COLUMN(struct offer_stats, promoters),
    COLUMN(struct offer_stats, referrals),
    COLUMN(struct offer_stats, customers),
    COLUMN(struct offer_stats, sales),
    COLUMN(struct offer_stats, revenue));

SHAPE(offer_link_row, struct offer_link, NULL,
    COLUMN(struct offer_link, id),
    COLUMN(struct offer_link, campaign_id),
    COLUMN(struct offer_link, name),
    COLUMN(struct offer_link, url));

/* What a campaign says that has no row of its own. */
static void
fill(struct offer *o)
{
	if (o->color.p != NULL)
		return;
	o->color = STR(DEFAULT_COLOR);
	o->cookie_days = DEFAULT_COOKIE_DAYS;
	o->parameter = STR(DEFAULT_PARAMETER);
	o->ad_traffic = AD_PENDING;
}

enum err
offer_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct offer *o)
{
	TRY(db_row(db, a, Q_OFFER_GET, ARGS(id, org), &offer_row, o));
	fill(o);
	return OK;
}

enum err
offer_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct campaign *c, struct offer *o)
{
	TRY(campaign_lock(db, a, who->organization_id, id, c));
	return offer_get(db, a, who->organization_id, id, o);
}

enum err
offer_list(struct db *db, struct arena *a, uint64_t org,
    const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_OFFER_LIST };
	struct arg_list args = { 0 };
	struct offer *o;

	arg_push(&args, ARG(org));
	paging_by_id(p, &q, &args, Q_OFFER_LIST_WHERE_AFTER);
	TRY(db_list(db, a, &q, ARG_LIST(args), &offer_row, out));
	o = out->items;
	for (size_t i = 0; i < out->n; i++)
		fill(&o[i]);
	return OK;
}

enum err
offer_stats(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	return db_rows(db, a, Q_OFFER_STATS, ARGS(org, STR(DEFAULT_CURRENCY),
	    ids_json(a, ids, n)), &offer_stats_row, out);
}

enum err
offer_links(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	return db_rows(db, a, Q_OFFER_LINKS, ARGS(ids_json(a, ids, n), org),
	    &offer_link_row, out);
}

enum err
offer_upgrade(struct db *db, struct arena *a, uint64_t org,
    const struct offer *o)
{
	struct campaign c = { 0 };

	if (o->upgrade.campaign_id == 0)
		return OK;
	TRY(campaign_get(db, a, org, o->upgrade.campaign_id, &c));
	return c.id == o->id || campaign_over(&c) ? ERR_NOT_FOUND : OK;
}

static enum err
write(struct db *db, const struct actor *who, const struct offer *o)
{
	const struct upgrade *u = &o->upgrade;

	TRY(db_exec(db, Q_OFFER_LANDING, ARGS(o->landing_url, o->id,
	    who->organization_id), NULL, NULL));
	return db_exec(db, Q_OFFER_WRITE, ARGS(o->id, who->organization_id,
	    o->color, o->signup_url, o->cookie_days, o->parameter,
	    o->approve_leads, o->approve_promoters, o->private,
	    LABEL(ad_traffic_labels, o->ad_traffic), u->campaign_id,
	    arg_some(u->campaign_id != 0 ? u->amount : 0),
	    u->campaign_id != 0 ? LABEL(upgrade_metric_labels, u->metric) :
	    ARG(STR_NULL), u->moves), NULL, NULL);
}

enum err
offer_create(struct db *db, struct arena *a, const struct actor *who,
    struct offer *o)
{
	struct campaign c = CAMPAIGN_NEW;

	c.name = o->name;
	TRY(campaign_create(db, a, who, &c));
	TRY(campaign_begin(db, a, who, &c, (struct when){ 0 }));
	o->id = c.id;
	TRY(write(db, who, o));
	return program_adopt(db, a, who, o->id);
}

enum err
offer_update(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct offer *o)
{
	c->name = o->name;
	TRY(campaign_update(db, a, who, c));
	o->version = c->version;
	return write(db, who, o);
}

struct link_count {
	int64_t n;
};

SHAPE(link_count_row, struct link_count, NULL,
    COLUMN(struct link_count, n));

static enum err
set_link(struct db *db, const struct actor *who, uint64_t campaign_id,
    const struct offer_link *l)
{
	uint64_t rows = 1;

	if (l->id == 0)
		return l->destroy ? OK : db_exec(db, Q_OFFER_LINK_INSERT,
		    ARGS(who->organization_id, campaign_id, l->name, l->url),
		    NULL, NULL);
	if (l->destroy)
		TRY(db_exec(db, Q_OFFER_LINK_DELETE, ARGS(l->id, campaign_id,
		    who->organization_id), &rows, NULL));
	else
		TRY(db_exec(db, Q_OFFER_LINK_UPDATE, ARGS(l->name, l->url,
		    l->id, campaign_id, who->organization_id), &rows, NULL));
	return rows == 0 ? ERR_NOT_FOUND : OK;
}

enum err
offer_links_set(struct db *db, struct arena *a, const struct actor *who,
    uint64_t campaign_id, const struct offer_link *l, size_t n)
{
	struct link_count all = { 0 };

	for (size_t i = 0; i < n; i++)
		TRY(set_link(db, who, campaign_id, &l[i]));
	TRY(db_row(db, a, Q_OFFER_LINK_COUNT, ARGS(campaign_id,
	    who->organization_id), &link_count_row, &all));
	return all.n > OFFER_LINKS_MAX ? ERR_LIMIT : OK;
}

enum err
offer_delete(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	struct id_row paid = { 0 };
	enum err e;

	if (c->id == PROGRAM_CAMPAIGN)	/* paid out or not */
		return ERR_CONFLICT;
	e = db_row(db, a, Q_OFFER_PAID, ARGS(c->id, who->organization_id),
	    &id_row, &paid);
	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_PAID_OUT : e;
	TRY(campaign_delete(db, a, who, c, (struct deletion){
	    .unapply = true }));
	return program_leave(db, a, who, c->id);
}
