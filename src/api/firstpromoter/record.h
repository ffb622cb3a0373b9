/* The records of this face: requests and webhooks show them alike. */
#ifndef AFF_API_FIRSTPROMOTER_RECORD_H
#define AFF_API_FIRSTPROMOTER_RECORD_H

#include "api/firstpromoter/routes.h"
#include "model/event/record.h"

struct fp_record {
	const char *type;
	const struct shape *shape;
	/* Fills one of the shape that is zeroed.  ERR_NOT_FOUND. */
	enum err (*read)(struct db *, struct arena *, uint64_t org,
	    uint64_t id, void *);
};
extern const struct fp_record fp_records[];	/* by enum record */

/* As it is now, allocated.  ERR_NOT_FOUND. */
MUST_CHECK enum err fp_record_read(struct db *, struct arena *, uint64_t org,
    enum record, uint64_t id, void **out);
/* The same as what the request answers. */
MUST_CHECK enum err fp_answer(struct request *, enum record, uint64_t id);

#endif
