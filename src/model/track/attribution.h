/*
 * Who brought a lead: whom the company names (ref_id), else the promoter whose
 * promo code was used, else the last of the visitor's clicks that counts: on a
 * placement of the company, within the cookie life of its campaign.  The other
 * clicks are kept with the reason why they lost.
 */
#ifndef AFF_MODEL_TRACK_ATTRIBUTION_H
#define AFF_MODEL_TRACK_ATTRIBUTION_H

#include "model/track/track.h"

#define VISITOR_BYTES 16

extern const char *const track_lost_labels[];
enum { LOST_LATER, LOST_NAMED, LOST_CODE, LOST_EXPIRED, LOST_INACTIVE,
	LOST_NOT_ACCEPTED, LOST_BLOCKED };

/* A promoter's placement, as it stands for somebody new. */
struct candidate {
	uint64_t placement_id, campaign_id, referrer_id,
	    member_organization_id;
	int standing, referrer_status;
	bool open;			/* he and the campaign go on */
	bool approve_leads, upgrades;
	struct str email;		/* of a promoter */
	struct str address_hash;	/* bytes: where he was last */
	/* of a click: */
	uint64_t click_id;
	struct when clicked_at;
	int64_t cookie_days;
};

/*
 * ERR_NOT_FOUND: nobody, or somebody who refers nobody now.  *lost: JSON, or
 * absent where no click lost; *source: of lead_source_labels.
 */
MUST_CHECK enum err track_attribute(struct db *, struct arena *, uint64_t org,
    const struct track_origin *, struct when at, struct candidate *,
    int *source, struct str *lost);

/* What is told of it later. */
struct lost_click {
	uint64_t click, placement;
	struct when at;
	int why;
	struct str reason;		/* a sentence */
};

struct explained_lead {
	uint64_t id, placement_id, campaign_id, referrer_id, click_id;
	struct str code, promo_code, explanation, lost_json;
	int source;
	struct when clicked_at, created_at;
	struct list lost;		/* struct lost_click */
};

/* ERR_NOT_FOUND: the company has no such referral. */
MUST_CHECK enum err track_explain(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct explained_lead *);

#endif
