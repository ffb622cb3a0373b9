/* The rewards that campaigns and placements give: in and out. */
#include "api/firstpromoter/uses.h"

#include "base/banned.h"

SHAPE(fp_use_in, struct reward_use, "RewardUse",
    FIELD(struct reward_use, apply_on, "apply_on", .flags = F_REQUIRED,
	.labels = apply_on_labels, .doc = "Which sales: by their billing "
	    "period, all, or of these products only"),
    FIELD(struct reward_use, products, "product_ids", .flags = F_LOOSE,
	.max = 100),
    FIELD(struct reward_use, reward_id, "reward_id",
	.flags = F_REQUIRED | F_ID_NUMBER));

SHAPE(fp_used_reward, struct fp_used_reward, "UsedReward",
    FIELD(struct fp_used_reward, name, "name", .max = 120),
    FIELD(struct fp_used_reward, type, "promoter_reward_type", .max = 10,
	.doc = "sale, tier, target, or nothing"),
    FIELD(struct fp_used_reward, hidden, "hide_reward"),
    FIELD(struct fp_used_reward, level, "tier_level"),
    FIELD(struct fp_used_reward, coupon, "coupon", .max = 120));

SHAPE(fp_use, struct fp_use, "GivenReward",
    FIELD(struct fp_use, apply_on, "apply_on", .labels = apply_on_labels),
    FIELD(struct fp_use, product_ids, "product_ids", .flags = F_JSON,
	.format = "array"),
    FP_ID(struct fp_use, reward_id, "reward_id"),
    FIELD(struct fp_use, reward, "reward", .of = &fp_used_reward),
    FIELD(struct fp_use, products, "products", .flags = F_JSON,
	.format = "array"));

static struct str
place(struct request *rq, const char *field, size_t i, const char *member)
{
	return str_printf(rq->arena, "%s[%zu].%s", field, i, member);
}

void
fp_uses_check(struct request *rq, const char *field, struct list uses)
{
	const struct reward_use *u = uses.items;

	for (size_t i = 0; i < uses.n; i++)
		if (u[i].apply_on == APPLY_SPECIFIC && u[i].products.n == 0)
			complain(&rq->wrong, rq->arena, place(rq, field, i,
			    "product_ids"), "must name a product");
}

enum err
fp_uses_set(struct request *rq, const char *field, struct reward_uses *all,
    struct list uses)
{
	size_t wrong;
	enum err e;

	all->uses = uses.items;
	all->n = uses.n;
	e = reward_uses_set(rq->db, rq->arena, ACTOR(rq), all, &wrong);
	if (e == ERR_INVALID)
		complain(&rq->wrong, rq->arena, place(rq, field, wrong,
		    "reward_id"), "is no reward for %s, or there is no such "
		    "product", all->promoter ? "promoters" : "referrals");
	return e;
}

static struct str
or_else(struct str s, struct str other)
{
	return s.p != NULL ? s : other;
}

struct list
fp_uses_show(struct arena *a, struct list uses, uint64_t campaign_id,
    uint64_t placement_id, bool promoter)
{
	const struct reward_use *u = uses.items;
	struct fp_use *out = arena_array(a, uses.n + 1, sizeof(*out));
	size_t n = 0;

	for (size_t i = 0; i < uses.n; i++) {
		if (u[i].campaign_id != campaign_id ||
		    u[i].placement_id != placement_id ||
		    u[i].promoter != promoter)
			continue;
		out[n++] = (struct fp_use){ .apply_on = u[i].apply_on,
		    .reward_id = u[i].reward_id,
		    .monetary = u[i].monetary,
		    .product_ids = or_else(u[i].ids_json, STR("[]")),
		    .products = or_else(u[i].products_json, STR("[]")),
		    .reward = { .name = u[i].name, .type = u[i].kind < 0 ?
			STR("") : str_of(reward_kind_labels[u[i].kind]),
			.coupon = or_else(u[i].coupon, STR("")),
			.hidden = u[i].hidden,
			.level = u[i].level != 0 ? u[i].level : 1 } };
	}
	return (struct list){ out, n };
}
