/*
 * What a mail asks a user to send back: that an address is his, or that he may
 * choose a new password.
 */
#ifndef AFF_MODEL_PEOPLE_USER_TOKEN_H
#define AFF_MODEL_PEOPLE_USER_TOKEN_H

#include "model/people/letter.h"

enum user_token_kind { USER_TOKEN_CONFIRMATION, USER_TOKEN_PASSWORD };

/* Makes a token for the user of this address.  As letter_write(). */
MUST_CHECK enum err user_token_write(struct db *, struct arena *,
    enum user_token_kind, struct str email, bool again, struct when now,
    struct letter *);

/* Again: the same.  ERR_BAD_TOKEN. */
MUST_CHECK enum err user_confirm(struct db *, struct arena *, struct str token,
    struct when now);
/* By the operator, who knows him. */
MUST_CHECK enum err user_confirm_known(struct db *, uint64_t user_id,
    struct when now);

/* Whom a token for a new password belongs to; it stays good.  ERR_BAD_TOKEN. */
struct token_holder {
	uint64_t id;
	struct str email;
};
MUST_CHECK enum err user_password_token(struct db *, struct arena *,
    struct str token, struct when now, struct token_holder *);
/*
 * Uses the token up, and all others of its holder; all his sessions end.  It
 * came to his address, which is confirmed by that.  ERR_BAD_TOKEN.
 */
MUST_CHECK enum err user_reset_password(struct db *, struct arena *,
    const struct token_holder *, struct str token, struct str password_hash,
    struct when now);

/* Outside a transaction: it takes some 50 ms.  ERR_BAD_LOGIN; else its hash. */
MUST_CHECK enum err user_check_password(struct db *, struct arena *,
    uint64_t user_id, struct str password, struct str *known);
/*
 * All his sessions end but this one (0: all of them), and what he asked for.
 * known: the hash so far, or absent.  ERR_BAD_LOGIN: it is another one.
 */
MUST_CHECK enum err user_change_password(struct db *, struct arena *,
    uint64_t user_id, uint64_t session_id, struct str known,
    struct str password_hash, struct when now);

#endif
