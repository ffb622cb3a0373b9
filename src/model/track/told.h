/* What answers tell of those whom tracking is about. */
#ifndef AFF_MODEL_TRACK_TOLD_H
#define AFF_MODEL_TRACK_TOLD_H

#include "model/track/track.h"

struct told_referral {
	uint64_t id;
	struct str email, uid;
};

/* What one refund took back of its promoter's commissions. */
struct told_refund {
	uint64_t id, promoter_id;	/* of the first of them */
	int status;			/* of commission_status_labels */
	int64_t amount, tier;		/* all of its unit, below zero */
	struct str currency, unit;
	struct when created_at;
};
/* ERR_NOT_FOUND: there was nothing to take back. */
MUST_CHECK enum err told_refund(struct db *, struct arena *, uint64_t org,
    struct str event, struct told_refund *);

struct told_cash {
	int64_t cash;
};

struct told_promoter {
	uint64_t id, default_promotion_id, parent_promoter_id;
	int status;
	struct str customer, email, code, note, auth_token, nothing;
	struct when created_at;
	struct told_cash earnings, current, paid;
};

/* A promoter by one of his placements; his money in the program's currency. */
MUST_CHECK enum err told_promoter(struct db *, struct arena *, uint64_t org,
    uint64_t placement_id, struct told_promoter *);

#endif
