/* Members of an organization, and the guard of its owners. */
#ifndef AFF_MODEL_PEOPLE_MEMBER_H
#define AFF_MODEL_PEOPLE_MEMBER_H

#include "auth/principal.h"
#include "db/paging.h"
#include "model/actor.h"

struct member {
	uint64_t id, user_id;
	struct str email, name;
	int role;			/* enum role */
	struct when joined_at;
};

MUST_CHECK enum err member_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct member *);
/* role: ROLE_NONE is all.  Orders: created desc, asc. */
MUST_CHECK enum err member_list(struct db *, struct arena *, uint64_t org,
    int role, const struct paging *, struct list *);

/*
 * Holds the organization until the end of the transaction, so that one change
 * of its members comes after the other, and says who stands where then.
 */
struct seats {
	uint64_t owners;
	int own_role;			/* of the actor; ROLE_NONE: left */
	struct seat {
		uint64_t id, user_id;	/* id 0: there is no such member */
		int role;
	} it;
};

/* id: of the member it is about, or 0. */
MUST_CHECK enum err member_seats(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct seats *);

/* May the actor still look after members?  ERR_SCOPE. */
MUST_CHECK enum err member_manages(const struct seats *);
/*
 * ERR_NOT_FOUND; ERR_SCOPE; ERR_FORBIDDEN: owners are made and unmade by
 * owners; ERR_LAST_OWNER.
 */
MUST_CHECK enum err member_change(struct db *, struct arena *,
    const struct actor *, uint64_t id, int role);
/*
 * His API keys of the organization end as well.  Everybody may remove himself;
 * others as in member_change().
 */
MUST_CHECK enum err member_remove(struct db *, struct arena *,
    const struct actor *, uint64_t id);

#endif
