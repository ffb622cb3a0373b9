/* Links that promoters make. */
#ifndef AFF_MODEL_PROMOTER_REFERRAL_LINK_H
#define AFF_MODEL_PROMOTER_REFERRAL_LINK_H

#include "db/db.h"
#include "model/people/organization.h"

/*
 * Links beside that of a code: to a page of the promoter's choice, with
 * something by which he tells them apart.
 */
struct referral_link {
	uint64_t id, placement_id;
	struct str name, url, sub_id;
};
/* Of n placements, by them, then by age. */
MUST_CHECK enum err referral_links(struct db *, struct arena *, uint64_t org,
    const uint64_t *placements, size_t n, struct list *);
/* On a placement of his. */
MUST_CHECK enum err referral_link_create(struct db *, struct arena *,
    const struct actor *, struct referral_link *);
/* ERR_NOT_FOUND: or another promoter's. */
MUST_CHECK enum err referral_link_lock(struct db *, struct arena *,
    const struct actor *, uint64_t promoter_id, uint64_t id,
    struct referral_link *);
/* Writes name and sub_id of one that is locked. */
MUST_CHECK enum err referral_link_update(struct db *, struct arena *,
    const struct actor *, const struct referral_link *);
MUST_CHECK enum err referral_link_delete(struct db *, struct arena *,
    const struct actor *, const struct referral_link *);

#endif
