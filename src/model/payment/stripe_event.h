/*
 * Events of Stripe: they come in any order, late, and more than once.  What
 * they say of a session, a refund or a dispute is taken over if it agrees with
 * what is known; who cannot be found by what an event names is looked for by
 * the jobs.
 */
#ifndef AFF_MODEL_PAYMENT_STRIPE_EVENT_H
#define AFF_MODEL_PAYMENT_STRIPE_EVENT_H

#include "model/payment/provider.h"

enum stripe_meaning {
	STRIPE_NOTHING,		/* not ours, or of no interest */
	STRIPE_SESSION, STRIPE_RETURN,
	STRIPE_LOOK,		/* something happened to a payment */
	STRIPE_SEARCH,		/* perhaps to one of ours */
};

struct stripe_event {
	enum stripe_meaning meaning;
	struct payment payment;
	struct session_news session;
	struct return_news returned;
	struct str intent;
};

/*
 * Before the transaction: what a signed body means.  ERR_NOT_FOUND: it is ours,
 * and we do not know it; ERR_BAD_JSON, ERR_INVALID.
 */
MUST_CHECK enum err stripe_event_read(struct db *, struct arena *,
    struct str body, struct stripe_event *, struct complaints *);
/* In it.  ERR_BAD_REQUEST: it is not what was agreed on. */
MUST_CHECK enum err stripe_event_take(struct db *, struct arena *,
    const struct stripe_event *, struct when now);

/*
 * In none, by the jobs: whose money this intent is; a payment of ours is then
 * looked at.  ERR_PROVIDER_DOWN, ERR_CONFLICT: it is to be done again.
 */
MUST_CHECK enum err stripe_search(struct db *, struct arena *,
    struct str intent);

#endif
