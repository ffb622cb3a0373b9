/* What the files of batches share. */
#ifndef AFF_MODEL_BATCH_INSIDE_H
#define AFF_MODEL_BATCH_INSIDE_H

#include "model/batch/batch.h"

extern const struct shape batch_row;

/*
 * Enters what came of the n items from its place on, until where run left off:
 * counts, lines, failures.  It is over with the last of them.
 */
MUST_CHECK enum err batch_advance(struct db *, struct arena *, struct batch *,
    const struct batch_item *, size_t n, struct when now);
/* Writes its place and status; an event says that it is over. */
MUST_CHECK enum err batch_store(struct db *, struct arena *,
    const struct batch *);

struct chunk {
	int64_t number;
	struct str ids;
};
extern const struct shape chunk_row;
/* The ids of a chunk from its item number first on, at most n of them. */
size_t chunk_read(const struct chunk *, size_t first, struct batch_item *,
    size_t n);

#endif
