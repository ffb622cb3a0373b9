/*
 * Promoters move up: who has brought so much in a campaign as it says comes
 * into another one, with all that names him, so that his links lead on there.
 * His referrals go along or stay, with the terms that they came under.
 *
 * Sales, and customers who come, leave a mark at the placement; what is marked
 * is looked at.  Who is or was in the other campaign is left where he is, so
 * that nobody goes round.
 */
#ifndef AFF_MODEL_PROMOTER_UPGRADE_H
#define AFF_MODEL_PROMOTER_UPGRADE_H

#include "db/db.h"

/* Some of what is marked, each by itself; *count: 0 when there was nothing. */
MUST_CHECK enum err upgrade_run_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
