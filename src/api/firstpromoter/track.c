/*
 * Tracking: what a company's server tells of its leads and customers.  The
 * answers keep the forms that clients of this face know.
 */
#include "api/firstpromoter/routes.h"
#include "auth/secret.h"
#include "base/money.h"
#include "model/track/attribution.h"
#include "model/track/told.h"

#include "base/banned.h"

#define NAMES(type) \
	FIELD(type, name.email, "email", .flags = F_NULLABLE, \
	    .format = "email", .max = 254, \
	    .doc = "Of the lead; he has this or a uid"), \
	FIELD(type, name.uid, "uid", .flags = F_NULLABLE | F_LOOSE, .min = 1, \
	    .max = 120, .doc = "The company's own name of the lead")
#define ORIGIN(type) \
	FIELD(type, origin.tid, "tid", .flags = F_NULLABLE, .max = 200, \
	    .doc = "The visitor, from the cookie _fprom_tid"), \
	FIELD(type, origin.ref_id, "ref_id", .flags = F_NULLABLE, \
	    .max = 200, .doc = "The promoter's code: goes before all else"), \
	FIELD(type, origin.promo_code, "promo_code", .flags = F_NULLABLE, \
	    .max = 120, .doc = "A promoter's promo code: goes before a visit")

struct signup_in {
	struct track_name name;
	struct track_origin origin;
	struct str ip;
	struct when created_at;
};

SHAPE(fp_signup_in, struct signup_in, "TrackSignup",
    NAMES(struct signup_in), ORIGIN(struct signup_in),
    FIELD(struct signup_in, ip, "ip", .flags = F_NULLABLE, .max = 45,
	.doc = "Where he signed up from"),
    FIELD(struct signup_in, created_at, "created_at", .flags = F_NULLABLE,
	.doc = "When, if not now"));

struct sale_in {
	struct track_name name;
	struct track_origin origin;
	struct str event, plan, currency, mrr;
	int64_t amount, quantity;
};

SHAPE(fp_sale_in, struct sale_in, "TrackSale",
    NAMES(struct sale_in), ORIGIN(struct sale_in),
    FIELD(struct sale_in, event, "event_id", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = 120, .doc = "The company's own name of the sale"),
    FIELD(struct sale_in, amount, "amount", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = MONEY_MAX, .doc = "Minor units, before taxes"),
    FIELD(struct sale_in, quantity, "quantity",
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 1000000),
    FIELD(struct sale_in, plan, "plan", .flags = F_NULLABLE | F_LOOSE,
	.max = 120),
    FIELD(struct sale_in, currency, "currency", .flags = F_NULLABLE,
	.max = 3, .doc = "If not the program's", .example = "\"USD\""),
    FIELD(struct sale_in, mrr, "mrr", .flags = F_NULLABLE | F_LOOSE,
	.max = 20, .doc = "Minor units a month, of all that he pays for"));

#define MAYBE .flags = F_NULLABLE

SHAPE(fp_tracked_referral, struct told_referral, "TrackedReferral",
    FP_ID(struct told_referral, id, "id"),
    FIELD(struct told_referral, email, "email", .flags = F_OMIT),
    FIELD(struct told_referral, uid, "uid", MAYBE));

SHAPE(fp_tracked_promoter_name, struct told_named, "TrackedPromoterName",
    FP_ID(struct told_named, id, "id"),
    FIELD(struct told_named, email, "email", .flags = F_OMIT),
    FIELD(struct told_named, name, "name"));

SHAPE(fp_tracked_campaign, struct told_campaign, "TrackedCampaign",
    FP_ID(struct told_campaign, id, "id"),
    FIELD(struct told_campaign, name, "name"),
    FIELD(struct told_campaign, color, "color"));

SHAPE(fp_tracked_placement, struct told_placement, "TrackedPromoterCampaign",
    FP_ID(struct told_placement, id, "id"),
    FP_ID(struct told_placement, campaign_id, "campaign_id"),
    FP_ID(struct told_placement, promoter_id, "promoter_id"),
    FIELD(struct told_placement, created_at, "created_at"),
    FIELD(struct told_placement, promoter, "promoter",
	.of = &fp_tracked_promoter_name),
    FIELD(struct told_placement, campaign, "campaign",
	.of = &fp_tracked_campaign));

