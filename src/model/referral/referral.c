/* Attribution of sign-ups. */
#include "model/referral/referral.h"

#include "model/event/event.h"
#include "base/banned.h"

enum err
referral_attribute(struct db *db, struct arena *a, struct str code,
    struct str click_token, struct when now, struct lead *lead)
{
	unsigned char token[16];
	enum err e = ERR_NOT_FOUND;

	*lead = (struct lead){ 0 };
	if (code.n > 0)
		e = placement_by_code(db, a, code, now, lead);
	else if (click_token.n > 0 &&
	    str_unhex(click_token, token, sizeof(token)))
		e = placement_by_click(db, a, token, now, lead);
	if (e == ERR_NOT_FOUND || (e == OK && (!lead->counts ||
	    lead->campaign_id != PROGRAM_CAMPAIGN))) {
		*lead = (struct lead){ 0 };
		return OK;
	}
	return e;
}

enum err
referral_create(struct db *db, struct arena *a, const struct lead *lead,
    uint64_t organization_id, const struct signup *s, int64_t checks,
    struct when now)
{
	struct brought one = { .organization_id = lead->organization_id,
	    .placement_id = lead->id, .referrer_id = lead->referrer_id,
	    .at = now, .referrals = 1 };
	uint64_t id;

	TRY(db_exec(db, Q_REFERRAL_INSERT, ARGS(lead->organization_id,
	    lead->campaign_id, lead->id, lead->referrer_id, organization_id,
	    lead->click_id, BYTES(s->address_hash, 8), checks, now), NULL,
	    &id));
	one.referral_id = id;
	TRY(placement_brought(db, &one));
	return event_write(db, a, &(struct event){ lead->organization_id,
	    "referral.created", id, 0, now }, "\"referrerCampaignId\":\"%llu\"",
	    (unsigned long long)lead->id);
}
