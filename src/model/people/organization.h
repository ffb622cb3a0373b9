/* Organizations, the tenants, and the users who are their members. */
#ifndef AFF_MODEL_PEOPLE_ORGANIZATION_H
#define AFF_MODEL_PEOPLE_ORGANIZATION_H

#include "auth/principal.h"
#include "db/paging.h"
#include "model/actor.h"

struct organization {
	uint64_t id;
	struct str name, slug, account_id;
	struct when created_at, updated_at;
	/* 0 while it lives; when the rest of it is erased; since when it is. */
	struct when deleted_at, erase_at, erased_at;
	int64_t version;
};

/*
 * Fills in id, slug (made from the name where absent), account_id and times;
 * the user becomes its owner.  ERR_SLUG_TAKEN: only where a slug was asked for.
 */
MUST_CHECK enum err organization_create(struct db *, struct arena *,
    uint64_t owner_id, struct when now, struct organization *);
MUST_CHECK enum err organization_get(struct db *, struct arena *, uint64_t id,
    struct organization *);
MUST_CHECK enum err organization_by_slug(struct db *, struct arena *,
    struct str slug, struct organization *);
/* A deleted one as well. */
MUST_CHECK enum err organization_find(struct db *, struct arena *, uint64_t id,
    struct organization *);
/* The same, locked; owner: only where this user is one, unless it is 0. */
MUST_CHECK enum err organization_hold(struct db *, struct arena *, uint64_t id,
    uint64_t owner, struct organization *);
/* Address of the first of its owners; absent where there is none. */
MUST_CHECK enum err organization_owner(struct db *, struct arena *,
    uint64_t id, struct str *email);
/* Writes name and slug.  ERR_STALE, ERR_SLUG_TAKEN. */
MUST_CHECK enum err organization_update(struct db *, struct arena *,
    const struct actor *, struct organization *);
/*
 * Those in which the user is a member; deleted: those of his own instead that
 * can be recovered.  Orders: created desc, asc.
 */
MUST_CHECK enum err organization_list(struct db *, struct arena *,
    uint64_t user_id, bool deleted, struct when now, const struct paging *,
    struct list *);

struct organization_filter {
	struct str q;			/* how the name begins */
	struct str slug, account_id;
	bool deleted;			/* those only; else those that live */
};
/* The orders of the list; others than by name are by created_at. */
enum { ORGANIZATIONS_NEWEST, ORGANIZATIONS_OLDEST, ORGANIZATIONS_BY_NAME };
/* All of the installation.  ERR_BAD_PAGE: the cursor is none of this list. */
MUST_CHECK enum err organization_search(struct db *, struct arena *,
    const struct organization_filter *, const struct paging *, struct list *);

struct user {
	uint64_t id;
	struct str email, name;
	bool email_confirmed;
	struct when created_at, updated_at;
	int64_t version;
};

/* password_hash: of password.h.  ERR_EMAIL_TAKEN. */
MUST_CHECK enum err user_create(struct db *, struct str email, struct str name,
    struct str password_hash, struct when now, uint64_t *id);
MUST_CHECK enum err user_get(struct db *, struct arena *, uint64_t id,
    struct user *);
MUST_CHECK enum err user_by_email(struct db *, struct arena *, struct str email,
    struct user *);
/* Writes the name.  ERR_STALE. */
MUST_CHECK enum err user_update(struct db *, struct arena *, struct user *,
    struct when now);
/* Already a member: ERR_CONFLICT. */
MUST_CHECK enum err member_add(struct db *, uint64_t organization_id,
    uint64_t user_id, enum role, struct when now);

#endif
