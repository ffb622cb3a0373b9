/*
 * Lines of a campaign: one priced placement each, with its delivery.  All
 * of it under the lock of the campaign's row.
 */
#ifndef AFF_MODEL_CAMPAIGN_LINE_H
#define AFF_MODEL_CAMPAIGN_LINE_H

#include "model/campaign/campaign.h"
#include "model/campaign/earned.h"

struct line {
	uint64_t id, campaign_id;
	uint64_t placement_id;	/* its clicks are ours to count; 0: reported */
	struct str external_id, product;
	struct str landing_url;	/* of a new CPC line: its clicks are counted */
	struct str code;		/* of the link that counts them */
	int price;				/* enum price */
	struct day starts_on, ends_on;		/* both included */
	int64_t booked;		/* impressions, clicks, insertions; else 1 */
	int64_t amount, tax;
	int64_t impressions, clicks;		/* as last reported */
	struct day delivered_on;		/* by that report */
	struct day ended_on;	/* set once its end is worked out */
	/* from then on: counted of booked (or of the days) is earned ... */
	int64_t counted, earned, earned_tax;
	/* ... and so much of the rest goes back, and has gone back. */
	int64_t due, due_tax, refunded, refunded_tax;
	int64_t done;		/* of booked, as of the day asked for */
	int64_t billed;		/* with tax, less what was credited */
	struct list insertions;	/* of a new one: struct day, in order */
};

/*
 * Adds lines to a campaign that is not over; the campaign's dates widen to
 * theirs.  Currency, dates and amounts have been looked at by the caller.
 * ERR_CONFLICT: it is over.  Fills in the ids.
 */
MUST_CHECK enum err line_add(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct line *, size_t n);

/* All lines, in the order in which they were made; done: as of that day. */
MUST_CHECK enum err line_list(struct db *, struct arena *,
    const struct campaign *, struct day at, struct list *);

/* The dates of all lines by insertion, by line. */
struct insertion {
	uint64_t line_id;
	struct day day;
};
MUST_CHECK enum err line_insertions(struct db *, struct arena *,
    const struct campaign *, struct list *);

/* What an ad server counted so far, as of a day; -1: as much as before. */
struct line_report {
	uint64_t line_id;
	int64_t impressions, clicks;
	struct day at;
};

/*
 * ERR_NOT_FOUND; ERR_BACKWARDS: less than was reported for an earlier day, or
 * more than for a later one; ERR_AFTER_STOP: of a day after the end of the
 * campaign; ERR_CONFLICT: draft or deleted, or a line that we count.
 */
MUST_CHECK enum err line_deliver(struct db *, struct arena *,
    const struct actor *, struct campaign *, const struct line_report *);

/* Writes what the end of a line came to. */
MUST_CHECK enum err line_store_end(struct db *, const struct line *);

#endif
