/*
 * Commissions of referrals that no payout has taken up: taken back, or handed
 * over to another promoter, many at once.
 *
 * Rows stay as they were made.  One that is taken back gets a reversal of what
 * is left of it; one that is handed over is taken back, too, and its rows come
 * again as another part of the sale, so that a later refund of the sale finds
 * them as they were.
 */
#ifndef AFF_MODEL_REFERRAL_UNPAID_H
#define AFF_MODEL_REFERRAL_UNPAID_H

#include "db/paging.h"
#include "model/people/organization.h"

struct unpaid {
	uint64_t id, organization_id, referrer_id, member_organization_id;
	uint64_t sale_id, placement_id, referral_id;
	int64_t part, last_part;	/* its own; the last of the sale */
	int64_t amount, reversed_amount, tier;
	int status;
	struct str currency;
};

/* Those of referrals (a JSON array of ids), locked. */
MUST_CHECK enum err unpaid_hold(struct db *, struct arena *, uint64_t org,
    struct str referrals, struct list *);
MUST_CHECK enum err unpaid_take_back(struct db *, struct arena *,
    const struct actor *, const struct unpaid *, size_t n);

/* Who gets it, and of which referral it is then. */
struct unpaid_heir {
	uint64_t referrer_id, member_organization_id, campaign_id,
	    placement_id;
};
/* referral: of each of them. */
MUST_CHECK enum err unpaid_hand_over(struct db *, struct arena *,
    const struct actor *, const struct unpaid *, const uint64_t *referral,
    size_t n, const struct unpaid_heir *);

#endif
