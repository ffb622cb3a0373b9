/*
 * A campaign as it is offered to promoters: where it leads, how long a click
 * counts, who is let in, what it pays.  One that was made elsewhere is offered
 * with defaults.
 */
#ifndef AFF_MODEL_PROGRAM_OFFER_H
#define AFF_MODEL_PROGRAM_OFFER_H

#include "model/campaign/campaign.h"
#include "model/program/program.h"

#define OFFER_LINKS_MAX 50

extern const char *const ad_traffic_labels[];	/* pending allow block */
enum { AD_PENDING, AD_ALLOW, AD_BLOCK };
extern const char *const upgrade_metric_labels[];
enum { UPGRADE_CUSTOMERS, UPGRADE_REVENUE, UPGRADE_ACTIVE };

/* Who reaches amount moves up into another campaign. */
struct upgrade {
	uint64_t campaign_id;		/* 0: none */
	int64_t amount;
	int metric;
	bool moves;			/* his referrals as well */
};

struct offer {
	uint64_t id;
	struct str name, landing_url, color, signup_url, parameter;
	int status;			/* of the campaign */
	int64_t cookie_days;
	bool approve_leads, approve_promoters;	/* somebody has to */
	bool private, is_default;
	int ad_traffic;
	struct upgrade upgrade;
	int64_t version;
};

struct offer_stats {
	uint64_t id;
	int64_t promoters, referrals, customers, sales, revenue;
};

struct offer_link {
	uint64_t id, campaign_id;	/* id 0: a new one */
	struct str name, url;
	bool destroy;
};

/* Not of a deleted one. */
MUST_CHECK enum err offer_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct offer *);
/* The same of a campaign that is locked to the end of the transaction. */
MUST_CHECK enum err offer_lock(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct campaign *, struct offer *);
/* By id. */
MUST_CHECK enum err offer_list(struct db *, struct arena *, uint64_t org,
    const struct paging *, struct list *);
/* Of n campaigns, in the order of their ids. */
MUST_CHECK enum err offer_stats(struct db *, struct arena *, uint64_t org,
    const uint64_t *ids, size_t n, struct list *);
MUST_CHECK enum err offer_links(struct db *, struct arena *, uint64_t org,
    const uint64_t *ids, size_t n, struct list *);

/* ERR_NOT_FOUND: its upgrade leads to no other one that promoters can join. */
MUST_CHECK enum err offer_upgrade(struct db *, struct arena *, uint64_t org,
    const struct offer *);
/* Makes the campaign, which runs at once; promoters come into the first. */
MUST_CHECK enum err offer_create(struct db *, struct arena *,
    const struct actor *, struct offer *);
/* Writes all of one whose campaign is locked. */
MUST_CHECK enum err offer_update(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct offer *);
/*
 * Makes, changes and deletes links of a campaign that is locked; others stay.
 * ERR_NOT_FOUND: it has no such link; ERR_LIMIT: it would have too many.
 */
MUST_CHECK enum err offer_links_set(struct db *, struct arena *,
    const struct actor *, uint64_t campaign_id, const struct offer_link *,
    size_t n);
/*
 * Deletes the campaign: its placements end, what is not paid out of what they
 * brought stays.  ERR_PAID_OUT: some of that is.  ERR_CONFLICT: it is the
 * house's program.
 */
MUST_CHECK enum err offer_delete(struct db *, struct arena *,
    const struct actor *, struct campaign *);

#endif
