/*
 * Webhooks of this face: the change of a record, and the record as it is at
 * the time of sending.  Of one that is gone only the id is left.
 */
#ifndef AFF_API_FIRSTPROMOTER_MESSAGE_H
#define AFF_API_FIRSTPROMOTER_MESSAGE_H

#include "model/event/event.h"
#include "model/event/message.h"

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

#endif
