/*
 * Sales of before: what a customer paid at the company's own Stripe account is
 * taken as sales under the names that Stripe has for it, so that nothing is
 * taken twice, and neither is what the company told of by these names.
 *
 * A page at a time, without a transaction: Stripe is waited for.
 */
#ifndef AFF_MODEL_TRACK_IMPORT_H
#define AFF_MODEL_TRACK_IMPORT_H

#include "model/batch/batch.h"

extern const struct batch_action referral_import;

/*
 * One step; *next: what it has to be given the next time, or absent where it
 * is over, which the batch says then.  ERR_PROVIDER_DOWN: once more, later.
 */
MUST_CHECK enum err import_step(struct db *, struct arena *,
    uint64_t referral_id, struct str payload, struct str *next,
    struct str *why);
/* It is over, and nothing came of it. */
MUST_CHECK enum err import_end(struct db *, struct arena *,
    struct str payload, enum err result);

#endif
