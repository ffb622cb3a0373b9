/*
 * What looks wrong with a referral.  It is noted, shown to the house and, by
 * setting, holds the commission until the house decides; nothing is dropped.
 */
#ifndef AFF_MODEL_REFERRAL_SCREEN_H
#define AFF_MODEL_REFERRAL_SCREEN_H

#include "model/referral/placement.h"

/* Bits of checks. */
enum {
	CHECK_SELF_REFERRAL = 1,	/* the referrer's own people */
	CHECK_SAME_ADDRESS = 2,		/* signed up from where they log in */
	CHECK_VELOCITY = 4,		/* too many in an hour */
};
extern const char *const check_labels[], *const check_texts[];	/* by bit */
/* The names of the bits, as a list of strings. */
struct list check_names(struct arena *, int64_t checks);

struct signup {
	struct str email;
	unsigned char address_hash[8];
};

/* Are both there, and lead to one mailbox? */
bool screen_same_mailbox(struct arena *, struct str, struct str);

/* Before the transaction: the checks of a sign-up from there. */
MUST_CHECK enum err screen_signup(struct db *, struct arena *,
    const struct origin *, const struct signup *, struct when now,
    int64_t *checks);

#endif
