/* Attribution of sign-ups. */
#include "model/referral/referral.h"

#include "model/event/event.h"
#include "base/banned.h"

enum err
referral_attribute(struct db *db, struct arena *a, struct str code,
    struct str click_token, struct when now, struct origin *origin)
{
	unsigned char token[16];
	enum err e = ERR_NOT_FOUND;

	*origin = (struct origin){ 0 };
	if (code.n > 0)
		e = placement_by_code(db, a, code, now, origin);
	else if (click_token.n > 0 &&
	    str_unhex(click_token, token, sizeof(token)))
		e = placement_by_click(db, a, token, now, origin);
	if (e == ERR_NOT_FOUND || (e == OK && (!origin->counts ||
	    origin->campaign_id != PROGRAM_CAMPAIGN))) {
		*origin = (struct origin){ 0 };
		return OK;
	}
	return e;
}

enum err
referral_create(struct db *db, struct arena *a, const struct origin *origin,
    uint64_t organization_id, const struct signup *s, int64_t checks,
    struct when now)
{
	struct brought one = { .organization_id = origin->organization_id,
	    .placement_id = origin->id, .referrer_id = origin->referrer_id,
	    .at = now, .referrals = 1 };
	uint64_t id;

	TRY(db_exec(db, Q_REFERRAL_INSERT, ARGS(origin->organization_id,
	    origin->campaign_id, origin->id, origin->referrer_id,
	    organization_id, origin->click_id, BYTES(s->address_hash, 8),
	    checks, now), NULL,
	    &id));
	one.referral_id = id;
	TRY(placement_brought(db, &one));
	return event_write(db, a, &(struct event){ origin->organization_id,
	    "referral.created", id, 0, now }, "\"referrerCampaignId\":\"%llu\"",
	    (unsigned long long)origin->id);
}
