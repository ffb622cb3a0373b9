/*
 * Money that goes back of a payment: refunds that the house asks for, and
 * disputes that take it.  What the payment set in motion goes back with it, to
 * the cent in any sequence: of the tokens and of each commission
 * round(all of it * refunded / paid) is back in sum; each refund posts the
 * difference.  Tokens that were spent before become a debt, which the next
 * purchase settles first.
 */
#ifndef AFF_MODEL_PAYMENT_REFUND_H
#define AFF_MODEL_PAYMENT_REFUND_H

#include "db/db.h"

extern const char *const refund_kind_labels[];
enum { REFUND_REFUND, REFUND_DISPUTE };
extern const char *const refund_status_labels[];
/* pending: asked of the provider; reinstated: done, and undone again. */
enum { REFUND_PENDING, REFUND_DONE, REFUND_FAILED, REFUND_REINSTATED };

struct refund {
	uint64_t id, organization_id, payment_id, user_id;
	int kind, status;
	int64_t amount, tokens;		/* minor units; tokens taken back */
	struct str reference, reason;	/* the provider's name for it */
	struct when created_at, done_at;
};

/*
 * Reserves the amount.  payment_id, kind, amount and, where known, reference,
 * reason and user_id are given; the rest is filled in.  ERR_CONFLICT: there is
 * no such payment, or it is not paid, or the reference is known already;
 * ERR_FUNDS: more than is left of it.
 */
MUST_CHECK enum err refund_request(struct db *, struct arena *,
    struct when now, struct refund *);
/* It happened.  reference may be absent.  A second time changes nothing. */
MUST_CHECK enum err refund_done(struct db *, struct arena *, uint64_t id,
    struct str reference, struct when now);
/* It will not happen, or was undone.  A second time changes nothing. */
MUST_CHECK enum err refund_failed(struct db *, struct arena *, uint64_t id,
    struct when now);
/*
 * The provider tells of one, whether or not we know it: payment_id, kind,
 * amount and reference are given.  A second time changes nothing.
 */
MUST_CHECK enum err refund_told(struct db *, struct arena *, struct when now,
    struct refund *);

MUST_CHECK enum err refund_get(struct db *, struct arena *, uint64_t id,
    struct refund *);
MUST_CHECK enum err refund_by_reference(struct db *, struct arena *,
    struct str reference, struct refund *);
/* All of a payment, oldest first. */
MUST_CHECK enum err refund_list(struct db *, struct arena *,
    uint64_t payment_id, struct list *);

#endif
