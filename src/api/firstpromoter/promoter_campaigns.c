/* Promoters in campaigns: lists, changes, links. */
#include "api/firstpromoter/promoter_campaigns.h"

#include "api/firstpromoter/charts.h"
#include "api/firstpromoter/record.h"
#include "model/program/program.h"

#include "base/banned.h"

SHAPE(fp_promoted_stats, struct fp_stats, "PromoterCampaignStats",
    FIELD(struct fp_stats, clicks, "clicks_count"),
    FIELD(struct fp_stats, referrals, "referrals_count"),
    FIELD(struct fp_stats, sales, "sales_count"),
    FIELD(struct fp_stats, customers, "customers_count"),
    FIELD(struct fp_stats, revenue, "revenue_amount"));

const char *const fp_promoted_labels[] = {
	"pending", "accepted", "rejected", "blocked", "inactive", NULL
};

#define OUT struct fp_promoter_campaign
SHAPE(fp_promoter_campaign, OUT, "PromoterCampaign",
    FP_ID(OUT, p.s.id, "id"),
    FP_ID(OUT, p.s.campaign_id, "campaign_id"),
    FP_ID(OUT, p.s.promoter_id, "promoter_id"),
    FIELD(OUT, p.s.created_at, "created_at"),
    FIELD(OUT, promoter, "promoter", .of = &fp_promoter_ref),
    FIELD(OUT, campaign, "campaign", .of = &fp_campaign_ref),
    FIELD(OUT, p.s.state, "state", .labels = fp_promoted_labels),
    FIELD(OUT, stats, "stats", .of = &fp_promoted_stats),
    FIELD(OUT, p.s.coupon, "coupon", .max = 120),
    FIELD(OUT, p.display_coupon, "display_coupon", .max = 120),
    FIELD(OUT, p.s.code, "ref_token", .max = 40),
    FIELD(OUT, link, "ref_link", .max = 2000),
    FIELD(OUT, customized, "is_customized"),
    FIELD(OUT, p.s.landing_url, "direct_url", .max = 2000,
	.doc = "Where his link leads, if not where the campaign says"),
    FIELD(OUT, p.own_referral, "referral_rewards_customized"),
    FIELD(OUT, p.own_promoter, "promoter_rewards_customized"),
    FIELD(OUT, promoters, "rewards_for_promoters", .of = &fp_use,
	.doc = "His own where they are customized, else the campaign's"),
    FIELD(OUT, referrals, "rewards_for_referrals", .of = &fp_use),
    FIELD(OUT, p.promo_codes, "promo_codes", .flags = F_JSON,
	.format = "array"));

static struct str
text(struct str s)
{
	return s.p != NULL ? s : STR("");
}

/* Where nothing else is given, a share of each sale is. */
static bool
is_monetary(const struct list *promoters)
{
	const struct fp_use *u = promoters->items;
	bool any = promoters->n == 0;

	for (size_t i = 0; i < promoters->n; i++)
		any |= u[i].monetary;
	return any;
}

static OUT
shown(struct arena *a, const struct promoted *p, struct list uses)
{
	OUT o = { .p = *p,
	    .promoter = { p->s.promoter_id, text(p->s.promoter_email),
		text(p->s.promoter_name) },
	    .campaign = { p->s.campaign_id, p->s.campaign_name,
		p->s.campaign_color.p != NULL ? p->s.campaign_color :
		STR(DEFAULT_COLOR) },
	    .stats = { .clicks = p->s.clicks, .referrals = p->s.referrals,
		.sales = p->s.sales, .customers = p->s.customers,
		.revenue = p->s.revenue },
	    .link = link_of_code(a, p->s.code),
	    .customized = p->own_promoter || p->own_referral };

	o.p.s.coupon = text(p->s.coupon);
	o.p.display_coupon = text(p->display_coupon);
	if (p->promo_codes.p == NULL)
		o.p.promo_codes = STR("[]");
	o.promoters = fp_uses_show(a, uses, p->s.campaign_id,
	    p->own_promoter ? p->s.id : 0, true);
	o.referrals = fp_uses_show(a, uses, p->s.campaign_id,
	    p->own_referral ? p->s.id : 0, false);
	o.monetary = is_monetary(&o.promoters);
	return o;
}

enum err
fp_promoted_show(struct db *db, struct arena *a, uint64_t org,
    const struct promoted *p, size_t n, struct fp_promoter_campaign *out)
{
	struct reward_uses *of = arena_array(a, 2 * n + 1, sizeof(*of));
	struct list uses;

	for (size_t i = 0; i < n; i++) {
		of[2 * i].campaign_id = p[i].s.campaign_id;
		of[2 * i + 1].campaign_id = p[i].s.campaign_id;
		of[2 * i + 1].placement_id = p[i].s.id;
	}
	if (n == 0)
		return OK;
	TRY(reward_uses_of(db, a, org, of, 2 * n, &uses));
	for (size_t i = 0; i < n; i++)
		out[i] = shown(a, &p[i], uses);
	return OK;
}

