/* Joining the referral program, and what it brings. */
#include "api/perfectworks/routes.h"
#include "model/placement.h"

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

struct dashboard {
	int64_t clicks, referrals, conversions;
	struct list earnings, daily;
};

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

SHAPE(dashboard_out, struct dashboard, "Dashboard",
    FIELD(struct dashboard, clicks, "clicks",
	.doc = "Of people; bots are not counted"),
    FIELD(struct dashboard, referrals, "referrals"),
    FIELD(struct dashboard, conversions, "conversions",
	.doc = "Referrals that became customers"),
    FIELD(struct dashboard, earnings, "earnings", .of = &earned_out,
	.max = 200),
    FIELD(struct dashboard, daily, "daily", .of = &dashboard_day,
	.max = DASHBOARD_DAYS, .doc = "The last thirty days, UTC"));

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
profile(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct referrer);
	return referrer_of(rq->db, rq->arena, rq->who.org_id, rq->out);
}

static enum err
dashboard(struct request *rq)
{
	struct dashboard *out = ARENA_NEW(rq->arena, struct dashboard);
	struct day today = day_of(rq->now);
	struct day first = { today.n - DASHBOARD_DAYS + 1 };
	struct referrer_totals t = { 0 };
	struct referrer r = { 0 };

	TRY(referrer_of(rq->db, rq->arena, rq->who.org_id, &r));
	TRY(referrer_totals(rq->db, rq->arena, r.id, &t));
	TRY(referrer_earned(rq->db, rq->arena, r.id, &out->earnings));
	TRY(referrer_days(rq->db, rq->arena, r.id, first, today, &out->daily));
	out->clicks = t.clicks;
	out->referrals = t.referrals;
	out->conversions = t.conversions;
	rq->out = out;
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

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
	  .errors = not_found, .tag = "referrers",
	  .summary = "Read your profile as a referrer", .done = "Referrer" },
	{ .op = "getReferrerDashboard", .method = GET,
	  .path = "/referrers/dashboard", .handle = dashboard,
	  .out = &dashboard_out, .status = 200, .scope = SCOPE_EARNINGS_READ,
	  .errors = not_found, .tag = "referrers",
	  .summary = "Clicks, referrals and earnings", .done = "Dashboard" },
	{ .op = NULL }
};
