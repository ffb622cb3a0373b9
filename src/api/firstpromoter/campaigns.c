/* Campaigns as they are offered to promoters. */
#include "api/firstpromoter/uses.h"
#include "model/program/offer.h"

#include "base/money.h"
#include "base/banned.h"

static const char *const parameter_labels[] = {
	"?fpr", "?via", "?fp_ref", "?deal", "?ref", "?_from", "?_by", "?_go",
	NULL
};

SHAPE(fp_link_in, struct offer_link, "CampaignLinkInput",
    FIELD(struct offer_link, id, "id", .flags = F_ID_NUMBER | F_NULLABLE),
    FIELD(struct offer_link, name, "name", .flags = F_REQUIRED, .min = 1,
	.max = 120),
    FIELD(struct offer_link, url, "url", .flags = F_REQUIRED, .max = 2000,
	.format = "uri"),
    FIELD(struct offer_link, destroy, "_destroy"));

SHAPE(fp_upgrade_in, struct upgrade, "UpgradeInput",
    FIELD(struct upgrade, campaign_id, "campaign_id",
	.flags = F_REQUIRED | F_ID_NUMBER),
    FIELD(struct upgrade, amount, "amount", .flags = F_REQUIRED, .min = 1,
	.max = MONEY_MAX, .doc = "Of revenue: minor units"),
    FIELD(struct upgrade, metric, "metric", .flags = F_REQUIRED,
	.labels = upgrade_metric_labels, .doc = "What a promoter has to reach "
	    "in this campaign to come into that one, with his links"),
    FIELD(struct upgrade, moves, "move_referrals_on_level_change",
	.doc = "His referrals go along; else they stay with these terms"));

struct campaign_in {
	struct offer o;
	int parameter;			/* of parameter_labels */
	bool auto_leads, auto_promoters;
	struct list links, promoters, referrals;
};

#define IN(member, wire, ...) \
    FIELD(struct campaign_in, member, wire, __VA_ARGS__)
#define INPUT(required) \
    IN(o.name, "name", .flags = (required), .min = 1, .max = 120), \
    IN(o.landing_url, "landing_url", .flags = (required), .max = 2000, \
	.format = "uri"), \
    IN(parameter, "ref_token_param", .flags = (required), \
	.labels = parameter_labels, .doc = "What names the promoter in the " \
	    "address of the landing page"), \
    IN(o.color, "color", .max = 9, .example = "\"#4f46e5\""), \
    IN(o.cookie_days, "visitor_cookie_life", .flags = (required), \
	.min = 1, .max = 3650, .doc = "Days for which a click counts"), \
    IN(auto_promoters, "auto_approve_promoters"), \
    IN(auto_leads, "auto_approve_leads"), \
    IN(o.private, "is_private"), \
    IN(o.ad_traffic, "track_ad_traffic", .labels = ad_traffic_labels), \
    IN(o.signup_url, "signup_url", .flags = F_NULLABLE, .max = 2000, \
	.format = "uri"), \
    IN(links, "links", .of = &fp_link_in, .max = OFFER_LINKS_MAX, \
	.doc = "Those with an id are changed, or deleted by _destroy; the " \
	    "others are made; what is not named stays"), \
    IN(o.upgrade, "upgrade_details", .flags = F_NULLABLE, \
	.of = &fp_upgrade_in), \
    IN(promoters, "rewards_for_promoters", .of = &fp_use_in, \
	.max = REWARD_USES_MAX, .doc = "All of them: none is 20 % of all " \
	    "sales"), \
    IN(referrals, "rewards_for_referrals", .of = &fp_use_in, \
	.max = REWARD_USES_MAX)
SHAPE(fp_campaign_in, struct campaign_in, "CampaignCreate",
    INPUT(F_REQUIRED));
SHAPE(fp_campaign_change, struct campaign_in, "CampaignUpdate", INPUT(0));

/* Bits of given, in the order of INPUT. */
enum { HAS_NAME, HAS_LANDING, HAS_PARAMETER, HAS_COLOR, HAS_COOKIE,
	HAS_AUTO_PROMOTERS, HAS_AUTO_LEADS, HAS_PRIVATE, HAS_TRAFFIC,
	HAS_SIGNUP, HAS_LINKS, HAS_UPGRADE, HAS_PROMOTERS, HAS_REFERRALS };
#define GIVEN(rq, bit) (((rq)->given >> (bit) & 1) != 0)

