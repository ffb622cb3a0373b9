/*
 * Tracking: refunds and cancellations, whose answers have an older form; and
 * who brought a referral.
 */
#include "api/firstpromoter/track.h"
#include "api/firstpromoter/referrals.h"
#include "base/money.h"
#include "model/track/attribution.h"
#include "model/referral/commission.h"
#include "model/track/told.h"

#include "base/banned.h"

struct refund_in {
	struct track_name name;
	struct str event, sale_event, currency;
	int64_t amount, quantity;
};

SHAPE(fp_refund_in, struct refund_in, "TrackRefund",
    TRACK_NAMES(struct refund_in),
    FIELD(struct refund_in, event, "event_id", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = 120, .doc = "The company's own name of the refund"),
    FIELD(struct refund_in, amount, "amount", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = MONEY_MAX, .doc = "Minor units"),
    FIELD(struct refund_in, sale_event, "sale_event_id",
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 120,
	.doc = "The sale; without it the newest go first"),
    FIELD(struct refund_in, currency, "currency", .flags = F_NULLABLE,
	.min = 3, .max = 3, .doc = "If not the sale's, or the program's"),
    FIELD(struct refund_in, quantity, "quantity",
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 1000000,
	.doc = "Said for completeness: the amount counts"));

struct cancel_in {
	struct track_name name;
};

SHAPE(fp_cancel_in, struct cancel_in, "TrackCancellation",
    TRACK_NAMES(struct cancel_in));

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
    L(email, "email", TRACK_MAYBE),
    L(uid, "uid", TRACK_MAYBE),
    L(customer_at, "customer_since", TRACK_MAYBE),
    L(cancelled_at, "cancelled_at", TRACK_MAYBE),
    L(plan, "plan_name", TRACK_MAYBE),
    L(suspicion, "suspicion", .labels = lead_fraud_labels),
    L(username, "username", TRACK_MAYBE),
    L(website, "website", TRACK_MAYBE),
    L(created_at, "created_at"),
    L(nothing, "split_promotion_id", TRACK_MAYBE),
    L(nothing, "custom_fields", TRACK_MAYBE),
    L(nothing, "split_percentage_value", TRACK_MAYBE),
    L(nothing, "visitor_sub_id", TRACK_MAYBE));
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
    P(email, "email", TRACK_MAYBE),
    P(created_at, "created_at"),
    P(nothing, "temp_password", TRACK_MAYBE),
    FP_ID(struct told_promoter, default_promotion_id, "default_promotion_id"),
    P(code, "pref"),
    P(code, "default_ref_id"),
    P(note, "note", TRACK_MAYBE),
    P(nothing, "w8_form_url", TRACK_MAYBE),
    P(nothing, "w9_form_url", TRACK_MAYBE),
    P(parent_promoter_id, "parent_promoter_id",
	.flags = F_ID_NUMBER | F_NULLABLE),
    P(earnings, "earnings_balance", .of = &fp_tracked_cash),
    P(current, "current_balance", .of = &fp_tracked_cash),
    P(paid, "paid_balance", .of = &fp_tracked_cash),
    P(auth_token, "auth_token", .flags = F_NULLABLE | F_SECRET));
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
    R(status, "status", .labels = commission_status_labels),
    R(amount, "amount"),
    R(unit, "unit"),
    R(created_at, "created_at"),
    R(lead, "lead", .of = &fp_tracked_lead),
    R(event, "event_id"),
    R(conversion, "conversion_amount"),
    R(tier, "tier_level"),
    R(nothing, "split_type", TRACK_MAYBE));
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
    FIELD(struct change_out, reward, "reward", TRACK_MAYBE,
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

	track_check_names(rq, &in->name);
	track_check_currency(rq, &in->currency);
}

static enum err
refund_read(struct request *rq)
{
	const struct refund_in *in = rq->in;
	struct track_refund *r = ARENA_NEW(rq->arena, struct track_refund);

	*r = (struct track_refund){ .name = in->name, .event = in->event,
	    .sale_event = TRACK_SAID(in->sale_event), .currency = in->currency,
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

	e = track_refund(rq->db, rq->arena, ACTOR(rq), r);
	TRY(track_taken(rq, e, "refund", r->event));
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
	    .conversion = -r->amount, .tier = told.tier, .unit = told.unit,
	    .event = r->event, .created_at = told.created_at,
	    .lead = out->lead };
	return OK;
}

static void
cancel_check(struct request *rq)
{
	const struct cancel_in *in = rq->in;

	track_check_names(rq, &in->name);
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
    A(source, "source", .labels = lead_source_labels),
    FP_ID(struct explained_lead, placement_id, "promoter_campaign_id"),
    FP_ID(struct explained_lead, campaign_id, "campaign_id"),
    FP_ID(struct explained_lead, referrer_id, "promoter_id"),
    A(code, "ref_id"),
    A(promo_code, "promo_code", TRACK_MAYBE),
    A(click_id, "click_id", .flags = F_ID_NUMBER | F_NULLABLE),
    A(clicked_at, "clicked_at", TRACK_MAYBE),
    A(created_at, "attributed_at"),
    A(explanation, "explanation"),
    A(lost, "lost", .of = &fp_lost_click, .max = 50,
	.doc = "Other clicks of the visitor, newest first, and why they did "
	    "not count"));
#undef A

static enum err
attribution(struct request *rq)
{
	const struct fp_find *q = rq->query;
	uint64_t id;

	TRY(lead_find(rq->db, rq->arena, rq->who.org_id, q->find_by,
	    rq->text[0], &id));
	rq->out = ARENA_NEW(rq->arena, struct explained_lead);
	return track_explain(rq->db, rq->arena, rq->who.org_id, id, rq->out);
}

static const enum err refund_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_EVENT_TAKEN, ERR_OTHER_LEAD, ERR_MORE_THAN_SOLD, ERR_OTHER_CURRENCY);
static const enum err cancel_errors[] = ERRORS(ERR_NOT_FOUND, ERR_OTHER_LEAD);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route fp_track_change_routes[] = {
	{ TRACK_ROUTE, .op = "trackRefund", .path = "/track/refund",
	  .also = 204,
	  .prepare = refund_read, .handle = refund, .check = refund_check,
	  .in = &fp_refund_in, .out = &fp_tracked_change,
	  .errors = refund_errors,
	  .summary = "Tell of a refund, which takes commissions back" },
	{ TRACK_ROUTE, .op = "trackCancellation", .path = "/track/cancellation",
	  .prepare = cancel_read, .handle = cancel, .check = cancel_check,
	  .in = &fp_cancel_in, .out = &fp_tracked_change,
	  .errors = cancel_errors,
	  .summary = "Tell that a customer buys no more" },
	{ .op = "getReferralAttribution", .method = GET,
	  .path = "/company/referrals/{text:id}/attribution",
	  .query = &fp_find_query, .handle = attribution,
	  .out = &fp_attribution, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .errors = not_found,
	  .tag = "Referrals", .summary = "Who brought a referral, and why" },
	{ .op = NULL }
};
