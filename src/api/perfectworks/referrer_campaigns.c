/* Referrer campaigns: placements of the house's program with code and link. */
#include "api/perfectworks/routes.h"
#include "base/settings.h"
#include "model/placement.h"

#include "base/banned.h"

#define ANALYTICS_DAYS 30
#define ANALYTICS_DAYS_MAX 366

struct campaign_in {
	struct str name, code, landing_url, description;
	struct when starts_at, ends_at;
};

#define CHANGEABLE(required) \
    FIELD(struct campaign_in, name, "name", .flags = (required), .min = 1, \
	.max = 120, .example = "\"Spring newsletter\""), \
    FIELD(struct campaign_in, landing_url, "landingUrl", \
	.flags = (required), .max = 2000, .format = "uri", \
	.example = "\"https://shop.example/spring\""), \
    FIELD(struct campaign_in, description, "description", \
	.flags = F_NULLABLE, .max = 1000), \
    FIELD(struct campaign_in, starts_at, "startsAt", .flags = F_NULLABLE), \
    FIELD(struct campaign_in, ends_at, "endsAt", .flags = F_NULLABLE)

SHAPE(campaign_in, struct campaign_in, "ReferrerCampaignCreate",
    CHANGEABLE(F_REQUIRED),
    FIELD(struct campaign_in, code, "code", .min = 3, .max = 40,
	.format = "code", .doc = "Made where absent; never freed again"));

SHAPE(campaign_change, struct campaign_in, "ReferrerCampaignUpdate",
    CHANGEABLE(0));

/* Bits of given, in the order of CHANGEABLE. */
enum { GIVEN_NAME = 1, GIVEN_LANDING = 2, GIVEN_DESCRIPTION = 4,
	GIVEN_STARTS = 8, GIVEN_ENDS = 16 };

struct campaign_out {
	struct placement p;
	struct str link;
};

SHAPE(campaign_out, struct campaign_out, "ReferrerCampaign",
    FIELD(struct campaign_out, p.id, "id"),
    FIELD(struct campaign_out, p.name, "name", .max = 120),
    FIELD(struct campaign_out, p.code, "code", .max = 40),
    FIELD(struct campaign_out, link, "link", .max = 2100, .format = "uri"),
    FIELD(struct campaign_out, p.landing_url, "landingUrl", .max = 2000,
	.format = "uri"),
    FIELD(struct campaign_out, p.description, "description", .max = 1000,
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, p.status, "status",
	.labels = placement_status_labels),
    FIELD(struct campaign_out, p.clicks, "clicks"),
    FIELD(struct campaign_out, p.referrals, "referrals"),
    FIELD(struct campaign_out, p.starts_at, "startsAt",
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, p.ends_at, "endsAt", .flags = F_NULLABLE),
    FIELD(struct campaign_out, p.created_at, "createdAt"),
    FIELD(struct campaign_out, p.updated_at, "updatedAt"),
    FIELD(struct campaign_out, p.ended_at, "endedAt",
	.flags = F_NULLABLE));

static struct campaign_out
shown(struct arena *a, const struct placement *p)
{
	return (struct campaign_out){ *p, str_printf(a, "%.*s/r/%.*s",
	    STR_ARG(settings->public_url), STR_ARG(p->code)) };
}

static enum err
answer(struct request *rq, const struct placement *p)
{
	struct campaign_out *out = ARENA_NEW(rq->arena, struct campaign_out);

	*out = shown(rq->arena, p);
	rq->out = out;
	answer_etag(rq, (uint64_t)p->version);
	return OK;
}

static enum err
check_dates(struct request *rq, const struct placement *p)
{
	if (p->ends_at.us == 0 || p->ends_at.us > p->starts_at.us)
		return OK;
	complain(&rq->wrong, rq->arena, STR("endsAt"),
	    "must be later than startsAt");
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	const struct campaign_in *in = rq->in;
	struct placement p = { .name = in->name, .code = in->code,
	    .landing_url = in->landing_url, .description = in->description,
	    .starts_at = in->starts_at, .ends_at = in->ends_at };

	TRY(check_dates(rq, &p));
	TRY(placement_create(rq->db, rq->arena, ACTOR(rq), &p));
	return answer(rq, &p);
}

struct campaign_query {
	struct page_query paging;
	int status;
};

SHAPE(campaign_query, struct campaign_query, "ReferrerCampaignQuery",
    PAGE_FIELDS(struct campaign_query),
    FIELD(struct campaign_query, status, "status",
	.labels = placement_status_labels));

static enum err
list(struct request *rq)
{
	const struct campaign_query *q = rq->query;
	const struct placement *row;
	struct campaign_out *out;
	struct referrer r = { 0 };
	struct list rows = { 0 };
	struct paging p;
	enum err e;

	TRY(page_read(rq, &q->paging, pw_created_sorts, &p));
	e = referrer_of(rq->db, rq->arena, rq->who.org_id, &r);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK)
		TRY(placement_list(rq->db, rq->arena, r.id, q->status, &p,
		    &rows));
	row = rows.items;
	out = arena_array(rq->arena, rows.n, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = shown(rq->arena, &row[i]);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct campaign_out, p.created_at),
	    offsetof(struct campaign_out, p.id));
	return OK;
}

static enum err
get(struct request *rq)
{
	struct placement p = { 0 };

	TRY(placement_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &p));
	return answer(rq, &p);
}

