/*
 * Webhooks of this face: the change of a record, and the record as it is at
 * the time of sending.  Of one that is gone only the id is left.
 */
#ifndef AFF_API_FIRSTPROMOTER_MESSAGE_H
#define AFF_API_FIRSTPROMOTER_MESSAGE_H

#include "api/firstpromoter/routes.h"
#include "model/event/message.h"
#include "model/event/record.h"

/* What a message says of its record beside what is in it. */
struct fp_change {
	struct str event_id, event_type, entity_type;
	int action;
	uint64_t entity_id;
	struct str changes, data;	/* JSON: objects */
	struct when timestamp;
};
extern const char *const fp_action_labels[];

/* Of the change of that number that the event means; type: that of the face. */
MUST_CHECK enum err fp_change(struct db *, struct arena *,
    const struct event_row *, int64_t number, struct fp_change *);
/* The same as it is sent. */
MUST_CHECK enum err fp_change_message(struct db *, struct arena *,
    const struct event_row *, int64_t number, struct webhook_message *);
/* An example that is nobody's record, of a type that is known. */
void fp_change_example(struct arena *, struct str type, struct when,
    struct webhook_message *);
struct str fp_change_json(struct arena *, const struct fp_change *);

/* Each sets rq->out to the record, of its shape.  ERR_NOT_FOUND. */
MUST_CHECK enum err fp_referral_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_commission_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_promoter_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_promoted_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_payout_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_method_answer(struct request *, uint64_t id);
MUST_CHECK enum err fp_payments_answer(struct request *, uint64_t id);
extern const struct shape fp_referral, fp_commission, fp_promoter,
    fp_promoter_campaign, fp_payout, fp_payout_method, fp_payments_batch;

#endif
