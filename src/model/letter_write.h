/* From the task of a letter to what stands in it. */
#ifndef AFF_MODEL_LETTER_WRITE_H
#define AFF_MODEL_LETTER_WRITE_H

#include "model/people/letter.h"

/*
 * ERR_NOT_FOUND: there is nothing to write: no such user, an invitation that
 * was withdrawn, an address that is confirmed.  ERR_LIMIT: he was written to
 * often enough.  again: an attempt before this one failed.
 */
MUST_CHECK enum err letter_write(struct db *, struct arena *,
    const struct letter_order *, uint64_t subject, bool again,
    struct when now, struct letter *);

#endif
