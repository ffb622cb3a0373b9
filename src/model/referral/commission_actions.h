/* What batches do to commissions. */
#ifndef AFF_MODEL_REFERRAL_COMMISSION_ACTIONS_H
#define AFF_MODEL_REFERRAL_COMMISSION_ACTIONS_H

#include "model/batch/batch.h"

extern const struct batch_action commission_approve;	/* of pending */
/* All of it is taken back; destroyed: it is out of all lists, too. */
extern const struct batch_action commission_deny, commission_destroy;
/* Of those that are no money. */
extern const struct batch_action commission_fulfil, commission_unfulfil;

#endif
