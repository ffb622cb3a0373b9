/*
 * Tracking: what a company's server tells of its leads and customers.  The
 * answers keep the forms that clients of this face know.
 */
#include "api/firstpromoter/track.h"
#include "api/firstpromoter/commissions.h"
#include "api/site/click.h"
#include "api/site/visit.h"
#include "auth/secret.h"
#include "base/money.h"
#include "model/referral/commission.h"
#include "model/reward/terms.h"
#include "model/track/told.h"

#include "base/banned.h"

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
    TRACK_NAMES(struct signup_in), ORIGIN(struct signup_in),
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
    TRACK_NAMES(struct sale_in), ORIGIN(struct sale_in),
    FIELD(struct sale_in, event, "event_id", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = 120, .doc = "The company's own name of the sale"),
    FIELD(struct sale_in, amount, "amount", .flags = F_REQUIRED | F_LOOSE,
	.min = 1, .max = MONEY_MAX, .doc = "Minor units, before taxes"),
    FIELD(struct sale_in, quantity, "quantity",
	.flags = F_NULLABLE | F_LOOSE, .min = 1, .max = 1000000),
    FIELD(struct sale_in, plan, "plan", .flags = F_NULLABLE | F_LOOSE,
	.min = 1, .max = 120),
    FIELD(struct sale_in, currency, "currency", .flags = F_NULLABLE,
	.min = 3, .max = 3, .doc = "If not the program's",
	.example = "\"USD\""),
    FIELD(struct sale_in, mrr, "mrr", .flags = F_NULLABLE | F_LOOSE,
	.max = 20, .doc = "Minor units a month, of all that he pays for"));

SHAPE(fp_tracked_referral, struct told_referral, "TrackedReferral",
    FP_ID(struct told_referral, id, "id"),
    FIELD(struct told_referral, email, "email", TRACK_MAYBE),
    FIELD(struct told_referral, uid, "uid", TRACK_MAYBE));

/* A sign-up, of which the numbers are null, or a sale. */
struct event_out {
	uint64_t id;
	struct str type, event, plan, currency;
	int period;			/* -1: nothing tells */
	struct decimal amount;
	struct when created_at;
	struct told_referral referral;
	struct list commissions;
};

#define E(member, wire, ...) FIELD(struct event_out, member, wire, __VA_ARGS__)
SHAPE(fp_tracked_event, struct event_out, "TrackedEvent",
    FP_ID(struct event_out, id, "id"),
    E(type, "etype", .doc = "signup or sale"),
    E(amount, "sale_amount", TRACK_MAYBE),
    E(amount, "original_sale_amount", TRACK_MAYBE),
    E(currency, "original_sale_currency", TRACK_MAYBE,
	.doc = "Where it is not the program's"),
    E(event, "event_id", TRACK_MAYBE),
    E(plan, "plan_id", TRACK_MAYBE),
    E(period, "billing_period", .flags = F_NULLABLE,
	.labels = billing_period_labels, .doc = "As mrr tells"),
    E(created_at, "created_at"),
    E(referral, "referral", .of = &fp_tracked_referral),
    E(commissions, "commissions", .of = &fp_commission));
#undef E

void
track_check_names(struct request *rq, const struct track_name *n)
{
	const uint64_t both = 3;	/* they stand first in each body */

	if (n->email.p == NULL && n->uid.p == NULL &&
	    ((rq->given & both) == 0 || rq->wrong.n == 0))
		complain(&rq->wrong, rq->arena, STR("email"),
		    "or uid must be given");
}

void
track_check_currency(struct request *rq, struct str *currency)
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

enum err
track_taken(struct request *rq, enum err e, const char *type, struct str event)
{
	if (e == ERR_EVENT_TAKEN)
		complain(&rq->wrong, rq->arena, STR("event_id"),
		    "The '%s' event with the id '%.*s' already exists.", type,
		    STR_ARG(event));
	return e;
}

