/* The signature under an event of Stripe: "t=1614556800,v1=5257a8...". */
#ifndef AFF_AUTH_STRIPE_SIGNATURE_H
#define AFF_AUTH_STRIPE_SIGNATURE_H

#include "base/clock.h"
#include "base/str.h"

#define STRIPE_TOLERANCE_SECONDS 300

/*
 * Is one of the signatures that of the body, and was it made within the
 * tolerance?  secret: as Stripe shows it, "whsec_..."; never fits when empty.
 */
MUST_CHECK bool stripe_signature_verify(struct str secret, struct str header,
    struct str body, struct when now);

#endif
