/*
 * Withdrawals: what a referrer takes out of the available earnings.
 *
 *	requested -> approved -> paid
 *	requested, approved -> refused
 *
 * Asking reserves the money; the house approves, pays outside and records it
 * here with the reference of that payment, or refuses, and the money is back.
 */
#ifndef AFF_MODEL_REFERRAL_WITHDRAWAL_H
#define AFF_MODEL_REFERRAL_WITHDRAWAL_H

#include "model/referral/earning.h"

struct withdrawal {
	uint64_t id, referrer_id;
	uint64_t organization_id;	/* the referrer's */
	uint64_t user_id, decided_by;	/* who asked, who decided last */
	int status;			/* of an earning: requested... */
	int64_t amount;
	struct str currency, reference, reason;
	struct when created_at, decided_at, paid_at;
};

/*
 * amount and currency are given; the rest is filled in.  ERR_NOT_A_REFERRER,
 * ERR_REFERRER_PENDING, ERR_REFERRER_BLOCKED; ERR_LIMIT: less than the least
 * withdrawal; ERR_FUNDS: more than is available.
 */
MUST_CHECK enum err withdrawal_request(struct db *, struct arena *,
    const struct actor *, struct withdrawal *);

/*
 * What the house decides, in the name of who.  The same again changes nothing;
 * what does not fit the state, or is paid with another reference, is
 * ERR_CONFLICT.  ERR_REFERENCE_TAKEN: another withdrawal was paid with it.
 */
MUST_CHECK enum err withdrawal_approve(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct withdrawal *);
MUST_CHECK enum err withdrawal_refuse(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct str reason,
    struct withdrawal *);
MUST_CHECK enum err withdrawal_paid(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct str reference,
    struct withdrawal *);

MUST_CHECK enum err withdrawal_get(struct db *, struct arena *, uint64_t id,
    struct withdrawal *);
/* status -1, organization 0: any.  Orders: created desc, asc. */
MUST_CHECK enum err withdrawal_list(struct db *, struct arena *, int status,
    uint64_t organization_id, const struct paging *, struct list *);

#endif
