/*
 * Promoters in campaigns: as lists show them, and what the company says of
 * them there beside their standing.
 */
#ifndef AFF_MODEL_PROMOTER_PROMOTED_H
#define AFF_MODEL_PROMOTER_PROMOTED_H

#include "model/promoter/standing.h"

#define PROMOTED_FOUND 5	/* of a search */
#define PROMOTED_MOST INT64_C(10000)	/* campaigns of a promoter */

struct promoted {
	struct standing_row s;
	struct str display_coupon, promo_codes;	/* codes: a JSON array */
	bool own_promoter, own_referral;	/* rewards of its own */
	struct str parameter;	/* names him in addresses; absent: "ref" */
	struct str signup_url;		/* of the campaign, or absent */
	int ad_traffic;			/* his, or else the campaign's */
	int64_t version;
};

/* Newest first; of promoters who are not archived. */
MUST_CHECK enum err promoted_list(struct db *, struct arena *, uint64_t org,
    const struct paging *, struct list *);
/* At most PROMOTED_FOUND whose promoter, code or coupon begins so. */
MUST_CHECK enum err promoted_search(struct db *, struct arena *, uint64_t org,
    struct str q, struct list *);
/* codes: with its promo codes. */
MUST_CHECK enum err promoted_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, bool codes, struct promoted *);
/* All of a promoter, newest first; and one that is to be his: without codes. */
MUST_CHECK enum err promoted_of(struct db *, struct arena *, uint64_t org,
    uint64_t promoter_id, struct list *);
MUST_CHECK enum err promoted_own(struct db *, struct arena *, uint64_t org,
    uint64_t promoter_id, uint64_t id, struct promoted *);
struct promoted_campaign {
	uint64_t id;
	struct str name, color;		/* color absent: as by default */
};
/* Those in which he is, by id. */
MUST_CHECK enum err promoted_campaigns(struct db *, struct arena *,
    uint64_t org, uint64_t promoter_id, struct list *);

/*
 * Writes code, coupons, landing_url and own_* of one that is locked by
 * standing_lock(), if any is another; a code that it had before leads to it for
 * ever.  rewards: those that it gets by itself, to be told.  ERR_CODE_TAKEN.
 */
enum { REWARDS_FOR_PROMOTERS = 1, REWARDS_FOR_REFERRALS = 2 };
MUST_CHECK enum err promoted_update(struct db *, struct arena *,
    const struct actor *, const struct promoted *was, struct promoted *,
    unsigned rewards);

/* Its code alone. */
MUST_CHECK enum err promoted_rename(struct db *, struct arena *,
    const struct actor *, const struct standing_row *was, struct str code);

#endif
