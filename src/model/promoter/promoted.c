/* Promoters in campaigns: lists and changes. */
#include "model/promoter/promoted.h"

#include <stdlib.h>

#include "model/event/record.h"
#include "model/program/offer.h"
#include "model/referral/placement.h"
#include "base/banned.h"

SHAPE(promoted_row, struct promoted, NULL,
    FIELD(struct promoted, s.id, "id"),
    FIELD(struct promoted, s.organization_id, "organization_id"),
    FIELD(struct promoted, s.promoter_id, "promoter_id"),
    FIELD(struct promoted, s.campaign_id, "campaign_id"),
    FIELD(struct promoted, s.state, "state", .labels = standing_labels),
    FIELD(struct promoted, s.code, "code"),
    FIELD(struct promoted, s.coupon, "coupon"),
    FIELD(struct promoted, s.landing_url, "landing_url"),
    FIELD(struct promoted, s.created_at, "created_at"),
    FIELD(struct promoted, s.campaign_name, "campaign_name"),
    FIELD(struct promoted, s.campaign_color, "campaign_color"),
    FIELD(struct promoted, s.promoter_email, "promoter_email"),
    FIELD(struct promoted, s.promoter_name, "promoter_name"),
    FIELD(struct promoted, s.clicks, "clicks"),
    FIELD(struct promoted, s.referrals, "referrals"),
    FIELD(struct promoted, s.customers, "customers"),
    FIELD(struct promoted, s.sales, "sales"),
    FIELD(struct promoted, s.revenue, "revenue"),
    COLUMN(struct promoted, display_coupon),
    COLUMN(struct promoted, promo_codes),
    COLUMN(struct promoted, own_promoter),
    COLUMN(struct promoted, own_referral),
    COLUMN(struct promoted, parameter),
    COLUMN(struct promoted, signup_url),
    COLUMN(struct promoted, ad_traffic, .labels = ad_traffic_labels),
    COLUMN(struct promoted, version));

enum err
promoted_list(struct db *db, struct arena *a, uint64_t org,
    const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_PROMOTED_LIST,
	    .wheres = Q_PROMOTED_LIST_WHERE_SHOWN };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(true));
	arg_push(&args, ARG(org));
	paging_args(p, &q, &args, Q_PROMOTED_LIST_WHERE_AFTER,
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &promoted_row, out);
}

/* Those of these ids, newest first. */
static enum err
list_some(struct db *db, struct arena *a, uint64_t org, const uint64_t *ids,
    size_t n, bool codes, uint32_t more, struct list *out)
{
	const struct list_query q = { .q = Q_PROMOTED_LIST,
	    .wheres = Q_PROMOTED_LIST_WHERE_IDS | more };

	return db_list(db, a, &q, ARGS(codes, org, ids_json(a, ids, n),
	    (int64_t)n, 0), &promoted_row, out);
}

enum err
promoted_search(struct db *db, struct arena *a, uint64_t org, struct str q,
    struct list *out)
{
	struct list found;

	TRY(db_rows(db, a, Q_PROMOTED_SEARCH, ARGS(org, like_prefix(a, q)),
	    &id_row, &found));
	*out = (struct list){ NULL, 0 };
	return found.n == 0 ? OK : list_some(db, a, org, found.items, found.n,
	    true, Q_PROMOTED_LIST_WHERE_SHOWN, out);
}

