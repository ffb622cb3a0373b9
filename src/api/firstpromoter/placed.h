/* What belongs to referrals and stands in other files as well. */
#ifndef AFF_API_FIRSTPROMOTER_PLACED_H
#define AFF_API_FIRSTPROMOTER_PLACED_H

#include "api/firstpromoter/message.h"
#include "model/referral/lead.h"

/* A promoter in a campaign: the record that PLACED_COLUMNS fill. */
extern const struct shape fp_placed;
/* The same as he sees it himself. */
extern const struct shape fp_own_placed;

extern const struct shape fp_commission;	/* of struct commission_row */

/* How the path names a referral: lead_find(). */
struct fp_find {
	int find_by;
};
extern const struct shape fp_find_query;

#endif
