/* To which webhook endpoints an event goes, and as what. */
#ifndef AFF_MODEL_EVENT_AUDIENCE_H
#define AFF_MODEL_EVENT_AUDIENCE_H

#include "db/db.h"

struct addressed {
	uint64_t event_id, organization_id, endpoint_id;
	int64_t number;			/* of a change of a record */
	bool active;			/* the endpoint */
};

/* Of what was published behind last (struct addressed), by endpoint. */
MUST_CHECK enum err audience(struct db *, struct arena *, int64_t last,
    struct list *);

#endif
