/* What an organization decided for its own program of promoters. */
#ifndef AFF_MODEL_PROGRAM_PROGRAM_H
#define AFF_MODEL_PROGRAM_PROGRAM_H

#include "db/db.h"
#include "model/people/organization.h"

/* What pays where a campaign has no rewards: of every sale, for ever. */
#define DEFAULT_REWARD_PPM	INT64_C(200000)
#define DEFAULT_COOKIE_DAYS	60
#define DEFAULT_PARAMETER	"ref"
#define DEFAULT_COLOR		"#4f46e5"
#define DEFAULT_CURRENCY	"USD"

struct program {
	uint64_t campaign_id;	/* where promoters come; 0: none yet */
	struct str currency;	/* of amounts that name none */
	int64_t net_days;	/* a payout is due so long after its month */
	int64_t least_payout;	/* minor units */
	int64_t least_customers;
	bool has_key;		/* of its own account at Stripe */
	struct str key;		/* to be set; absent: none */
	bool key_given;		/* else it stays as it is */
	int64_t version;	/* 0: nothing was decided yet */
};

/* The defaults where nothing was decided. */
MUST_CHECK enum err program_get(struct db *, struct arena *, uint64_t org,
    struct program *);
/*
 * Writes all of it.  version is what was read: ERR_STALE where another was
 * faster.  ERR_NOT_FOUND: it has no such campaign.
 */
MUST_CHECK enum err program_set(struct db *, struct arena *,
    const struct actor *, struct program *);
/* The key, which nobody is shown.  ERR_NO_STRIPE. */
MUST_CHECK enum err program_stripe_key(struct db *, struct arena *,
    uint64_t org, struct str *key);
/* The first campaign of a program is where its promoters come. */
MUST_CHECK enum err program_adopt(struct db *, struct arena *,
    const struct actor *, uint64_t campaign_id);
/* And nowhere, if that campaign is deleted. */
MUST_CHECK enum err program_leave(struct db *, struct arena *,
    const struct actor *, uint64_t campaign_id);

#endif