SHAPE(fp_tracked_reward, struct told_reward, "TrackedReward",
    FIELD(struct told_reward, id, "id", .doc = "0: the program's default"),
    FIELD(struct told_reward, name, "name"));

#define C(member, wire, ...) \
	FIELD(struct told_commission, member, wire, __VA_ARGS__)
SHAPE(fp_tracked_commission, struct told_commission, "TrackedCommission",
    FP_ID(struct told_commission, id, "id"),
    C(status, "status", .labels = told_status_labels),
    C(metadata, "metadata", .flags = F_JSON),
    C(self_referral, "is_self_referral"),
    C(commission_type, "commission_type"),
    C(nobody, "created_by_user_email", MAYBE),
    C(nobody, "created_by_user_at", MAYBE),
    C(sale_amount, "sale_amount"),
    C(sale_amount, "original_sale_amount"),
    C(sale_currency, "original_sale_currency", MAYBE),
    C(event, "event_id", MAYBE),
    C(plan, "plan_id", MAYBE),
    C(tier, "tier"),
    C(internal_note, "internal_note", MAYBE),
    C(external_note, "external_note", MAYBE),
    C(unit, "unit"),
    C(fraud, "fraud_check", .labels = track_fraud_labels),
    C(amount, "amount"),
    C(paid, "is_paid"),
    C(split, "is_split"),
    C(created_at, "created_at"),
    C(decided_at, "status_updated_at", MAYBE),
    C(placement, "promoter_campaign", .of = &fp_tracked_placement),
    C(referral, "referral", .of = &fp_tracked_referral),
    C(reward, "reward", .of = &fp_tracked_reward));
#undef C

/* A sign-up, of which the numbers are null, or a sale. */
struct event_out {
	uint64_t id;
	struct str type, event, plan, currency, nothing;
	struct decimal amount;
	struct when created_at;
	struct told_referral referral;
	struct list commissions;
};

#define E(member, wire, ...) FIELD(struct event_out, member, wire, __VA_ARGS__)
SHAPE(fp_tracked_event, struct event_out, "TrackedEvent",
    FP_ID(struct event_out, id, "id"),
    E(type, "etype", .doc = "signup or sale"),
    E(amount, "sale_amount", MAYBE),
    E(amount, "original_sale_amount", MAYBE),
    E(currency, "original_sale_currency", MAYBE,
	.doc = "Where it is not the program's"),
    E(event, "event_id", MAYBE),
    E(plan, "plan_id", MAYBE),
    E(nothing, "billing_period", MAYBE),
    E(created_at, "created_at"),
    E(referral, "referral", .of = &fp_tracked_referral),
    E(commissions, "commissions", .of = &fp_tracked_commission));
#undef E

static void
check_names(struct request *rq, const struct track_name *n)
{
	if (n->email.p == NULL && n->uid.p == NULL && rq->wrong.n == 0)
		complain(&rq->wrong, rq->arena, STR("email"),
		    "or uid must be given");
}

/* An empty text says as much as none. */
static struct track_origin
origin_of(const struct track_origin *o)
{
#define SAID(s) ((s).n > 0 ? (s) : STR_NULL)
	return (struct track_origin){ SAID(o->ref_id), SAID(o->promo_code),
	    SAID(o->tid) };
}

static void
signup_check(struct request *rq)
{
	const struct signup_in *in = rq->in;

	check_names(rq, &in->name);
	if (in->created_at.us > rq->now.us)
		complain(&rq->wrong, rq->arena, STR("created_at"),
		    "must not be to come");
}

struct signing_up {
	struct track_signup signup;
	struct tracked_lead lead;
	unsigned char hash[SECRET_ADDRESS_BYTES];
};

