/* Why a referrer's transaction is what it is: facts, and the same in words. */
#ifndef AFF_MODEL_REFERRAL_EXPLAIN_H
#define AFF_MODEL_REFERRAL_EXPLAIN_H

#include "model/referral/earning.h"

struct explained_sale {
	uint64_t id;			/* 0: it is about no sale */
	int64_t amount, rate_ppm, refunded_amount, reversed_amount;
	struct when paid_at;
};

struct explained_referral {
	uint64_t id;			/* 0: none */
	struct str code;
	struct when clicked_at, signed_up_at;
};

struct explanation {
	struct earning e;
	struct explained_sale sale;
	struct explained_referral referral;
	int64_t checks;			/* of screen.h */
	uint64_t refund_id;
	struct when refused_at, decided_at, paid_out_at;
	struct str reference, reason;	/* of a withdrawal */
	struct list steps;		/* sentences, struct str */
};

/* ERR_NOT_FOUND: not a transaction of this referrer. */
MUST_CHECK enum err earning_explain(struct db *, struct arena *,
    uint64_t referrer_id, uint64_t id, struct explanation *);

#endif
