/* Leads and customers: entered by the company, renamed, shared and moved. */
#include "model/referral/lead.h"

#include "model/event/record.h"
#include "model/referral/placement.h"
#include "model/referral/referral_actions.h"
#include "model/referral/screen.h"
#include "base/banned.h"

#define PPM_OF_PERCENT 10000
#define LLU(v) ((unsigned long long)(v))

/* One that is locked. */
struct locked {
	uint64_t id, referred_organization_id, placement_id, status_id;
	struct str email, uid, username;
	int fraud, state;
	bool live;
};

SHAPE(lead_lock_row, struct locked, NULL,
    COLUMN(struct locked, id),
    COLUMN(struct locked, referred_organization_id),
    COLUMN(struct locked, placement_id),
    FIELD(struct locked, status_id, "custom_status_id"),
    COLUMN(struct locked, email),
    COLUMN(struct locked, uid),
    COLUMN(struct locked, username),
    COLUMN(struct locked, fraud, .labels = lead_fraud_labels),
    COLUMN(struct locked, state, .labels = lead_state_labels),
    COLUMN(struct locked, live));

struct target {
	uint64_t id, campaign_id, referrer_id;
};

SHAPE(lead_placement_row, struct target, NULL,
    COLUMN(struct target, id),
    COLUMN(struct target, campaign_id),
    COLUMN(struct target, referrer_id));

struct terms {
	struct str email;		/* the promoter's */
	bool approve_leads;
};

SHAPE(lead_terms_row, struct terms, NULL,
    COLUMN(struct terms, email),
    COLUMN(struct terms, approve_leads));

/* What comes of the names that a lead gets. */
struct verdict {
	int fraud, state;
	int64_t checks;
};

static enum err
find_target(struct db *db, struct arena *a, const struct actor *who,
    uint64_t placement_id, struct target *t)
{
	return db_row(db, a, Q_LEAD_PLACEMENT, ARGS(placement_id,
	    who->organization_id), &lead_placement_row, t);
}

/* changed: members of the data, with a comma in front, or absent. */
static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const char *type, uint64_t id, uint64_t placement_id, struct str changed)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now },
	    "\"referrerCampaignId\":\"%llu\"%.*s", LLU(placement_id),
	    STR_ARG(changed));
}

/* Which name was another's? */
static enum err
taken(struct db *db, struct lead_change *c, enum err e)
{
	static const char *const keys[] = {
		[LEAD_EMAIL] = "referral_email", [LEAD_UID] = "referral_uid",
		[LEAD_USERNAME] = "referral_username",
	};

	if (e != ERR_CONFLICT)
		return e;
	c->taken = LEAD_EMAIL;
	for (int i = 0; i < (int)LEN(keys); i++)
		if (strcmp(keys[i], db_duplicate(db)) == 0)
			c->taken = i;
	return e;
}

/*
 * All shares of one; the promoter himself has the rest.  *any: there are some,
 * or were.
 */
static enum err
share(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, uint64_t placement_id, const struct list *shares, bool *any)
{
	const struct split_share *s = shares->items;
	struct arg *row = arena_array(a, 4 * shares->n + 1, sizeof(*row));
	uint64_t cleared;
	size_t n = 0;

	TRY(db_exec(db, Q_LEAD_SPLIT_CLEAR, ARGS(id), &cleared, NULL));
	for (size_t i = 0; i < shares->n; i++) {
		struct target t = { 0 };

		if (s[i].percent == 0)
			continue;
		if (s[i].placement_id == placement_id)
			return ERR_NOT_FOUND;
		TRY(find_target(db, a, who, s[i].placement_id, &t));
		row[4 * n] = ARG(id);
		row[4 * n + 1] = ARG((int64_t)n);
		row[4 * n + 2] = ARG(t.id);
		row[4 * n + 3] = ARG(s[i].percent * PPM_OF_PERCENT);
		n++;
	}
	*any = cleared + n > 0;
	return n == 0 ? OK : db_exec_rows(db, Q_LEAD_SPLIT, row, n, NULL,
	    NULL);
}

/* A promoter's own words are no better than a visit by his link. */
static enum err
judge(struct db *db, struct arena *a, const struct actor *who,
    uint64_t placement_id, const struct lead_change *c, struct verdict *v)
{
	struct terms t = { .approve_leads = false };

	TRY(db_row(db, a, Q_LEAD_TERMS, ARGS(placement_id,
	    who->organization_id), &lead_terms_row, &t));
	if (screen_same_mailbox(a, c->names[LEAD_EMAIL], t.email)) {
		v->fraud = LEAD_SAME_EMAIL;
		v->checks = CHECK_SELF_REFERRAL;
	}
	if (t.approve_leads && c->entry_source == LEAD_BY_AFFILIATE)
		v->state = LEAD_PENDING;
	return OK;
}

enum err
lead_create(struct db *db, struct arena *a, const struct actor *who,
    struct lead_change *c)
{
	const struct str *name = c->names;
	struct verdict v = { LEAD_NO_SUSPICION, LEAD_SIGNUP, 0 };
	struct target t = { 0 };
	struct brought one;
	bool any;