static enum err
signup_read(struct request *rq)
{
	const struct signup_in *in = rq->in;
	struct signing_up *s = ARENA_NEW(rq->arena, struct signing_up);

	if (in->ip.n > 0) {
		secret_address(in->ip, s->hash);
		s->signup.address_hash = s->hash;
	}
	s->signup.name = in->name;
	s->signup.origin = origin_of(&in->origin);
	s->signup.at = in->created_at;
	rq->prepared = s;
	return track_signup_read(rq->db, rq->arena, ACTOR(rq), &s->signup,
	    &s->lead);
}

static enum err
signup(struct request *rq)
{
	struct signing_up *s = rq->prepared;
	struct event_out *out = ARENA_NEW(rq->arena, struct event_out);

	TRY(track_signup(rq->db, rq->arena, ACTOR(rq), &s->signup, &s->lead));
	out->id = s->lead.id;
	out->type = STR("signup");
	out->created_at = s->lead.created_at;
	out->referral = (struct told_referral){ s->lead.id, s->lead.email,
	    s->lead.uid };
	rq->out = out;
	return OK;
}

static void
check_currency(struct request *rq, struct str *currency)
{
	char *p;

	if (currency->p == NULL)
		return;
	p = arena_alloc(rq->arena, currency->n + 1);
	for (size_t i = 0; i < currency->n; i++)
		p[i] = currency->p[i] >= 'a' && currency->p[i] <= 'z' ?
		    (char)(currency->p[i] - 32) : currency->p[i];
	*currency = (struct str){ p, currency->n };
	if (currency_digits(*currency) < 0)
		complain(&rq->wrong, rq->arena, STR("currency"),
		    "must be a currency code of ISO 4217");
}

/* -1: not said. */
static int64_t
mrr_of(const struct sale_in *in)
{
	int64_t mrr;

	return in->mrr.n == 0 ? -1 : str_to_i64(in->mrr, &mrr) && mrr >= 0 &&
	    mrr <= MONEY_MAX ? mrr : -2;
}

static void
sale_check(struct request *rq)
{
	struct sale_in *in = rq->in;

	check_names(rq, &in->name);
	check_currency(rq, &in->currency);
	if (mrr_of(in) < -1)
		complain(&rq->wrong, rq->arena, STR("mrr"),
		    "must be a whole number from 0");
}

static enum err
sale_read(struct request *rq)
{
	const struct sale_in *in = rq->in;
	struct track_sale *s = ARENA_NEW(rq->arena, struct track_sale);

	*s = (struct track_sale){ .name = in->name,
	    .origin = origin_of(&in->origin), .event = in->event,
	    .plan = SAID(in->plan), .currency = in->currency,
	    .amount = in->amount, .mrr = mrr_of(in),
	    .quantity = in->quantity != 0 ? in->quantity : 1 };
	rq->prepared = s;
	return track_sale_read(rq->db, rq->arena, ACTOR(rq), s);
}

/* The client learns which event it was. */
static enum err
taken(struct request *rq, enum err e, const char *type, struct str event)
{
	if (e == ERR_EVENT_TAKEN)
		complain(&rq->wrong, rq->arena, STR("event_id"),
		    "The '%s' event with the id '%.*s' already exists.", type,
		    STR_ARG(event));
	return e;
}

static enum err
sale(struct request *rq)
{
	struct track_sale *s = rq->prepared;
	struct event_out *out = ARENA_NEW(rq->arena, struct event_out);

	TRY(taken(rq, track_sale(rq->db, rq->arena, ACTOR(rq), s), "sale",
	    s->event));
	*out = (struct event_out){ .id = s->id, .type = STR("sale"),
	    .event = s->event, .plan = s->plan, .created_at = s->at,
	    .currency = s->by_default ? STR_NULL : s->currency,
	    .amount.text = str_printf(rq->arena, "%lld",
		(long long)s->amount),
	    .referral = { s->lead_id, s->lead.email, s->lead.uid } };
	rq->out = out;
	return told_commissions(rq->db, rq->arena, rq->who.org_id, s->id,
	    &out->commissions);
}

struct refund_in {
	struct track_name name;
	struct str event, sale_event, currency;
	int64_t amount, quantity;
};

