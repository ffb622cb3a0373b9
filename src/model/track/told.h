/* What answers tell of those whom tracking is about. */
#ifndef AFF_MODEL_TRACK_TOLD_H
#define AFF_MODEL_TRACK_TOLD_H

#include "model/track/track.h"

extern const char *const told_status_labels[];
enum { TOLD_PENDING, TOLD_APPROVED, TOLD_DENIED };

struct told_reward {
	int64_t id;			/* 0: the program's default */
	struct str name;
};

struct told_referral {
	uint64_t id;
	struct str email, uid;
};

/* A commission of a sale, or what of it was taken back. */
struct told_commission {
	uint64_t id;
	int status, fraud;
	bool self_referral, paid, split;
	int64_t amount, sale_amount, tier;
	struct str currency, event, plan, unit, metadata, sale_currency,
	    commission_type, internal_note, external_note, nobody;
	struct when created_at, decided_at;
	struct placed placed;
	struct told_referral referral;
	struct told_reward reward;
};

/* Those of a sale, in their order. */
MUST_CHECK enum err told_commissions(struct db *, struct arena *, uint64_t org,
    uint64_t sale_id, struct list *);

/* What one refund took back of its promoter's commissions. */
struct told_refund {
	uint64_t id, promoter_id;	/* of the first of them */
	int status;
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
