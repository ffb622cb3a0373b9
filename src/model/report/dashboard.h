/* What a company sees first: how its program does, and what waits for it. */
#ifndef AFF_MODEL_REPORT_DASHBOARD_H
#define AFF_MODEL_REPORT_DASHBOARD_H

#include "model/report/report.h"

#define DASHBOARD_MOST 10000	/* is counted of what waits */

struct dashboard_waits {
	int64_t accepted;		/* promoters; what follows waits */
	int64_t promoters, referrals, commissions;
	int64_t payouts, payouts_amount;	/* in the program's currency */
};

/* campaigns: of uint64_t; without items: all, here and below. */
MUST_CHECK enum err dashboard_waits(struct db *, struct arena *,
    const struct report_ground *, const struct list *campaigns,
    struct dashboard_waits *);
/* Commissions and payouts only. */
MUST_CHECK enum err dashboard_waits_money(struct db *, struct arena *,
    const struct report_ground *, const struct list *campaigns,
    struct dashboard_waits *);

/* One line, in the parts of the group. */
MUST_CHECK enum err dashboard_sum(struct db *, struct arena *,
    const struct report_ground *, const struct list *campaigns,
    struct day from, struct day to, enum chart_group, struct report *);
/* Campaigns, or promoters, that brought most revenue: n lines at most. */
MUST_CHECK enum err dashboard_best(struct db *, struct arena *,
    const struct report_ground *, enum report_subject,
    const struct list *campaigns, struct day from, struct day to, size_t n,
    struct report *);

#endif
