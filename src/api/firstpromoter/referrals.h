/* What belongs to referrals and stands in other files as well. */
#ifndef AFF_API_FIRSTPROMOTER_REFERRALS_H
#define AFF_API_FIRSTPROMOTER_REFERRALS_H

#include "api/firstpromoter/routes.h"
#include "model/referral/lead.h"

extern const struct shape fp_referral;		/* of struct referral */
MUST_CHECK enum err fp_referral_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);

/* A promoter in a campaign: the record that PLACED_COLUMNS fill. */
extern const struct shape fp_placed;
/* The same as he sees it himself. */
extern const struct shape fp_own_placed;

/* How the path names a referral: lead_find(). */
struct fp_find {
	int find_by;
};
extern const struct shape fp_find_query;

#endif
