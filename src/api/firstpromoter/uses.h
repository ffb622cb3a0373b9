/* The rewards that campaigns and placements give, as this face writes them. */
#ifndef AFF_API_FIRSTPROMOTER_USES_H
#define AFF_API_FIRSTPROMOTER_USES_H

#include "api/firstpromoter/routes.h"
#include "model/reward/reward.h"

/* As they come: struct reward_use with apply_on, products and reward_id. */
extern const struct shape fp_use_in;

struct fp_used_reward {
	struct str name, type, coupon;
	bool hidden;
	int64_t level;
};
struct fp_use {
	int apply_on;
	uint64_t reward_id;
	struct str product_ids, products;	/* JSON */
	struct fp_used_reward reward;
	bool monetary;
};
extern const struct shape fp_use;

/* Complains of "specific" without products; field: of the list. */
void fp_uses_check(struct request *, const char *field, struct list);
/* ERR_INVALID with a complaint of the one that names what is not there. */
MUST_CHECK enum err fp_uses_set(struct request *, const char *field,
    struct reward_uses *, struct list uses);
/* Those of a campaign or placement for promoters or referrals: of fp_use. */
struct list fp_uses_show(struct arena *, struct list uses,
    uint64_t campaign_id, uint64_t placement_id, bool promoter);

#endif
