/*
 * Invitations to an organization: an address has one that is open, which is
 * renewed when it is invited again.  The token that accepts it is shown when it
 * is made and sent by mail; the one before stops then.
 */
#ifndef AFF_MODEL_PEOPLE_INVITATION_H
#define AFF_MODEL_PEOPLE_INVITATION_H

#include "model/people/letter.h"
#include "model/people/member.h"

struct invitation {
	uint64_t id, organization_id;
	struct str email, message;
	int role;			/* enum role */
	struct when created_at, expires_at;
	struct str token;		/* of one that was just made */
};

/*
 * email, role and message are given.  ERR_ALREADY_MEMBER; ERR_LIMIT: too many
 * are open or were sent today; ERR_FORBIDDEN: only an owner invites owners.
 */
MUST_CHECK enum err invitation_make(struct db *, struct arena *,
    const struct actor *, struct invitation *);
/* A new token, life and mail.  ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_LIMIT. */
MUST_CHECK enum err invitation_renew(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct invitation *);
MUST_CHECK enum err invitation_withdraw(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/* Those that are open.  Orders: created desc, asc. */
MUST_CHECK enum err invitation_list(struct db *, struct arena *, uint64_t org,
    const struct paging *, struct list *);

struct membership {
	struct member member;
	uint64_t organization_id;
	struct str organization_name;
};

/*
 * Makes the user a member; again: the same answer, and *again.  ERR_NOT_FOUND;
 * ERR_NOT_INVITED: another address; ERR_INVITATION_OVER; ERR_INVITATION_USED:
 * and its user is no longer a member.
 */
MUST_CHECK enum err invitation_accept(struct db *, struct arena *,
    uint64_t user_id, struct str token, struct when now, struct membership *,
    bool *again);

/* As letter_write(). */
MUST_CHECK enum err invitation_write(struct db *, struct arena *, uint64_t id,
    struct when now, struct letter *);

#endif
