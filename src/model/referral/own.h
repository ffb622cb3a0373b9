/* Leads and customers as the promoter who brought them sees them. */
#ifndef AFF_MODEL_REFERRAL_OWN_H
#define AFF_MODEL_REFERRAL_OWN_H

#include "model/referral/lead.h"

/* Newest first, by the time at which they became customers, or by a member. */
enum { OWN_NEWEST, OWN_BY_CUSTOMER, OWN_STATE_DOWN, OWN_STATE, OWN_EMAIL_DOWN,
	OWN_EMAIL };
/* The order that a filter brings where none was asked for. */
unsigned own_order(const struct lead_filter *);
/* Those of f->referrer_id.  Keys: created_at, customer_at, *_key of referral. */
MUST_CHECK enum err own_leads(struct db *, struct arena *, uint64_t org,
    const struct lead_filter *, const struct paging *, struct list *);

/*
 * What he enters, changes and deletes himself; ERR_NOT_FOUND: it is another's.
 * All else as lead_create(), lead_update() and a batch.
 */
MUST_CHECK enum err own_lead_create(struct db *, struct arena *,
    const struct actor *, uint64_t referrer_id, struct lead_change *);
MUST_CHECK enum err own_lead_update(struct db *, struct arena *,
    const struct actor *, uint64_t referrer_id, struct lead_change *);
MUST_CHECK enum err own_lead_delete(struct db *, struct arena *,
    const struct actor *, uint64_t referrer_id, uint64_t id);

#endif
