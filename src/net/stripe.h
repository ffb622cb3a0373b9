/*
 * Stripe's API: what is asked of it and what it answers.  Nothing here knows
 * the database; every call waits for somebody else, so none stands in a
 * transaction.
 *
 * ERR_PROVIDER_DOWN: nobody knows whether it was done; ask again, with the same
 * key.  ERR_PROVIDER_REFUSED: it was not done, and will not be; *why is what
 * Stripe says.
 */
#ifndef AFF_NET_STRIPE_H
#define AFF_NET_STRIPE_H

#include "json/shape.h"

/* Of all that we know of its versions; events may be of any other. */
#define STRIPE_VERSION "2025-08-27.basil"

/* What we write on our objects, to know them again. */
struct stripe_metadata {
	struct str payment;		/* its token here */
	struct str refund;		/* id of the refund here */
};

struct stripe_order {
	struct str key;			/* Idempotency-Key */
	struct str payment;		/* the token */
	uint64_t payment_id;
	struct str name, description, currency;
	int64_t unit_amount, quantity;	/* in our minor units */
	struct str success_url, cancel_url;
	struct when expires_at;
};

struct stripe_session {
	struct str id, url, status, payment_status, currency, intent;
	int64_t amount;			/* in Stripe's units */
	int64_t expires_at;		/* seconds since 1970 */
	struct stripe_metadata metadata;
};

/* Of a payment intent: whose money it is. */
struct stripe_intent {
	struct str id, status;
	struct stripe_metadata metadata;
};

/* Of a refund, or of a dispute, which has the same members. */
struct stripe_return {
	struct str id, status, currency, intent;
	int64_t amount;
	struct stripe_metadata metadata;
};

struct stripe_customer {
	struct str id;
};

/* Money that came from a customer. */
struct stripe_charge {
	struct str id, status, currency;
	bool captured;
	int64_t amount, refunded;	/* what was captured, and went back */
	int64_t created;		/* seconds since 1970 */
};

/* A page of a list, and whether there is another behind it. */
struct stripe_page {
	struct list rows;
	bool more;
};

/* Of an event: all that we read of any kind of object. */
struct stripe_object {
	struct str id, object, status, payment_status, currency, intent;
	int64_t amount, amount_total;
	struct stripe_metadata metadata;
};

/* Money as Stripe counts it; false where Stripe has no such amount. */
MUST_CHECK bool stripe_money(struct str currency, int64_t amount,
    int64_t *theirs);
/* Back into ours, of a currency that stripe_money() knows. */
MUST_CHECK bool stripe_money_back(struct str currency, int64_t theirs,
    int64_t *amount);

MUST_CHECK enum err stripe_session_create(struct arena *,
    const struct stripe_order *, struct stripe_session *, struct str *why);
MUST_CHECK enum err stripe_session_get(struct arena *, struct str id,
    struct stripe_session *, struct str *why);
MUST_CHECK enum err stripe_intent_get(struct arena *, struct str id,
    struct stripe_intent *, struct str *why);
MUST_CHECK enum err stripe_refund_create(struct arena *, struct str key,
    const struct stripe_return *, struct stripe_return *, struct str *why);
/* The newest hundred, into list->items: struct stripe_return. */
MUST_CHECK enum err stripe_refunds(struct arena *, struct str intent,
    struct list *, struct str *why);
MUST_CHECK enum err stripe_disputes(struct arena *, struct str intent,
    struct list *, struct str *why);

/*
 * At somebody else's account, by his key.  ERR_PROVIDER_REFUSED as well where
 * it is not taken, or may not do this.
 */
MUST_CHECK enum err stripe_customers(struct arena *, struct str key,
    struct str email, struct list *, struct str *why);
/* Newest first, behind after (absent: from the newest on); stripe_charge. */
MUST_CHECK enum err stripe_charges(struct arena *, struct str key,
    struct str customer, struct str after, struct stripe_page *,
    struct str *why);
/* Those that came next after one, newest first; more: others after them. */
MUST_CHECK enum err stripe_charges_since(struct arena *, struct str key,
    struct str customer, struct str charge, struct stripe_page *,
    struct str *why);
/* The newest hundred: struct stripe_return. */
MUST_CHECK enum err stripe_charge_refunds(struct arena *, struct str key,
    struct str charge, struct list *, struct str *why);

/* What an event is of; ERR_BAD_JSON, ERR_INVALID where it says nothing. */
MUST_CHECK enum err stripe_event_type(struct arena *, struct str body,
    struct str *type, struct complaints *);
MUST_CHECK enum err stripe_event_object(struct arena *, struct str body,
    struct stripe_object *, struct complaints *);

#endif
