/*
 * Tokens held for work in progress: settled, as far as they were needed, or
 * released.  Those whose time is over are released by the jobs role.
 */
#ifndef AFF_MODEL_TOKEN_RESERVATION_H
#define AFF_MODEL_TOKEN_RESERVATION_H

#include "model/referral/placement.h"

extern const char *const reservation_status_labels[];
enum { RESERVATION_HELD, RESERVATION_SETTLED, RESERVATION_RELEASED,
	RESERVATION_EXPIRED };

struct reservation {
	uint64_t id, organization_id;
	int status;
	int64_t amount, settled_amount;
	struct str reference;
	struct when created_at, expires_at;
};

/* amount, reference and expires_at are given.  ERR_FUNDS. */
MUST_CHECK enum err reservation_create(struct db *, struct arena *,
    const struct actor *, struct reservation *);
MUST_CHECK enum err reservation_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct reservation *);
/* status -1: any.  Orders: created desc, asc. */
MUST_CHECK enum err reservation_list(struct db *, struct arena *, uint64_t org,
    int status, const struct paging *, struct list *);

/*
 * Spends amount (0: all of it) and gives back the rest.  Read r before the
 * transaction begins; it becomes what it is then.  The same again changes
 * nothing.  ERR_FUNDS: more than is held; ERR_CONFLICT: it was settled with
 * another amount, released, or its time is over.
 */
MUST_CHECK enum err reservation_settle(struct db *, struct arena *,
    const struct actor *, int64_t amount, struct reservation *r);
/* Gives all of it back; again: the same.  ERR_CONFLICT: it was settled. */
MUST_CHECK enum err reservation_release(struct db *, struct arena *,
    const struct actor *, struct reservation *r);
/* At most 200 whose time is over; *count says how many there were. */
MUST_CHECK enum err reservation_expire_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
