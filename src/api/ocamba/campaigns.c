/* Campaigns as this face shows them: one, and lists of them. */
#include "api/ocamba/routes.h"

#include "base/banned.h"

#define PAGE_FAR 100000		/* rows that may be skipped */

SHAPE(hood_extras, struct hood_extras, NULL,
    HOOD_EXTRAS(struct hood_extras, , F_NULLABLE));

static const char *const status_labels[] = {
	"draft", "scheduled", "running", "paused", "canceled", "sent",
	"needs_decision", NULL
};
enum { DRAFT, SCHEDULED, RUNNING, PAUSED, CANCELED, SENT };

/* The last ones are long: lists leave them out, but for view=full. */
#define LONG_MEMBERS 5

#define OUT(member, wire, bits, ...) \
    FIELD(struct hood_campaign, member, wire, \
	.flags = F_OPTIONAL | (bits), __VA_ARGS__)
SHAPE(hood_campaign, struct hood_campaign, "Campaign",
    OUT(c.id, "id", 0),
    OUT(c.organization_id, "company_id", 0),
    OUT(c.user_id, "creator_id", F_NULLABLE),
    OUT(c.name, "name", 0, .max = 120),
    OUT(c.description, "description", F_NULLABLE, .max = 2000),
    OUT(status, "status", 0, .labels = status_labels,
	.doc = "Sent: it was stopped or has come to its end"),
    OUT(c.begins_at, "scheduled_time", F_NULLABLE, .format = "gmt"),
    OUT(launched, "was_launched", 0),
    OUT(c.archived, "archived", 0),
    OUT(c.begins_at, "next_run_time", F_NULLABLE, .format = "gmt"),
    OUT(c.runs, "run_counter", 0),
    OUT(c.created_at, "create_time", 0, .format = "gmt"),
    OUT(c.updated_at, "update_time", 0, .format = "gmt"),
    HOOD_EXTRAS(struct hood_campaign, x., F_OPTIONAL));

enum err
hood_unpack(struct request *rq, const struct campaign *c,
    struct hood_extras *x)
{
	struct complaints wrong;
	uint64_t given;

	*x = (struct hood_extras){ .labels = STR_NULL };
	complaints_init(&wrong);
	return c->extras.p == NULL || json_decode(rq->arena, c->extras,
	    &hood_extras, true, x, &given, &wrong) == OK ? OK : ERR_INTERNAL;
}

enum err
hood_show(struct request *rq, const struct campaign *c,
    struct hood_campaign *out)
{
	static const int shown[] = {
		[CAMPAIGN_DRAFT] = DRAFT,
		[CAMPAIGN_SCHEDULED] = SCHEDULED,
		[CAMPAIGN_RUNNING] = RUNNING,
		[CAMPAIGN_PAUSED] = PAUSED,
		[CAMPAIGN_STOPPED] = SENT,
		[CAMPAIGN_FINISHED] = SENT,
		[CAMPAIGN_CANCELED] = CANCELED,
	};

	*out = (struct hood_campaign){ .c = *c, .status = shown[c->status],
	    .launched = c->launched_at.us != 0 };
	TRY(hood_unpack(rq, c, &out->x));
	if (out->x.labels.p == NULL)
		out->x.labels = STR("[]");
	if (out->x.metadata.p == NULL)
		out->x.metadata = STR("{}");
	if (out->x.messages.p == NULL)
		out->x.messages = STR("[]");
	return OK;
}

enum view { VIEW_BASIC, VIEW_FULL };
static const char *const view_labels[] = { "basic", "full", NULL };

struct hood_one_query {
	struct str fields;
	int view;
};

#define VIEW_FIELDS(rec, path, default_view) \
    FIELD(rec, path fields, "fields", .min = 1, .max = 400, \
	.doc = "Only these members, by their names: id,name,status"), \
    FIELD(rec, path view, "view", .labels = view_labels, \
	.doc = "Basic is without messages, recurrence and the like; " \
	    default_view " where absent")

SHAPE(hood_one_query, struct hood_one_query, "CampaignQuery",
    VIEW_FIELDS(struct hood_one_query, , "full"));

static enum err
wrong(struct request *rq, const char *parameter, const char *why,
    struct str what)
{
	complain(&rq->wrong, rq->arena, str_of(parameter), "%s%.*s", why,
	    STR_ARG(what));
	return ERR_BAD_PAGE;
}

static int
member_named(struct str name)
{
	for (size_t i = 0; i < hood_campaign.n; i++)
		if (str_is(name, hood_campaign.fields[i].name))
			return (int)i;
	return -1;
}

/* Which members are shown: those that are named, else those of the view. */
static enum err
read_view(struct request *rq, const struct hood_one_query *q, int view)
{
	struct str rest = q->fields, one;

	if (q->view >= 0)
		view = q->view;
	rq->page.members = UINT64_MAX;
	if (q->fields.p != NULL)
		rq->page.members = 0;
	else if (view == VIEW_BASIC)
		rq->page.members = (UINT64_C(1) <<
		    (hood_campaign.n - LONG_MEMBERS)) - 1;
	while (rest.p != NULL) {
		int i;

		(void)str_cut(rest, ',', &one, &rest);
		i = member_named(one);
		if (i < 0)
			return wrong(rq, "fields", "has no member of the name ",
			    one);
		rq->page.members |= UINT64_C(1) << i;
	}
	return OK;
}

struct hood_list_query {
	struct hood_one_query one;
	struct str page, sort, q, q_fields;
};

