/* Sign-ups: a lead, as soon as he has a name. */
#include "model/track/track.h"

#include "model/event/event.h"
#include "model/referral/screen.h"
#include "model/track/attribution.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

/* Is it the promoter himself, or somebody at his place? */
static enum err
screen(struct db *db, struct arena *a, const struct candidate *c,
    const struct track_signup *t, struct when now, int *fraud)
{
	struct signup s = { .email = t->name.email };
	const struct origin origin = { .id = c->placement_id,
	    .member_organization_id = c->member_organization_id };
	const bool known = t->address_hash != NULL;
	int64_t checks = 0;

	if (known)
		memcpy(s.address_hash, t->address_hash,
		    sizeof(s.address_hash));
	if (c->member_organization_id != 0)
		TRY(screen_signup(db, a, &origin, &s, now, &checks));
	if ((checks & CHECK_SELF_REFERRAL) != 0 ||
	    screen_same_mailbox(a, c->email, s.email))
		*fraud = LEAD_SAME_EMAIL;
	else if (known && ((checks & CHECK_SAME_ADDRESS) != 0 ||
	    str_eq(c->address_hash, (struct str){
	    (const char *)s.address_hash, sizeof(s.address_hash) })))
		*fraud = LEAD_SAME_IP;
	else
		*fraud = LEAD_NO_SUSPICION;
	return OK;
}

enum err
track_judge(struct db *db, struct arena *a, const struct actor *who,
    const struct track_signup *s, struct tracked_lead *l)
{
	struct candidate c;

	*l = (struct tracked_lead){ .email = s->name.email,
	    .uid = s->name.uid, .promo_code = s->origin.promo_code,
	    .created_at = s->at.us != 0 ? s->at : who->now };
	TRY(track_attribute(db, a, who->organization_id, &s->origin,
	    l->created_at, &c, &l->source, &l->lost));
	TRY(screen(db, a, &c, s, who->now, &l->fraud));
	l->campaign_id = c.campaign_id;
	l->placement_id = c.placement_id;
	l->referrer_id = c.referrer_id;
	l->member_organization_id = c.member_organization_id;
	l->click_id = c.click_id;
	l->upgrades = c.upgrades;
	l->standing = c.standing;
	l->referrer_status = c.referrer_status;
	l->state = c.approve_leads ? LEAD_PENDING : LEAD_SIGNUP;
	return OK;
}

enum err
track_signup_read(struct db *db, struct arena *a, const struct actor *who,
    const struct track_signup *s, struct tracked_lead *l)
{
	enum err e = track_find(db, a, who->organization_id, &s->name, l);

	if (e == OK || e == ERR_OTHER_LEAD)
		return ERR_SIGNED_UP;
	return e != ERR_NOT_FOUND ? e : track_judge(db, a, who, s, l);
}

enum err
track_signup(struct db *db, struct arena *a, const struct actor *who,
    const struct track_signup *s, struct tracked_lead *l)
{
	TRY(track_create(db, who, s->address_hash, l));
	return event_write(db, a, &(struct event){ who->organization_id,
	    "referral.created", l->id, who->user_id, who->now },
	    "\"referrerCampaignId\":\"%llu\"", LLU(l->placement_id));
}
