/* Leads by the company's names of them. */
#include "model/track/track.h"

#include "model/referral/screen.h"
#include "base/banned.h"

SHAPE(tracked_lead_row, struct tracked_lead, NULL,
    COLUMN(struct tracked_lead, id),
    COLUMN(struct tracked_lead, campaign_id),
    COLUMN(struct tracked_lead, placement_id),
    COLUMN(struct tracked_lead, referrer_id),
    COLUMN(struct tracked_lead, member_organization_id),
    COLUMN(struct tracked_lead, click_id),
    COLUMN(struct tracked_lead, email),
    COLUMN(struct tracked_lead, uid),
    COLUMN(struct tracked_lead, username),
    COLUMN(struct tracked_lead, website),
    COLUMN(struct tracked_lead, plan),
    COLUMN(struct tracked_lead, promo_code),
    COLUMN(struct tracked_lead, state, .labels = lead_state_labels),
    COLUMN(struct tracked_lead, source, .labels = lead_source_labels),
    COLUMN(struct tracked_lead, fraud, .labels = lead_fraud_labels),
    COLUMN(struct tracked_lead, standing, .labels = standing_labels),
    COLUMN(struct tracked_lead, referrer_status,
	.labels = referrer_status_labels),
    COLUMN(struct tracked_lead, campaign_deleted),
    COLUMN(struct tracked_lead, upgrades),
    COLUMN(struct tracked_lead, sales),
    COLUMN(struct tracked_lead, created_at),
    COLUMN(struct tracked_lead, customer_at),
    COLUMN(struct tracked_lead, bought_at),
    COLUMN(struct tracked_lead, cancelled_at));

/* By one of his names; one that is absent finds nobody. */
static enum err
find_by(struct db *db, struct arena *a, uint64_t org, uint32_t by,
    struct str name, struct tracked_lead *l)
{
	const struct list_query q = { .q = Q_TRACK_FIND, .wheres = by };
	struct list rows = { NULL, 0 };

	if (name.p != NULL)
		TRY(db_list(db, a, &q, ARGS(org, name), &tracked_lead_row,
		    &rows));
	*l = rows.n > 0 ? *(const struct tracked_lead *)rows.items :
	    (struct tracked_lead){ 0 };
	return OK;
}

enum err
track_find(struct db *db, struct arena *a, uint64_t org,
    const struct track_name *name, struct tracked_lead *l)
{
	struct tracked_lead by_uid, by_email;

	TRY(find_by(db, a, org, Q_TRACK_FIND_WHERE_UID, name->uid, &by_uid));
	TRY(find_by(db, a, org, Q_TRACK_FIND_WHERE_EMAIL, name->email,
	    &by_email));
	if (by_uid.id == 0 && by_email.id == 0)
		return ERR_NOT_FOUND;
	*l = by_uid.id != 0 ? by_uid : by_email;
	/* an email address may have changed; a uid does not */
	if (by_email.id != 0 && name->uid.p != NULL && l->id != by_email.id)
		return ERR_OTHER_LEAD;
	return by_uid.id == 0 && name->uid.p != NULL && l->uid.p != NULL ?
	    ERR_OTHER_LEAD : OK;
}

static enum err
find_one(struct db *db, struct arena *a, uint64_t org, uint32_t by,
    uint64_t id, struct tracked_lead *l)
{
	const struct list_query q = { .q = Q_TRACK_FIND, .wheres = by };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(org, id), &tracked_lead_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*l = *(const struct tracked_lead *)rows.items;
	return OK;
}

enum err
track_find_id(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct tracked_lead *l)
{
	return find_one(db, a, org, Q_TRACK_FIND_WHERE_ID, id, l);
}

enum err
track_find_heir(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct tracked_lead *l)
{
	return find_one(db, a, org, Q_TRACK_FIND_WHERE_HEIR, id, l);
}

/* What may have changed since it was read, as it is now, and stays. */
static enum err
lock(struct db *db, struct arena *a, uint64_t org, struct tracked_lead *l)
{
	const uint64_t placement = l->placement_id;

	TRY(db_row(db, a, Q_TRACK_HOLD, ARGS(l->id, org), &tracked_lead_row,
	    l));
	return l->placement_id == placement ? OK : ERR_NOT_FOUND;
}

enum err
track_hold(struct db *db, struct arena *a, uint64_t org,
    const struct track_name *name, struct tracked_lead *l)
{
	enum err e = l->id != 0 ? lock(db, a, org, l) : ERR_NOT_FOUND;

	if (e != ERR_NOT_FOUND)
		return e;
	/* he was moved, deleted or made since then */
	TRY(track_find(db, a, org, name, l));
	return lock(db, a, org, l);
}

int64_t
track_checks(int fraud)
{
	return fraud == LEAD_SAME_EMAIL ? CHECK_SELF_REFERRAL :
	    fraud == LEAD_SAME_IP ? CHECK_SAME_ADDRESS : 0;
}

bool
track_is_active(const struct tracked_lead *l)
{
	return l->customer_at.us != 0 &&
	    (l->state == LEAD_ACTIVE || l->state == LEAD_SUBSCRIBED);
}

enum err
track_create(struct db *db, const struct actor *who,
    const unsigned char address_hash[8], struct tracked_lead *l)
{
	struct brought one = { .organization_id = who->organization_id,
	    .placement_id = l->placement_id, .referrer_id = l->referrer_id,
	    .at = who->now, .referrals = 1 };
	const struct arg address = address_hash != NULL ?
	    BYTES(address_hash, 8) : ARG(STR_NULL);
	enum err e = db_exec(db, Q_TRACK_CREATE, ARGS(who->organization_id,
	    l->campaign_id, l->placement_id, l->referrer_id, l->click_id,
	    LABEL(lead_state_labels, l->state), l->email, l->uid,
	    LABEL(lead_source_labels, l->source),
	    LABEL(lead_fraud_labels, l->fraud), l->promo_code, l->lost,
	    address, track_checks(l->fraud), who->user_id, l->created_at), NULL,
	    &l->id);

	if (e == ERR_CONFLICT)
		return ERR_SIGNED_UP;
	TRY(e);
	one.referral_id = l->id;
	return placement_brought(db, &one);
}
