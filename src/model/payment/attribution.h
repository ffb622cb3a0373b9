/* Why a payment made a commission, or none. */
#ifndef AFF_MODEL_PAYMENT_ATTRIBUTION_H
#define AFF_MODEL_PAYMENT_ATTRIBUTION_H

#include "model/referral/earning.h"

extern const char *const attribution_labels[];
enum { ATTRIBUTION_NOT_PAID, ATTRIBUTION_NO_REFERRAL, ATTRIBUTION_GONE,
	ATTRIBUTION_ROUNDED, ATTRIBUTION_HELD, ATTRIBUTION_REFUSED,
	ATTRIBUTION_REVERSED, ATTRIBUTION_REWARDED };

struct attributed_referral {
	uint64_t id;			/* 0: none */
	uint64_t placement_id, click_id;
	struct str code;
	struct when at;
};

struct attributed_commission {
	uint64_t id;			/* 0: none */
	int64_t amount, reversed_amount, rate_ppm;
	int status;
	struct str currency;
};

struct attribution {
	uint64_t payment_id;
	struct attributed_referral referral;
	struct attributed_commission commission;
	int reason;
	struct str explanation;
};

/* org: whose payment it is; house: anybody's.  ERR_NOT_FOUND. */
MUST_CHECK enum err attribution_of(struct db *, struct arena *, uint64_t org,
    bool house, uint64_t payment_id, struct attribution *);

#endif