SHAPE(fp_refund_in, struct refund_in, "TrackRefund",
    NAMES(struct refund_in),
    FIELD(struct refund_in, event, "event_id", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = 120, .doc = "The company's own name of the refund"),
    FIELD(struct refund_in, amount, "amount", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = MONEY_MAX, .doc = "Minor units"),
    FIELD(struct refund_in, sale_event, "sale_event_id",
	.flags = F_NULLABLE | F_LOOSE, .max = 120,
	.doc = "The sale; without it the newest go first"),
    FIELD(struct refund_in, currency, "currency", .flags = F_NULLABLE,
	.max = 3, .doc = "If not the sale's, or the program's"),
    FIELD(struct refund_in, quantity, "quantity",
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 1000000,
	.doc = "Said for completeness: the amount counts"));

struct cancel_in {
	struct track_name name;
};

SHAPE(fp_cancel_in, struct cancel_in, "TrackCancellation",
    NAMES(struct cancel_in));

/* The older form of a lead, a promoter and a commission. */

struct lead_out {
	uint64_t id;
	int state, suspicion;
	struct str email, uid, plan, username, website, nothing;
	struct when customer_at, cancelled_at, created_at;
};

#define L(member, wire, ...) FIELD(struct lead_out, member, wire, __VA_ARGS__)
SHAPE(fp_tracked_lead, struct lead_out, "TrackedLead",
    FP_ID(struct lead_out, id, "id"),
    L(state, "state", .labels = lead_state_labels),
    L(email, "email", .flags = F_OMIT),
    L(uid, "uid", MAYBE),
    L(customer_at, "customer_since", .flags = F_OMIT),
    L(cancelled_at, "cancelled_at", .flags = F_OMIT),
    L(plan, "plan_name", MAYBE),
    L(suspicion, "suspicion", .labels = track_fraud_labels),
    L(username, "username", MAYBE),
    L(website, "website", MAYBE),
    L(created_at, "created_at"),
    L(nothing, "split_promotion_id", MAYBE),
    L(nothing, "custom_fields", MAYBE),
    L(nothing, "split_percentage_value", MAYBE),
    L(nothing, "visitor_sub_id", MAYBE));
#undef L

SHAPE(fp_tracked_cash, struct told_cash, "TrackedCash",
    FIELD(struct told_cash, cash, "cash",
	.doc = "Minor units of the program's currency"));

#define P(member, wire, ...) \
	FIELD(struct told_promoter, member, wire, __VA_ARGS__)
SHAPE(fp_tracked_promoter, struct told_promoter, "TrackedPromoter",
    FP_ID(struct told_promoter, id, "id"),
    P(status, "status", .labels = referrer_status_labels),
    P(customer, "cust_id"),
    P(email, "email", .flags = F_OMIT),
    P(created_at, "created_at"),
    P(nothing, "temp_password", MAYBE),
    FP_ID(struct told_promoter, default_promotion_id, "default_promotion_id"),
    P(code, "pref"),
    P(code, "default_ref_id"),
    P(note, "note", MAYBE),
    P(nothing, "w8_form_url", MAYBE),
    P(nothing, "w9_form_url", MAYBE),
    P(parent_promoter_id, "parent_promoter_id",
	.flags = F_ID_NUMBER | F_OMIT),
    P(earnings, "earnings_balance", .of = &fp_tracked_cash),
    P(current, "current_balance", .of = &fp_tracked_cash),
    P(paid, "paid_balance", .of = &fp_tracked_cash),
    P(auth_token, "auth_token", .flags = F_OMIT));
#undef P

struct reward_out {
	uint64_t id;			/* 0: none */
	int status;
	int64_t amount, conversion, tier;
	struct str unit, event, nothing;
	struct when created_at;
	struct lead_out lead;
};

#define R(member, wire, ...) \
	FIELD(struct reward_out, member, wire, __VA_ARGS__)
SHAPE(fp_refunded_reward, struct reward_out, "RefundedReward",
    FP_ID(struct reward_out, id, "id"),
    R(status, "status", .labels = told_status_labels),
    R(amount, "amount"),
    R(unit, "unit"),
    R(created_at, "created_at"),
    R(lead, "lead", .of = &fp_tracked_lead),
    R(event, "event_id"),
    R(conversion, "conversion_amount"),
    R(tier, "tier_level"),
    R(nothing, "split_type", MAYBE));