/* PUT is partial on this face: what was not given stays. */
static enum err
update(struct request *rq)
{
	const struct campaign_in *in = rq->in;
	struct placement p = { 0 };

	TRY(placement_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &p));
	TRY(precondition(rq, (uint64_t)p.version));
	if (rq->given & GIVEN_NAME)
		p.name = in->name;
	if (rq->given & GIVEN_LANDING)
		p.landing_url = in->landing_url;
	if (rq->given & GIVEN_DESCRIPTION)
		p.description = in->description;
	if (rq->given & GIVEN_STARTS)
		p.starts_at = in->starts_at;
	if (rq->given & GIVEN_ENDS)
		p.ends_at = in->ends_at;
	TRY(check_dates(rq, &p));
	TRY(placement_update(rq->db, rq->arena, ACTOR(rq), &p));
	return answer(rq, &p);
}

static enum err
end(struct request *rq)
{
	return placement_end(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

struct analytics_query {
	struct day from, to;
};

SHAPE(analytics_query, struct analytics_query, "AnalyticsQuery",
    FIELD(struct analytics_query, from, "from",
	.doc = "First day, UTC; thirty days up to the last where absent"),
    FIELD(struct analytics_query, to, "to",
	.doc = "Last day, UTC; today where absent"));

SHAPE(analytics_day, struct count_day, "AnalyticsDay",
    FIELD(struct count_day, day, "date"),
    FIELD(struct count_day, clicks, "clicks"),
    FIELD(struct count_day, unique_clicks, "uniqueClicks"),
    FIELD(struct count_day, bot_clicks, "botClicks"),
    FIELD(struct count_day, referrals, "referrals"),
    FIELD(struct count_day, conversions, "conversions"));

SHAPE(analytics_out, struct analytics, "Analytics",
    FIELD(struct analytics, clicks, "clicks"),
    FIELD(struct analytics, unique_clicks, "uniqueClicks",
	.doc = "A visitor counts once a campaign, on the first day"),
    FIELD(struct analytics, bot_clicks, "botClicks"),
    FIELD(struct analytics, referrals, "referrals"),
    FIELD(struct analytics, conversions, "conversions"),
    FIELD(struct analytics, earnings, "earnings", .of = &pw_money,
	.max = 200),
    FIELD(struct analytics, daily, "daily", .of = &analytics_day,
	.max = ANALYTICS_DAYS_MAX));

static enum err
analytics(struct request *rq)
{
	const struct analytics_query *q = rq->query;
	struct day to = q->to.n != DAY_NONE.n ? q->to : day_of(rq->now);
	struct day from = q->from.n != DAY_NONE.n ? q->from :
	    (struct day){ to.n - ANALYTICS_DAYS + 1 };

	if (from.n > to.n || to.n - from.n >= ANALYTICS_DAYS_MAX) {
		complain(&rq->wrong, rq->arena, STR("from"),
		    "must be at most %d days before to", ANALYTICS_DAYS_MAX);
		return ERR_INVALID;
	}
	rq->out = ARENA_NEW(rq->arena, struct analytics);
	return placement_analytics(rq->db, rq->arena, rq->who.org_id,
	    rq->id[0], from, to, rq->out);
}

static const enum err create_errors[] = ERRORS(ERR_NOT_A_REFERRER,
    ERR_REFERRER_PENDING, ERR_REFERRER_BLOCKED, ERR_CODE_TAKEN);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err analytics_errors[] = ERRORS(ERR_NOT_FOUND, ERR_INVALID);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);

const struct route pw_campaign_routes[] = {
	{ .op = "createReferrerCampaign", .method = POST,
	  .path = "/referrer-campaigns", .handle = create, .in = &campaign_in,
	  .out = &campaign_out, .status = 201, .flags = R_WRITE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = create_errors,
	  .tag = "referrer-campaigns",
	  .summary = "Create a referrer campaign with a link",
	  .done = "Referrer campaign created" },
	{ .op = "listReferrerCampaigns", .method = GET,
	  .path = "/referrer-campaigns", .handle = list,
	  .query = &campaign_query, .out = &campaign_out, .status = 200,
	  .flags = R_LIST, .scope = SCOPE_CAMPAIGNS_READ,
	  .tag = "referrer-campaigns", .summary = "List referrer campaigns",
	  .done = "Referrer campaigns" },
	{ .op = "getReferrerCampaign", .method = GET,
	  .path = "/referrer-campaigns/{id}", .handle = get,
	  .out = &campaign_out, .status = 200, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "referrer-campaigns",
	  .summary = "Read a referrer campaign", .done = "Referrer campaign" },
	{ .op = "updateReferrerCampaign", .method = PUT,
	  .path = "/referrer-campaigns/{id}", .handle = update,
	  .in = &campaign_change, .out = &campaign_out, .status = 200,
	  .flags = R_WRITE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = update_errors, .tag = "referrer-campaigns",
	  .summary = "Change a referrer campaign",
	  .done = "Referrer campaign updated" },
	{ .op = "endReferrerCampaign", .method = DELETE,
	  .path = "/referrer-campaigns/{id}", .handle = end, .status = 204,
	  .flags = R_WRITE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = not_found, .tag = "referrer-campaigns",
	  .summary = "End a referrer campaign; its history stays",
	  .done = "Referrer campaign ended" },
	{ .op = "getReferrerCampaignAnalytics", .method = GET,
	  .path = "/referrer-campaigns/{id}/analytics", .handle = analytics,
	  .query = &analytics_query, .out = &analytics_out, .status = 200,
	  .scope = SCOPE_CAMPAIGNS_READ, .errors = analytics_errors,
	  .tag = "referrer-campaigns",
	  .summary = "Clicks, referrals and earnings by day",
	  .done = "Analytics" },
	{ .op = NULL }
};
