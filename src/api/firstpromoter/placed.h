/* A promoter in a campaign, as it stands in what came by it. */
#ifndef AFF_API_FIRSTPROMOTER_PLACED_H
#define AFF_API_FIRSTPROMOTER_PLACED_H

#include "api/firstpromoter/routes.h"
#include "model/referral/lead.h"

/* The record that PLACED_COLUMNS fill. */
extern const struct shape fp_placed;

#endif
