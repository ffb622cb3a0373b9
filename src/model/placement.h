/*
 * Placements: a referrer in a campaign, with code, link and counts.  On the
 * PerfectWorks face they are called referrer campaigns.
 */
#ifndef AFF_MODEL_PLACEMENT_H
#define AFF_MODEL_PLACEMENT_H

#include "db/paging.h"
#include "model/referrer.h"

extern const char *const placement_status_labels[];	/* ACTIVE INACTIVE */
enum { PLACEMENT_ACTIVE, PLACEMENT_INACTIVE };

struct placement {
	uint64_t id, referrer_id, campaign_id;
	struct str name, code, landing_url, description;
	int status;
	struct when starts_at, ends_at, ended_at, created_at, updated_at;
	int64_t version;
	int64_t clicks, unique_clicks, bot_clicks, referrals, conversions;
};

/* Who acts: the member organization of the program, and its user. */
struct actor {
	uint64_t organization_id, user_id;
	struct when now;
};

/*
 * Name, landing_url and the optional members are given; a code is made where
 * it is absent.  ERR_NOT_A_REFERRER, ERR_CODE_TAKEN.
 */
MUST_CHECK enum err placement_create(struct db *, struct arena *,
    const struct actor *, struct placement *);
MUST_CHECK enum err placement_get(struct db *, struct arena *, uint64_t member,
    uint64_t id, struct placement *);
/* Writes name, landing_url, description, starts_at, ends_at.  ERR_STALE. */
MUST_CHECK enum err placement_update(struct db *, struct arena *,
    const struct actor *, struct placement *);
/* Ends it for ever; again: the same.  History and numbers stay. */
MUST_CHECK enum err placement_end(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/* Ends at most 200 whose time is over; *count says how many. */
MUST_CHECK enum err placement_end_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

/* status -1: any.  Orders: created desc, asc. */
MUST_CHECK enum err placement_list(struct db *, struct arena *,
    uint64_t referrer_id, int status, const struct paging *, struct list *);

struct money_of {
	struct str currency;
	int64_t amount;
};
extern const struct shape money_of_row;

struct analytics {
	int64_t clicks, unique_clicks, bot_clicks, referrals, conversions;
	struct list earnings;	/* struct money_of */
	struct list daily;	/* struct count_day */
};
/* Over the days from first to last, each of them in daily. */
MUST_CHECK enum err placement_analytics(struct db *, struct arena *,
    uint64_t member, uint64_t id, struct day first, struct day last,
    struct analytics *);

/* What a click or a sign-up by a code or a click's token belongs to. */
struct lead {
	uint64_t id, organization_id, campaign_id, referrer_id, click_id;
	uint64_t member_organization_id;	/* the referrer's */
	struct str landing_url;
	bool counts;		/* active, and within its dates */
};
MUST_CHECK enum err placement_by_code(struct db *, struct arena *,
    struct str code, struct when now, struct lead *);
MUST_CHECK enum err placement_by_click(struct db *, struct arena *,
    const unsigned char token[16], struct when now, struct lead *);

/* Adds to the counts of a placement, in whole and on the day of at. */
MUST_CHECK enum err placement_count(struct db *, uint64_t id, struct when at,
    const struct count_day *more);

#endif
