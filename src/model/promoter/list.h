/* Lists of promoters, and what beside their rows is shown of them. */
#ifndef AFF_MODEL_PROMOTER_LIST_H
#define AFF_MODEL_PROMOTER_LIST_H

#include "model/promoter/promoter.h"

#define PROMOTER_IDS_MAX 1000

struct range {		/* both ends included */
	bool asked;
	int64_t from, to;
};

/* A field of the organization's own, with one of these texts in it. */
struct field_filter {
	struct str name;		/* absent: not asked for */
	bool partial;
	struct list values;		/* of struct str */
};

extern const char *const promoter_metric_labels[];
enum { METRIC_REFERRAL, METRIC_CUSTOMER, METRIC_CLICK, METRIC_SALE };

struct promoter_filter {
	struct str q;			/* how email, name or code begin */
	struct list ids;		/* of uint64_t; items NULL: any */
	struct range clicks, referrals, customers, revenue;
	struct day joined_from, joined_to, login_from, login_to;
	struct list campaigns;		/* of uint64_t; in any of them */
	int state;			/* enum standing; -1: any */
	uint64_t parent_id;
	bool archived;			/* only those; else only the others */
	struct field_filter field[2];
	struct list frauds;		/* texts; no_suspicion among them */
	int metric;			/* -1: not asked for */
	struct day idle_since;		/* nothing of that metric from there */
};

/* What is counted of one, as lists sort by it. */
struct promoter_listed {
	struct promoter p;
	int64_t clicks, referrals, customers, revenue;
};

/* Each down, then up. */
enum { PROMOTERS_JOINED, PROMOTERS_CLICKS = 2, PROMOTERS_REFERRALS = 4,
	PROMOTERS_CUSTOMERS = 6, PROMOTERS_REVENUE = 8 };
MUST_CHECK enum err promoter_list(struct db *, struct arena *, uint64_t org,
    const struct promoter_filter *, const struct paging *, struct list *);

/* How many placements of the program wait for a decision. */
MUST_CHECK enum err promoter_pending(struct db *, struct arena *, uint64_t org,
    int64_t *);

struct promoter_suspicion {
	uint64_t promoter_id;
	struct str fraud;
};
struct promoter_balance {
	uint64_t promoter_id;
	struct str currency;		/* or a unit */
	int64_t amount;			/* earned, and not paid out */
};
/* Of all of these promoters: lists of the two, by promoter. */
MUST_CHECK enum err promoter_suspicions(struct db *, struct arena *,
    uint64_t org, const uint64_t *ids, size_t n, struct list *);
MUST_CHECK enum err promoter_balances(struct db *, struct arena *,
    uint64_t org, const uint64_t *ids, size_t n, struct list *);
#endif
