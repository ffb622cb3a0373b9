/* What referrers earn, lose again and take out. */
#ifndef AFF_MODEL_REFERRAL_EARNING_H
#define AFF_MODEL_REFERRAL_EARNING_H

#include "db/paging.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/referral/placement.h"

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

/* A commission as the house sees it. */
struct held {
	uint64_t id, referrer_id, organization_id;	/* the referrer's */
	uint64_t placement_id, payment_id;
	int status;
	int64_t amount, checks;
	struct str currency;
	struct when created_at, available_at, refused_at;
};

/* What a sale brings to somebody. */
struct commission {
	uint64_t organization_id, sale_id, referral_id;
	int64_t sale_amount;
	uint64_t referrer_id, campaign_id, placement_id;	/* of whom */
	uint64_t reward_id;		/* 0: by no reward of its own */
	int64_t amount;			/* not zero */
	int64_t rate_ppm, share_ppm;	/* 0: none */
	int64_t tier, checks;		/* of screen.h */
	struct str currency;
	bool first;			/* the sale made its lead a customer */
	bool waits;			/* until somebody decides */
};

/*
 * Records and posts all commissions of a sale, numbered as they stand (part):
 * pending where the installation has a hold, and without an end of it where
 * they wait.  ids: room for n.
 */
MUST_CHECK enum err earning_post(struct db *, struct arena *,
    const struct commission *, size_t n, struct when now, uint64_t *ids);

/* A payment of somebody whom a placement brought. */
struct referred_sale {
	uint64_t sale_id, organization_id, campaign_id, placement_id,
	    referrer_id, referral_id, member_organization_id;
	int64_t amount, rate_ppm;	/* parts per million */
	int64_t checks;			/* of screen.h */
	struct str currency;
	bool first;			/* as of a commission */
};

/* A commission that was recorded, with what is still to be done. */
struct commission_made {
	struct journal_lines lines;	/* to be posted */
	struct event_data event;	/* to be written */
};
/*
 * Works its commission out and records it.  Where it rounds to nothing there
 * is none: no lines, and an event without a type.
 */
MUST_CHECK enum err earning_commission(struct db *, struct arena *,
    const struct referred_sale *, struct when now, struct commission_made *);

/*
 * What the house decides of a commission that is held: it goes on as if it had
 * not been held, or all of it is taken back.  The same again changes nothing;
 * ERR_CONFLICT: it is not held.  ERR_NOT_FOUND.
 */
MUST_CHECK enum err earning_let_go(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct held *);
MUST_CHECK enum err earning_refuse(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct held *);
/* Those that are held, oldest first, by id. */
MUST_CHECK enum err earning_held(struct db *, struct arena *,
    const struct paging *, struct list *);

/* How much of a sale has gone back, after this refund of it. */
struct sale_part {
	uint64_t sale_id, refund_id;
	int64_t sale_amount, refunded;
};
/* Reverses, or gives again, what the sale's commissions come to then. */
MUST_CHECK enum err earning_adjust(struct db *, struct arena *,
    const struct sale_part *, struct when now);

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