SHAPE(fp_campaign_stats, struct offer_stats, "CampaignStats",
    FIELD(struct offer_stats, referrals, "referrals_count"),
    FIELD(struct offer_stats, sales, "sales_count"),
    FIELD(struct offer_stats, customers, "customers_count"),
    FIELD(struct offer_stats, promoters, "promoters_count"),
    FIELD(struct offer_stats, revenue, "revenue_amount",
	.doc = "In the program's currency, less what was refunded"));

SHAPE(fp_link, struct offer_link, "CampaignLink",
    FP_ID(struct offer_link, id, "id"),
    FIELD(struct offer_link, name, "name", .max = 120),
    FIELD(struct offer_link, url, "url", .max = 2000));

static const char *const status_labels[] = { "active", "inactive", NULL };

struct campaign_out {
	struct offer o;
	int status;
	struct offer_stats stats;
	struct str landing_url, signup_url, parameter, upgrade;
	bool auto_leads, auto_promoters;
	struct list links, promoters, referrals;
};

#define OUT(member, wire, ...) \
    FIELD(struct campaign_out, member, wire, __VA_ARGS__)
SHAPE(fp_campaign, struct campaign_out, "Campaign",
    FP_ID(struct campaign_out, o.id, "id"),
    OUT(o.name, "name", .max = 120),
    OUT(status, "status", .labels = status_labels),
    OUT(o.color, "color", .max = 9),
    OUT(stats, "stats", .of = &fp_campaign_stats),
    OUT(landing_url, "landing_url", .max = 2000),
    OUT(o.cookie_days, "visitor_cookie_life"),
    OUT(parameter, "ref_token_param", .max = 41),
    OUT(auto_leads, "auto_approve_leads"),
    OUT(o.ad_traffic, "track_ad_traffic", .labels = ad_traffic_labels),
    OUT(auto_promoters, "auto_approve_promoters"),
    OUT(o.private, "is_private"),
    OUT(o.is_default, "is_default"),
    OUT(upgrade, "upgrade_details", .flags = F_JSON,
	.doc = "As it was given, or empty"),
    OUT(signup_url, "signup_url", .max = 2000),
    OUT(links, "links", .of = &fp_link, .max = OFFER_LINKS_MAX),
    OUT(promoters, "rewards_for_promoters", .of = &fp_use,
	.max = REWARD_USES_MAX),
    OUT(referrals, "rewards_for_referrals", .of = &fp_use,
	.max = REWARD_USES_MAX));

static struct str
upgrade_text(struct arena *a, const struct upgrade *u)
{
	struct buf b;

	buf_init(&b, a, 128);
	if (u->campaign_id == 0)
		buf_lit(&b, "{}");
	else
		json_encode(&b, &fp_upgrade_in, u, false);
	return buf_view(&b);
}

static struct str
or_empty(struct str s)
{
	return s.p != NULL ? s : STR("");
}

/* What hangs on campaigns, read for all of a page at once. */
struct beside {
	struct list stats, links, uses;
};

static enum err
read_beside(struct request *rq, const struct offer *o, size_t n,
    struct beside *b)
{
	uint64_t *ids = arena_array(rq->arena, n + 1, sizeof(*ids));
	struct reward_uses *of = arena_array(rq->arena, n + 1, sizeof(*of));

	for (size_t i = 0; i < n; i++)
		of[i].campaign_id = ids[i] = o[i].id;
	TRY(offer_stats(rq->db, rq->arena, rq->who.org_id, ids, n,
	    &b->stats));
	TRY(offer_links(rq->db, rq->arena, rq->who.org_id, ids, n,
	    &b->links));
	return reward_uses_of(rq->db, rq->arena, rq->who.org_id, of, n,
	    &b->uses);
}

static struct list
links_of(const struct beside *b, uint64_t id)
{
	struct offer_link *l = b->links.items;
	size_t first = 0, n = 0;

	while (first < b->links.n && l[first].campaign_id != id)
		first++;
	while (first + n < b->links.n && l[first + n].campaign_id == id)
		n++;
	return (struct list){ l + first, n };
}

