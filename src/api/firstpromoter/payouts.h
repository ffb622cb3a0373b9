/* What the files about payouts share. */
#ifndef AFF_API_FIRSTPROMOTER_PAYOUTS_H
#define AFF_API_FIRSTPROMOTER_PAYOUTS_H

#include "api/firstpromoter/placed.h"
#include "model/payout/payout.h"

extern const struct shape fp_payout_promoter;	/* of struct payout: */
extern const struct shape fp_payout_campaign;	/* views of it */

/* The members of an object that says when and how a program pays. */
void fp_payout_terms(struct buf *, const struct program *);

/* By which a company can say that it paid, as JSON. */
#define FP_METHODS "[\"paypal\",\"bank\",\"wise\",\"crypto\",\"custom\"]"

#endif
