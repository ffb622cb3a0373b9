/* Commissions that somebody enters by hand. */
#ifndef AFF_MODEL_TRACK_COMMISSION_ENTER_H
#define AFF_MODEL_TRACK_COMMISSION_ENTER_H

#include "model/referral/commission.h"
#include "model/track/track.h"

struct commission_entry {
	struct track_sale sale;		/* of a lead, by its number */
	uint64_t placement_id;		/* else: a custom one of his */
	int64_t amount;
	int unit;			/* of unit.h */
	struct commission_notes notes;
};
/*
 * ERR_NOT_FOUND: no such lead or placement, or its promoter is blocked;
 * ERR_EVENT_TAKEN.  *out: what it brought, struct commission_row.
 */
MUST_CHECK enum err commission_enter_read(struct db *, struct arena *,
    const struct actor *, struct commission_entry *);
MUST_CHECK enum err commission_enter(struct db *, struct arena *,
    const struct actor *, struct commission_entry *, struct list *out);

#endif
