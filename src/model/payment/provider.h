/*
 * Payment providers: who takes the buyer's money and gives it back.
 *
 * One that stands outside is asked when no transaction runs, and may not
 * answer: what is asked of it is stored before, and a transaction of its own
 * stores what it said (see checkout.h).  The sandbox answers at once.
 */
#ifndef AFF_MODEL_PAYMENT_PROVIDER_H
#define AFF_MODEL_PAYMENT_PROVIDER_H

#include "model/payment/payment.h"

/* What became of a checkout session. */
struct session_news {
	int status;			/* PAYMENT_OPEN... */
	bool paid;			/* amount and currency of it */
	int64_t amount;
	struct str currency, reference, intent, url;
	struct when expires_at;
};

enum return_state { RETURN_PENDING, RETURN_DONE, RETURN_FAILED };

/* Money that goes back, or comes back once more. */
struct return_news {
	bool dispute;
	enum return_state state;
	uint64_t refund_id;		/* ours; 0: begun elsewhere */
	int64_t amount;
	struct str currency, reference;
};

/*
 * The calls answer OK, ERR_PROVIDER_DOWN (nobody knows; ask again) or
 * ERR_PROVIDER_REFUSED (*why says what the provider said).  To ask for the same
 * twice has one effect.
 */
struct provider {
	bool outside;
	int64_t least_seconds, most_seconds;	/* life of a session */
	bool (*offered)(void);			/* by the settings */
	bool (*takes)(struct str currency, int64_t amount);
	/* These two only of one outside. */
	enum err (*open)(struct arena *, const struct payment *,
	    struct session_news *, struct str *why);
	enum err (*look)(struct arena *, const struct payment *,
	    struct session_news *, struct str *why);
	/* This one also within a transaction, of one that is not outside. */
	enum err (*give_back)(struct arena *, const struct payment *,
	    uint64_t refund_id, int64_t amount, struct return_news *,
	    struct str *why);
	/* Outside: all that went back of a payment, struct return_news. */
	enum err (*returns)(struct arena *, const struct payment *,
	    struct list *, struct str *why);
};

extern const struct provider sandbox_provider, stripe_provider;

const struct provider *provider_of(const struct payment *);

/*
 * want -1: Stripe where there is one, else the sandbox.  test: by a test key,
 * which moves no real money.  ERR_NO_PROVIDER.
 */
MUST_CHECK enum err provider_choose(int want, bool test, int *provider);
/* Is there a provider here that does not take this price? */
bool provider_refuses(struct str currency, int64_t amount);

#endif
