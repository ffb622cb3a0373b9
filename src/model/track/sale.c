/*
 * Sales: one transaction of few statements, whatever they bring.
 *
 * The lead's row is locked first, so that the sales of one customer come one
 * after the other: each knows how many there were before it.  An event of the
 * same name fails on the unique key, also when both come at once.
 */
#include "model/track/track.h"

#include "model/event/record.h"
#include "model/program/program.h"
#include "model/referral/screen.h"
#include "model/reward/terms.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

static bool
is_blocked(const struct tracked_lead *l)
{
	return l->standing == STANDING_BLOCKED ||
	    l->referrer_status == REFERRER_BLOCKED;
}

enum err
track_sale_read(struct db *db, struct arena *a, const struct actor *who,
    struct track_sale *s)
{
	struct program p = { 0 };
	enum err e;

	s->at = who->now;
	TRY(program_get(db, a, who->organization_id, &p));
	s->by_default = s->currency.p == NULL ||
	    str_eq(s->currency, p.currency);
	if (s->currency.p == NULL)
		s->currency = p.currency;
	e = s->referral_id != 0 ? track_find_id(db, a, who->organization_id,
	    s->referral_id, &s->lead) :
	    track_find(db, a, who->organization_id, &s->name, &s->lead);
	if (e == ERR_NOT_FOUND && s->referral_id == 0)
		e = track_judge(db, a, who, &(struct track_signup){
		    .name = s->name, .origin = s->origin }, &s->lead);
	TRY(e);
	return is_blocked(&s->lead) ? ERR_NOT_FOUND : OK;
}

/* Somebody may have been faster with him. */
static enum err
hold_lead(struct db *db, struct arena *a, const struct actor *who,
    const struct track_sale *s, struct tracked_lead *l, bool *made)
{
	enum err e;

	*made = l->id == 0;
	if (*made) {
		e = track_create(db, who, NULL, l);
		if (e != ERR_SIGNED_UP)
			return e;
		*made = false;
	}
	return track_hold(db, a, who->organization_id, &s->name, l);
}

/* Whom nobody accepted, or whose campaign never was, brings nothing. */
static bool
is_rewarded(const struct tracked_lead *l)
{
	return l->standing == STANDING_ACCEPTED && !l->campaign_deleted &&
	    l->referrer_status == REFERRER_ACTIVE &&
	    l->state != LEAD_DENIED;
}

int
track_sale_period(const struct track_sale *s)
{
	if (s->billing_period >= 0)
		return s->billing_period;
	if (s->mrr == 0)
		return BILLING_ONE_TIME;
	if (s->mrr > 0 && s->amount == s->mrr)
		return BILLING_MONTHLY;
	/* a twelfth, rounded either way */
	if (s->mrr > 0 && s->amount > 12 * (s->mrr - 1) &&
	    s->amount < 12 * (s->mrr + 1))
		return BILLING_YEARLY;
	return -1;
}

/* 0: not yet. */
static struct when
first_bought(const struct tracked_lead *l)
{
	return l->bought_at.us != 0 ? l->bought_at : l->customer_at;
}

/* Is it of before all that he is known to have bought? */
static bool
is_earlier(const struct track_sale *s, const struct tracked_lead *l)
{
	const struct when first = first_bought(l);

	return s->sold_at.us != 0 && s->sold_at.us <
	    (first.us != 0 ? first : s->at).us;
}

/* Times are those of the sale; what is counted is what was counted so far. */
static enum err
reward(struct db *db, struct arena *a, const struct actor *who,
    const struct track_sale *s, const struct tracked_lead *l, struct list *due)
{
	const struct when first = first_bought(l);

	*due = (struct list){ NULL, 0 };
	return !is_rewarded(l) ? OK : reward_of_sale(db, a,
	    &(struct rewarded_sale){ .organization_id = who->organization_id,
	    .campaign_id = l->campaign_id, .placement_id = l->placement_id,
	    .referrer_id = l->referrer_id, .referral_id = l->id,
	    .sale_id = s->id, .amount = s->amount, .quantity = s->quantity,
	    .currency = s->currency, .plan = s->plan,
	    .billing_period = track_sale_period(s),
	    .sales = l->sales, .customer_at = first.us != 0 &&
	    is_earlier(s, l) ? s->sold_at : first,
	    .at = s->sold_at.us != 0 ? s->sold_at : s->at }, due);
}

