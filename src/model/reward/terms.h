/*
 * What a sale brings to whom: the rewards of its placement or campaign, or the
 * default of the program, worked out for one sale.
 */
#ifndef AFF_MODEL_REWARD_TERMS_H
#define AFF_MODEL_REWARD_TERMS_H

#include "db/db.h"

extern const char *const billing_period_labels[];
enum { BILLING_MONTHLY, BILLING_YEARLY, BILLING_ONE_TIME };

/* A sale of a referral, before it is counted among his sales. */
struct rewarded_sale {
	uint64_t organization_id, campaign_id, placement_id, referrer_id,
	    referral_id;
	uint64_t sale_id;		/* 0: it has no row yet */
	int64_t amount, quantity;	/* minor units, before taxes */
	struct str currency;
	struct str plan;		/* absent: none was named */
	int billing_period;		/* -1: none was named */
	int64_t sales;			/* of the referral, before this one */
	struct when customer_at;	/* his first sale; 0: this is it */
	struct when at;
};

/* One commission that it brings. */
struct commission_due {
	uint64_t placement_id, referrer_id, campaign_id; /* who gets it */
	uint64_t reward_id;		/* 0: the program's default */
	int64_t amount;			/* minor units, or whole units */
	struct str currency;		/* or a unit, see unit.h */
	int64_t rate_ppm;		/* 0: a flat amount */
	int64_t share_ppm;		/* of a split; 0: all of it */
	int64_t tier;			/* 1; 2: of the parent... */
};

/*
 * All of them, in the order in which they are numbered (earning.part); none
 * where nothing is to be paid.  Amounts that round to nothing are left out.
 * Once a sale, in its transaction and before it is counted: rewards with a
 * limit are redeemed by it.  ERR_NOT_FOUND: no such placement; ERR_LIMIT:
 * more than can be numbered.
 */
MUST_CHECK enum err reward_of_sale(struct db *, struct arena *,
    const struct rewarded_sale *, struct list *due);

#endif
