/* What batches do to payouts, and to commissions of which they make some. */
#ifndef AFF_MODEL_PAYOUT_ACTIONS_H
#define AFF_MODEL_PAYOUT_ACTIONS_H

#include "model/batch/batch.h"

/*
 * "Paid" says that somebody recorded a transfer outside.  Destroyed: of those
 * that are not paid; their commissions are unpaid again.
 */
extern const struct batch_action payout_mark_paid, payout_mark_unpaid,
    payout_destroy;
/* Of approved commissions of money, whatever the month and the least are. */
extern const struct batch_action commission_pay_out;

/* All of them, by the method of each; for a payments batch. */
MUST_CHECK enum err payout_pay(struct db *, struct arena *,
    const struct actor *, const struct batch_item *, size_t n);

#endif