#undef R

/* A refund, or a cancellation, which has no amount. */
struct change_out {
	uint64_t id;
	struct str type;
	struct str amount;		/* JSON: a number, or absent */
	struct reward_out reward;
	struct lead_out lead;
	struct told_promoter promoter;
};

SHAPE(fp_tracked_change, struct change_out, "TrackedChange",
    FP_ID(struct change_out, id, "id"),
    FIELD(struct change_out, type, "type", .doc = "refund or cancellation"),
    FIELD(struct change_out, amount, "amount_cents",
	.flags = F_NULLABLE | F_JSON, .format = "any",
	.doc = "Of a refund: a number below zero"),
    FIELD(struct change_out, reward, "reward", MAYBE,
	.of = &fp_refunded_reward),
    FIELD(struct change_out, lead, "lead", .of = &fp_tracked_lead),
    FIELD(struct change_out, promoter, "promoter",
	.of = &fp_tracked_promoter));

static struct lead_out
lead_of(const struct tracked_lead *l)
{
	return (struct lead_out){ .id = l->id, .state = l->state,
	    .suspicion = l->fraud, .email = l->email, .uid = l->uid,
	    .plan = l->plan, .username = l->username, .website = l->website,
	    .customer_at = l->customer_at, .cancelled_at = l->cancelled_at,
	    .created_at = l->created_at };
}

static enum err
tell_change(struct request *rq, const struct tracked_lead *l, uint64_t id,
    struct str type, struct change_out **out)
{
	struct change_out *c = ARENA_NEW(rq->arena, struct change_out);

	c->id = id;
	c->type = type;
	c->lead = lead_of(l);
	*out = rq->out = c;
	return told_promoter(rq->db, rq->arena, rq->who.org_id,
	    l->placement_id, &c->promoter);
}

static void
refund_check(struct request *rq)
{
	struct refund_in *in = rq->in;

	check_names(rq, &in->name);
	check_currency(rq, &in->currency);
}

static enum err
refund_read(struct request *rq)
{
	const struct refund_in *in = rq->in;
	struct track_refund *r = ARENA_NEW(rq->arena, struct track_refund);

	*r = (struct track_refund){ .name = in->name, .event = in->event,
	    .sale_event = SAID(in->sale_event), .currency = in->currency,
	    .amount = in->amount };
	rq->prepared = r;
	return track_refund_read(rq->db, rq->arena, ACTOR(rq), r);
}

/* Without a body where nothing had been brought that could go back. */
static enum err
refund(struct request *rq)
{
	struct track_refund *r = rq->prepared;
	struct told_refund told = { 0 };
	struct change_out *out;
	enum err e;

	TRY(taken(rq, track_refund(rq->db, rq->arena, ACTOR(rq), r), "refund",
	    r->event));
	e = told_refund(rq->db, rq->arena, rq->who.org_id, r->event, &told);
	if (e == ERR_NOT_FOUND) {
		rq->status = 204;
		return OK;
	}
	TRY(e);
	TRY(tell_change(rq, &r->held, r->id, STR("refund"), &out));
	out->amount = str_printf(rq->arena, "%lld", (long long)-r->amount);
	out->reward = (struct reward_out){ .id = told.id,
	    .status = told.status, .amount = told.amount,
	    .conversion = -r->amount, .tier = told.tier, .unit = STR("cash"),
	    .event = r->event, .created_at = told.created_at,
	    .lead = out->lead };
	return OK;
}

static void
cancel_check(struct request *rq)
{
	const struct cancel_in *in = rq->in;

	check_names(rq, &in->name);
}

static enum err
cancel_read(struct request *rq)
{
	const struct cancel_in *in = rq->in;
	struct tracked_lead *l = ARENA_NEW(rq->arena, struct tracked_lead);

	rq->prepared = l;
	return track_find(rq->db, rq->arena, rq->who.org_id, &in->name, l);
}

