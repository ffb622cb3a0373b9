/* What promoters brought, over days, weeks, months or years. */
#ifndef AFF_MODEL_PROMOTER_CHART_H
#define AFF_MODEL_PROMOTER_CHART_H

#include "db/db.h"

extern const char *const chart_selection_labels[];
enum { CHART_REVENUE, CHART_CLICKS, CHART_REFERRALS, CHART_CUSTOMERS,
	CHART_CANCELLATIONS };
extern const char *const chart_group_labels[];	/* day week month year */
enum chart_group { CHART_DAYS, CHART_WEEKS, CHART_MONTHS, CHART_YEARS };

#define CHART_DAYS_MOST 3660	/* of a period */

/* One that suits a period of so many days. */
enum chart_group chart_group_of(int32_t days);
/* The first day of the week (a Monday), month or year of a day. */
struct day chart_first_of(enum chart_group, struct day);

struct chart_point {
	struct day day;		/* the first of its time, or of the period */
	int64_t value;
};

struct chart {
	struct day from, to;	/* both included */
	int selection, group;
	struct list points;	/* of chart_point, none left out */
	int64_t total;
};

/*
 * Of a promoter, or of a placement (the other is 0).  The group is one that
 * suits the period.  Revenue is that of the program's currency.
 */
MUST_CHECK enum err chart_read(struct db *, struct arena *, uint64_t org,
    uint64_t promoter_id, uint64_t placement_id, struct chart *);

#endif
