/*
 * Rewards: what a company gives to promoters for sales, or to those whom they
 * refer.  Campaigns give them, and placements that have rewards of their own.
 * A change holds for sales after it: commissions carry amount and rate.
 */
#ifndef AFF_MODEL_REWARD_REWARD_H
#define AFF_MODEL_REWARD_REWARD_H

#include "db/paging.h"
#include "model/people/organization.h"
#include "model/reward/work_out.h"

#define REWARD_PARTS_MAX	5
#define REWARD_RULES_MAX	5
#define REWARD_USES_MAX		10	/* of a campaign or placement */
#define REWARD_LEVEL_MAX	10

struct reward {
	uint64_t id, organization_id;
	struct str name;
	bool promoter;		/* for promoters; else for the referred */
	int kind, mode;		/* kind -1: it is given by hand only */
	int64_t level;
	struct str coupon, provider_coupon;
	bool hidden;		/* from who chooses; it pays all the same */
	int duration;			/* -1: forever */
	int64_t months, max_redemptions;	/* 0: none */
	bool new_only;
	struct list parts;		/* struct reward_part */
	struct str parts_json;
	struct when created_at, updated_at;
	int64_t version;
};

MUST_CHECK enum err reward_create(struct db *, struct arena *,
    const struct actor *, struct reward *);
MUST_CHECK enum err reward_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct reward *);
/*
 * Writes all of it.  ERR_STALE; ERR_REWARD_USED: it is given somewhere and
 * would be for others now.
 */
MUST_CHECK enum err reward_update(struct db *, struct arena *,
    const struct actor *, const struct reward *was, struct reward *);
/* Again: the same. */
MUST_CHECK enum err reward_hide(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/* promoter -1: all; by id. */
MUST_CHECK enum err reward_list(struct db *, struct arena *, uint64_t org,
    int promoter, const struct paging *, struct list *);

/* As the rows keep them. */
MUST_CHECK enum err reward_parts_read(struct arena *, struct str json,
    struct list *parts);

/* One reward as a campaign or placement gives it. */
struct reward_use {
	uint64_t campaign_id, placement_id;	/* 0: of the campaign */
	bool promoter;
	int apply_on;
	uint64_t reward_id;
	struct list products;		/* struct str: their ids */
	/* when it is read: */
	struct str name, coupon;
	struct str products_json, ids_json;	/* [{"id":1,"name":"x"}], [1] */
	int kind;
	bool hidden, monetary;
	int64_t level;
};

/*
 * Replaces what a campaign, or a placement, gives to promoters or to the
 * referred.  ERR_INVALID: *wrong says which of them names a reward that is not
 * the organization's or not for those, or a product that is not its own.
 */
struct reward_uses {
	uint64_t campaign_id, placement_id;
	bool promoter;
	const struct reward_use *uses;
	size_t n;
};
MUST_CHECK enum err reward_uses_set(struct db *, struct arena *,
    const struct actor *, const struct reward_uses *, size_t *wrong);
/* of: struct reward_uses, campaign and placement only.  Sorted by them. */
MUST_CHECK enum err reward_uses_of(struct db *, struct arena *, uint64_t org,
    const struct reward_uses *of, size_t n, struct list *uses);

#endif
