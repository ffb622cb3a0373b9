/*
 * Letters: mail that a transaction asks for, as a task of the jobs role.  The
 * task knows whom it is for; tokens are made when the letter is written, so
 * that none stands in the database, and the answer to "I forgot my password"
 * takes the same time whether or not there is such a user.
 */
#ifndef AFF_MODEL_PEOPLE_LETTER_H
#define AFF_MODEL_PEOPLE_LETTER_H

#include "db/db.h"

enum letter_kind { LETTER_INVITATION, LETTER_CONFIRMATION, LETTER_PASSWORD,
	LETTER_PAYMENTS, LETTER_EXPORT };
extern const char *const letter_labels[];

/*
 * The payload of a task of kind "mail"; its subject is the invitation, the
 * payments batch, or the export.
 */
struct letter_order {
	int kind;			/* enum letter_kind */
	struct str email;		/* of a user, as somebody gave it */
};
extern const struct shape letter_order;

/* Without a mail server: nothing. */
MUST_CHECK enum err letter_order_invitation(struct db *, struct arena *,
    uint64_t invitation_id, struct when now);
MUST_CHECK enum err letter_order_user(struct db *, struct arena *,
    enum letter_kind, struct str email, struct when now);

MUST_CHECK enum err letter_order_payments(struct db *, struct arena *,
    uint64_t batch_id, struct when now);

MUST_CHECK enum err letter_order_export(struct db *, struct arena *,
    uint64_t export_id, struct when now);

/* What stands in a letter. */
struct letter {
	int kind;
	uint64_t subject_id;	/* of an export */
	struct str email, name;		/* to whom; no name: absent */
	struct str token;	/* what it asks him to send back, or a code */
	struct when expires_at;
	/* of an invitation; message of an export: what is in it: */
	struct str organization_name, inviter, message;
	int role;
};

#endif
