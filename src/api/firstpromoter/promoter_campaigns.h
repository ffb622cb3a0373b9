/* A promoter in a campaign, as lists of the company and he himself see it. */
#ifndef AFF_API_FIRSTPROMOTER_PROMOTER_CAMPAIGNS_H
#define AFF_API_FIRSTPROMOTER_PROMOTER_CAMPAIGNS_H

#include "api/firstpromoter/promoters.h"
#include "api/firstpromoter/uses.h"
#include "model/promoter/promoted.h"

struct fp_promoter_campaign {
	struct promoted p;
	struct fp_promoter_ref promoter;
	struct fp_campaign_ref campaign;
	struct fp_stats stats;
	struct str link;
	bool customized, monetary;
	struct list promoters, referrals;	/* struct fp_use */
};

extern const struct shape fp_promoter_campaign;
extern const struct shape fp_promoted_stats;	/* fp_stats without active */
/* Without not_set, which is of promoters. */
extern const char *const fp_promoted_labels[];

/* With what they and their campaigns give. */
MUST_CHECK enum err fp_promoted_show(struct db *, struct arena *, uint64_t org,
    const struct promoted *, size_t n, struct fp_promoter_campaign *out);
/* One: a struct fp_promoter_campaign. */
MUST_CHECK enum err fp_promoted_read(struct db *, struct arena *, uint64_t org,
    uint64_t id, void *);

/* An address with what names him, and sub_id, which may be empty. */
struct str fp_named_url(struct arena *, const struct promoted *,
    struct str url, struct str sub_id);

#endif