enum err
promoted_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    bool codes, struct promoted *p)
{
	struct list rows;

	TRY(list_some(db, a, org, &id, 1, codes, 0, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*p = *(const struct promoted *)rows.items;
	return OK;
}

enum err
promoted_of(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, struct list *out)
{
	const struct list_query q = { .q = Q_PROMOTED_LIST,
	    .wheres = Q_PROMOTED_LIST_WHERE_PROMOTER };

	return db_list(db, a, &q, ARGS(false, org, promoter_id, PROMOTED_MOST,
	    INT64_C(0)), &promoted_row, out);
}

enum err
promoted_own(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, uint64_t id, struct promoted *p)
{
	const struct list_query q = { .q = Q_PROMOTED_LIST,
	    .wheres = Q_PROMOTED_LIST_WHERE_IDS |
		Q_PROMOTED_LIST_WHERE_PROMOTER };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(false, org, ids_json(a, &id, 1),
	    promoter_id, INT64_C(1), INT64_C(0)), &promoted_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*p = *(const struct promoted *)rows.items;
	return OK;
}

SHAPE(promoted_campaign_row, struct promoted_campaign, NULL,
    COLUMN(struct promoted_campaign, id),
    COLUMN(struct promoted_campaign, name),
    COLUMN(struct promoted_campaign, color));

static int
by_id(const void *a, const void *b)
{
	const struct promoted_campaign *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

enum err
promoted_campaigns(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, struct list *out)
{
	struct promoted_campaign *c;
	size_t n = 0;

	TRY(db_rows(db, a, Q_PROMOTED_CAMPAIGNS, ARGS(promoter_id, org),
	    &promoted_campaign_row, out));
	c = out->items;
	if (out->n > 1)
		qsort(c, out->n, sizeof(*c), by_id);
	for (size_t i = 0; i < out->n; i++)
		if (n == 0 || c[n - 1].id != c[i].id)
			c[n++] = c[i];
	out->n = n;
	return OK;
}

/* ERR_CONFLICT: it is another one's; the one before is kept. */
static enum err
take_code(struct db *db, struct arena *a, const struct standing_row *was,
    struct str code)
{
	TRY(placement_code_free(db, a, code, was->id));
	return str_eq_nocase(was->code, code) ? OK : db_exec(db,
	    Q_PLACEMENT_KEEP_CODE, ARGS(was->id), NULL, NULL);
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *who,
    const struct standing_row *s, const struct record_diff *d)
{
	return event_write(db, a, &(struct event){ who->organization_id,
	    "promoter_campaign.updated", s->id, who->user_id, who->now },
	    "\"promoterId\":\"%llu\",\"campaignId\":\"%llu\"%.*s",
	    (unsigned long long)s->promoter_id,
	    (unsigned long long)s->campaign_id, STR_ARG(diff_members(d)));
}

enum err
promoted_rename(struct db *db, struct arena *a, const struct actor *who,
    const struct standing_row *was, struct str code)
{
	struct record_diff d;
	enum err e;

	if (str_eq(was->code, code))
		return OK;
	e = take_code(db, a, was, code);
	if (e == OK)
		e = db_exec(db, Q_PROMOTED_RENAME, ARGS(code, who->now,
		    was->id), NULL, NULL);
	if (e == ERR_CONFLICT)
		return ERR_CODE_TAKEN;
	TRY(e);
	diff_init(&d, a);
	diff_text(&d, "ref_token", was->code, code);
	return tell(db, a, who, was, &d);
}

static struct str
yes(bool b)
{
	return b ? STR("true") : STR("false");
}

enum err
promoted_update(struct db *db, struct arena *a, const struct actor *who,
    const struct promoted *was, struct promoted *p, unsigned rewards)
{
	struct record_diff d;
	enum err e;

	diff_init(&d, a);
	diff_text(&d, "ref_token", was->s.code, p->s.code);
	diff_text(&d, "coupon", was->s.coupon, p->s.coupon);
	diff_text(&d, "display_coupon", was->display_coupon,
	    p->display_coupon);
	diff_text(&d, "direct_url", was->s.landing_url, p->s.landing_url);
	diff_value(&d, "promoter_rewards_customized", yes(was->own_promoter),
	    yes(p->own_promoter));
	diff_value(&d, "referral_rewards_customized", yes(was->own_referral),
	    yes(p->own_referral));
	if ((rewards & REWARDS_FOR_PROMOTERS) != 0)
		diff_name(&d, "rewards_for_promoters");
	if ((rewards & REWARDS_FOR_REFERRALS) != 0)
		diff_name(&d, "rewards_for_referrals");
	if (diff_is_empty(&d))
		return OK;
	e = take_code(db, a, &was->s, p->s.code);
	if (e == OK)
		e = db_exec(db, Q_PROMOTED_UPDATE, ARGS(p->s.code,
		    p->s.coupon, p->display_coupon, p->s.landing_url,
		    p->own_promoter, p->own_referral, who->now, p->s.id),
		    NULL, NULL);
	if (e == ERR_CONFLICT)
		return ERR_CODE_TAKEN;
	TRY(e);
	return tell(db, a, who, &p->s, &d);
}
