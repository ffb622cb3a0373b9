/*
 * The history of a campaign: who did what, when, why; chained by hashes under
 * the lock of the campaign's row, so that nothing can be changed, left out or
 * put in between.  Free text stands apart and is in the chain by a salted hash
 * alone: it can be erased, and the chain still be proved.  verify works the
 * hashes out again, in SQL.
 */
#ifndef AFF_LEDGER_HISTORY_H
#define AFF_LEDGER_HISTORY_H

#include "db/db.h"

struct history_row {
	uint64_t campaign_id, user_id;
	int64_t number;
	struct str action, status, data, text;
	struct str text_hash, salt, hash;	/* bytes */
	struct when created_at;
};

struct history_entry {
	uint64_t organization_id, campaign_id, user_id;
	const char *action, *status;	/* status: after it */
	struct str data;	/* a JSON object of ids and amounts only */
	struct str text;	/* why, in words, or absent */
	struct when at;
};

/*
 * Of a campaign that is made in this transaction.  To look for what came before
 * would lock the gap behind all campaigns, in which others are made as well.
 */
MUST_CHECK enum err history_begin(struct db *, struct arena *,
    const struct history_entry *);

/* Of a campaign whose row is locked. */
MUST_CHECK enum err history_write(struct db *, struct arena *,
    const struct history_entry *);

/* From the first on, behind number after. */
MUST_CHECK enum err history_list(struct db *, struct arena *, uint64_t org,
    uint64_t campaign_id, uint64_t after, int64_t limit, struct list *);

/* Texts of what a user did are erased with him. */
MUST_CHECK enum err history_erase_user(struct db *, uint64_t user_id);

#endif