static enum err
cancel(struct request *rq)
{
	const struct cancel_in *in = rq->in;
	struct tracked_lead l = *(const struct tracked_lead *)rq->prepared;
	struct change_out *out;

	TRY(track_cancel(rq->db, rq->arena, ACTOR(rq), &in->name, &l));
	return tell_change(rq, &l, l.id, STR("cancellation"), &out);
}

#define A(member, wire, ...) \
	FIELD(struct explained_lead, member, wire, __VA_ARGS__)
SHAPE(fp_lost_click, struct lost_click, "LostClick",
    FP_ID(struct lost_click, click, "click_id"),
    FP_ID(struct lost_click, placement, "promoter_campaign_id"),
    FIELD(struct lost_click, at, "clicked_at"),
    FIELD(struct lost_click, why, "why", .labels = track_lost_labels),
    FIELD(struct lost_click, reason, "reason"));

SHAPE(fp_attribution, struct explained_lead, "ReferralAttribution",
    FP_ID(struct explained_lead, id, "referral_id"),
    A(source, "source", .labels = track_source_labels),
    FP_ID(struct explained_lead, placement_id, "promoter_campaign_id"),
    FP_ID(struct explained_lead, campaign_id, "campaign_id"),
    FP_ID(struct explained_lead, referrer_id, "promoter_id"),
    A(code, "ref_id"),
    A(promo_code, "promo_code", MAYBE),
    A(click_id, "click_id", .flags = F_ID_NUMBER | F_NULLABLE),
    A(clicked_at, "clicked_at", MAYBE),
    A(created_at, "attributed_at"),
    A(explanation, "explanation"),
    A(lost, "lost", .of = &fp_lost_click, .max = 50,
	.doc = "Other clicks of the visitor, newest first, and why they did "
	    "not count"));
#undef A

static enum err
attribution(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct explained_lead);
	return track_explain(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

static const enum err signup_errors[] = ERRORS(ERR_NOT_FOUND, ERR_SIGNED_UP);
static const enum err sale_errors[] = ERRORS(ERR_NOT_FOUND, ERR_EVENT_TAKEN,
    ERR_OTHER_LEAD, ERR_OVERFLOW);
static const enum err refund_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_EVENT_TAKEN, ERR_OTHER_LEAD, ERR_MORE_THAN_SOLD, ERR_OTHER_CURRENCY);
static const enum err cancel_errors[] = ERRORS(ERR_NOT_FOUND, ERR_OTHER_LEAD);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

#define TRACK .method = POST, .status = 200, .flags = R_WRITE | R_LIVE, \
	.scope = SCOPE_REFERRALS_WRITE, .tag = "Tracking"

const struct route fp_track_routes[] = {
	{ TRACK, .op = "trackSignup", .path = "/track/signup",
	  .prepare = signup_read, .handle = signup, .check = signup_check,
	  .in = &fp_signup_in, .out = &fp_tracked_event,
	  .errors = signup_errors,
	  .summary = "Tell of a sign-up: a lead of a promoter" },
	{ TRACK, .op = "trackSale", .path = "/track/sale",
	  .prepare = sale_read, .handle = sale, .check = sale_check,
	  .in = &fp_sale_in, .out = &fp_tracked_event,
	  .errors = sale_errors,
	  .summary = "Tell of a sale, which is rewarded at once" },
	{ TRACK, .op = "trackRefund", .path = "/track/refund", .also = 204,
	  .prepare = refund_read, .handle = refund, .check = refund_check,
	  .in = &fp_refund_in, .out = &fp_tracked_change,
	  .errors = refund_errors,
	  .summary = "Tell of a refund, which takes commissions back" },
	{ TRACK, .op = "trackCancellation", .path = "/track/cancellation",
	  .prepare = cancel_read, .handle = cancel, .check = cancel_check,
	  .in = &fp_cancel_in, .out = &fp_tracked_change,
	  .errors = cancel_errors,
	  .summary = "Tell that a customer buys no more" },
	{ .op = "getReferralAttribution", .method = GET,
	  .path = "/company/referrals/{id}/attribution",
	  .handle = attribution, .out = &fp_attribution, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = not_found,
	  .tag = "Referrals", .summary = "Who brought a referral, and why" },
	{ .op = NULL }
};