SHAPE(hood_list_query, struct hood_list_query, "CampaignListQuery",
    VIEW_FIELDS(struct hood_list_query, one., "basic"),
    FIELD(struct hood_list_query, page, "page", .min = 1, .max = 12,
	.doc = "N,M: the page N, from 1, with M items, at most 100; "
	    "1,10 where absent", .example = "\"2,20\""),
    FIELD(struct hood_list_query, sort, "sort", .min = 1, .max = 60,
	.doc = "-create_time, if absent; at most three of create_time, "
	    "update_time, name, next_run_time, run_counter, status, each "
	    "once, from the highest down with a minus",
	.example = "\"-status,name\""),
    FIELD(struct hood_list_query, q, "q", .min = 1, .max = 120,
	.doc = "Only those with this in what q_fields names, in any case"),
    FIELD(struct hood_list_query, q_fields, "q_fields", .min = 1, .max = 60,
	.doc = "name, description, or both, as where absent",
	.example = "\"name,description\""));

static enum err
read_page(struct request *rq, struct str page, struct campaign_search *s)
{
	struct str number, limit;
	int64_t n = 1;

	s->limit = PAGE_LIMIT;
	if (page.p != NULL && (!str_cut(page, ',', &number, &limit) ||
	    !str_to_i64(number, &n) || !str_to_i64(limit, &s->limit) ||
	    n < 1 || s->limit < 1 || s->limit > PAGE_LIMIT_MAX))
		return wrong(rq, "page", "must be N,M: a page from 1 and its "
		    "length up to 100", STR(""));
	if (n - 1 > PAGE_FAR / s->limit)
		return wrong(rq, "page", "is too far behind the start; sort "
		    "the other way, or search", STR(""));
	s->offset = (n - 1) * s->limit;
	return OK;
}

static enum err
read_key(struct request *rq, struct str key, struct campaign_search *s)
{
	static const char *const names[CAMPAIGN_KEYS] = {
		[CAMPAIGN_BY_CREATED] = "create_time",
		[CAMPAIGN_BY_UPDATED] = "update_time",
		[CAMPAIGN_BY_NAME] = "name",
		[CAMPAIGN_BY_BEGIN] = "next_run_time",
		[CAMPAIGN_BY_RUNS] = "run_counter",
		[CAMPAIGN_BY_STATUS] = "status",
	};
	bool down = str_has_prefix(key, STR("-"));
	struct str name = str_skip(key, down ? 1 : 0);
	unsigned k = 0;

	while (k < CAMPAIGN_KEYS && !str_is(name, names[k]))
		k++;
	if (k == CAMPAIGN_KEYS)
		return wrong(rq, "sort", "can't be by ", name);
	for (size_t i = 0; i < s->n_sorts; i++)
		if (s->sort[i].key == k)
			return wrong(rq, "sort", "twice by ", name);
	if (s->n_sorts == CAMPAIGN_SORTS)
		return wrong(rq, "sort", "is by three at most", STR(""));
	s->sort[s->n_sorts].key = k;
	s->sort[s->n_sorts++].down = down;
	return OK;
}

static enum err
read_search(struct request *rq, const struct hood_list_query *q,
    struct campaign_search *s)
{
	struct str rest = q->sort.p != NULL ? q->sort : STR("-create_time");
	struct str one;

	while (rest.p != NULL) {
		(void)str_cut(rest, ',', &one, &rest);
		TRY(read_key(rq, one, s));
	}
	s->q = q->q;
	rest = q->q_fields;
	while (rest.p != NULL) {
		(void)str_cut(rest, ',', &one, &rest);
		if (str_is(one, "name"))
			s->q_name = true;
		else if (str_is(one, "description"))
			s->q_description = true;
		else
			return wrong(rq, "q_fields", "can't be searched: ",
			    one);
	}
	return read_page(rq, q->page, s);
}

static enum err
answer(struct request *rq, const struct campaign *c, size_t n)
{
	struct hood_campaign *out = arena_array(rq->arena, n + 1,
	    sizeof(*out));

	for (size_t i = 0; i < n; i++)
		TRY(hood_show(rq, &c[i], &out[i]));
	rq->page.items = (struct list){ out, n };
	return OK;
}

static enum err
list(struct request *rq)
{
	const struct hood_list_query *q = rq->query;
	struct campaign_search s = { .n_sorts = 0 };
	struct list rows;

	TRY(read_view(rq, &q->one, VIEW_BASIC));
	TRY(read_search(rq, q, &s));
	TRY(campaign_list(rq->db, rq->arena, rq->who.org_id, &s, &rows,
	    &rq->page.total));
	return answer(rq, rows.items, rows.n);
}

static enum err
get(struct request *rq)
{
	struct campaign c = CAMPAIGN_NEW;

	TRY(read_view(rq, rq->query, VIEW_FULL));
	TRY(campaign_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &c));
	if (c.status == CAMPAIGN_DELETED)
		return ERR_NOT_FOUND;
	rq->page.total = 1;
	answer_etag(rq, (uint64_t)c.version);
	return answer(rq, &c, 1);
}

static const enum err not_found[] = ERRORS(ERR_NOT_FOUND);

const struct route hood_campaign_routes[] = {
	{ .op = "listHoodCampaigns", .method = GET, .path = "/campaigns",
	  .handle = list, .query = &hood_list_query, .out = &hood_campaign,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_CAMPAIGNS_READ,
	  .tag = "campaigns", .summary = "List campaigns",
	  .done = "Campaigns" },
	{ .op = "getHoodCampaign", .method = GET, .path = "/campaigns/{id}",
	  .handle = get, .query = &hood_one_query, .out = &hood_campaign,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_CAMPAIGNS_READ,
	  .errors = not_found, .tag = "campaigns",
	  .summary = "Read a campaign", .done = "The campaign" },
	{ .op = NULL }
};
