/* From the task of a letter to what stands in it. */
#include "model/letter_write.h"

#include "model/payout/payments.h"
#include "model/people/invitation.h"
#include "model/people/user_token.h"
#include "model/promoter/export.h"
#include "base/banned.h"

enum err
letter_write(struct db *db, struct arena *a, const struct letter_order *o,
    uint64_t subject, bool again, struct when now, struct letter *l)
{
	*l = (struct letter){ .kind = o->kind, .role = ROLE_NONE };
	switch ((enum letter_kind)o->kind) {
	case LETTER_INVITATION:
		return invitation_write(db, a, subject, now, l);
	case LETTER_CONFIRMATION:
		return user_token_write(db, a, USER_TOKEN_CONFIRMATION,
		    o->email, again, now, l);
	case LETTER_PASSWORD:
		return user_token_write(db, a, USER_TOKEN_PASSWORD, o->email,
		    again, now, l);
	case LETTER_PAYMENTS:
		return payments_write(db, a, subject, now, l);
	case LETTER_EXPORT:
		return export_write(db, a, subject, now, l);
	}
	return ERR_NOT_FOUND;
}
