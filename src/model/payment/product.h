/* Products of the house and their prices. */
#ifndef AFF_MODEL_PAYMENT_PRODUCT_H
#define AFF_MODEL_PAYMENT_PRODUCT_H

#include "db/paging.h"
#include "model/referral/placement.h"

#define PRODUCT_PRICES_MAX 20

struct product {
	uint64_t id;
	struct str name, description;
	int64_t tokens;
	int64_t valid_days;	/* of the tokens; 0: they stay */
	int64_t position;	/* in the list of what is for sale */
	bool active;		/* for sale */
	struct list prices;	/* struct money_of, the first is the default */
	struct when created_at, updated_at;
	int64_t version;
};

/* All that are for sale, in the order in which the house put them. */
MUST_CHECK enum err product_list(struct db *, struct arena *, struct list *);
/* One that is for sale. */
MUST_CHECK enum err product_get(struct db *, struct arena *, uint64_t id,
    struct product *);

/*
 * For the house: those that are not for sale as well.  Orders: position asc,
 * desc, created desc, asc.
 */
MUST_CHECK enum err product_list_all(struct db *, struct arena *,
    const struct paging *, struct list *);
MUST_CHECK enum err product_get_any(struct db *, struct arena *, uint64_t id,
    struct product *);

/* For sale, behind the others where position is 0.  ERR_CONFLICT: its name. */
MUST_CHECK enum err product_create(struct db *, struct when now,
    struct product *);
/* The same by a person, and not for sale unless active.  ERR_NAME_TAKEN. */
MUST_CHECK enum err product_offer(struct db *, struct arena *,
    const struct actor *, struct product *);
/*
 * Writes all of it; prices: only where they are new, for sessions keep those
 * that they were made with.  ERR_STALE, ERR_NAME_TAKEN.
 */
MUST_CHECK enum err product_update(struct db *, struct arena *,
    const struct actor *, struct product *, bool prices);
/* Takes it from sale; again: the same. */
MUST_CHECK enum err product_withdraw(struct db *, struct arena *,
    const struct actor *, uint64_t id);

#endif
