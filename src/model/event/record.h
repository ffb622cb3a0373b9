/*
 * Events, told as changes of records: for who wants the record itself and not
 * what happened.  One event may mean several changes, or none.  Which ones, and
 * what of the record changed, follows from the event alone.
 */
#ifndef AFF_MODEL_EVENT_RECORD_H
#define AFF_MODEL_EVENT_RECORD_H

#include "model/event/event.h"

enum record {
	RECORD_REFERRAL, RECORD_COMMISSION, RECORD_PROMOTER, RECORD_PROMOTED,
	RECORD_PAYOUT, RECORD_METHOD, RECORD_PAYMENTS,
};

struct record_change {
	int64_t number;			/* within its event */
	const char *type;		/* "referral.updated" */
	enum record record;
	uint64_t id;
	struct str changes;	/* JSON: {"state":["pending","signup"]} */
	struct list changed;		/* of what the values are not kept */
};

/* What can be subscribed to, in the order of letters; NULL-terminated. */
extern const char *const record_types[];
MUST_CHECK bool record_type_known(struct str);

/* All changes (struct record_change) that an event means. */
struct list record_changes(struct arena *, struct str type,
    uint64_t entity_id, struct str data);
/* The one of that number, or NULL. */
const struct record_change *record_change(struct arena *,
    const struct event_row *, int64_t number);

/*
 * What an event says of a change: members of its data.  Names are those of the
 * program's face.  Of what is somebody's own, or free text, the name alone.
 */
struct record_diff {
	struct buf values, names;
};
void diff_init(struct record_diff *, struct arena *);
/* Where they differ; the values are JSON text. */
void diff_value(struct record_diff *, const char *name, struct str was,
    struct str now);
void diff_label(struct record_diff *, const char *name, const char *was,
    const char *now);
/* The name, where they differ. */
void diff_text(struct record_diff *, const char *name, struct str was,
    struct str now);
void diff_name(struct record_diff *, const char *name);
bool diff_is_empty(const struct record_diff *);
/* With a comma in front of each, for what stands behind other members. */
struct str diff_members(const struct record_diff *);

#endif
