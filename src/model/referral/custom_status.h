/* States of its own that a company gives to referrals: nothing follows. */
#ifndef AFF_MODEL_REFERRAL_CUSTOM_STATUS_H
#define AFF_MODEL_REFERRAL_CUSTOM_STATUS_H

#include "db/db.h"
#include "model/people/organization.h"

#define CUSTOM_STATUSES_MAX 100		/* of a company */

struct custom_status {
	uint64_t id;
	struct str name, description;
	int64_t position;
	uint64_t organization_id;
	struct when created_at, updated_at;
};

/* One is made (id 0), changed, or deleted: then referrals have it no more. */
struct custom_status_change {
	uint64_t id;
	struct str name, description;
	int64_t position;
	bool destroy;
};

/* All of them, by their positions. */
MUST_CHECK enum err custom_status_list(struct db *, struct arena *,
    uint64_t org, struct list *);
/*
 * All of the changes, or none.  *wrong: which of them is to blame, where it is
 * ERR_NOT_FOUND: it names none of the company's; ERR_NAME_TAKEN, ERR_CONFLICT:
 * another has its name, its position.  ERR_LIMIT: they would be too many.
 */
MUST_CHECK enum err custom_status_update(struct db *, struct arena *,
    const struct actor *, const struct custom_status_change *, size_t n,
    size_t *wrong);
/* ERR_NO_STATUS: the company has none of that number.  Locked. */
MUST_CHECK enum err custom_status_hold(struct db *, struct arena *,
    uint64_t org, uint64_t id);

#endif
