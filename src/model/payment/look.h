/*
 * What a provider outside should have told, and did not: a payment has a time
 * at which the jobs look what became of it, until nothing more can.
 */
#ifndef AFF_MODEL_PAYMENT_LOOK_H
#define AFF_MODEL_PAYMENT_LOOK_H

#include "model/payment/provider.h"

/* When to look next at a session that is not paid. */
struct when look_next(const struct payment *, const struct session_news *,
    struct when now);
/* These in a transaction.  Later, and each time later still. */
MUST_CHECK enum err look_again(struct db *, const struct payment *,
    struct when now);
/* As soon as the jobs can. */
MUST_CHECK enum err look_soon(struct db *, uint64_t payment_id,
    struct when now);

/* In none, at this one.  ERR_CONFLICT: it is not paid yet; and as below. */
MUST_CHECK enum err look_now(struct db *, struct arena *, uint64_t payment_id);
/*
 * In none: looks at some that are due.  ERR_PROVIDER_DOWN: the provider does
 * not answer, and the rest is left for later.
 */
MUST_CHECK enum err look_due(struct db *, struct arena *);

#endif
