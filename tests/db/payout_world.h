/*
 * What is done to payouts, withdrawals and refunds of the world's referrer,
 * each in a transaction of its own.
 */
#ifndef AFF_TESTS_DB_PAYOUT_WORLD_H
#define AFF_TESTS_DB_PAYOUT_WORLD_H

#include "referral_world.h"

#include <inttypes.h>

#include "model/payout/payments.h"
#include "model/payout/payout.h"
#include "model/referral/withdrawal.h"

struct actor house(void);

/* One call of the model in a transaction of its own. */
enum what { BUY, REFUND, WITHDRAW, APPROVE, REFUSE, MONTH, CHOSEN, PAID,
	UNPAID, DESTROY, DENY, ERASE, SAY, CHANGE, FORGET, TOGETHER, CONFIRM,
	GIVE_UP, ACTS };
struct act {
	enum what what;
	uint64_t id;		/* a payment, payout, commission, method... */
	int64_t amount;
	struct day end;
	struct payment payment;
	struct withdrawal withdrawal;
	struct payout_method method;
	struct payments_batch batch;
	uint64_t made;
	enum err result;	/* of the item of a batch */
};

/* The error of the call, or of its item. */
MUST_CHECK enum err try(struct act *);
MUST_CHECK enum err act(enum what, uint64_t id, int64_t amount);
uint64_t bought(int64_t quantity);	/* the payment; 19.99 bring 4.00 */
uint64_t made_until(struct day end);	/* the payout, or 0 */
uint64_t commission_of(uint64_t payment);
int64_t of_payout(uint64_t id, const char *column);
uint64_t last_payout(void);

#endif
