/*
 * The history of a campaign: who did what, when, why; chained by hashes under
 * the lock of the campaign's row, so that nothing can be changed, left out or
 * put in between.  Free text stands apart and is in the chain by a salted hash
 * alone: it can be erased, and the chain still be proved.
 */
#ifndef AFF_MODEL_HISTORY_H
#define AFF_MODEL_HISTORY_H

#include "model/campaign.h"

struct history_row {
	uint64_t campaign_id, user_id;
	int64_t number;
	struct str action, status, data, text;
	struct str text_hash, salt, hash;	/* bytes */
	struct when created_at;
};

/*
 * Of a campaign that is locked.  text: why, in words, or absent.  data: printf
 * of JSON members without braces, ids and amounts only, or NULL.
 */
MUST_CHECK enum err history_write(struct db *, struct arena *,
    const struct actor *, const struct campaign *, const char *action,
    struct str text, const char *data, ...) PRINTF_LIKE(7, 8);

/* From the first on, behind number after. */
MUST_CHECK enum err history_list(struct db *, struct arena *, uint64_t org,
    uint64_t campaign_id, uint64_t after, int64_t limit, struct list *);

/* *broken: number of the first row that does not fit the chain, or 0. */
MUST_CHECK enum err history_check(struct db *, struct arena *,
    uint64_t campaign_id, int64_t *broken);

/* Texts of what a user did are erased with him. */
MUST_CHECK enum err history_erase_user(struct db *, uint64_t user_id);

#endif
