/*
 * What has happened: rows written in the transaction of the effect, read in
 * the order in which they became visible (see publisher.h).  data is a JSON
 * object of ids, amounts and states: no personal data, no free text.
 */
#ifndef AFF_MODEL_EVENT_EVENT_H
#define AFF_MODEL_EVENT_EVENT_H

#include "db/paging.h"

struct event {
	uint64_t organization_id;
	const char *type;		/* one of event_types.def */
	uint64_t entity_id;
	uint64_t user_id;		/* who did it; 0: the program itself */
	struct when at;
};

struct event_data {
	struct event event;
	struct str data;		/* JSON members without braces */
};

struct actor;

/* data: printf of JSON members without braces, or NULL. */
MUST_CHECK enum err event_write(struct db *, struct arena *,
    const struct event *, const char *data, ...) PRINTF_LIKE(4, 5);
/* By somebody, about something of his organization, without data. */
MUST_CHECK enum err event_by(struct db *, struct arena *,
    const struct actor *who, uint64_t entity_id, const char *type);
/* Any number, by few statements. */
MUST_CHECK enum err event_write_all(struct db *, struct arena *,
    const struct event_data *, size_t n);

struct event_row {
	uint64_t id, seq, organization_id, entity_id, user_id;
	struct str type, data;
	struct when created_at;
};

struct event_filter {
	struct str type;		/* a pattern, or absent */
	uint64_t entity_id;		/* 0: any */
};

/*
 * Published events behind after (0: from the first) in their order, at most
 * limit.  What was read is never followed by something with a lower seq.
 */
MUST_CHECK enum err event_list(struct db *, struct arena *, uint64_t org,
    const struct event_filter *, uint64_t after, int64_t limit, struct list *);
MUST_CHECK enum err event_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct event_row *);

/* As it goes out: in answers and in webhooks. */
extern const struct shape event_out;

/*
 * A pattern is a type ("payment.paid"), all types of a subject ("payment.*"),
 * or all ("*").  known: it fits some type of event_types.def.
 */
MUST_CHECK bool event_pattern_known(struct str pattern);
MUST_CHECK bool event_pattern_fits(struct str pattern, struct str type);

#endif
