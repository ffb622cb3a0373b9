/*
 * A promoter in a campaign: what the organization decided of him there, and
 * the one function that moves it.
 */
#ifndef AFF_MODEL_PROMOTER_STANDING_H
#define AFF_MODEL_PROMOTER_STANDING_H

#include "db/paging.h"
#include "model/people/organization.h"

extern const char *const standing_labels[];
/* Inactive: accepted, and it has ended.  Not set: in no campaign at all. */
enum standing {
	STANDING_PENDING, STANDING_ACCEPTED, STANDING_REJECTED,
	STANDING_BLOCKED, STANDING_INACTIVE, STANDING_NOT_SET
};

/* A placement as a program's organization sees it. */
struct standing_row {
	uint64_t id, organization_id, promoter_id, campaign_id;
	int state;			/* enum standing */
	struct when archived_at;	/* of the promoter; 0: he is not */
	struct str code, coupon, landing_url;
	struct str campaign_name, campaign_color;	/* of lists */
	struct str promoter_email, promoter_name;
	struct when created_at;
	int64_t clicks, referrals, customers, sales, revenue;
	bool own_rewards;		/* in place of the campaign's */
};

/* May one that is in a state come into another?  Into the same: yes. */
bool standing_may(int from, int to);

/*
 * Locks one.  ERR_NOT_FOUND: there is no such placement of a promoter of the
 * organization.
 */
MUST_CHECK enum err standing_lock(struct db *, struct arena *,
    const struct actor *, uint64_t placement_id, struct standing_row *);
/*
 * Those of these promoters (ids_json()) in a campaign, by promoter; where one
 * has several, by age.
 */
MUST_CHECK enum err standing_lock_in(struct db *, struct arena *,
    const struct actor *, struct str promoters, uint64_t campaign_id,
    struct list *);
/*
 * Moves one that is locked, with its event.  The same again changes nothing.
 * ERR_STANDING: not from where it is.
 */
MUST_CHECK enum err standing_move(struct db *, struct arena *,
    const struct actor *, struct standing_row *, enum standing);

/* The same of several; result: of each. */
MUST_CHECK enum err standing_move_all(struct db *, struct arena *,
    const struct actor *, struct standing_row *, size_t n, enum standing,
    enum err *result);

/* A campaign that promoters may come into, kept from being ended meanwhile. */
struct standing_campaign {
	uint64_t id;
	struct str name;
	int status;
};
/*
 * id 0: the program's own (ERR_NO_CAMPAIGN: it has none yet).
 * ERR_CAMPAIGN_OVER: nobody comes into it any more.
 */
MUST_CHECK enum err standing_campaign(struct db *, struct arena *,
    uint64_t org, uint64_t id, struct standing_campaign *);
/*
 * A promoter who is held, is not archived and is not in the campaign comes
 * into it, accepted or pending, with an event.  code: as it is to be, or
 * absent; then one is made of his name.  Gives the placement's id.
 * ERR_CODE_TAKEN.
 */
struct entrance {
	uint64_t promoter_id;
	struct str name, code;
	bool accepted;
};
MUST_CHECK enum err standing_enter(struct db *, struct arena *,
    const struct actor *, const struct standing_campaign *,
    const struct entrance *, uint64_t *placement_id);

/* All placements of these promoters (uint64_t), by promoter, then by age. */
MUST_CHECK enum err standing_of(struct db *, struct arena *, uint64_t org,
    const uint64_t *promoters, size_t n, struct list *);

#endif
