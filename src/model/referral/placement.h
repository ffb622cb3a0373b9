/*
 * Placements: a referrer in a campaign, with code, link and counts.  On the
 * PerfectWorks face they are called referrer campaigns.
 */
#ifndef AFF_MODEL_REFERRAL_PLACEMENT_H
#define AFF_MODEL_REFERRAL_PLACEMENT_H

#include "db/paging.h"
#include "model/people/organization.h"
#include "model/referral/referrer.h"

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

/* A code of ten random letters and digits. */
struct str placement_code(struct arena *);
/*
 * Name, landing_url and the optional members are given; a code is made where
 * it is absent.  ERR_NOT_A_REFERRER, ERR_CODE_TAKEN.
 */
MUST_CHECK enum err placement_create(struct db *, struct arena *,
    const struct actor *, struct placement *);
/*
 * One of the organization's own in one of its campaigns, whose clicks pay a
 * line: landing_url, name and campaign_id are given.  It refers nobody.
 */
MUST_CHECK enum err placement_create_own(struct db *, struct arena *,
    const struct actor *, struct placement *);
MUST_CHECK enum err placement_get(struct db *, struct arena *, uint64_t member,
    uint64_t id, struct placement *);
/* Reads it, and keeps it from others to the end of the transaction. */
MUST_CHECK enum err placement_lock(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct placement *);
/*
 * Writes name, landing_url, description, starts_at, ends_at of one that is
 * locked.  ERR_CONFLICT: its time is over, and other dates don't bring it back.
 */
MUST_CHECK enum err placement_update(struct db *, struct arena *,
    const struct actor *, const struct placement *was, struct placement *);
/* Ends it for ever; again: the same.  History and numbers stay. */
MUST_CHECK enum err placement_end(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/*
 * Ends all of an organization that is deleted; and takes up again, when it is
 * recovered, those that were ended by that.
 */
MUST_CHECK enum err placement_end_all(struct db *, const struct actor *);
MUST_CHECK enum err placement_resume_all(struct db *, const struct actor *,
    struct when deleted_at);
/* Ends at most 200 whose time is over; *count says how many. */
MUST_CHECK enum err placement_end_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

/* Where now stands in its dates; one that has ended is over. */
extern const char *const placement_phase_labels[];
enum { PHASE_UPCOMING, PHASE_RUNNING, PHASE_OVER };

struct placement_filter {
	int status, phase;	/* -1: any; phase wins over status */
	struct str prefix;	/* of the name, in any case */
	struct str code;
	struct day from, to;	/* of created_at, both included */
	struct when now;
};

/* The orders of the list; others than by name are by created_at. */
enum { PLACEMENTS_NEWEST, PLACEMENTS_OLDEST, PLACEMENTS_BY_NAME };

/* ERR_BAD_PAGE: the cursor is none of this list. */
MUST_CHECK enum err placement_list(struct db *, struct arena *,
    uint64_t referrer_id, const struct placement_filter *,
    const struct paging *, struct list *);

struct money_of {
	struct str currency;
	int64_t amount;
};
extern const struct shape money_of_row;

/* What a click or a sign-up by a code or a click's token belongs to. */
struct origin {
	uint64_t id, organization_id, campaign_id, referrer_id, click_id;
	uint64_t member_organization_id;	/* the referrer's */
	struct str landing_url;
	struct str parameter;	/* of the landing page, by a code only */
	int64_t cookie_days;	/* of the program, by a code only */
	bool counts;		/* active, and within its dates */
};
MUST_CHECK enum err placement_by_code(struct db *, struct arena *,
    struct str code, struct when now, struct origin *);
/* ERR_CONFLICT: a placement other than id had that code before. */
MUST_CHECK enum err placement_code_free(struct db *, struct arena *,
    struct str code, uint64_t id);
/* What a code is now that a placement had before; ERR_NOT_FOUND: none had. */
MUST_CHECK enum err placement_code_now(struct db *, struct arena *,
    struct str *code);
MUST_CHECK enum err placement_by_click(struct db *, struct arena *,
    const unsigned char token[16], struct when now, struct origin *);

/* Adds clicks to the counts of a placement, in whole and on the day of at. */
MUST_CHECK enum err placement_count(struct db *, uint64_t id,
    uint64_t referrer_id, struct when at, const struct count_day *more);

/*
 * What came of a placement beside clicks.  revenue: of sales, or below zero of
 * what went back.  active: customers who came, less those who were lost; one
 * is active who has bought, whose referral lives, and whose state is active or
 * subscribed.
 */
struct brought {
	uint64_t organization_id;	/* whose placement it is */
	uint64_t placement_id, referrer_id;
	uint64_t referral_id;		/* which; its click is its source */
	struct str arrived;		/* ids_json() of several in its place */
	struct when at;
	int64_t referrals, customers, cancellations, active;
	int64_t sales, refunds, revenue;
	struct str currency;		/* of revenue; or absent */
	bool upgrades;		/* he may move up by it: see upgrade.h */
};
/* Counts it for the placement, its referrer and the day. */
MUST_CHECK enum err placement_brought(struct db *, const struct brought *);
/*
 * Whoever changes what becomes of referrals, set by set, takes those of them
 * who are active customers from their promoters' counts first (-1), and adds
 * those who are so afterwards (1).  ids: ids_json().
 */
MUST_CHECK enum err placement_active(struct db *, struct str ids, int sign,
    struct when now);

#endif
