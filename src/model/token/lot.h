/*
 * Lots: tokens of a purchase that run out.
 *
 * They are a part of what an organization has available, and change only in a
 * transaction that moves tokens_available before, and so holds its lock: what
 * is read of them under it is as it is.  Tokens are taken from the lots that
 * run out first; what is left of a take comes from what never runs out.
 */
#ifndef AFF_MODEL_TOKEN_LOT_H
#define AFF_MODEL_TOKEN_LOT_H

#include "db/db.h"

struct lot {
	uint64_t id;
	int64_t amount;			/* what remains, or a part of it */
	struct when expires_at;
};

/* n tokens of a payment that was just booked. */
MUST_CHECK enum err lot_create(struct db *, uint64_t org, uint64_t payment_id,
    int64_t n, struct when now, int64_t days);

/* Who takes: 0 where it is no refund of a payment, no reservation. */
struct lot_taker {
	uint64_t organization_id;
	uint64_t payment_id;		/* whose own lot comes first */
	uint64_t refund_id;		/* these two remember the lots */
	uint64_t reservation_id;
};
MUST_CHECK enum err lot_take(struct db *, struct arena *,
    const struct lot_taker *, int64_t n);
/*
 * What a reservation took goes back to its lots but for what is spent, which
 * counts as taken from those that run out first.
 */
MUST_CHECK enum err lot_give_back(struct db *, struct arena *, uint64_t org,
    uint64_t reservation_id, int64_t spent);
/* The same of a refund that is undone, where n tokens come again. */
MUST_CHECK enum err lot_reinstate(struct db *, struct arena *, uint64_t org,
    uint64_t refund_id, int64_t n);

/* The next to run out, at most limit: struct lot. */
MUST_CHECK enum err lot_next(struct db *, struct arena *, uint64_t org,
    int64_t limit, struct list *);
/* At most 200 whose time is over; *count says how many there were. */
MUST_CHECK enum err lot_expire_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
