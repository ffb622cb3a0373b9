/*
 * The end of users and organizations, in two steps.
 *
 * Deleted: nothing of it answers any more, and for recover_days it can be
 * brought back as it was.  Erased: what says who it was is gone for ever; rows
 * of money and history stay, and name nobody.  Erasing does the row itself and
 * some thousands of what hangs on it at once, and leaves the rest to jobs.
 */
#ifndef AFF_MODEL_DELETION_H
#define AFF_MODEL_DELETION_H

#include "model/people/organization.h"

/*
 * The last owner of an organization that others are members of, of his only
 * one, or of the house, stays: ERR_LAST_OWNER.  ERR_UNAUTHENTICATED: he is
 * deleted already.
 */
MUST_CHECK enum err user_delete(struct db *, struct arena *, uint64_t id,
    struct when now);
/* ERR_BAD_LOGIN: it is too late.  A user who is not deleted stays as he is. */
MUST_CHECK enum err user_recover(struct db *, struct arena *, uint64_t id,
    struct when now);
/* Organizations that nobody else is in go with him.  Errors as of deleting. */
MUST_CHECK enum err user_erase(struct db *, struct arena *, uint64_t id,
    struct when now);

/*
 * Of the organization for which the actor acts.  Again: the same.  The house
 * stays: ERR_CONFLICT.  by_house: only the house brings it back.
 */
MUST_CHECK enum err organization_delete(struct db *, struct arena *,
    const struct actor *, bool by_house);
MUST_CHECK enum err organization_erase(struct db *, struct arena *,
    const struct actor *);
/*
 * Brings it back, with the links that ended with it.  by_house: whoever it
 * belongs to, as long as it is not erased (ERR_CONFLICT); else by an owner, in
 * time (ERR_NOT_FOUND).  One that is not deleted stays as it is.
 */
MUST_CHECK enum err organization_recover(struct db *, struct arena *,
    const struct actor *, bool by_house, struct organization *);

/*
 * Erases those whose time is over, and what is left of others, at most 200 at
 * once; *count is 200 where there may be more to do.
 */
MUST_CHECK enum err user_erase_due(struct db *, struct arena *,
    struct when now, uint64_t *count);
MUST_CHECK enum err organization_erase_due(struct db *, struct arena *,
    struct when now, uint64_t *count);

#endif
