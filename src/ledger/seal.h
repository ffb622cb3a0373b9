/*
 * The seal: a hash chain over the journals, made behind a watermark that is
 * older than any running transaction, never on the hot path.
 *
 * h(n) = SHA-256(h(n-1) || every journal of the seal with its entries, in the
 * order of ids).  A journal that appears or changes under a seal is found by
 * verify.  The watermark: the highest id seen at least age seconds ago; the
 * database ends any transaction that has lived longer than that.
 */
#ifndef AFF_LEDGER_SEAL_H
#define AFF_LEDGER_SEAL_H

#include "db/db.h"

/* Seals some of what is older than age; safe with several callers. */
MUST_CHECK enum err seal_run(struct db *, struct arena *, struct when now,
    int64_t age_seconds, bool *more);
/* Works every seal out again; *broken: number of the first wrong one, or 0. */
MUST_CHECK enum err seal_check(struct db *, struct arena *, uint64_t *broken,
    uint64_t *seals);

#endif