/* Posts what it brings, and says it in the event's words. */
static enum err
commissions(struct db *db, struct arena *a, const struct actor *who,
    const struct track_sale *s, const struct tracked_lead *l,
    const struct list *due, struct str *said)
{
	const struct commission_due *d = due->items;
	struct commission *c = arena_array(a, due->n, sizeof(*c));
	/* the company lets them go: nobody of the house need look */
	const bool waits = l->fraud != LEAD_NO_SUSPICION ||
	    l->state == LEAD_PENDING;
	uint64_t *ids = arena_array(a, due->n, sizeof(*ids));
	struct buf b;

	buf_init(&b, a, 128);
	for (size_t i = 0; i < due->n; i++)
		c[i] = (struct commission){
		    .organization_id = who->organization_id,
		    .sale_id = s->id, .sale_amount = s->amount,
		    .referral_id = l->id, .referrer_id = d[i].referrer_id,
		    .campaign_id = d[i].campaign_id,
		    .placement_id = d[i].placement_id,
		    .reward_id = d[i].reward_id, .amount = d[i].amount,
		    .rate_ppm = d[i].rate_ppm, .share_ppm = d[i].share_ppm,
		    .tier = d[i].tier, .currency = d[i].currency,
		    .checks = track_checks(l->fraud),
		    .first = l->customer_at.us == 0, .waits = waits };
	TRY(earning_post(db, a, c, due->n, s->at, ids));
	for (size_t i = 0; i < due->n; i++)
		buf_printf(&b, "%s{\"id\":\"%llu\",\"promoterId\":\"%llu\","
		    "\"amount\":%lld,\"currency\":\"%.*s\","
		    "\"state\":\"%s\"}", i > 0 ? "," : "", LLU(ids[i]),
		    LLU(c[i].referrer_id), (long long)c[i].amount,
		    STR_ARG(c[i].currency), waits ? "pending" : "approved");
	*said = buf_view(&b);
	return OK;
}

static enum err
count(struct db *db, uint64_t org, const struct track_sale *s,
    const struct tracked_lead *l)
{
	const bool came = l->customer_at.us == 0;
	const bool stays = l->state == LEAD_DENIED || l->state == LEAD_PENDING;
	const struct brought one = { .organization_id = org,
	    .placement_id = l->placement_id, .referrer_id = l->referrer_id,
	    .referral_id = l->id, .at = s->at, .customers = came,
	    .active = !track_is_active(l) && !stays,
	    .sales = 1, .revenue = s->amount, .currency = s->currency,
	    .upgrades = l->upgrades };
	const struct arg mrr = { .type = T_INT, .null = s->mrr < 0,
	    .i = s->mrr };

	TRY(db_exec(db, Q_TRACK_SOLD, ARGS(s->at, is_earlier(s, l) ?
	    s->sold_at : (struct when){ 0 }, s->plan, mrr, l->id), NULL,
	    NULL));
	return placement_brought(db, &one);
}

/* What the sale made of the lead, as the program's face says it. */
static struct str
change_of(struct arena *a, const struct track_sale *s,
    const struct tracked_lead *l)
{
	bool stays = l->state == LEAD_DENIED || l->state == LEAD_PENDING;
	char at[CLOCK_ISO_LEN + 1];
	struct record_diff d;

	diff_init(&d, a);
	if (!stays)
		diff_label(&d, "state", lead_state_labels[l->state],
		    lead_state_labels[LEAD_ACTIVE]);
	clock_iso(s->at, at);
	if (l->customer_at.us == 0)
		diff_label(&d, "customer_since", NULL, at);
	return diff_members(&d);
}

/* A lead who was made on the way is told of before. */
static enum err
tell(struct db *db, struct arena *a, const struct actor *who,
    const struct track_sale *s, const struct tracked_lead *l, bool made,
    struct str said)
{
	const struct event_data events[] = {
		{ { who->organization_id, "referral.created", l->id,
		    who->user_id, s->at },
		  str_printf(a, "\"referrerCampaignId\":\"%llu\"",
		    LLU(l->placement_id)) },
		{ { who->organization_id, "sale.created", s->id, who->user_id,
		    s->at },
		  str_printf(a, "\"referralId\":\"%llu\",\"amount\":%lld,"
		    "\"currency\":\"%.*s\",\"first\":%s,"
		    "\"commissions\":[%.*s]%.*s", LLU(l->id),
		    (long long)s->amount, STR_ARG(s->currency),
		    l->customer_at.us == 0 ? "true" : "false",
		    STR_ARG(said), STR_ARG(change_of(a, s, l))) },
	};

	return made ? event_write_all(db, a, events, 2) :
	    event_write_all(db, a, events + 1, 1);
}

static struct arg
period_arg(const struct track_sale *s)
{
	return s->billing_period < 0 ? ARG(STR_NULL) :
	    LABEL(billing_period_labels, s->billing_period);
}

enum err
track_sale(struct db *db, struct arena *a, const struct actor *who,
    struct track_sale *s)
{
	struct tracked_lead l = s->lead;	/* this may be run again */
	struct list due;
	struct str said;
	bool made;
	enum err e;

	TRY(hold_lead(db, a, who, s, &l, &made));
	s->lead_id = l.id;
	e = db_exec(db, Q_TRACK_SALE_INSERT, ARGS(who->organization_id, l.id,
	    s->event, s->amount, s->currency, s->plan, period_arg(s),
	    s->quantity, s->on, s->at), NULL, &s->id);
	if (e == ERR_CONFLICT)
		return ERR_EVENT_TAKEN;
	TRY(e);
	TRY(reward(db, a, who, s, &l, &due));
	TRY(commissions(db, a, who, s, &l, &due, &said));
	TRY(count(db, who->organization_id, s, &l));
	return tell(db, a, who, s, &l, made, said);
}
