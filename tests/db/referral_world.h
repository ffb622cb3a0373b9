/* A referrer with a placement, a product, and a buyer who came by it. */
#ifndef AFF_TESTS_DB_REFERRAL_WORLD_H
#define AFF_TESTS_DB_REFERRAL_WORLD_H

#include "ground.h"

#include "model/payment/payment.h"
#include "model/people/organization.h"
#include "model/referral/referral.h"

extern struct settings test_settings;	/* a fifth is the commission */

struct referral_world {
	uint64_t user;			/* who owns both organizations */
	uint64_t referrer_org, buyer, product;
	struct referrer referrer;
	struct placement placement;
};
extern struct referral_world world;

int referral_world_start(void **state);
/* Another organization that came by the placement. */
uint64_t new_buyer(void);

/* A checkout of the product, in a transaction of the caller's. */
MUST_CHECK enum err checkout_of(struct db *, struct arena *, uint64_t buyer,
    int64_t quantity, struct payment *);

#endif