	TRY(find_target(db, a, who, c->placement_id, &t));
	one = (struct brought){ .organization_id = who->organization_id,
	    .placement_id = t.id, .referrer_id = t.referrer_id,
	    .at = who->now, .referrals = 1 };
	TRY(judge(db, a, who, t.id, c, &v));
	TRY(taken(db, c, db_exec(db, Q_LEAD_INSERT, ARGS(who->organization_id,
	    t.campaign_id, t.id, t.referrer_id,
	    LABEL(lead_state_labels, v.state), name[LEAD_EMAIL],
	    name[LEAD_UID], name[LEAD_USERNAME],
	    LABEL(lead_source_labels, c->entry_source),
	    LABEL(lead_fraud_labels, v.fraud), v.checks, who->user_id,
	    who->now), NULL, &c->id)));
	TRY(share(db, a, who, c->id, t.id, &c->shares, &any));
	one.referral_id = c->id;
	TRY(placement_brought(db, &one));
	return event(db, a, who, "referral.created", c->id, t.id, STR_NULL);
}

/* As a batch does it, but for one; its commissions stay where they are. */
static enum err
move(struct db *db, struct arena *a, const struct actor *who,
    struct lead_change *c)
{
	const struct referral_move to = { .placement_id = c->placement_id };
	struct batch_item item = { .id = c->id };
	struct locked now = { .id = 0 };

	TRY(referral_move.run(db, a, who, &to, &item, 1));
	TRY(item.result);
	TRY(db_row(db, a, Q_LEAD_MOVED_TO, ARGS(c->id), &lead_lock_row, &now));
	c->id = now.id;
	return OK;
}

static struct str
name_of(const struct lead_change *c, int key, struct str was)
{
	return c->named[key] ? c->names[key] : was;
}

static enum err
rename_lead(struct db *db, struct arena *a, const struct actor *who,
    const struct locked *was, struct lead_change *c)
{
	struct str email = name_of(c, LEAD_EMAIL, was->email);
	struct str uid = name_of(c, LEAD_UID, was->uid);
	struct str username = name_of(c, LEAD_USERNAME, was->username);
	struct verdict v = { c->fraud >= 0 ? c->fraud : was->fraud,
	    was->state, 0 };
	struct record_diff d;

	if (email.p == NULL && uid.p == NULL && username.p == NULL &&
	    was->referred_organization_id == 0)
		return ERR_INVALID;
	diff_init(&d, a);
	diff_text(&d, "email", was->email, email);
	diff_text(&d, "uid", was->uid, uid);
	diff_text(&d, "username", was->username, username);
	if (c->entry_source == LEAD_BY_AFFILIATE && !diff_is_empty(&d))
		TRY(judge(db, a, who, was->placement_id, c, &v));
	diff_label(&d, "fraud_check", lead_fraud_labels[was->fraud],
	    lead_fraud_labels[v.fraud]);
	diff_label(&d, "state", lead_state_labels[was->state],
	    lead_state_labels[v.state]);
	TRY(taken(db, c, db_exec(db, Q_LEAD_UPDATE, ARGS(email, uid, username,
	    LABEL(lead_fraud_labels, v.fraud), v.checks,
	    LABEL(lead_state_labels, v.state), c->id), NULL, NULL)));
	return diff_is_empty(&d) ? OK : event(db, a, who, "referral.updated",
	    c->id, was->placement_id, diff_members(&d));
}

/* What is no name of his: the company's own status, and who shares. */
static enum err
mark(struct db *db, struct arena *a, const struct actor *who,
    const struct locked *was, const struct lead_change *c)
{
	struct record_diff d;
	bool any = false;

	diff_init(&d, a);
	if (c->marked && c->status_id != 0)
		TRY(custom_status_hold(db, a, who->organization_id,
		    c->status_id));
	if (c->marked && c->status_id != was->status_id) {
		TRY(db_exec(db, Q_LEAD_STATUS, ARGS(c->status_id, c->id), NULL,
		    NULL));
		diff_name(&d, "custom_status");
	}
	if (c->shared)
		TRY(share(db, a, who, c->id, was->placement_id, &c->shares,
		    &any));
	if (any)
		diff_name(&d, "split_details");
	return diff_is_empty(&d) ? OK : event(db, a, who, "referral.updated",
	    c->id, was->placement_id, diff_members(&d));
}

enum err
lead_update(struct db *db, struct arena *a, const struct actor *who,
    struct lead_change *c)
{
	struct locked was = { 0 };

	TRY(db_row(db, a, Q_LEAD_LOCK, ARGS(who->organization_id, c->id),
	    &lead_lock_row, &was));
	if (!was.live)
		return ERR_MOVED;
	if (c->placement_id != 0 && c->placement_id != was.placement_id) {
		TRY(move(db, a, who, c));
		was.placement_id = c->placement_id;
	}
	if (c->named[LEAD_EMAIL] || c->named[LEAD_UID] ||
	    c->named[LEAD_USERNAME] || c->fraud >= 0)
		TRY(rename_lead(db, a, who, &was, c));
	return mark(db, a, who, &was, c);
}

enum err
lead_delete(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id)
{
	struct batch_item item = { .id = id };

	TRY(referral_delete.run(db, a, who, NULL, &item, 1));
	return item.result;
}
