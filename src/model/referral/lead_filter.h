/* What lists of leads have in common: the company's, and a promoter's own. */
#ifndef AFF_MODEL_REFERRAL_LEAD_FILTER_H
#define AFF_MODEL_REFERRAL_LEAD_FILTER_H

#include "model/referral/lead.h"

/* Fragments of a list's statement, in the order of their arguments; 0: none. */
struct lead_wheres {
	uint32_t ids, alike, lead, referrer, state, created, customer,
	    cancelled, campaigns;
};
/* state: as the list compares it, where f->state says that it is asked for. */
MUST_CHECK enum err lead_filter_push(struct db *, struct arena *, uint64_t org,
    const struct lead_filter *, const struct lead_wheres *, struct arg state,
    struct list_query *, struct arg_list *);

/*
 * Suspicions (struct str) as arguments of a statement that looks for leads with
 * any of them.  Most leads have none: false where that is asked for as well.
 */
#define LEAD_SUSPICIONS 3
bool lead_suspicions(const struct list *frauds,
    struct arg v[LEAD_SUSPICIONS]);
/* Are only customers asked for? */
bool lead_customers(const struct lead_filter *);
/* What rows (struct referral) leave open. */
void lead_finish(struct list *rows);

#endif
