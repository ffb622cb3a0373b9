/*
 * Payouts: what a promoter gets of his approved commissions up to the end of a
 * month, in one currency, with what refunds took back of them.
 *
 *	pending -> completed -> pending		paid, and not after all
 *	pending -> gone				its commissions are unpaid again
 *
 * A commission belongs to the month in which it was made, and all that happens
 * to it later goes with it.  Making a payout takes the money from what is
 * available on the ledger, so that no two payouts, and no withdrawal, get the
 * same; what somebody withdrew before is deducted, oldest first.
 */
#ifndef AFF_MODEL_PAYOUT_PAYOUT_H
#define AFF_MODEL_PAYOUT_PAYOUT_H

#include "model/payout/method.h"
#include "model/program/period.h"
#include "model/referral/lead.h"

extern const char *const payout_status_labels[];
enum { PAYOUT_PENDING, PAYOUT_COMPLETED, PAYOUT_FAILED, PAYOUT_PROCESSING,
	PAYOUT_CANCELLED };

struct payout {
	uint64_t id, batch_id;
	int status, paid_method, unit;
	bool custom;
	int64_t amount, tax_rate, version;
	struct str currency, error;
	struct day period_start, period_end, due_on;
	struct when start_at, end_at, paid_at, created_at, never;
	struct placed placed;		/* without a placement */
	struct payout_method method;	/* how he wants it; id 0: not said */
};

MUST_CHECK enum err payout_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct payout *);

extern const char *const payout_due_labels[];	/* next overdue custom */
extern const char *const payout_method_filter_labels[];
enum { PAYOUT_METHOD_NOT_SET = 6 };	/* of those labels */

struct payout_filter {
	struct str q;		/* how the promoter's email or name begins */
	struct list ids, batches, campaigns;	/* of uint64_t; NULL: any */
	struct list frauds;			/* of texts */
	int status, due, method;		/* -1: any */
	bool payable;		/* those only of whom said how */
	struct day start_from, start_to, end_from, end_to;
	uint64_t referrer_id;
	bool none;		/* nothing can fit */
	struct when now;
};

enum { PAYOUTS_NEWEST, PAYOUTS_OLDEST, PAYOUTS_AMOUNT_DOWN, PAYOUTS_AMOUNT,
	PAYOUTS_START_DOWN, PAYOUTS_START, PAYOUTS_END_DOWN, PAYOUTS_END };
/* The keys of the last four are days: period_start.n, period_end.n. */
MUST_CHECK enum err payout_list(struct db *, struct arena *, uint64_t org,
    const struct payout_filter *, const struct paging *, struct list *);

struct payout_total {
	struct str currency;		/* absent: all of them */
	int64_t amount, promoters;
};
/* What some of them come to, a JSON array of ids: struct payout_total. */
MUST_CHECK enum err payout_total(struct db *, struct arena *, uint64_t org,
    struct str ids, struct list *);

struct payout_promoter {
	uint64_t id;
	struct str currency;
	int64_t amount;
	struct str ids;			/* "2,1": of his newest payouts */
};
#define PAYOUTS_SHOWN 100		/* of them at most */
/*
 * Promoters who have payouts of that status (-1: any) and of these campaigns,
 * at least so much in all, by their ids, and once a currency; q, campaigns as
 * in payout_filter.
 */
MUST_CHECK enum err payout_promoters(struct db *, struct arena *, uint64_t org,
    const struct payout_filter *, int64_t least, const struct paging *,
    struct list *);

/* One sum over payouts of an organization. */
struct payout_sum {
	int status, method;		/* method -1: not said */
	struct str currency;
	bool custom;
	struct day period_start;	/* DAY_NONE: not paid yet */
	struct day period_end;		/* of one that is not: when it is due */
	int64_t amount;
};

/* How many promoters have what: PAYOUT_BIT()s of their statuses and so on. */
struct payout_people {
	int64_t bits, promoters;
};
enum { PAYOUT_BITS_STATUS, PAYOUT_BITS_METHOD, PAYOUT_BITS_DUE };
#define PAYOUT_BIT(of, label) ((int64_t)1 << (8 * (of) + 1 + (label)))

struct payout_period {
	struct day start, end;
	int64_t promoters;
};

/*
 * By status, and by q, campaigns or referrer_id of the filter; to be read as of
 * one moment (R_MOMENT).  people: as of today.  periods: of what is paid, those
 * of the sums, in their order.  Promoters are counted by reading all payouts,
 * so that parts says which of these are wanted.
 */
struct payout_stats {
	struct list sums, people, periods;
};
enum { PAYOUT_STATS_PEOPLE = 1, PAYOUT_STATS_PERIODS = 2 };
MUST_CHECK enum err payout_stats(struct db *, struct arena *, uint64_t org,
    const struct payout_filter *, struct day today, unsigned parts,
    struct payout_stats *);

/*
 * Counts payouts, a JSON array of ids, in what payouts come to: before (-1) and
 * behind (1) whatever changes them, or how their promoters want to be paid.
 */
MUST_CHECK enum err payout_count(struct db *, int sign, struct str ids);

/* Whose payout is made, of what. */
struct payout_making {
	uint64_t organization_id, referrer_id;
	struct str currency;
	struct day end;			/* of the period */
	struct list ids;		/* or of these commissions: uint64_t */
	uint64_t batch_id;		/* that they were chosen for, or 0 */
	struct day due;
	int64_t least_amount, least_customers;
};
/* *id: 0 where nothing is to be paid, less than the least, or not there. */
MUST_CHECK enum err payout_make(struct db *, struct arena *,
    const struct actor *, const struct payout_making *, uint64_t *id);
/* Some of those of the months that are over; *count: promoters looked at. */
MUST_CHECK enum err payout_make_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
