/* The campaigns of a promoter, as he sees them, and his code in them. */
#include "api/firstpromoter/affiliate.h"
#include "api/firstpromoter/promo_codes.h"
#include "api/firstpromoter/promoter_campaigns.h"
#include "model/program/offer.h"
#include "model/promoter/own_room.h"
#include "model/promoter/promoted.h"

#include "base/banned.h"

static enum err
campaigns(struct request *rq)
{
	const struct promoted_campaign *c;
	struct fp_campaign_ref *out;
	struct list rows;

	TRY(promoted_campaigns(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, &rows));
	c = rows.items;
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = (struct fp_campaign_ref){ c[i].id, c[i].name,
		    c[i].color.p != NULL ? c[i].color : STR(DEFAULT_COLOR) };
	rq->page.items = (struct list){ out, rows.n };
	return OK;
}

/* --- in one of them --- */

struct own_reward {
	struct fp_used_reward r;
	struct str coupon;		/* JSON */
};

struct own_use {
	int apply_on;
	struct list product_ids;	/* struct str */
	uint64_t reward_id;
	struct own_reward reward;
	struct str products;		/* JSON */
};

SHAPE(fp_own_reward, struct own_reward, "OwnReward",
    FIELD(struct own_reward, r.name, "name", .max = 120),
    FIELD(struct own_reward, r.type, "promoter_reward_type", .max = 10,
	.doc = "sale, tier, target, or nothing"),
    FIELD(struct own_reward, r.hidden, "hide_reward"),
    FIELD(struct own_reward, r.level, "tier_level"),
    FIELD(struct own_reward, coupon, "coupon", .flags = F_JSON));

SHAPE(fp_own_use, struct own_use, "OwnGivenReward",
    FIELD(struct own_use, apply_on, "apply_on", .labels = apply_on_labels),
    FIELD(struct own_use, product_ids, "product_ids", .max = 1000),
    FP_ID(struct own_use, reward_id, "reward_id"),
    FIELD(struct own_use, reward, "reward", .of = &fp_own_reward),
    FIELD(struct own_use, products, "products", .flags = F_JSON,
	.doc = "items: those that it is limited to"));

struct place {
	struct fp_promoter_campaign c;
	struct str coupon, display, recruits, ad_traffic;	/* JSON: all
						 * but recruits */
	struct list promoters, referrals;	/* struct own_use */
	struct list codes;			/* struct fp_promo_code */
};

#define P(member, wire, ...) FIELD(struct place, member, wire, __VA_ARGS__)
SHAPE(fp_own_place, struct place, "OwnPromoterCampaignDetails",
    P(c.p.s.id, "id", .flags = F_ID_NUMBER),
    P(c.p.s.campaign_id, "campaign_id", .flags = F_ID_NUMBER),
    P(c.p.s.created_at, "created_at"),
    P(c.campaign, "campaign", .of = &fp_campaign_ref),
    P(c.p.s.state, "state", .labels = fp_promoted_labels),
    P(c.p.s.promoter_id, "promoter_id", .flags = F_ID_NUMBER),
    P(c.stats, "stats", .of = &fp_promoted_stats),
    P(coupon, "coupon", .flags = F_JSON, .doc = "code, where there is one"),
    P(display, "display_coupon", .flags = F_JSON),
    P(c.p.s.code, "ref_token", .max = 40),
    P(c.link, "ref_link", .max = 2000),
    P(c.monetary, "has_monetary_rewards"),
    P(promoters, "rewards_for_promoters", .of = &fp_own_use,
	.max = 2 * REWARD_USES_MAX),
    P(referrals, "rewards_for_referrals", .of = &fp_own_use,
	.max = 2 * REWARD_USES_MAX),
    P(codes, "promo_codes", .of = &fp_promo_code, .max = 1000),
    P(recruits, "recruitment_link_url", .max = 2500,
	.doc = "The campaign's sign-up page with his code; may be empty"),
    P(ad_traffic, "track_ad_traffic", .flags = F_JSON | F_NULLABLE,
	.format = "any", .doc = "true, false, or null: not decided"));

/* {"code":"x"}, or {} where there is none. */
static struct str
coupon_of(struct arena *a, struct str code)
{
	struct buf b;

	if (code.n == 0)
		return STR("{}");
	buf_init(&b, a, code.n + 20);
	buf_lit(&b, "{\"code\":");
	json_string(&b, code);
	buf_char(&b, '}');
	return buf_view(&b);
}

