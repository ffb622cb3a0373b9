/* Checkout sessions, and what a paid one sets in motion. */
#ifndef AFF_MODEL_PAYMENT_PAYMENT_H
#define AFF_MODEL_PAYMENT_PAYMENT_H

#include "model/payment/product.h"

extern const char *const payment_status_labels[];
enum { PAYMENT_OPEN, PAYMENT_COMPLETE, PAYMENT_EXPIRED, PAYMENT_CREATING };
extern const char *const payment_paid_labels[];
enum { PAYMENT_PAID, PAYMENT_UNPAID };
extern const char *const provider_labels[];
enum { PROVIDER_SANDBOX, PROVIDER_STRIPE };

struct payment {
	uint64_t id, organization_id, product_id;
	int64_t quantity, amount, tokens;
	int64_t refunded_amount, refunding_amount;	/* of it; asked for */
	struct str currency, success_url, cancel_url;
	struct str token;	/* its secret name here */
	struct str reference;	/* the provider's name of the session */
	struct str intent;	/* and of the money, once paid */
	struct str url;		/* of the provider's page */
	int provider, status, payment_status;
	struct when created_at, expires_at, paid_at;
	/* only where what settling it needs is read, see below: */
	struct when look_at;	/* the jobs look what became of it; 0: never */
	int64_t looks;		/* how often they have */
	struct str product_name, product_description;
	uint64_t referral_id;
	/* whose commission it brings; 0: it brings none */
	uint64_t lead_id, campaign_id, placement_id, referrer_id;
	struct when customer_at;		/* the lead; 0: not yet */
	uint64_t member_organization_id;	/* the referrer's */
	int64_t commission_ppm;		/* of the campaign; 0: the default */
	int64_t checks;			/* of screen.h */
	int64_t valid_days;		/* of its tokens; 0: for ever */
	int64_t owed_before;		/* tokens_owed of the buyer */
};

/*
 * product_id, quantity, currency (absent: the product's first), provider and
 * the two addresses are given.  It is open, or for a provider outside still
 * PAYMENT_CREATING: see checkout.h.  ERR_NOT_FOUND: no such product;
 * ERR_INVALID: it has no price in that currency; ERR_OVERFLOW.
 */
MUST_CHECK enum err payment_create(struct db *, struct arena *,
    const struct actor *, struct payment *);
MUST_CHECK enum err payment_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct payment *);
/* With what settling it needs.  Of any organization. */
MUST_CHECK enum err payment_by_id(struct db *, struct arena *, uint64_t id,
    struct payment *);
MUST_CHECK enum err payment_by_token(struct db *, struct arena *,
    struct str token, struct payment *);
MUST_CHECK enum err payment_by_intent(struct db *, struct arena *,
    struct str intent, struct payment *);

/* -1, 0: any.  Orders: created desc, asc. */
struct payment_filter {
	uint64_t organization_id;
	int status, payment_status;
};
MUST_CHECK enum err payment_list(struct db *, struct arena *,
    const struct payment_filter *, const struct paging *, struct list *);
/* Of all organizations, for the house; payment_status is not looked at. */
MUST_CHECK enum err payment_list_all(struct db *, struct arena *,
    const struct payment_filter *, const struct paging *, struct list *);

/*
 * The provider says that it is paid: credits the tokens, records the sale and
 * posts the referrer's commission, in the caller's transaction.  Read p before
 * the transaction begins.  A second time changes nothing.
 */
MUST_CHECK enum err payment_settle(struct db *, struct arena *,
    const struct payment *p, struct when now);

/* Nobody can pay it any more; a second time changes nothing. */
MUST_CHECK enum err payment_expire(struct db *, struct arena *,
    uint64_t organization_id, uint64_t id, struct when now);
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
