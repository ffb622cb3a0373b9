/* Who acts, and what is the house's. */
#ifndef AFF_MODEL_ACTOR_H
#define AFF_MODEL_ACTOR_H

#include "base/clock.h"

#define HOUSE_ID UINT64_C(1)
/* The house's, into which organizations join as referrers: it never moves. */
#define PROGRAM_CAMPAIGN UINT64_C(1)

/* Who acts: for which organization, as which user; and when. */
struct actor {
	uint64_t organization_id, user_id;
	struct when now;
};

#endif