static struct track_origin
origin_of(const struct track_origin *o)
{
	return (struct track_origin){ TRACK_SAID(o->ref_id),
	    TRACK_SAID(o->promo_code), TRACK_SAID(o->tid) };
}

static void
signup_check(struct request *rq)
{
	const struct signup_in *in = rq->in;

	track_check_names(rq, &in->name);
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
	out->period = -1;
	out->created_at = s->lead.created_at;
	out->referral = (struct told_referral){ s->lead.id, s->lead.email,
	    s->lead.uid };
	rq->out = out;
	return OK;
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

	track_check_names(rq, &in->name);
	track_check_currency(rq, &in->currency);
	if (mrr_of(in) < -1)
		complain(&rq->wrong, rq->arena, STR("mrr"),
		    "must be a whole number from 0");
}

static enum err
sale_read(struct request *rq)
{
	const struct sale_in *in = rq->in;
	struct track_sale *s = ARENA_NEW(rq->arena, struct track_sale);

	*s = (struct track_sale){ .billing_period = -1, .on = DAY_NONE,
	    .name = in->name,
	    .origin = origin_of(&in->origin), .event = in->event,
	    .plan = TRACK_SAID(in->plan), .currency = in->currency,
	    .amount = in->amount, .mrr = mrr_of(in),
	    .quantity = in->quantity != 0 ? in->quantity : 1 };
	rq->prepared = s;
	return track_sale_read(rq->db, rq->arena, ACTOR(rq), s);
}

static enum err
sale(struct request *rq)
{
	struct track_sale *s = rq->prepared;
	struct event_out *out = ARENA_NEW(rq->arena, struct event_out);

	TRY(track_taken(rq, track_sale(rq->db, rq->arena, ACTOR(rq), s), "sale",
	    s->event));
	*out = (struct event_out){ .id = s->id, .type = STR("sale"),
	    .event = s->event, .plan = s->plan, .created_at = s->at,
	    .currency = s->by_default ? STR_NULL : s->currency,
	    .period = track_sale_period(s),
	    .amount.text = str_printf(rq->arena, "%lld",
		(long long)s->amount),
	    .referral = { s->lead_id, s->lead.email, s->lead.uid } };
	rq->out = out;
	return commission_of_sale(rq->db, rq->arena, rq->who.org_id, s->id,
	    &out->commissions);
}

static const enum err signup_errors[] = ERRORS(ERR_NOT_FOUND, ERR_SIGNED_UP);
static const enum err sale_errors[] = ERRORS(ERR_NOT_FOUND, ERR_EVENT_TAKEN,
    ERR_OTHER_LEAD);
static const enum err visit_errors[] = ERRORS(ERR_NOT_FOUND, ERR_BAD_JSON,
    ERR_INVALID);

const struct route fp_track_routes[] = {
	{ TRACK_ROUTE, .op = "trackSignup", .path = "/track/signup",
	  .prepare = signup_read, .handle = signup, .check = signup_check,
	  .in = &fp_signup_in, .out = &fp_tracked_event,
	  .errors = signup_errors,
	  .summary = "Tell of a sign-up: a lead of a promoter" },
	{ TRACK_ROUTE, .op = "trackSale", .path = "/track/sale",
	  .prepare = sale_read, .handle = sale, .check = sale_check,
	  .in = &fp_sale_in, .out = &fp_tracked_event,
	  .errors = sale_errors,
	  .summary = "Tell of a sale, which is rewarded at once" },
	{ .op = "trackVisit", .method = POST, .path = "/track/visit",
	  .handle = click_follow, .in = &visit_in, .out = &visit_out,
	  .status = 200, .raw_type = "application/json",
	  .flags = R_PUBLIC | R_RAW | R_RAW_BODY | R_OWN_TX,
	  .errors = visit_errors, .tag = "Tracking",
	  .summary = "Tell of a visit by a promoter's link; /aff.js does" },
	{ .op = NULL }
};