static struct campaign_out
show(struct arena *a, const struct offer *o, const struct beside *b)
{
	const struct offer_stats *s = b->stats.items;
	struct campaign_out out = { .o = *o,
	    .status = o->status != CAMPAIGN_SCHEDULED &&
		o->status != CAMPAIGN_RUNNING,
	    .landing_url = or_empty(o->landing_url),
	    .signup_url = or_empty(o->signup_url),
	    .parameter = str_printf(a, "?%.*s", STR_ARG(o->parameter)),
	    .upgrade = upgrade_text(a, &o->upgrade),
	    .auto_leads = !o->approve_leads,
	    .auto_promoters = !o->approve_promoters,
	    .links = links_of(b, o->id),
	    .promoters = fp_uses_show(a, b->uses, o->id, 0, true),
	    .referrals = fp_uses_show(a, b->uses, o->id, 0, false) };

	for (size_t i = 0; i < b->stats.n; i++)
		if (s[i].id == o->id)
			out.stats = s[i];
	return out;
}

static enum err
answer(struct request *rq, const struct offer *o)
{
	struct campaign_out *out = ARENA_NEW(rq->arena, struct campaign_out);
	struct beside b;

	TRY(read_beside(rq, o, 1, &b));
	*out = show(rq->arena, o, &b);
	rq->out = out;
	answer_etag(rq, (uint64_t)o->version);
	return OK;
}

#define WRONG(rq, field, ...) \
	complain(&(rq)->wrong, (rq)->arena, STR(field), __VA_ARGS__)

static bool
is_color(struct str s)
{
	if (s.n != 4 && s.n != 7 && s.n != 9)
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (memchr("0123456789abcdefABCDEF", s.p[i], 22) == NULL)
			return false;
	return s.p[0] == '#';
}

static void
check(struct request *rq)
{
	const struct campaign_in *in = rq->in;

	if (in->o.color.p != NULL && !is_color(in->o.color))
		WRONG(rq, "color", "must be # and hexadecimal digits");
	fp_uses_check(rq, "rewards_for_promoters", in->promoters);
	fp_uses_check(rq, "rewards_for_referrals", in->referrals);
}

/* What was given; the rest stays. */
static void
change(struct request *rq, struct offer *o)
{
	const struct campaign_in *in = rq->in;

	if (GIVEN(rq, HAS_NAME))
		o->name = in->o.name;
	if (GIVEN(rq, HAS_LANDING))
		o->landing_url = in->o.landing_url;
	if (GIVEN(rq, HAS_PARAMETER))
		o->parameter = str_of(parameter_labels[in->parameter] + 1);
	if (GIVEN(rq, HAS_COLOR))
		o->color = in->o.color;
	if (GIVEN(rq, HAS_COOKIE))
		o->cookie_days = in->o.cookie_days;
	if (GIVEN(rq, HAS_AUTO_PROMOTERS))
		o->approve_promoters = !in->auto_promoters;
	if (GIVEN(rq, HAS_AUTO_LEADS))
		o->approve_leads = !in->auto_leads;
	if (GIVEN(rq, HAS_PRIVATE))
		o->private = in->o.private;
	if (GIVEN(rq, HAS_TRAFFIC))
		o->ad_traffic = in->o.ad_traffic;
	if (GIVEN(rq, HAS_SIGNUP))
		o->signup_url = in->o.signup_url;
	if (GIVEN(rq, HAS_UPGRADE))
		o->upgrade = in->o.upgrade;
}

/* An upgrade leads into another campaign of the company. */
static enum err
check_upgrade(struct request *rq, const struct offer *o)
{
	enum err e = !GIVEN(rq, HAS_UPGRADE) ? OK :
	    offer_upgrade(rq->db, rq->arena, rq->who.org_id, o);

	if (e != ERR_NOT_FOUND)
		return e;
	WRONG(rq, "upgrade_details",
	    "must be another campaign that is not over");
	return ERR_INVALID;
}

static enum err
set_links(struct request *rq, uint64_t id)
{
	const struct campaign_in *in = rq->in;
	enum err e = offer_links_set(rq->db, rq->arena, ACTOR(rq), id,
	    in->links.items, in->links.n);

	if (e == ERR_NOT_FOUND)
		WRONG(rq, "links", "has no link of that id");
	else if (e == ERR_LIMIT)
		WRONG(rq, "links", "must be at most %d", OFFER_LINKS_MAX);
	else
		return e;
	return ERR_INVALID;
}

static enum err
set_rest(struct request *rq, uint64_t id)
{
	const struct campaign_in *in = rq->in;
	struct reward_uses all = { .campaign_id = id, .promoter = true };

	if (GIVEN(rq, HAS_LINKS))
		TRY(set_links(rq, id));
	if (GIVEN(rq, HAS_PROMOTERS))
		TRY(fp_uses_set(rq, "rewards_for_promoters", &all,
		    in->promoters));
	all.promoter = false;
	return GIVEN(rq, HAS_REFERRALS) ? fp_uses_set(rq,
	    "rewards_for_referrals", &all, in->referrals) : OK;
}

