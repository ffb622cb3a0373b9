/* What a list of commissions is narrowed by: is any of it met by few? */
#ifndef AFF_MODEL_REFERRAL_COMMISSION_FEW_H
#define AFF_MODEL_REFERRAL_COMMISSION_FEW_H

#include "model/referral/commission.h"

/* A filter as its list asks for it.  from, to: of days; DAY_NONE: open. */
struct commission_ask {
	uint64_t organization_id;
	const struct commission_filter *f;
	int standing;			/* -1: any */
	struct day from, to;
	unsigned order;
	bool custom;			/* in payouts that somebody chose */
	struct str prefix, campaigns, plans, frauds;	/* absent: any */
};

/* The list goes along one campaign's own index. */
bool commission_of_campaign(const struct commission_ask *);

/*
 * Few are looked up, by what finds them; where all that is asked for finds
 * many, the list meets them soon in its order, and ids stays as it was.
 */
MUST_CHECK enum err commission_few(struct db *, struct arena *,
    const struct commission_ask *, struct list *ids);

#endif