enum err
fp_promoted_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	struct promoted p = { 0 };

	TRY(promoted_get(db, a, org, id, true, &p));
	return fp_promoted_show(db, a, org, &p, 1, out);
}

struct list_in {
	struct fp_page_query page;
};

SHAPE(fp_promoted_list_query, struct list_in, "PromoterCampaignListQuery",
    FP_PAGE_FIELDS(struct list_in));

static const char *const sorts[] = { "created_at:desc", NULL };

static enum err
list(struct request *rq)
{
	const struct list_in *in = rq->query;
	struct paging p;
	struct list rows;
	OUT *out;

	TRY(fp_page_read(rq, &in->page, 0, &p));
	TRY(promoted_list(rq->db, rq->arena, rq->who.org_id, &p, &rows));
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	TRY(fp_promoted_show(rq->db, rq->arena, rq->who.org_id, rows.items,
	    rows.n, out));
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(OUT, p.s.created_at),
	    offsetof(OUT, p.s.id));
	return OK;
}

struct search_in {
	struct str q;
};

SHAPE(fp_promoted_search, struct search_in, "PromoterCampaignSearch",
    FIELD(struct search_in, q, "q", .max = 120,
	.doc = "What email or name of the promoter, ref_token or coupon "
	    "begin with"));

static enum err
search(struct request *rq)
{
	const struct search_in *in = rq->query;
	struct list rows = { NULL, 0 };
	OUT *out;

	if (in->q.n > 0)
		TRY(promoted_search(rq->db, rq->arena, rq->who.org_id, in->q,
		    &rows));
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	TRY(fp_promoted_show(rq->db, rq->arena, rq->who.org_id, rows.items,
	    rows.n, out));
	rq->page.items = (struct list){ out, rows.n };
	return OK;
}

struct update_in {
	struct str code, coupon, display_coupon, landing_url;
	int state;
	struct list promoters, referrals;
	bool own_promoter, own_referral;
};

SHAPE(fp_promoted_update, struct update_in, "PromoterCampaignUpdate",
    FIELD(struct update_in, code, "ref_token", .min = 3, .max = 40,
	.format = "code", .doc = "The one before leads to him for ever"),
    FIELD(struct update_in, coupon, "coupon", .flags = F_NULLABLE,
	.max = 120),
    FIELD(struct update_in, display_coupon, "display_coupon",
	.flags = F_NULLABLE, .max = 120),
    FIELD(struct update_in, landing_url, "direct_url", .flags = F_NULLABLE,
	.max = 2000, .doc = "An address, or nothing: where the campaign "
	    "says"),
    FIELD(struct update_in, state, "state", .labels = fp_promoted_labels),
    FIELD(struct update_in, promoters, "rewards_for_promoters",
	.of = &fp_use_in, .max = 20),
    FIELD(struct update_in, referrals, "rewards_for_referrals",
	.of = &fp_use_in, .max = 20),
    FIELD(struct update_in, own_promoter, "promoter_rewards_customized",
	.doc = "false: as the campaign says; true, if rewards are given"),
    FIELD(struct update_in, own_referral, "referral_rewards_customized"));
enum { HAS_CODE = 1, HAS_COUPON = 2, HAS_DISPLAY = 4, HAS_URL = 8,
	HAS_STATE = 16, HAS_PROMOTERS = 32, HAS_REFERRALS = 64,
	HAS_OWN_PROMOTER = 128, HAS_OWN_REFERRAL = 256 };

static void
check(struct request *rq)
{
	const struct update_in *in = rq->in;

	if (in->landing_url.n > 0 && !str_has_prefix(in->landing_url,
	    STR("https://")) && !str_has_prefix(in->landing_url,
	    STR("http://")))
		complain(&rq->wrong, rq->arena, STR("direct_url"),
		    "must begin with https:// or http://");
	fp_uses_check(rq, "rewards_for_promoters", in->promoters);
	fp_uses_check(rq, "rewards_for_referrals", in->referrals);
}

/* What was given; the rest stays. */
static void
change(const struct request *rq, struct promoted *p)
{
	const struct update_in *in = rq->in;

	if (rq->given & HAS_CODE)
		p->s.code = in->code;
	if (rq->given & HAS_COUPON)
		p->s.coupon = in->coupon;
	if (rq->given & HAS_DISPLAY)
		p->display_coupon = in->display_coupon;
	if (rq->given & HAS_URL)
		p->s.landing_url = text(in->landing_url);
	if (rq->given & (HAS_PROMOTERS | HAS_OWN_PROMOTER))
		p->own_promoter = in->own_promoter ||
		    (rq->given & HAS_OWN_PROMOTER) == 0;
	if (rq->given & (HAS_REFERRALS | HAS_OWN_REFERRAL))
		p->own_referral = in->own_referral ||
		    (rq->given & HAS_OWN_REFERRAL) == 0;
}

