/* Products, checkout sessions, and what a paid one sets in motion. */
#ifndef AFF_MODEL_PAYMENT_H
#define AFF_MODEL_PAYMENT_H

#include "model/placement.h"

struct product {
	uint64_t id;
	struct str name, description;
	int64_t tokens;
	struct list prices;	/* struct money_of, the first is the default */
};

/* All that are for sale, in the order in which the house put them. */
MUST_CHECK enum err product_list(struct db *, struct arena *, struct list *);
MUST_CHECK enum err product_get(struct db *, struct arena *, uint64_t id,
    struct product *);
/* ERR_CONFLICT: the house has one of that name. */
MUST_CHECK enum err product_create(struct db *, struct when now,
    struct product *);

extern const char *const payment_status_labels[];
enum { PAYMENT_OPEN, PAYMENT_COMPLETE, PAYMENT_EXPIRED };
extern const char *const payment_paid_labels[];
enum { PAYMENT_PAID, PAYMENT_UNPAID };

struct payment {
	uint64_t id, organization_id, product_id;
	int64_t quantity, amount, tokens;
	struct str currency, token, success_url, cancel_url;
	int status, payment_status;
	struct when created_at, expires_at, paid_at;
	/* only by payment_by_token: */
	struct str product_name;
	uint64_t referral_id, campaign_id, placement_id, referrer_id;
	uint64_t member_organization_id;	/* the referrer's */
	int64_t commission_ppm;		/* of the campaign; 0: the default */
	int64_t checks;			/* of screen.h */
	int64_t valid_days;		/* of its tokens; 0: for ever */
	int64_t owed_before;		/* tokens_owed of the buyer */
};

/*
 * product_id, quantity, currency (absent: the product's first) and the two
 * addresses are given.  ERR_NOT_FOUND: no such product; ERR_INVALID: it has no
 * price in that currency; ERR_OVERFLOW.
 */
MUST_CHECK enum err payment_create(struct db *, struct arena *,
    const struct actor *, struct payment *);
MUST_CHECK enum err payment_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct payment *);
/* The provider's name for it. */
MUST_CHECK enum err payment_by_token(struct db *, struct arena *,
    struct str token, struct payment *);

/*
 * The provider says that it is paid: credits the tokens, records the sale and
 * posts the referrer's commission, in the caller's transaction.  Read p before
 * the transaction begins.  A second time changes nothing.
 */
MUST_CHECK enum err payment_settle(struct db *, struct arena *,
    const struct payment *p, struct when now);

/* Expires at most 200 whose time is over; *count says how many. */
MUST_CHECK enum err payment_expire_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

/*
 * The sandbox provider was told to pay: it notes that, and sends its callback
 * by a task.  Once only.
 */
MUST_CHECK enum err sandbox_pay(struct db *, struct arena *,
    const struct payment *, struct str callback_url, struct when now);

#endif
