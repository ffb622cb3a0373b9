/* What the house gives to an organization or takes from it, and why. */
#ifndef AFF_MODEL_TOKEN_ADJUSTMENT_H
#define AFF_MODEL_TOKEN_ADJUSTMENT_H

#include "model/referral/placement.h"

struct adjustment {
	uint64_t id, organization_id, user_id;
	int64_t amount, balance_after;
	struct str reason;
	struct when created_at;
};

/*
 * organization_id, of one that is there, amount (not 0) and reason are given.
 * ERR_FUNDS: the balance would go below zero; ERR_OVERFLOW.
 */
MUST_CHECK enum err adjustment_create(struct db *, struct arena *,
    const struct actor *, struct adjustment *);
/* organization 0: any.  Orders: created desc, asc. */
MUST_CHECK enum err adjustment_list(struct db *, struct arena *,
    uint64_t organization, const struct paging *, struct list *);

#endif
