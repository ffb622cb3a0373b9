/* What batches can do. */
#include "model/referral/referral_actions.h"

#include "base/banned.h"

const struct batch_action *const batch_actions[] = {
	&referral_delete,
	&referral_approve,
	&referral_disable,
	&referral_enable,
	&referral_move,
	NULL
};
