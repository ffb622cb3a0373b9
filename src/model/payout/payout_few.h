/* What a list of payouts is narrowed by: is any of it met by few? */
#ifndef AFF_MODEL_PAYOUT_PAYOUT_FEW_H
#define AFF_MODEL_PAYOUT_PAYOUT_FEW_H

#include "model/payout/payout.h"

/* A filter as its list asks for it. */
struct payout_ask {
	uint64_t organization_id;
	const struct payout_filter *f;
	int status;			/* -1: any */
	struct day due_from, due_to;	/* DAY_NONE: any */
	unsigned order;
	struct str prefix, campaigns, frauds;	/* absent: any */
	bool custom;			/* those alone that somebody chose */
	bool clean;			/* those without a suspicion as well */
};

/* The list goes along one campaign's own index. */
bool payout_of_campaign(const struct payout_ask *);

/* As commission_few(). */
MUST_CHECK enum err payout_few(struct db *, struct arena *,
    const struct payout_ask *, struct list *ids);

/*
 * The same of what knows only q, campaigns, status and a promoter: his own are
 * not looked for.  prefix: how q is compared; absent: any.
 */
MUST_CHECK enum err payout_narrow(struct db *, struct arena *, uint64_t org,
    const struct payout_filter *, struct str *prefix, struct list *ids);

#endif