static enum err
create(struct request *rq)
{
	struct offer o = { .color = STR(DEFAULT_COLOR),
	    .ad_traffic = AD_PENDING };

	change(rq, &o);
	TRY(check_upgrade(rq, &o));
	TRY(offer_create(rq->db, rq->arena, ACTOR(rq), &o));
	TRY(set_rest(rq, o.id));
	TRY(offer_get(rq->db, rq->arena, rq->who.org_id, o.id, &o));
	return answer(rq, &o);
}

static enum err
get(struct request *rq)
{
	struct offer o = { 0 };

	TRY(offer_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &o));
	return answer(rq, &o);
}

static enum err
update(struct request *rq)
{
	struct campaign c = { 0 };
	struct offer o = { 0 };

	TRY(offer_lock(rq->db, rq->arena, ACTOR(rq), rq->id[0], &c, &o));
	TRY(precondition(rq, (uint64_t)o.version));
	change(rq, &o);
	TRY(check_upgrade(rq, &o));
	TRY(offer_update(rq->db, rq->arena, ACTOR(rq), &c, &o));
	TRY(set_rest(rq, o.id));
	return answer(rq, &o);
}

/* Answers with what it was. */
static enum err
delete(struct request *rq)
{
	struct campaign c = { 0 };
	struct offer o = { 0 };

	TRY(offer_lock(rq->db, rq->arena, ACTOR(rq), rq->id[0], &c, &o));
	TRY(answer(rq, &o));
	return offer_delete(rq->db, rq->arena, ACTOR(rq), &c);
}

struct campaign_query {
	struct fp_page_query page;
};

SHAPE(fp_campaign_query, struct campaign_query, "CampaignQuery",
    FP_PAGE_FIELDS(struct campaign_query));

static const char *const sorts[] = { "id:asc", NULL };

static enum err
list(struct request *rq)
{
	const struct campaign_query *q = rq->query;
	struct campaign_out *out;
	const struct offer *o;
	struct paging p;
	struct beside b;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(offer_list(rq->db, rq->arena, rq->who.org_id, &p, &rows));
	o = rows.items;
	TRY(read_beside(rq, o, rows.n, &b));
	out = arena_array(rq->arena, rows.n + 1, sizeof(*out));
	for (size_t i = 0; i < rows.n; i++)
		out[i] = show(rq->arena, &o[i], &b);
	page_cut(rq, &p, (struct list){ out, rows.n }, sizeof(*out),
	    offsetof(struct campaign_out, o.id),
	    offsetof(struct campaign_out, o.id));
	return OK;
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);
static const enum err update_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);
static const enum err delete_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_PAID_OUT);

const struct route fp_campaign_routes[] = {
	{ .op = "listCompanyCampaigns", .method = GET,
	  .path = "/company/campaigns", .handle = list,
	  .query = &fp_campaign_query, .sorts = sorts,
	  .out = &fp_campaign, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_CAMPAIGNS_READ, .tag = "Campaigns",
	  .summary = "List campaigns" },
	{ .op = "createCompanyCampaign", .method = POST,
	  .path = "/company/campaigns", .check = check, .handle = create,
	  .in = &fp_campaign_in,
	  .out = &fp_campaign, .status = 201, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .tag = "Campaigns",
	  .summary = "Make a campaign, which runs at once" },
	{ .op = "getCompanyCampaign", .method = GET,
	  .path = "/company/campaigns/{id}", .handle = get,
	  .out = &fp_campaign, .status = 200, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "Campaigns",
	  .summary = "Read a campaign" },
	{ .op = "updateCompanyCampaign", .method = PUT,
	  .path = "/company/campaigns/{id}", .check = check,
	  .handle = update, .in = &fp_campaign_change, .out = &fp_campaign,
	  .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = update_errors,
	  .tag = "Campaigns", .summary = "Change a campaign" },
	{ .op = "deleteCompanyCampaign", .method = DELETE,
	  .path = "/company/campaigns/{id}", .handle = delete,
	  .out = &fp_campaign, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = delete_errors,
	  .tag = "Campaigns", .summary = "Delete a campaign: its promoters' "
	    "links end, commissions that are not paid stay" },
	{ .op = NULL }
};
