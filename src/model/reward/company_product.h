/*
 * What a company sells, by the names that its billing has: a sale of a plan is
 * of the product that has a price of that name, or the name itself.
 */
#ifndef AFF_MODEL_REWARD_COMPANY_PRODUCT_H
#define AFF_MODEL_REWARD_COMPANY_PRODUCT_H

#include "db/paging.h"
#include "model/people/organization.h"

#define COMPANY_PRICES_MAX 100

struct company_price {
	struct str ext_id, description;
};

struct company_product {
	uint64_t id;
	struct str name, ext_id;
	struct list prices;		/* struct company_price */
	struct str prices_json;
	struct when created_at;
	int64_t version;
};

/* ERR_NAME_TAKEN: another has this ext_id; ERR_CONFLICT: two equal prices. */
MUST_CHECK enum err company_product_create(struct db *, struct arena *,
    const struct actor *, struct company_product *);
MUST_CHECK enum err company_product_get(struct db *, struct arena *,
    uint64_t org, uint64_t id, struct company_product *);
/* Writes all of it.  The same, and ERR_STALE. */
MUST_CHECK enum err company_product_update(struct db *, struct arena *,
    const struct actor *, struct company_product *);
/* Rewards for it only are for nothing then.  ERR_NOT_FOUND. */
MUST_CHECK enum err company_product_delete(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/* q: a part of the name, or of a price; or absent.  By id. */
MUST_CHECK enum err company_product_list(struct db *, struct arena *,
    uint64_t org, struct str q, const struct paging *, struct list *);

#endif
