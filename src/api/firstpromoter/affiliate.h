/* What a promoter sees and does himself, by a token of his own. */
#ifndef AFF_API_FIRSTPROMOTER_AFFILIATE_H
#define AFF_API_FIRSTPROMOTER_AFFILIATE_H

#include "api/firstpromoter/promoters.h"
#include "model/promoter/login.h"

/*
 * Routes of the affiliate scope have R_PROMOTER and no .scope: there
 * rq->who.promoter_id is who asks, rq->who.org_id his company, and the user of
 * ACTOR(rq) nobody.  Each statement names both.
 */

/* What is good for a while as Authorization: Bearer. */
struct fp_token {
	struct str access_token, type;
	int64_t expires_in;
	struct when expires_at;
	uint64_t promoter_id;
};
extern const struct shape fp_token;
/* The handler's last call: makes one and answers it. */
MUST_CHECK enum err fp_token_answer(struct request *,
    const struct promoter_login *);

/* The answer of what he sees of himself. */
MUST_CHECK enum err fp_current_answer(struct request *, uint64_t id);

#endif
