/*
 * Webhook endpoints of an organization and what is sent to them.  An event
 * becomes a delivery for each endpoint that wants it (publisher.h); the courier
 * of the jobs role sends it (delivery.h).  The secret of an endpoint signs what
 * goes there: it is stored encrypted, and shown once.
 */
#ifndef AFF_MODEL_EVENT_WEBHOOK_H
#define AFF_MODEL_EVENT_WEBHOOK_H

#include "model/event/event.h"
#include "model/actor.h"

enum webhook_status { WEBHOOK_PENDING, WEBHOOK_DELIVERED, WEBHOOK_FAILED,
	WEBHOOK_DISABLED };
extern const char *const webhook_status_labels[];
enum webhook_reason { WEBHOOK_GONE, WEBHOOK_FAILING };
extern const char *const webhook_reason_labels[];

/* What is sent: events as they are, or the records that they changed. */
enum webhook_form { WEBHOOK_EVENTS, WEBHOOK_RECORDS };
extern const char *const webhook_form_labels[];

#define WEBHOOK_SECONDS_MAX 120	/* of an endpoint of records */

struct webhook_endpoint {
	uint64_t id;
	int form;			/* for ever */
	struct str url, description;
	struct str events;		/* patterns with blanks between */
	bool active;
	int disabled_reason;		/* -1: none */
	struct when disabled_at;	/* by the program */
	struct when failing_since;	/* nothing arrived from then on */
	struct when old_until;		/* the secret before signs as well */
	struct when created_at, updated_at;
	int64_t version;
	struct str secret;		/* when it is made only */
	/* of records: */
	struct str campaigns;		/* with blanks between; absent: all */
	int64_t seconds, max_retries;	/* seconds 0: as the service has it */
	struct str headers;		/* JSON: an object; or absent */
	struct str basic_user, basic_password;	/* both, or absent */
};

/* form, url to active, and of records the last ones are given.  ERR_LIMIT. */
MUST_CHECK enum err webhook_create(struct db *, struct arena *,
    const struct actor *, struct webhook_endpoint *);
MUST_CHECK enum err webhook_get(struct db *, struct arena *, uint64_t org,
    enum webhook_form, uint64_t id, struct webhook_endpoint *);
/* Orders: created desc, asc. */
MUST_CHECK enum err webhook_list(struct db *, struct arena *, uint64_t org,
    enum webhook_form, const struct paging *, struct list *);
/* Writes what can be given; a disabled one may become active.  ERR_STALE. */
MUST_CHECK enum err webhook_update(struct db *, struct arena *,
    const struct actor *, struct webhook_endpoint *);
/* Its deliveries follow in a while. */
MUST_CHECK enum err webhook_delete(struct db *, struct arena *,
    const struct actor *, enum webhook_form, uint64_t id);
/* Those of these campaigns that the organization has (struct id_row). */
MUST_CHECK enum err webhook_campaigns(struct db *, struct arena *,
    uint64_t org, const uint64_t *ids, size_t n, struct list *);
/* Opens what is stored encrypted; absent where it can't be read. */
void webhook_open(struct arena *, struct str *headers, struct str *password);
/* The secret so far signs as well for so many hours. */
MUST_CHECK enum err webhook_rotate(struct db *, struct arena *,
    const struct actor *, uint64_t id, int64_t overlap_hours,
    struct webhook_endpoint *);

struct webhook_delivery {
	uint64_t id, endpoint_id;
	uint64_t event_id;		/* 0: a ping */
	struct str type, message_id;
	int status;
	int64_t attempts;
	struct when run_at, created_at, ended_at;
	bool active;			/* its endpoint */
	struct list tries;		/* of struct webhook_attempt */
};

struct webhook_attempt {
	int64_t number, status;		/* of HTTP; 0: no answer */
	struct str error;
	int64_t duration_ms;
	struct when created_at;
};

/* What receivers know it by: the same with each attempt. */
struct str webhook_message_id(struct arena *, uint64_t event_id,
    uint64_t delivery_id);

/* A delivery that is no event's, to try the endpoint.  ERR_CONFLICT: off. */
MUST_CHECK enum err webhook_ping(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct webhook_delivery *);
/*
 * What was to be sent from a time to another and did not arrive, or had this
 * status, is sent again: the courier does it.  ERR_CONFLICT: off.
 */
MUST_CHECK enum err webhook_replay(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct when from, struct when to,
    int status);

/* With its attempts, the latest first. */
MUST_CHECK enum err webhook_delivery_get(struct db *, struct arena *,
    uint64_t org, uint64_t id, struct webhook_delivery *);
/* status -1: any.  Orders: created desc, asc. */
MUST_CHECK enum err webhook_delivery_list(struct db *, struct arena *,
    uint64_t org, uint64_t endpoint, int status, const struct paging *,
    struct list *);
/* Whatever became of it, it is due now.  ERR_CONFLICT: the endpoint is off. */
MUST_CHECK enum err webhook_delivery_retry(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct webhook_delivery *);

/* A delivery of a record, and what came of its last attempt. */
struct record_delivery {
	uint64_t id;
	int status;
	int64_t number;
	int64_t step;			/* attempts since it was asked for */
	int64_t response;		/* of HTTP; 0: there was none */
	struct str error, body;
	bool active;			/* its endpoint */
	struct when created_at, ended_at;
	struct event_row event;
};

/* Newest first. */
MUST_CHECK enum err record_delivery_list(struct db *, struct arena *,
    uint64_t org, uint64_t endpoint, const struct paging *, struct list *);
MUST_CHECK enum err record_delivery_get(struct db *, struct arena *,
    uint64_t org, uint64_t endpoint, uint64_t id, struct record_delivery *);
/*
 * It is due now, as if for the first time; again before that: the same.
 * ERR_PAUSED: the endpoint is off; ERR_DELIVERED; ERR_RETRIES: this was asked
 * for as often as the endpoint is tried again.
 */
MUST_CHECK enum err record_delivery_retry(struct db *, struct arena *,
    const struct actor *, uint64_t endpoint, uint64_t id,
    struct record_delivery *);

#endif
