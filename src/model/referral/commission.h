/*
 * Commissions as the company sees and enters them.  pending: it decides first;
 * denied: it refused, and all of it was taken back; approved: all others, and
 * paid with their payout, or fulfilled where they are no money.  What a refund
 * takes back of one is a commission of its own, below zero.
 */
#ifndef AFF_MODEL_REFERRAL_COMMISSION_H
#define AFF_MODEL_REFERRAL_COMMISSION_H

#include "model/reward/unit.h"
#include "model/referral/earning.h"
#include "model/referral/lead.h"

extern const char *const commission_status_labels[];
enum { COMMISSION_PENDING, COMMISSION_APPROVED, COMMISSION_DENIED };
extern const char *const commission_type_labels[];	/* sale custom */
extern const char *const commission_standing_labels[];
enum { STANDS_PENDING, STANDS_DUE, STANDS_PAID, STANDS_DENIED, STANDS_OWED,
	STANDS_GIVEN };

/* What decides what can be done with a row of a commission. */
struct commission_state {
	uint64_t refund_id, payout_id;	/* payout_id: of any of its rows */
	int type, standing;
};
/* As it was made: no part that came back, or went, with a refund. */
bool commission_is_whole(const struct commission_state *);
/* Why something can't be: the error that names its state; of earning.status. */
enum err commission_refusal(const struct commission_state *, int status);

struct commission_row {
	uint64_t id, refund_id, payout_id;
	int type, standing, status, fraud, unit;
	int custom;			/* of commission_type_labels */
	bool is_self, is_paid, is_split;
	int64_t amount, sale_amount, checks, tier, share_ppm;
	struct str sold_in;		/* currency of sale_amount */
	struct str currency, sale_currency, event, plan, internal_note,
	    external_note, created_by, split, metadata;
	struct when created_at, decided_at, paid_at, created_by_at;
	struct {
		uint64_t id;
		struct str email, uid;
	} referral;
	struct {
		int64_t id;		/* 0: the program's default */
		struct str name;	/* absent: entered by hand */
	} reward;
	uint64_t reward_id;
	struct str reward_name;
	struct placed placed;
};

struct amounts {
	int64_t from, to;		/* both included */
	bool given;
};

extern const char *const commission_due_labels[];
enum { DUE_NEXT, DUE_OVERDUE, DUE_CUSTOM };

struct commission_filter {
	struct str q;		/* how its event, or its lead, begins */
	struct list ids, payouts, campaigns;	/* of uint64_t; NULL: any */
	struct list plans, frauds;		/* of texts */
	int status, paid, fulfilled, due;	/* -1: any; 0: no, 1: yes */
	int first, refunded;
	struct amounts sale, amount;
	struct day created_from, created_to;	/* DAY_NONE: open */
	uint64_t referrer_id;
	bool none;			/* nothing can fit */
	struct when now;
};

enum { COMMISSIONS_NEWEST, COMMISSIONS_OLDEST, COMMISSIONS_AMOUNT_DOWN,
	COMMISSIONS_AMOUNT, COMMISSIONS_SALE_DOWN, COMMISSIONS_SALE,
	COMMISSIONS_REFERRAL_DOWN, COMMISSIONS_REFERRAL };

/* In the order of referrals those that have one. */
MUST_CHECK enum err commission_list(struct db *, struct arena *, uint64_t org,
    const struct commission_filter *, const struct paging *, struct list *);
MUST_CHECK enum err commission_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct commission_row *);

/* What a sale brought, in the order of its parts. */
MUST_CHECK enum err commission_of_sale(struct db *, struct arena *,
    uint64_t org, uint64_t sale_id, struct list *);

struct commission_notes {
	struct str internal, external;
	bool internal_given, external_given;
};
MUST_CHECK enum err commission_update(struct db *, struct arena *,
    const struct actor *, uint64_t id, const struct commission_notes *);

#endif
