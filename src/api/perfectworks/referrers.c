/* Joining the referral program, and what it brings. */
#include "api/perfectworks/routes.h"
#include "model/referral/analytics.h"

#include "base/banned.h"

#define DASHBOARD_DAYS 30

struct join_in {
	bool accept_terms;
};

SHAPE(join_in, struct join_in, "ReferrerJoin",
    FIELD(struct join_in, accept_terms, "acceptTerms", .flags = F_REQUIRED,
	.doc = "Must be true", .example = "true"));

SHAPE(referrer_out, struct referrer, "Referrer",
    FIELD(struct referrer, id, "id"),
    FIELD(struct referrer, status, "status",
	.labels = referrer_status_labels),
    FIELD(struct referrer, terms, "terms", .max = 40,
	.doc = "The version that was accepted"),
    FIELD(struct referrer, joined_at, "joinedAt"));

SHAPE(earned_out, struct earned, "Earned",
    FIELD(struct earned, currency, "currency", .format = "currency",
	.max = 3),
    FIELD(struct earned, pending, "pending", .doc = "On hold"),
    FIELD(struct earned, available, "available"),
    FIELD(struct earned, withdrawn, "withdrawn", .doc = "Paid out"));

SHAPE(dashboard_day, struct count_day, "DashboardDay",
    FIELD(struct count_day, day, "date"),
    FIELD(struct count_day, clicks, "clicks"),
    FIELD(struct count_day, referrals, "referrals"),
    FIELD(struct count_day, conversions, "conversions"));

SHAPE(dashboard_money, struct money_day, "DashboardMoney",
    FIELD(struct money_day, day, "date"),
    FIELD(struct money_day, currency, "currency", .format = "currency",
	.max = 3),
    FIELD(struct money_day, amount, "amount",
	.doc = "Commissions less what refunds took back"));

SHAPE(dashboard_out, struct dashboard, "Dashboard",
    FIELD(struct dashboard, clicks, "clicks",
	.doc = "Of people; bots are counted apart"),
    FIELD(struct dashboard, unique_clicks, "uniqueClicks",
	.doc = "A visitor counts once a campaign"),
    FIELD(struct dashboard, bot_clicks, "botClicks"),
    FIELD(struct dashboard, referrals, "referrals"),
    FIELD(struct dashboard, conversions, "conversions",
	.doc = "Referrals that became customers"),
    FIELD(struct dashboard, conversion_rate, "conversionRate",
	.flags = F_NULLABLE, .doc = "Conversions to unique clicks",
	.example = "\"0.0312\""),
    FIELD(struct dashboard, earnings, "earnings", .of = &earned_out,
	.max = 200),
    FIELD(struct dashboard, daily, "daily", .of = &dashboard_day,
	.max = DASHBOARD_DAYS, .doc = "The last thirty days, UTC"),
    FIELD(struct dashboard, daily_earnings, "dailyEarnings",
	.of = &dashboard_money, .max = DASHBOARD_DAYS * 200,
	.doc = "The days of them that brought or took anything"));

static enum err
join(struct request *rq)
{
	const struct join_in *in = rq->in;
	bool joined;

	if (!in->accept_terms) {
		complain(&rq->wrong, rq->arena, STR("acceptTerms"),
		    "must be true: the program's terms must be accepted");
		return ERR_INVALID;
	}
	rq->out = ARENA_NEW(rq->arena, struct referrer);
	TRY(referrer_join(rq->db, rq->arena, rq->who.org_id, rq->who.user_id,
	    rq->now, rq->out, &joined));
	if (!joined) {
		rq->status = 200;
		rq->message = "Joined before";
	}
	return OK;
}

static enum err
own(struct request *rq, struct referrer *r)
{
	enum err e = referrer_of(rq->db, rq->arena, rq->who.org_id, r);

	return e == ERR_NOT_FOUND ? ERR_NOT_JOINED : e;
}

static enum err
profile(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct referrer);
	return own(rq, rq->out);
}

static enum err
dashboard(struct request *rq)
{
	struct day today = day_of(rq->now);
	struct day first = { today.n - DASHBOARD_DAYS + 1 };
	struct referrer r = { 0 };

	TRY(own(rq, &r));
	rq->out = ARENA_NEW(rq->arena, struct dashboard);
	return referrer_dashboard(rq->db, rq->arena, r.id, first, today,
	    rq->out);
}

static const enum err own_errors[] = ERRORS(ERR_NOT_JOINED);

const struct route pw_referrer_routes[] = {
	{ .op = "joinReferralProgram", .method = POST,
	  .path = "/referrers/join", .handle = join, .in = &join_in,
	  .out = &referrer_out, .status = 201, .also = 200, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .tag = "referrers",
	  .summary = "Join the referral program",
	  .done = "Joined the referral program" },
	{ .op = "getReferrerProfile", .method = GET,
	  .path = "/referrers/profile", .handle = profile,
	  .out = &referrer_out, .status = 200, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = own_errors, .tag = "referrers",
	  .summary = "Read your profile as a referrer", .done = "Referrer" },
	{ .op = "getReferrerDashboard", .method = GET,
	  .path = "/referrers/dashboard", .handle = dashboard,
	  .out = &dashboard_out, .status = 200, .scope = SCOPE_EARNINGS_READ,
	  .errors = own_errors, .tag = "referrers",
	  .summary = "Clicks, referrals and earnings", .done = "Dashboard" },
	{ .op = NULL }
};
