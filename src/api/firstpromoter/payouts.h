/* What the files about payouts share. */
#ifndef AFF_API_FIRSTPROMOTER_PAYOUTS_H
#define AFF_API_FIRSTPROMOTER_PAYOUTS_H

#include "api/firstpromoter/placed.h"
#include "model/payout/payout.h"

extern const struct shape fp_payout;		/* of struct payout */
extern const struct shape fp_payout_method;	/* of struct payout_method */

/* By which a company can say that it paid, as JSON. */
#define FP_METHODS "[\"paypal\",\"bank\",\"wise\",\"crypto\",\"custom\"]"

#endif
