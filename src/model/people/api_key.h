/* API keys of an organization.  The secret is known only when it is made. */
#ifndef AFF_MODEL_PEOPLE_API_KEY_H
#define AFF_MODEL_PEOPLE_API_KEY_H

#include "auth/principal.h"
#include "db/paging.h"
#include "model/people/organization.h"

struct api_key {
	uint64_t id;
	struct str public_id, description;
	int64_t scopes;			/* bits of principal.h */
	bool test;
	bool orphan;			/* its maker is gone: it does nothing */
	struct when created_at, expires_at, last_used_at;
	struct str text;		/* the whole key, on creation only */
};

/*
 * description, scopes, test and expires_at are given; the rest is filled in.
 * ERR_SCOPE: more than its maker has.  Made by a key: ERR_TEST_KEY: a live one
 * by a test key; ERR_INVALID: it lives longer than the one that makes it.
 */
MUST_CHECK enum err api_key_create(struct db *, struct arena *,
    const struct principal *maker, struct when now, struct api_key *);
MUST_CHECK enum err api_key_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct api_key *);
/* only: that user's keys, others' are ERR_FORBIDDEN; 0: all. */
MUST_CHECK enum err api_key_describe(struct db *, struct arena *,
    const struct actor *, uint64_t only, uint64_t id, struct str description);
MUST_CHECK enum err api_key_revoke(struct db *, struct arena *,
    const struct actor *, uint64_t only, uint64_t id);
/* test: 0, 1, or -1 for both.  Orders: created desc, asc. */
MUST_CHECK enum err api_key_list(struct db *, struct arena *, uint64_t org,
    int test, const struct paging *, struct list *);
/* The user's key of that description, if there is one. */
MUST_CHECK enum err api_key_named(struct db *, struct arena *, uint64_t org,
    uint64_t user, struct str description, struct api_key *);

#endif