/* [1,2] as texts. */
static struct list
texts_of(struct arena *a, struct str ids)
{
	struct str *text = arena_array(a, ids.n + 1, sizeof(*text)), one;
	size_t n = 0;

	if (ids.n <= 2)
		return (struct list){ text, 0 };
	ids = (struct str){ ids.p + 1, ids.n - 2 };
	while (ids.n > 0) {
		(void)str_cut(ids, ',', &one, &ids);
		text[n++] = str_trim(one);
	}
	return (struct list){ text, n };
}

static struct list
uses_of(struct arena *a, const struct list *uses)
{
	const struct fp_use *u = uses->items;
	struct own_use *out = arena_array(a, uses->n + 1, sizeof(*out));

	for (size_t i = 0; i < uses->n; i++)
		out[i] = (struct own_use){ .apply_on = u[i].apply_on,
		    .product_ids = texts_of(a, u[i].product_ids),
		    .reward_id = u[i].reward_id,
		    .reward = { u[i].reward, coupon_of(a,
			u[i].reward.coupon) },
		    .products = str_printf(a, "{\"items\":%.*s}",
			STR_ARG(u[i].products)) };
	return (struct list){ out, uses->n };
}

static enum err
answer(struct request *rq, const struct promoted *p)
{
	struct place *out = ARENA_NEW(rq->arena, struct place);

	TRY(fp_promoted_show(rq->db, rq->arena, rq->who.org_id, p, 1,
	    &out->c));
	out->coupon = coupon_of(rq->arena, out->c.p.s.coupon);
	out->display = coupon_of(rq->arena, out->c.p.display_coupon);
	out->promoters = uses_of(rq->arena, &out->c.promoters);
	out->referrals = uses_of(rq->arena, &out->c.referrals);
	TRY(fp_promo_codes_of(rq, p->s.id, &out->codes));
	out->recruits = p->signup_url.n == 0 ? STR("") :
	    fp_named_url(rq->arena, p, p->signup_url, STR(""));
	if (p->ad_traffic == AD_ALLOW || p->ad_traffic == AD_BLOCK)
		out->ad_traffic = p->ad_traffic == AD_ALLOW ? STR("true") :
		    STR("false");
	rq->out = out;
	return OK;
}

struct update_in {
	struct str code;
};

SHAPE(fp_own_place_in, struct update_in, "OwnPromoterCampaignUpdate",
    FIELD(struct update_in, code, "ref_token", .flags = F_REQUIRED,
	.min = 3, .max = 40, .format = "code",
	.doc = "The one before leads to him for ever", .example = "\"ada\""));

static enum err
read_first(struct request *rq)
{
	struct promoted *p = ARENA_NEW(rq->arena, struct promoted);

	rq->prepared = p;
	TRY(promoted_own(rq->db, rq->arena, rq->who.org_id,
	    rq->who.promoter_id, rq->id[0], p));
	return own_room(rq->db, rq->arena, rq->who.promoter_id, OWN_TOKENS);
}

/* Who is not or no longer let in keeps the code that he had. */
static enum err
update(struct request *rq)
{
	const struct update_in *in = rq->in;
	struct promoted p = *(const struct promoted *)rq->prepared;
	struct standing_row now = { 0 };
	enum err e;

	TRY(standing_lock(rq->db, rq->arena, ACTOR(rq), p.s.id, &now));
	if (now.state == STANDING_REJECTED || now.state == STANDING_BLOCKED)
		return ERR_STANDING;
	p.s.code = in->code;
	e = promoted_rename(rq->db, rq->arena, ACTOR(rq), &now, in->code);
	if (e == ERR_CODE_TAKEN) {
		complain(&rq->wrong, rq->arena, STR("ref_token"),
		    "has already been taken");
		return ERR_PARAMS;
	}
	TRY(e);
	return answer(rq, &p);
}

static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS,
    ERR_STANDING, ERR_LIMIT);

const struct route fp_affiliate_campaign_routes[] = {
	{ .op = "affiliateCampaigns", .method = GET,
	  .path = "/affiliate/campaigns", .handle = campaigns,
	  .out = &fp_campaign_ref, .status = 200,
	  .flags = R_PROMOTER | R_LIST, .tag = "Affiliate campaigns",
	  .summary = "List the campaigns that one is in" },
	{ .op = "affiliateUpdateCampaign", .method = PUT,
	  .path = "/affiliate/promoter_campaigns/{id}",
	  .prepare = read_first, .handle = update, .in = &fp_own_place_in,
	  .out = &fp_own_place, .status = 200, .flags = R_PROMOTER | R_WRITE,
	  .errors = update_errors, .tag = "Affiliate campaigns",
	  .summary = "Choose one's code in a campaign" },
	{ .op = NULL }
};
