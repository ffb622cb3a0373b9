/* What batches do to promoters. */
#ifndef AFF_MODEL_PROMOTER_PROMOTER_ACTIONS_H
#define AFF_MODEL_PROMOTER_PROMOTER_ACTIONS_H

#include "model/batch/batch.h"

#define PARENTS_MOST	100	/* generations above a promoter */
#define REFERRALS_MOST	250	/* that a transaction takes along */

struct promoter_decision {
	uint64_t campaign_id;
};
extern const struct batch_action promoter_accept, promoter_reject,
    promoter_block, promoter_add;		/* of struct above */

struct promoter_move {
	uint64_t from_id, to_id;	/* campaigns */
	/* His referrals go with him, in parts where they are many; else they
	 * stay where they are, and what recurs goes on as it was. */
	bool with_referrals;
};
extern const struct batch_action promoter_move;

struct promoter_family {
	uint64_t parent_id;
};
extern const struct batch_action promoter_assign;

extern const struct batch_action promoter_archive, promoter_restore;

#endif
