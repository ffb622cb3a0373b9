/* Reports of a company: by time, campaign, promoter, source, landing page. */
#include "api/firstpromoter/reports.h"

#include <stdlib.h>

#include "base/money.h"
#include "model/program/program.h"
#include "base/banned.h"

#define LINES_MOST 20000	/* of a file */
#define TAG "Reports"

struct campaign_out {
	uint64_t id;
	struct str name, color;
};

struct promoter_out {
	uint64_t id;
	struct str email, name;
};

struct item {
	uint64_t id;
	struct campaign_out campaign;
	struct promoter_out promoter;
	struct str name;
	struct fp_report_data data;
	struct list parts;	/* struct fp_report_part */
};

SHAPE(fp_report_campaign_ref, struct campaign_out, "ReportedCampaign",
    FP_ID(struct campaign_out, id, "id"),
    FIELD(struct campaign_out, name, "name", .max = 120),
    FIELD(struct campaign_out, color, "color", .max = 9));

SHAPE(fp_report_promoter_ref, struct promoter_out, "ReportedPromoter",
    FP_ID(struct promoter_out, id, "id"),
    FIELD(struct promoter_out, email, "email", .max = 254),
    FIELD(struct promoter_out, name, "name", .max = 160));

#define DATA \
    FIELD(struct item, data, "data", .of = &fp_report_data)
#define PARTS \
    FIELD(struct item, parts, "sub_data", .of = &fp_report_part, .max = 400)
#define NAMED(name_, max_) \
    FIELD(struct item, name, name_, .max = max_), \
    FIELD(struct item, name, "id", .max = max_), DATA

SHAPE(fp_report_campaign, struct item, "CampaignReport",
    FIELD(struct item, campaign, "campaign", .of = &fp_report_campaign_ref),
    FP_ID(struct item, id, "id"), DATA, PARTS);
SHAPE(fp_report_promoter, struct item, "PromoterReport",
    FIELD(struct item, promoter, "promoter", .of = &fp_report_promoter_ref),
    FP_ID(struct item, id, "id"), DATA, PARTS);
SHAPE(fp_report_source, struct item, "SourceReport", NAMED("source", 40),
    PARTS);
SHAPE(fp_report_url, struct item, "UrlReport", NAMED("url", 200));
SHAPE(fp_report_sub_id, struct item, "SubIdReport", NAMED("sub_id", 120),
    PARTS);

/* --- by time --- */

struct sorted {
	int64_t key;
	size_t at;		/* among parts of the same key */
	struct fp_report_part part;
};

