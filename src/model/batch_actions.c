/* What batches can do. */
#include "model/payout/actions.h"
#include "model/referral/commission_actions.h"
#include "model/promoter/promoter_actions.h"
#include "model/referral/referral_actions.h"
#include "model/track/import.h"

#include "base/banned.h"

const struct batch_action *const batch_actions[] = {
	&referral_delete,
	&referral_approve,
	&referral_disable,
	&referral_enable,
	&referral_move,
	&referral_import,
	&commission_approve,
	&commission_deny,
	&commission_destroy,
	&commission_fulfil,
	&commission_unfulfil,
	&commission_pay_out,
	&payout_mark_paid,
	&payout_mark_unpaid,
	&payout_destroy,
	&promoter_accept,
	&promoter_reject,
	&promoter_block,
	&promoter_add,
	&promoter_move,
	&promoter_assign,
	&promoter_archive,
	&promoter_restore,
	NULL
};
