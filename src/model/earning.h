/* What referrers earn, lose again and take out. */
#ifndef AFF_MODEL_EARNING_H
#define AFF_MODEL_EARNING_H

#include "db/paging.h"
#include "model/placement.h"

extern const char *const earning_type_labels[];
enum { EARNING_COMMISSION, EARNING_REVERSAL, EARNING_WITHDRAWAL };
extern const char *const earning_status_labels[];
enum { EARNING_PENDING, EARNING_AVAILABLE, EARNING_REQUESTED,
	EARNING_APPROVED, EARNING_PAID, EARNING_REFUSED, EARNING_REVERSED };

struct earning {
	uint64_t id, campaign_id, placement_id;
	int type, status;
	int64_t amount;
	struct str currency;
	struct when available_at, created_at;
};

/* A sale that a placement brought. */
struct referred_sale {
	uint64_t sale_id, organization_id, campaign_id, placement_id,
	    referrer_id;
	int64_t amount, rate_ppm;	/* parts per million */
	struct str currency;
};

/*
 * Works the commission out, records it and posts it; pending where the
 * installation has a hold.  *amount is 0, and nothing written, where it rounds
 * to nothing.
 */
MUST_CHECK enum err earning_commission(struct db *, struct arena *,
    const struct referred_sale *, struct when now, int64_t *amount);

MUST_CHECK enum err earning_get(struct db *, struct arena *,
    uint64_t referrer_id, uint64_t id, struct earning *);
/* type, status -1: any.  Orders: created desc, asc, amount desc, asc. */
MUST_CHECK enum err earning_list(struct db *, struct arena *,
    uint64_t referrer_id, int type, int status, const struct paging *,
    struct list *);

/* Makes at most 200 available whose hold is over; *count says how many. */
MUST_CHECK enum err earning_release_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
