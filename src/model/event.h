/*
 * What has happened: rows written in the transaction of the effect, read in
 * the order of their ids.  data is a JSON object of ids, amounts and states:
 * no personal data, no free text.
 */
#ifndef AFF_MODEL_EVENT_H
#define AFF_MODEL_EVENT_H

#include "db/paging.h"

struct event {
	uint64_t organization_id;
	const char *type;		/* "referrer_campaign.ended" */
	uint64_t entity_id;
	uint64_t user_id;		/* who did it; 0: the program itself */
	struct when at;
};

/* data: printf of JSON members without braces, or NULL. */
MUST_CHECK enum err event_write(struct db *, struct arena *,
    const struct event *, const char *data, ...) PRINTF_LIKE(4, 5);

struct event_row {
	uint64_t id, entity_id, user_id;
	struct str type, data;
	struct when created_at;
};

/*
 * Events behind after (0: from the first), oldest first, at most limit.  Ids
 * are given out before a transaction commits, so the newest few seconds are
 * held back: what was read is never followed by something with a lower id.
 */
MUST_CHECK enum err event_list(struct db *, struct arena *, uint64_t org,
    uint64_t after, int64_t limit, struct when now, struct list *);

#endif
