/* Referrer campaigns: placements of the house's program with code and link. */
#include "api/perfectworks/routes.h"
#include "model/referral/placement.h"

#include "base/banned.h"

struct campaign_in {
	struct str name, code, landing_url, description;
	struct when starts_at, ends_at;
};

#define CHANGEABLE(required) \
    FIELD(struct campaign_in, name, "name", .flags = (required), .min = 1, \
	.max = 120, .example = "\"Spring newsletter\""), \
    FIELD(struct campaign_in, landing_url, "landingUrl", \
	.flags = (required), .max = 2000, .format = "uri", \
	.doc = "http or https, without a user in it", \
	.example = "\"https://shop.example/spring\""), \
    FIELD(struct campaign_in, description, "description", \
	.flags = F_NULLABLE, .max = 1000), \
    FIELD(struct campaign_in, starts_at, "startsAt", .flags = F_NULLABLE, \
	.doc = "Before it the link redirects and nothing counts"), \
    FIELD(struct campaign_in, ends_at, "endsAt", .flags = F_NULLABLE, \
	.doc = "Then it is ended, for ever")

SHAPE(campaign_in, struct campaign_in, "ReferrerCampaignCreate",
    CHANGEABLE(F_REQUIRED),
    FIELD(struct campaign_in, code, "code", .min = 3, .max = 40,
	.format = "code",
	.doc = "Unique in any case, for ever; made where absent"));

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
	return (struct campaign_out){ *p, link_of_code(a, p->code) };
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

/* An end that is given must be ahead; one that was there may be over. */
static enum err
check_dates(struct request *rq, const struct placement *p, bool new_end)
{
	if (p->ends_at.us == 0)
		return OK;
	if (p->ends_at.us <= p->starts_at.us)
		complain(&rq->wrong, rq->arena, STR("endsAt"),
		    "must be later than startsAt");
	else if (new_end && p->ends_at.us <= rq->now.us)
		complain(&rq->wrong, rq->arena, STR("endsAt"),
		    "must not have passed");
	else
		return OK;
	return ERR_INVALID;
}

static enum err
create(struct request *rq)
{
	const struct campaign_in *in = rq->in;
	struct placement p = { .name = in->name, .code = in->code,
	    .landing_url = in->landing_url, .description = in->description,
	    .starts_at = in->starts_at, .ends_at = in->ends_at };

	TRY(check_dates(rq, &p, true));
	TRY(placement_create(rq->db, rq->arena, ACTOR(rq), &p));
	return answer(rq, &p);
}

struct campaign_query {
	struct page_query paging;
	int status, phase;
	struct str q, code;
	struct day from, to;
};

SHAPE(campaign_query, struct campaign_query, "ReferrerCampaignQuery",
    PAGE_FIELDS(struct campaign_query),
    FIELD(struct campaign_query, status, "status",
	.labels = placement_status_labels),
    FIELD(struct campaign_query, phase, "phase",
	.labels = placement_phase_labels,
	.doc = "By startsAt; those that have ended are over"),
    FIELD(struct campaign_query, q, "q", .min = 1, .max = 120,
	.doc = "How the name begins, in any case; sorted by name:asc"),
    FIELD(struct campaign_query, code, "code", .min = 3, .max = 40,
	.format = "code", .doc = "The one with this code"),
    FIELD(struct campaign_query, from, "from",
	.doc = "First day of createdAt, UTC"),
    FIELD(struct campaign_query, to, "to",
	.doc = "Last day of createdAt, UTC"));

static const char *const sorts[] = {
	[PLACEMENTS_NEWEST] = "createdAt:desc",
	[PLACEMENTS_OLDEST] = "createdAt:asc",
	[PLACEMENTS_BY_NAME] = "name:asc",
	NULL
};

static enum err
wrong_filter(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_BAD_PAGE;
}

static enum err
read_filter(struct request *rq, struct placement_filter *f, struct paging *p)
{
	const struct campaign_query *q = rq->query;

	TRY(pw_page_found(rq, &q->paging, q->q, PLACEMENTS_BY_NAME, p));
	if (q->status >= 0 && q->phase >= 0)
		return wrong_filter(rq, "phase", "stands in place of status");
	if (q->to.n != DAY_NONE.n && q->from.n > q->to.n)
		return wrong_filter(rq, "from", "must not be after to");
	*f = (struct placement_filter){ .status = q->status,
	    .phase = q->phase, .prefix = q->q, .code = q->code,
	    .from = q->from, .to = q->to, .now = rq->now };
	return OK;
}

static enum err
list(struct request *rq)
{
	const struct placement *row;
	struct placement_filter f;
	struct campaign_out *out;
	struct referrer r = { 0 };
	struct list rows = { 0 };
	struct paging p;
	enum err e;

	TRY(read_filter(rq, &f, &p));
	e = referrer_of(rq->db, rq->arena, rq->who.org_id, &r);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK)
		TRY(placement_list(rq->db, rq->arena, r.id, &f, &p, &rows));
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
	struct placement was = { 0 }, p;

	TRY(placement_lock(rq->db, rq->arena, ACTOR(rq), rq->id[0], &was));
	TRY(precondition(rq, (uint64_t)was.version));
	p = was;
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
	TRY(check_dates(rq, &p, p.ends_at.us / 1000 != was.ends_at.us / 1000));
	TRY(placement_update(rq->db, rq->arena, ACTOR(rq), &was, &p));
	return answer(rq, &p);
}

static enum err
end(struct request *rq)
{
	return placement_end(rq->db, rq->arena, ACTOR(rq), rq->id[0]);
}

static const enum err create_errors[] = ERRORS(ERR_NOT_A_REFERRER,
    ERR_REFERRER_PENDING, ERR_REFERRER_BLOCKED, ERR_CODE_TAKEN);
static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE,
    ERR_CONFLICT);

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
	  .sorts = sorts, .flags = R_LIST, .scope = SCOPE_CAMPAIGNS_READ,
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
	{ .op = NULL }
};
