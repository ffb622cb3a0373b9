/* Promo codes, as other records show them. */
#ifndef AFF_API_FIRSTPROMOTER_PROMO_CODES_H
#define AFF_API_FIRSTPROMOTER_PROMO_CODES_H

#include "api/firstpromoter/routes.h"

extern const struct shape fp_promo_code;
/* Those that stand for a placement now: a list of it. */
MUST_CHECK enum err fp_promo_codes_of(struct request *, uint64_t placement_id,
    struct list *);

#endif
