/*
 * A checkout session at a provider outside, in three steps.
 *
 * payment_create() stores what is wanted (PAYMENT_CREATING); checkout_open()
 * asks the provider while no transaction runs; checkout_opened() stores what
 * came of it.  Whatever breaks off in between is taken up by the jobs, who ask
 * for the same once more and get the same session: see look.h.
 */
#ifndef AFF_MODEL_PAYMENT_CHECKOUT_H
#define AFF_MODEL_PAYMENT_CHECKOUT_H

#include "model/payment/provider.h"
#include "model/payment/refund.h"

/* What the provider said when a session was asked for. */
struct opening {
	struct payment payment;
	enum err said;			/* OK, ERR_PROVIDER_DOWN, _REFUSED */
	struct session_news news;
	struct str why;			/* it refuses */
};

/* Outside of any transaction; payment is given. */
void checkout_open(struct arena *, struct opening *);
/* In a transaction. */
MUST_CHECK enum err checkout_opened(struct db *, struct arena *,
    const struct opening *, struct when now);

/*
 * What a provider tells of a session, and of money that went back; in the
 * caller's transaction.  Told twice or late it changes nothing.
 * ERR_BAD_REQUEST: it is not what was agreed on, and nothing is credited.
 */
MUST_CHECK enum err checkout_told(struct db *, struct arena *,
    const struct payment *, const struct session_news *, struct when now);
MUST_CHECK enum err checkout_returned(struct db *, struct arena *,
    const struct payment *, const struct return_news *, struct when now);

/*
 * The house gives money back; amount 0: all that is left.  The sandbox does it
 * at once; a provider outside is asked by the jobs.  ERR_NOT_FOUND: no such
 * payment; ERR_PROVIDER_REFUSED: its provider has no such amount; else as
 * refund_request().
 */
MUST_CHECK enum err checkout_refund(struct db *, struct arena *,
    const struct actor *, struct refund *);

#endif