static enum err
set_rewards(struct request *rq, const struct promoted *p)
{
	const struct update_in *in = rq->in;
	struct reward_uses all = { .campaign_id = p->s.campaign_id,
	    .placement_id = p->s.id, .promoter = true };

	if (rq->given & HAS_PROMOTERS)
		TRY(fp_uses_set(rq, "rewards_for_promoters", &all,
		    in->promoters));
	all.promoter = false;
	return (rq->given & HAS_REFERRALS) == 0 ? OK : fp_uses_set(rq,
	    "rewards_for_referrals", &all, in->referrals);
}

static enum err
update(struct request *rq)
{
	const struct update_in *in = rq->in;
	const unsigned rewards =
	    (rq->given & HAS_PROMOTERS ? REWARDS_FOR_PROMOTERS : 0) |
	    (rq->given & HAS_REFERRALS ? REWARDS_FOR_REFERRALS : 0);
	struct promoted was = { 0 }, p;
	struct standing_row now = { 0 };
	enum err e;

	TRY(standing_lock(rq->db, rq->arena, ACTOR(rq), rq->id[0], &now));
	TRY(promoted_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], false,
	    &was));
	p = was;
	change(rq, &p);
	e = promoted_update(rq->db, rq->arena, ACTOR(rq), &was, &p, rewards);
	if (e == ERR_CODE_TAKEN) {
		complain(&rq->wrong, rq->arena, STR("ref_token"),
		    "has already been taken");
		return ERR_INVALID;
	}
	TRY(e);
	TRY(set_rewards(rq, &p));
	if (rq->given & HAS_STATE)
		TRY(standing_move(rq->db, rq->arena, ACTOR(rq), &now,
		    (enum standing)in->state));
	return fp_answer(rq, RECORD_PROMOTED, p.s.id);
}

/* --- charts --- */

struct chart_out {
	struct chart c;
	struct str total;
};

SHAPE(fp_chart_point, struct chart_point, "ChartPoint",
    FIELD(struct chart_point, day, "date"),
    FIELD(struct chart_point, value, "value"));

SHAPE(fp_chart, struct chart_out, "PromoterCampaignChart",
    FIELD(struct chart_out, c.from, "period_from"),
    FIELD(struct chart_out, c.to, "period_to"),
    FIELD(struct chart_out, c.selection, "selection",
	.labels = chart_selection_labels),
    FIELD(struct chart_out, c.points, "selection_items",
	.of = &fp_chart_point, .max = CHART_DAYS_MOST),
    FIELD(struct chart_out, c.group, "group_by",
	.labels = chart_group_labels),
    FIELD(struct chart_out, total, "total", .flags = F_JSON | F_OMIT,
	.format = "any", .doc = "Of the period, where it was asked for"));

static enum err
chart(struct request *rq)
{
	const struct fp_chart_query *q = rq->query;
	struct chart_out *out = ARENA_NEW(rq->arena, struct chart_out);
	struct promoted p = { 0 };

	TRY(promoted_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], false,
	    &p));
	TRY(fp_chart_ask(rq, &out->c));
	TRY(chart_read(rq->db, rq->arena, rq->who.org_id, 0, p.s.id,
	    &out->c));
	if (q->totals)
		out->total = str_printf(rq->arena, "%lld",
		    (long long)out->c.total);
	rq->out = out;
	return OK;
}

static const enum err chart_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STANDING,
    ERR_ARCHIVED);

#define PATH "/company/promoter_campaigns"
const struct route fp_promoter_campaign_routes[] = {
	{ .op = "listPromoterCampaigns", .method = GET, .path = PATH,
	  .handle = list, .query = &fp_promoted_list_query,
	  .out = &fp_promoter_campaign, .sorts = sorts, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Promoter campaigns", .summary = "List promoters in "
	    "campaigns" },
	{ .op = "searchPromoterCampaigns", .method = GET,
	  .path = PATH "/search", .handle = search,
	  .query = &fp_promoted_search, .out = &fp_promoter_campaign,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Promoter campaigns", .summary = "Find promoters in "
	    "campaigns: the first five" },
	{ .op = "updatePromoterCampaign", .method = PUT, .path = PATH "/{id}",
	  .check = check, .handle = update,
	  .in = &fp_promoted_update, .out = &fp_promoter_campaign,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = update_errors,
	  .tag = "Promoter campaigns", .summary = "Change a promoter in a "
	    "campaign" },
	{ .op = "chartPromoterCampaign", .method = GET,
	  .path = PATH "/{id}/chart_data", .handle = chart,
	  .query = &fp_chart_query, .out = &fp_chart, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = chart_errors,
	  .tag = "Promoter campaigns", .summary = "What a promoter brought "
	    "in a campaign, by day, week, month or year" },
	{ .op = NULL }
};
