/* What the faces of campaigns say alike. */
#ifndef AFF_API_CAMPAIGNS_H
#define AFF_API_CAMPAIGNS_H

#include "api/common.h"
#include "model/campaign/settlement.h"

/* Passes the error on, with the state of the campaign where that is why. */
MUST_CHECK enum err campaign_told(struct request *, const struct campaign *,
    enum err);

/*
 * The quote of an ending is its answer, and what that does not say of the money
 * that moves: on invoices, and of each line.
 */
void campaign_quote(struct request *, const struct campaign *,
    const struct books *);

#endif
