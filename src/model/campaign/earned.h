/*
 * What a line of a campaign has earned by a day, and how an amount is allotted
 * over lines.  Pure arithmetic on minor units, half to even.
 */
#ifndef AFF_MODEL_CAMPAIGN_EARNED_H
#define AFF_MODEL_CAMPAIGN_EARNED_H

#include "base/clock.h"
#include "base/err.h"

extern const char *const price_labels[];	/* CPM CPC CPD Flat Insertion */
enum price { PRICE_CPM, PRICE_CPC, PRICE_CPD, PRICE_FLAT, PRICE_INSERTION };

/* Of a line, as of a day. */
struct delivery {
	enum price price;
	struct day starts_on, ends_on;	/* both included */
	int64_t booked;		/* impressions, clicks or insertions */
	int64_t done;		/* of them, up to the day */
};

/* done of booked is earned: as counted, and at most all of it. */
struct part {
	int64_t done, booked;		/* booked > 0 */
};

/*
 * The part of a line that is earned at the end of that day: nothing before it
 * begins.  CPD counts days, a flat line is earned once it has begun.
 */
struct part earned_part(const struct delivery *, struct day at);
/* round(amount * part) */
MUST_CHECK enum err earned_amount(int64_t amount, struct part,
    int64_t *earned);

/*
 * total over n weights, in proportion, by largest remainder: what is given sums
 * to total, and no weight of 0 is given anything.  Of equal remainders the
 * first is served.  0 <= total <= sum of the weights; none is negative.
 */
void allot(int64_t total, const int64_t *weights, size_t n, int64_t *given);

#endif
