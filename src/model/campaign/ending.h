/*
 * The endings of a campaign.  stop, cancel and finish settle it as of a day;
 * delete undoes it as if it had not been; refund records what was paid back
 * outside of what they advise.  All of a campaign that is locked; each may be
 * said again and then changes nothing.
 */
#ifndef AFF_MODEL_CAMPAIGN_ENDING_H
#define AFF_MODEL_CAMPAIGN_ENDING_H

#include "model/campaign/settlement.h"

/*
 * As of a day: in the past, today, or up to the campaign's end in the future;
 * then lines run to that day and are worked out after it.  ERR_AFTER_END;
 * ERR_DELETE_INSTEAD: a quote; ERR_STOPPED: as of another day before;
 * ERR_CONFLICT: over otherwise.
 */
MUST_CHECK enum err campaign_stop(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct day);
/*
 * For ever, as of today.  Again with the same reason: the same.
 * ERR_DELETE_INSTEAD, ERR_CONFLICT.
 */
MUST_CHECK enum err campaign_cancel(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct str reason);

/* Its links count no longer, once its end is worked out. */
MUST_CHECK enum err campaign_end_placements(struct db *, const struct actor *,
    const struct campaign *);
/* As a stop as of its last day, which is over. */
MUST_CHECK enum err campaign_finish(struct db *, struct arena *,
    const struct actor *, struct campaign *);

/* What a deletion does about invoices that are paid, and about the money. */
struct deletion {
	bool unapply;		/* they are credited, their money is free */
	bool reverse;		/* all of it is reversed; implies unapply */
};

MUST_CHECK enum err campaign_delete(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct deletion);

struct refund_line {
	uint64_t line_id;
	int64_t amount;		/* without tax, which goes with it */
};

struct campaign_refund {
	uint64_t id;
	struct str reference;
	int64_t amount, tax;	/* tax: worked out */
	struct refund_line *lines;		/* n of them; none: allotted */
	size_t n;
};

/*
 * ERR_MORE_THAN_DUE: of a line or in all; ERR_FUNDS: what was due has been
 * drawn for another campaign; ERR_REFUND_TAKEN: the reference stands for
 * another refund; ERR_NOT_FOUND: a line; ERR_CONFLICT: not over, or deleted.
 */
MUST_CHECK enum err campaign_refund(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct campaign_refund *);

/*
 * model/campaign_clock.c: starts, finishes, works out those whose time has
 * come; at most 200 of each, of which *count is the most.
 */
MUST_CHECK enum err campaign_turns(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