static int
by_key(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Their first days are the key where no column is asked. */
static enum err
sort_parts(struct request *rq, const struct report_ask *ask,
    const struct report *r, const struct list *parts)
{
	const struct fp_report_query *q = rq->query;
	const struct report_line *l = r->lines.items;
	const struct report_period *p = r->periods.items;
	struct sorted *s = arena_array(rq->arena, parts->n, sizeof(*s));
	struct fp_report_part *part = parts->items;
	bool by_column = false, down = q->by_period == FP_DESC;

	for (int c = 0; c < REPORT_COLUMNS; c++)
		by_column |= q->sort[c] >= 0;
	if (by_column)
		down = !ask->ascending;
	for (size_t i = 0; i < parts->n; i++) {
		s[i] = (struct sorted){ p[i].first.n, i, part[i] };
		if (by_column)
			TRY(report_value(&l->periods[i], &p[i],
			    (enum report_column)ask->sort, &s[i].key));
		if (down)
			s[i].key = -s[i].key;
	}
	qsort(s, parts->n, sizeof(*s), by_key);
	for (size_t i = 0; i < parts->n; i++)
		part[i] = s[i].part;
	return OK;
}

enum err
fp_report_overview(struct request *rq, enum report_subject subject,
    uint64_t id)
{
	struct report_ask ask;
	struct report r;

	TRY(fp_report_ask(rq, subject, &ask));
	ask.subject_id = id;
	TRY(report_read(rq->db, rq->arena, &ask, &r));
	TRY(fp_report_parts(rq->arena, &ask, &r, r.lines.items,
	    &rq->page.items));
	return sort_parts(rq, &ask, &r, &rq->page.items);
}

static enum err
overview(struct request *rq)
{
	return fp_report_overview(rq, REPORT_ALL, 0);
}

/* --- by thing --- */

static enum err
put_items(struct request *rq, const struct report_ask *ask,
    const struct report *r, struct item **items)
{
	const struct report_period whole = { ask->from, ask->to };
	const struct report_line *l = r->lines.items;
	struct item *item = arena_array(rq->arena, r->lines.n + 1,
	    sizeof(*item));

	for (size_t i = 0; i < r->lines.n; i++) {
		item[i] = (struct item){ .id = l[i].id, .name = l[i].name };
		TRY(fp_report_data_put(rq->arena, &l[i].total, &whole,
		    ask->columns, &item[i].data));
		if (ask->periods)
			TRY(fp_report_parts(rq->arena, ask, r, &l[i],
			    &item[i].parts));
	}
	*items = item;
	rq->page.items = (struct list){ item, r->lines.n };
	return OK;
}

static const struct report_name *
name_of(const struct list *names, uint64_t id)
{
	static const struct report_name gone;
	const struct report_name *n = names->items;

	for (size_t i = 0; i < names->n; i++)
		if (n[i].id == id)
			return &n[i];
	return &gone;
}

static struct str
text(struct str s)
{
	return s.p != NULL ? s : STR("");
}

/* Campaigns or promoters, found by q where it is given. */
static enum err
read_things(struct request *rq, struct report_ask *ask, struct report *r,
    struct list *names)
{
	const struct fp_report_query *q = rq->query;
	struct list ids;

	if (q->q.n > 0) {
		TRY(report_find(rq->db, rq->arena, rq->who.org_id,
		    ask->subject, q->q, &ids));
		ask->ids = &ids;
	}
	TRY(report_read(rq->db, rq->arena, ask, r));
	return report_names(rq->db, rq->arena, rq->who.org_id, ask->subject,
	    r, names);
}

static enum err
things(struct request *rq, enum report_subject subject)
{
	struct report_ask ask;
	struct report r;
	struct list names;
	struct item *item;

	TRY(fp_report_ask(rq, subject, &ask));
	TRY(read_things(rq, &ask, &r, &names));
	TRY(put_items(rq, &ask, &r, &item));
	for (size_t i = 0; i < r.lines.n; i++) {
		const struct report_name *n = name_of(&names, item[i].id);

		item[i].campaign = (struct campaign_out){ item[i].id,
		    text(n->name), n->color.p != NULL ? n->color :
		    STR(DEFAULT_COLOR) };
		item[i].promoter = (struct promoter_out){ item[i].id,
		    text(n->email), text(n->name) };
	}
	return OK;
}

static enum err
campaigns(struct request *rq)
{
	return things(rq, REPORT_CAMPAIGNS);
}

static enum err
promoters(struct request *rq)
{
	return things(rq, REPORT_PROMOTERS);
}

enum err
fp_report_named(struct request *rq, enum report_subject subject, uint64_t id,
    bool parts)
{
	const struct fp_report_query *q = rq->query;
	struct report_ask ask;
	struct report r;
	struct item *item;

	TRY(fp_report_ask(rq, subject, &ask));
	ask.subject_id = id;
	ask.part = q->q;
	ask.periods = parts;
	TRY(report_read(rq->db, rq->arena, &ask, &r));
	return put_items(rq, &ask, &r, &item);
}

static enum err
sources(struct request *rq)
{
	return fp_report_named(rq, REPORT_SOURCES, 0, true);
}

static enum err
urls(struct request *rq)
{
	return fp_report_named(rq, REPORT_URLS, 0, false);
}

/* --- files --- */

/* The columns that say of what a line is. */
static const char *
heads(enum report_subject subject)
{
	switch (subject) {
	case REPORT_CAMPAIGNS:
		return "campaign_id,campaign_name";
	case REPORT_PROMOTERS:
		return "promoter_id,promoter_name,promoter_email";
	case REPORT_SOURCES:
	case REPORT_PROMOTER_SOURCES:
		return "source";
	case REPORT_URLS:
	case REPORT_PROMOTER_URLS:
		return "url";
	case REPORT_PROMOTER_SUB_IDS:
		return "sub_id";
	case REPORT_ALL:
	case REPORT_PROMOTER_CAMPAIGNS:
		break;
	}
	return NULL;
}

static void
put_thing(struct csv *csv, enum report_subject subject,
    const struct report_line *l, const struct list *names)
{
	const struct report_name *n = name_of(names, l->id);

	if (subject == REPORT_CAMPAIGNS || subject == REPORT_PROMOTERS) {
		csv_id(csv, l->id);
		csv_text(csv, text(n->name));
	}
	if (subject == REPORT_PROMOTERS)
		csv_text(csv, text(n->email));
	if (subject > REPORT_PROMOTERS)
		csv_text(csv, l->name);
}

static bool
is_amount(enum report_column c)
{
	return c == REPORT_REVENUE || c == REPORT_NET_REVENUE ||
	    c == REPORT_EARNINGS || c == REPORT_PAID;
}

/* Amounts with the digits of their currency, which stands at the end. */
static enum err
put_data(struct arena *a, struct csv *csv, const struct report *r,
    uint32_t columns, const struct report_figures *f,
    const struct report_period *p)
{
	const int digits = currency_digits(r->currency);
	int64_t v;

	for (int i = 0; i < REPORT_COLUMNS; i++) {
		const enum report_column c = (enum report_column)i;
		bool epc = c == REPORT_EPC3 || c == REPORT_EPC6;

		if ((columns & REPORT_COLUMN(c)) == 0)
			continue;
		TRY(report_value(f, p, c, &v));
		csv_word(csv, str_printf(a, "%.*s", STR_ARG(money_print(a, v,
		    is_amount(c) ? digits : epc ? digits + 2 :
		    report_is_rate(c) ? 2 : 0))).p);
	}
	csv_word(csv, str_printf(a, "%.*s", STR_ARG(r->currency)).p);
	csv_end(csv);
	return OK;
}

static void
put_head(struct csv *csv, const struct report_ask *ask)
{
	if (heads(ask->subject) != NULL)
		csv_word(csv, heads(ask->subject));
	csv_word(csv, "period_start,period_end");
	for (int c = 0; c < REPORT_COLUMNS; c++)
		if ((ask->columns & REPORT_COLUMN(c)) != 0)
			csv_word(csv, report_column_labels[c]);
	csv_word(csv, "currency");
	csv_end(csv);
}

static enum err
put_lines(struct arena *a, struct csv *csv, const struct report_ask *ask,
    const struct report *r, const struct list *names)
{
	const struct report_period whole = { ask->from, ask->to };
	const struct report_period *p = ask->periods ? r->periods.items :
	    &whole;
	const struct report_line *l = r->lines.items;
	const size_t parts = ask->periods ? r->periods.n : 1;

	for (size_t i = 0; i < r->lines.n; i++)
		for (size_t k = 0; k < parts; k++) {
			put_thing(csv, ask->subject, &l[i], names);
			csv_day(csv, p[k].first);
			csv_day(csv, p[k].last);
			TRY(put_data(a, csv, r, ask->columns, ask->periods ?
			    &l[i].periods[k] : &l[i].total, &p[k]));
		}
	return OK;
}

enum err
fp_report_file(struct request *rq, enum report_subject subject, uint64_t id)
{
	struct fp_report_query *q = rq->query;
	struct list names = { NULL, 0 };
	struct report_ask ask;
	struct report r;
	struct csv csv;

	for (int c = 0; c < REPORT_COLUMNS; c++)
		q->sort[c] = -1;	/* nobody asks for an order */
	TRY(fp_report_ask(rq, subject, &ask));
	ask.subject_id = id;
	ask.periods = !q->totals;
	ask.counted = true;
	ask.limit = q->totals ? LINES_MOST : LINES_MOST / (int64_t)
	    report_periods(rq->arena, ask.group, ask.from, ask.to).n;
	TRY(report_read(rq->db, rq->arena, &ask, &r));
	if (r.count > ask.limit) {
		complain(&rq->wrong, rq->arena, STR("group_by"), "makes more "
		    "than %d lines: a longer one, totals, or a shorter "
		    "period", LINES_MOST);
		return ERR_PARAMS;
	}
	if (id == 0 && (subject == REPORT_CAMPAIGNS ||
	    subject == REPORT_PROMOTERS))
		TRY(report_names(rq->db, rq->arena, rq->who.org_id, subject,
		    &r, &names));
	if (subject == REPORT_PROMOTERS && id != 0)
		ask.subject = REPORT_ALL;	/* who asks knows of whom */
	csv_init(&csv, rq->arena, 4096);
	put_head(&csv, &ask);
	TRY(put_lines(rq->arena, &csv, &ask, &r, &names));
	answer_header(rq, "Content-Disposition",
	    STR("attachment; filename=\"report.csv\""));
	rq->raw = buf_view(&csv.buf);
	return OK;
}

static enum err
file(struct request *rq)
{
	static const enum report_subject subjects[] = {
		[FP_REPORT_OVERVIEW] = REPORT_ALL,
		[FP_REPORT_CAMPAIGNS] = REPORT_CAMPAIGNS,
		[FP_REPORT_PROMOTERS] = REPORT_PROMOTERS,
		[FP_REPORT_SOURCES] = REPORT_SOURCES,
		[FP_REPORT_URLS] = REPORT_URLS,
	};
	const struct fp_report_query *q = rq->query;

	if (q->type >= 0)
		return fp_report_file(rq, subjects[q->type], 0);
	complain(&rq->wrong, rq->arena, STR("report_type"), "is missing");
	return ERR_PARAMS;
}

static const enum err errors[] = ERRORS(ERR_PARAMS);

#define LIST .method = GET, .status = 200, .flags = R_LIST | R_MOMENT, \
	.scope = SCOPE_REFERRALS_READ, .errors = errors, .tag = TAG
const struct route fp_report_routes[] = {
	{ .op = "getOverviewReport", .path = "/company/reports/overview",
	  .handle = overview, .query = &fp_report_query,
	  .out = &fp_report_part, LIST,
	  .summary = "What all promoters brought, by day, week, month or "
	    "year" },
	{ .op = "getCampaignsReport", .path = "/company/reports/campaigns",
	  .handle = campaigns, .query = &fp_report_things_query,
	  .out = &fp_report_campaign, LIST,
	  .summary = "What each campaign brought" },
	{ .op = "getPromotersReport", .path = "/company/reports/promoters",
	  .handle = promoters, .query = &fp_report_things_query,
	  .out = &fp_report_promoter, LIST,
	  .summary = "What each promoter brought" },
	{ .op = "getTrafficSourcesReport",
	  .path = "/company/reports/traffic_sources", .handle = sources,
	  .query = &fp_report_things_query, .out = &fp_report_source, LIST,
	  .summary = "Where clicks came from, and what they brought" },
	{ .op = "getUrlsReport", .path = "/company/reports/urls",
	  .handle = urls, .query = &fp_report_things_query,
	  .out = &fp_report_url, LIST,
	  .summary = "Where clicks led, and what they brought" },
	{ .op = "downloadReport", .method = GET,
	  .path = "/company/reports/download", .handle = file,
	  .query = &fp_report_file_query, .raw_type = "text/csv",
	  .status = 200, .flags = R_RAW | R_MOMENT,
	  .scope = SCOPE_REFERRALS_READ, .errors = errors, .tag = TAG,
	  .summary = "A report as a file for spreadsheets" },
	{ .op = NULL }
};
