/* Leads and customers as the promoter who brought them sees them. */
#ifndef AFF_MODEL_REFERRAL_OWN_LEAD_H
#define AFF_MODEL_REFERRAL_OWN_LEAD_H

#include "model/referral/lead.h"

/* By a member, or newest first: made, or customers since then. */
enum { OWN_STATE_DOWN, OWN_STATE, OWN_EMAIL_DOWN, OWN_EMAIL, OWN_NEWEST,
	OWN_BY_CUSTOMER };
/* The order that a filter brings where none was asked for. */
unsigned own_order(const struct lead_filter *);
/* Where the key of an order stands in a row; by email it is a text. */
extern const size_t own_keys[];
/* Those of f->referrer_id. */
MUST_CHECK enum err own_leads(struct db *, struct arena *, uint64_t org,
    const struct lead_filter *, const struct paging *, struct list *);

/* Is it his?  ERR_NOT_FOUND.  That never changes. */
MUST_CHECK enum err own_lead(struct db *, struct arena *, uint64_t org,
    uint64_t referrer_id, uint64_t id);
/*
 * Locks it for a change by himself.  ERR_KEPT: he did not enter it, it bought,
 * was denied, or is another's by now.
 */
MUST_CHECK enum err own_lead_hold(struct db *, struct arena *, uint64_t org,
    uint64_t referrer_id, uint64_t id);
/* Can he enter referrals there?  ERR_NOT_FOUND: or it is not his. */
MUST_CHECK enum err own_placement(struct db *, struct arena *, uint64_t org,
    uint64_t referrer_id, uint64_t id, struct when now);

#endif
