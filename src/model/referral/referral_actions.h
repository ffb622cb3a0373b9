/* What batches do to referrals. */
#ifndef AFF_MODEL_REFERRAL_REFERRAL_ACTIONS_H
#define AFF_MODEL_REFERRAL_REFERRAL_ACTIONS_H

#include "model/batch/batch.h"

/*
 * It disappears from lists and attribution, whatever names somebody is erased,
 * and unpaid commissions are taken back.  Its number stays taken.
 */
extern const struct batch_action referral_delete;
extern const struct batch_action referral_approve;	/* of pending */
/* Denied: it brings no commissions from then on; and as it was before. */
extern const struct batch_action referral_disable, referral_enable;

/* To another promoter, as a new row; the old one stays as moved. */
extern const struct batch_action referral_move;
struct referral_move {
	uint64_t placement_id;
	bool commissions;	/* with those of its promoter, if unpaid */
};
/* ERR_NOT_FOUND: there is no such placement, or its promoter is refused. */
MUST_CHECK enum err referral_move_check(struct db *, struct arena *,
    uint64_t org, const struct referral_move *);

#endif
