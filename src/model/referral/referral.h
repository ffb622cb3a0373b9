/* Referrals: organizations that signed up by somebody's link or code. */
#ifndef AFF_MODEL_REFERRAL_REFERRAL_H
#define AFF_MODEL_REFERRAL_REFERRAL_H

#include "model/referral/screen.h"

/*
 * Attributes a new organization: by code where one is given, else by the token
 * of a click.  A code that is unknown or ended attributes nothing, which is no
 * error: origin->id is 0.
 */
MUST_CHECK enum err referral_attribute(struct db *, struct arena *,
    struct str code, struct str click_token, struct when now, struct origin *);
/* checks: of screen_signup. */
MUST_CHECK enum err referral_create(struct db *, struct arena *,
    const struct origin *, uint64_t organization_id, const struct signup *,
    int64_t checks, struct when now);

#endif
