/* Money that comes in for a campaign, and its invoices. */
#ifndef AFF_MODEL_CAMPAIGN_BILLING_H
#define AFF_MODEL_CAMPAIGN_BILLING_H

#include "model/campaign/settlement.h"

extern const char *const prepayment_labels[];	/* CA CC CK OA */
enum { PREPAYMENT_CASH, PREPAYMENT_CARD, PREPAYMENT_CHECK,
    PREPAYMENT_ACCOUNT };

struct prepayment {
	uint64_t id;
	int type;
	int64_t amount, reversed;
	struct day deposited_on;
	struct str reference;
	struct when created_at;
};

/*
 * Before or after an invoice.  Account: drawn from what the advertiser has on
 * account, ERR_FUNDS where that is less.  ERR_CONFLICT: the campaign is
 * deleted, or has no advertiser or currency.
 */
MUST_CHECK enum err prepayment_add(struct db *, struct arena *,
    const struct actor *, struct campaign *, struct prepayment *);
MUST_CHECK enum err prepayment_list(struct db *, struct arena *,
    const struct campaign *, struct list *);

/* What an invoice is to bill. */
struct billing {
	const uint64_t *lines;		/* n of them; none: all */
	size_t n;
	struct day month;	/* only up to this month's end; DAY_NONE: all */
};

/*
 * Bills what is not billed yet: the amounts of the lines, and what they earned
 * once the campaign is over; for a month, of either the part of a line's days
 * up to the month's end.
 * ERR_NOT_FOUND: a line; ERR_NOTHING_TO_BILL; ERR_CONFLICT: a quote, canceled
 * before it began, or deleted.
 */
MUST_CHECK enum err invoice_issue(struct db *, struct arena *,
    const struct actor *, struct campaign *, const struct billing *,
    struct invoice *, struct list *lines);

#endif
