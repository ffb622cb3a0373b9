/* What the files about payouts share. */
#ifndef AFF_API_FIRSTPROMOTER_PAYOUTS_H
#define AFF_API_FIRSTPROMOTER_PAYOUTS_H

#include "api/firstpromoter/placed.h"
#include "model/payout/payout.h"


#endif
