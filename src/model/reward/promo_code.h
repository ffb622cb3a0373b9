/*
 * Promo codes: who buys with one came by the placement that it stands for.  A
 * code is unique among those of the organization that are not archived.
 */
#ifndef AFF_MODEL_REWARD_PROMO_CODE_H
#define AFF_MODEL_REWARD_PROMO_CODE_H

#include "db/paging.h"
#include "model/people/organization.h"

struct promo_code {
	uint64_t id, organization_id, placement_id, reward_id;
	uint64_t promoter_id;		/* who made it; 0: the company */
	struct str code, description, ext_id, reward_name;
	struct str metadata, details;		/* JSON objects, or absent */
	struct when archived_at;
	int64_t version;
};

/* ERR_CODE_TAKEN; ERR_NOT_FOUND: it has no such reward or placement. */
MUST_CHECK enum err promo_code_create(struct db *, struct arena *,
    const struct actor *, struct promo_code *);
/* promoter_id: only one that he made; 0: any. */
MUST_CHECK enum err promo_code_get(struct db *, struct arena *, uint64_t org,
    uint64_t promoter_id, uint64_t id, struct promo_code *);
/*
 * May a promoter make one of that placement and reward?  ERR_NOT_FOUND: the
 * one is not his, or does not give the other to those whom he refers.  Fills
 * in the reward's name.
 */
MUST_CHECK enum err promo_code_offered(struct db *, struct arena *,
    uint64_t org, uint64_t promoter_id, struct promo_code *);
/* ERR_NOT_FOUND: the organization has no such placement. */
MUST_CHECK enum err promo_code_placement(struct db *, struct arena *,
    uint64_t org, uint64_t placement_id);
/*
 * Writes code, description, placement, reward, metadata and details.
 * ERR_STALE, ERR_CODE_TAKEN; ERR_CODE_ARCHIVED: it is, and known elsewhere by
 * ext_id.
 */
MUST_CHECK enum err promo_code_update(struct db *, struct arena *,
    const struct actor *, struct promo_code *);
/* Its sales stay; again: the same. */
MUST_CHECK enum err promo_code_archive(struct db *, struct arena *,
    const struct actor *, uint64_t promoter_id, uint64_t id);
/* Those that stand for a placement now; a thousand at the most. */
MUST_CHECK enum err promo_code_live(struct db *, struct arena *, uint64_t org,
    uint64_t placement_id, struct list *);
/* placement_id 0: of all; archived ones too, by id. */
MUST_CHECK enum err promo_code_list(struct db *, struct arena *, uint64_t org,
    uint64_t placement_id, const struct paging *, struct list *);

#endif
