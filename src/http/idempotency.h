/*
 * Idempotency-Key: a write with a key is done once, and answers the same again.
 *
 * The row (owner, key) is inserted first in the transaction of the effect and
 * gets the answer last.  The owner is the organization, or the address for
 * public calls.  Kept for 24 hours by the jobs role.
 */
#ifndef AFF_HTTP_IDEMPOTENCY_H
#define AFF_HTTP_IDEMPOTENCY_H

#include "http/http.h"

struct idempotency {
	bool used;			/* the request carries a key */
	unsigned char owner[16], key[32], request[32];
};

struct stored {
	int64_t status;			/* 0: none stored */
	uint64_t subject;		/* then: what was begun, or 0 */
	bool told;			/* replayed before */
	struct str headers, body;
	uint64_t user_id;		/* whose data it is: erased with him */
};

/* ERR_BAD_REQUEST: not 1 to 255 printable characters. */
MUST_CHECK enum err idempotency_read(struct request *, struct idempotency *);

/* Inside the transaction.  ERR_CONFLICT: the key is there already. */
MUST_CHECK enum err idempotency_begin(struct db *, const struct idempotency *,
    struct when now);
/* subject: what was begun, whose answer will be known later. */
MUST_CHECK enum err idempotency_begun(struct db *, const struct idempotency *,
    uint64_t subject);
/* The key is free again. */
MUST_CHECK enum err idempotency_drop(struct db *, const struct idempotency *);
MUST_CHECK enum err idempotency_store(struct db *, const struct idempotency *,
    const struct stored *);

/*
 * In a transaction of its own, before the first replay: what was stored is on
 * the disk then, and no crash can take it back.  ERR_KEY_IN_FLIGHT: one has.
 */
MUST_CHECK enum err idempotency_tell(struct db *, const struct idempotency *);

/*
 * Outside the transaction.  ERR_KEY_REUSED: it was used with another request;
 * ERR_NOT_FOUND: no such key.
 */
MUST_CHECK enum err idempotency_find(struct db *, struct arena *,
    const struct idempotency *, struct stored *);

#endif
