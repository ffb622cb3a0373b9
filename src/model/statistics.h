/* What an organization has, in numbers that agree with its lists. */
#ifndef AFF_MODEL_STATISTICS_H
#define AFF_MODEL_STATISTICS_H

#include "model/referral/placement.h"
#include "model/token/token.h"

struct campaign_counts {
	int64_t total, active;
};

struct payment_sums {
	int64_t count;
	struct list amounts;	/* struct money_of, by currency */
};

struct statistics {
	uint64_t organization_id;
	struct when created_at;
	int64_t members, api_keys, checkout_sessions;
	struct campaign_counts campaigns;
	int64_t clicks, referrals, conversions;
	struct payment_sums payments;
	struct token_balance tokens;
};

/* ERR_NOT_FOUND: there is no such organization; a deleted one is one. */
MUST_CHECK enum err organization_statistics(struct db *, struct arena *,
    uint64_t org, struct statistics *);

#endif
