/* Organizations, the tenants, and the users who are their members. */
#ifndef AFF_MODEL_ORGANIZATION_H
#define AFF_MODEL_ORGANIZATION_H

#include "auth/principal.h"
#include "db/paging.h"

#define HOUSE_ID UINT64_C(1)

struct organization {
	uint64_t id;
	struct str name, slug, account_id;
	struct when created_at, updated_at;
};

/*
 * Fills in id, slug (made from the name where absent), account_id and times;
 * the user becomes its owner.  ERR_SLUG_TAKEN: only where a slug was asked for.
 */
MUST_CHECK enum err organization_create(struct db *, struct arena *,
    uint64_t owner_id, struct when now, struct organization *);
MUST_CHECK enum err organization_get(struct db *, struct arena *, uint64_t id,
    struct organization *);
MUST_CHECK enum err organization_rename(struct db *, uint64_t id,
    struct str name, struct when now);
/* Those in which the user is a member.  Orders: created desc, asc. */
MUST_CHECK enum err organization_list(struct db *, struct arena *,
    uint64_t user_id, const struct paging *, struct list *);

struct user {
	uint64_t id;
	struct str email, name;
	bool email_confirmed;
	struct when created_at, updated_at;
};

/* password_hash: of password.h.  ERR_EMAIL_TAKEN. */
MUST_CHECK enum err user_create(struct db *, struct str email, struct str name,
    struct str password_hash, struct when now, uint64_t *id);
MUST_CHECK enum err user_get(struct db *, struct arena *, uint64_t id,
    struct user *);
MUST_CHECK enum err user_by_email(struct db *, struct arena *, struct str email,
    struct user *);
MUST_CHECK enum err user_rename(struct db *, uint64_t id, struct str name,
    struct when now);
/* Already a member: ERR_CONFLICT. */
MUST_CHECK enum err member_add(struct db *, uint64_t organization_id,
    uint64_t user_id, enum role, struct when now);

#endif
