/*
 * Webhook deliveries on their way, for the courier of the jobs role.  An
 * endpoint (a target) has its turn: whoever holds its lease takes some of what
 * is due, sends it, records what came of it, and gives the turn back.  When he
 * dies in it, the lease runs out and another takes over: a delivery is made at
 * least once.
 */
#ifndef AFF_MODEL_EVENT_DELIVERY_H
#define AFF_MODEL_EVENT_DELIVERY_H

#include "model/event/event.h"

struct target {
	uint64_t id, organization_id;
	int form;			/* of webhook.h, as all of this */
	struct str url;
	bool active;
	struct str secret, old_secret;	/* sealed */
	struct when old_until;
	struct when failing_since, deleted_at;
	/* of records: */
	int64_t seconds, max_retries;
	struct str headers, basic_user, basic_password;	/* opened */
};

struct delivery {
	uint64_t id;
	int64_t number;			/* of a change of a record */
	int64_t attempts, step;
	struct when at;			/* when it was made */
	struct event_row event;		/* id 0: a ping */
};

/*
 * Targets (struct target_id) with something due: of those that answer, or of
 * those that failed last.
 */
struct target_id {
	uint64_t id;
	int64_t seconds;		/* they may take; 0: not said */
};
MUST_CHECK enum err target_due(struct db *, struct arena *, bool failing,
    struct when now, int64_t limit, struct list *);
/* The turn, until a time; *got: it was free. */
MUST_CHECK enum err target_claim(struct db *, struct arena *, uint64_t id,
    uint64_t owner, struct when now, struct when until, bool *got);
MUST_CHECK enum err target_get(struct db *, struct arena *, uint64_t id,
    struct target *);
/* Gives the turn back; the next one is when something is due. */
MUST_CHECK enum err target_release(struct db *, struct arena *, uint64_t id,
    uint64_t owner);

/* What is due at a target, oldest first. */
MUST_CHECK enum err delivery_due(struct db *, struct arena *, uint64_t target,
    struct when now, int64_t limit, struct list *);
/* Of a target that is off: what is due is not sent; of a deleted one, gone. */
MUST_CHECK enum err delivery_skip(struct db *, struct arena *,
    const struct target *, struct when now);

/*
 * What is sent of events: {"type", "timestamp", "data"}, where data is the
 * event.
 */
struct str delivery_body(struct arena *, const struct target *,
    const struct delivery *);

/* What came of one attempt. */
struct delivery_result {
	struct target *target;
	const struct delivery *delivery;
	int64_t status;			/* of HTTP; 0: no answer */
	struct str error;		/* why, or absent */
	struct str body;		/* how it began, where that is kept */
	int64_t duration_ms;
	struct when at;
};

/*
 * All of them in one transaction.  Decides what is tried again and when, and
 * whether an endpoint is given up; target->failing_since is brought up to date.
 */
MUST_CHECK enum err delivery_record(struct db *, struct arena *,
    const struct delivery_result *, size_t n);

/* A piece of what is to be sent again; *more: there is another. */
MUST_CHECK enum err replay_run(struct db *, struct arena *, struct when now,
    bool *more);

#endif
