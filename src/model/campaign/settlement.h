/*
 * The books of a campaign follow from its facts.
 *
 * settle() works out, from the lines, their delivery, the invoices and the
 * money that came in, what is earned, what is credited on which invoice, what
 * is applied to what is left of it, what goes to the advertiser's account and
 * what of that is due back per line; then it posts the difference to what
 * stands there, as one journal.  To call it again changes nothing.  It is
 * called after every new fact: money, an invoice, a report of delivery, an end.
 *
 *   - A line is earned when its last day, or the campaign's, is over.
 *   - Once the campaign is over an invoice is credited by what it bills of a
 *     line beyond what that line earned, the latest invoice first; money is
 *     applied to the rest, the first invoice first.
 *   - Earned and paid is what is earned, as far as money came in.
 *   - Once the campaign is over all other money goes to the account.  Of that
 *     is due, at most, what was not delivered; over the lines in proportion to
 *     what is undelivered of them, by largest remainder.
 *   - Delivery that is reported after the end takes back from the account what
 *     is still there of it and was not refunded.
 */
#ifndef AFF_MODEL_CAMPAIGN_SETTLEMENT_H
#define AFF_MODEL_CAMPAIGN_SETTLEMENT_H

#include "model/campaign/line.h"

struct invoice {
	uint64_t id;
	struct day month;			/* DAY_NONE: not of a month */
	int64_t amount, applied, credited;	/* with tax */
	struct when created_at;
};

struct invoice_line {
	uint64_t invoice_id, line_id;
	int64_t amount, tax, credited;
};

/* What is known of a campaign's money, and what comes of it. */
struct books {
	struct line *lines;
	size_t n_lines;
	struct invoice *invoices;
	size_t n_invoices;
	struct invoice_line *billed;		/* by invoice, then line */
	size_t n_billed;
	int64_t earned;		/* of lines that ended, with tax, paid or not */
	int64_t undelivered;	/* of them, with tax */
	int64_t due, due_tax;			/* sums of the lines' */
	int64_t refunded, refunded_tax;
	int64_t open, unbilled;
	int64_t on_account;	/* of the advertiser, in this currency */
	bool has_account;	/* ever had something on it */
};

/* How a deletion leaves the money of a campaign. */
struct undoing {
	bool unapply;		/* paid invoices are credited too */
};

/*
 * Reads the books of a campaign as they stand.  at: the day that delivery is
 * counted to.
 */
MUST_CHECK enum err books_read(struct db *, struct arena *,
    const struct campaign *, struct day at, struct books *);
/*
 * The same of one that is over but not settled yet, or that is asked how it
 * would end that day: worked out, and not stored.
 */
MUST_CHECK enum err books_foresee(struct db *, struct arena *,
    struct campaign, struct day at, struct books *);

/* Of a campaign that is locked. */
MUST_CHECK enum err settle(struct db *, struct arena *, const struct actor *,
    struct campaign *);
/* The same for one that is deleted as if it had not been. */
MUST_CHECK enum err settle_undone(struct db *, struct arena *,
    const struct actor *, struct campaign *, const struct undoing *);

#endif
