/*
 * What one sale brings to whom, worked out of the terms and of what is known:
 * no database, no clock.  docs/rewards.md says it in words, with an example.
 */
#ifndef AFF_MODEL_REWARD_WORK_OUT_H
#define AFF_MODEL_REWARD_WORK_OUT_H

#include "model/reward/terms.h"
#include "model/reward/unit.h"

/* A rule of a part of a reward. */
extern const char *const rule_type_labels[];
enum { RULE_SALES, RULE_AGE, RULE_CUSTOMERS, RULE_REVENUE };
extern const char *const rule_condition_labels[];
enum { RULE_LESS, RULE_AT_MOST, RULE_EQUAL, RULE_AT_LEAST, RULE_MORE,
	RULE_MULTIPLE };
extern const char *const rule_operator_labels[];
enum { RULE_AND, RULE_OR };
extern const char *const rule_filter_labels[];
enum { RULE_BY_PRICE };

struct reward_rule {
	int type, condition;
	int join;		/* with those before it; "and" binds tighter */
	int filter;		/* -1, or RULE_BY_PRICE: sales of the same */
	int64_t value;		/* revenue: minor units; MULTIPLE: not 0 */
};

/* One thing that a reward gives: all whose rules hold are given. */
struct reward_part {
	int unit;		/* of unit_labels */
	bool flat;
	int64_t amount;		/* minor or whole units, or ppm */
	struct list rules;	/* struct reward_rule; none: always */
};

/* Months and discounts are what they are, never a part of the sale. */
bool reward_is_flat(const struct reward_part *);

extern const char *const reward_kind_labels[];
/*
 * sale: to the promoter, of each sale that the terms fit.
 * tier: to his parent (level 2), the parent's parent (3)...
 * target: to the promoter, of the sale after which the rules hold, while they
 * did not before it; "multiple of" is reached anew at each multiple, and what
 * passes several at once counts as often.
 */
enum { REWARD_SALE, REWARD_TIER, REWARD_TARGET };

extern const char *const tier_mode_labels[];
/*
 * What a percentage of a tier is of:
 * commission: of what the sale brings the promoter, and whom he shares it
 * with, in the same unit; a flat amount comes where that is anything.
 * override: of the sale, whatever it brings them.
 * net override: the same, less what those below this level get of the sale in
 * the same unit, and never below nothing.
 */
enum { TIER_COMMISSION, TIER_OVERRIDE, TIER_NET_OVERRIDE };

extern const char *const duration_labels[];
/* Of a customer: his first sale; those of so many months from it on; all. */
enum { DURATION_ONCE, DURATION_REPEATING, DURATION_FOREVER };

extern const char *const apply_on_labels[];
enum { APPLY_MONTHLY, APPLY_YEARLY, APPLY_ONE_TIME, APPLY_ALL,
	APPLY_SPECIFIC };

/* A reward as it is put on a campaign or a placement. */
struct reward_term {
	uint64_t reward_id;
	int kind, mode;
	int64_t level;			/* of a tier: from 2 */
	int duration;			/* -1: forever */
	int64_t months;
	bool new_only;		/* for who was no customer when it was made */
	struct when created_at;
	int apply_on;
	bool listed;		/* the sale's plan is of one of its products */
	bool limited;
	int64_t left;		/* limited: so often more */
	struct list parts;		/* struct reward_part */
};

struct reward_recipient {
	uint64_t placement_id, referrer_id, campaign_id;
	int64_t level;			/* of a parent */
	int64_t share_ppm;		/* of a partner */
};

/* What is known before the sale. */
struct reward_facts {
	struct rewarded_sale sale;
	int64_t price_sales;		/* of the referral, at this price */
	struct when price_at;		/* the first of those; 0: none */
	int64_t customers, revenue;	/* of the placement */
	const struct reward_term *terms;
	size_t n_terms;
	const struct reward_recipient *parents;	/* no two of one level */
	size_t n_parents;
	const struct reward_recipient *partners;
	size_t n_partners;	/* of what his sales bring, not of targets */
};

/* More of one sale can't be numbered: ERR_LIMIT. */
#define DUE_MAX 255

MUST_CHECK enum err reward_work_out(struct arena *,
    const struct reward_facts *, struct list *due);

/* Whole months from one day to another: a renewal's count. */
int64_t reward_months(struct when from, struct when to);
/*
 * total by parts of a million, and the rest of them to the first: by largest
 * remainder, so that the sum is exact.  ppm[0] is not read.
 */
void reward_split(int64_t total, const int64_t *ppm, size_t n,
    int64_t *given);

#endif
