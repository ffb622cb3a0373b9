/*
 * Payments batches: pending payouts of promoters who want to be paid in the
 * same way.  Somebody exports them for his bank, pays there, and confirms it
 * with a code that was sent to him by mail; then all of them are completed.
 * Without a mail server there are no codes.
 */
#ifndef AFF_MODEL_PAYOUT_PAYMENTS_H
#define AFF_MODEL_PAYOUT_PAYMENTS_H

#include "model/payout/payout.h"

#define PAYMENTS_MOST 1000	/* payouts of a batch */

extern const char *const payments_status_labels[];
enum { PAYMENTS_WAIT, PAYMENTS_PENDING, PAYMENTS_PROCESSING,
	PAYMENTS_COMPLETED, PAYMENTS_FAILED };

struct payments_batch {
	uint64_t id, user_id;
	int method, status;
	struct str currency;
	int64_t total, promoters, code_tries, codes;
	struct when code_until, created_at, completed_at;
	bool needs_code, is_payable, is_retriable;
};

/*
 * Of all that are ready, PAYMENTS_MOST at the most, those in the currency of
 * the oldest; a code is on its way.
 * ERR_NO_PAYOUTS: there are none.
 */
MUST_CHECK enum err payments_create(struct db *, struct arena *,
    const struct actor *, int method, struct payments_batch *);
MUST_CHECK enum err payments_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct payments_batch *);
/* Another code, in place of the last.  ERR_CONFLICT: it is over; ERR_LIMIT. */
MUST_CHECK enum err payments_send_code(struct db *, struct arena *,
    const struct actor *, uint64_t id);
/*
 * Counts the try and says whether the code is good: a transaction of its own,
 * so that it counts whatever comes of it.  ERR_CONFLICT: it is over.
 */
MUST_CHECK enum err payments_try(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct str code, bool *good);
/* Completes it. */
MUST_CHECK enum err payments_pay(struct db *, struct arena *,
    const struct actor *, uint64_t id, struct payments_batch *);
/* Its payouts are free again.  ERR_CONFLICT: it is completed. */
MUST_CHECK enum err payments_delete(struct db *, struct arena *,
    const struct actor *, uint64_t id);
struct letter;
/* What stands in the letter.  ERR_NOT_FOUND: nobody waits for it any more. */
MUST_CHECK enum err payments_write(struct db *, struct arena *, uint64_t id,
    struct when now, struct letter *);
/* For a bank: comma-separated, no cell of which a program takes for a sum. */
MUST_CHECK enum err payments_export(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct str *csv);

#endif
