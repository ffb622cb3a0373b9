/* What a placement, or all of a referrer, has brought: by day and source. */
#ifndef AFF_MODEL_REFERRAL_ANALYTICS_H
#define AFF_MODEL_REFERRAL_ANALYTICS_H

#include "model/referral/placement.h"

#define ANALYTICS_SOURCES 51	/* the 50 with the most clicks, and "other" */

struct source_count {
	struct str source;
	int64_t clicks, unique_clicks, bot_clicks;
};

struct analytics {
	int64_t clicks, unique_clicks, bot_clicks, referrals, conversions;
	struct str conversion_rate;	/* absent without a visitor */
	struct list earnings;	/* struct money_of */
	struct list daily;	/* struct count_day */
	struct list sources;	/* struct source_count */
	struct when sources_until;	/* they are exact up to there */
};
/* Over the days from first to last, each of them in daily. */
MUST_CHECK enum err placement_analytics(struct db *, struct arena *,
    uint64_t member, uint64_t id, struct day first, struct day last,
    struct analytics *);

struct money_day {
	struct day day;
	struct str currency;
	int64_t amount;
};

struct dashboard {
	int64_t clicks, unique_clicks, bot_clicks, referrals, conversions;
	struct str conversion_rate;
	struct list earnings;		/* struct earned */
	struct list daily;		/* struct count_day */
	struct list daily_earnings;	/* struct money_day */
};
/* Counts and balances since ever; by day from first to last. */
MUST_CHECK enum err referrer_dashboard(struct db *, struct arena *,
    uint64_t referrer_id, struct day first, struct day last,
    struct dashboard *);

#endif
