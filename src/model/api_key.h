/* API keys of an organization.  The secret is known only when it is made. */
#ifndef AFF_MODEL_API_KEY_H
#define AFF_MODEL_API_KEY_H

#include "auth/principal.h"
#include "db/paging.h"

struct api_key {
	uint64_t id;
	struct str public_id, description;
	int64_t scopes;			/* bits of principal.h */
	bool test;
	struct when created_at, expires_at;
	struct str text;		/* the whole key, on creation only */
};

/*
 * description, scopes, test and expires_at are given; the rest is filled in.
 * ERR_SCOPE: more than its maker has.
 */
MUST_CHECK enum err api_key_create(struct db *, struct arena *,
    const struct principal *maker, struct when now, struct api_key *);
MUST_CHECK enum err api_key_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct api_key *);
MUST_CHECK enum err api_key_describe(struct db *, uint64_t org, uint64_t id,
    struct str description);
MUST_CHECK enum err api_key_revoke(struct db *, uint64_t org, uint64_t id,
    struct when now);
/* Orders: created desc, asc. */
MUST_CHECK enum err api_key_list(struct db *, struct arena *, uint64_t org,
    const struct paging *, struct list *);
/* The user's key of that description, if there is one. */
MUST_CHECK enum err api_key_named(struct db *, struct arena *, uint64_t org,
    uint64_t user, struct str description, struct api_key *);

#endif
