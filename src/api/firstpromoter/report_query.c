/* What is asked of reports, and the columns of their answers. */
#include "api/firstpromoter/reports.h"

#include "base/money.h"
#include "base/banned.h"

#define PERIODS_MOST 400
#define LINES 20
#define DATE_LEN 10		/* YYYY-MM-DD */

const char *const fp_report_type_labels[] = {
	"overview", "campaigns", "promoters", "traffic_sources", "urls", NULL
};
const char *const fp_promoter_report_type_labels[] = {
	"overview", "traffic_sources", "urls", "sub_ids", NULL
};

#define FIELDS \
    FIELD(struct fp_report_query, columns, "columns", .max = 40, \
	.flags = F_LOOSE, .doc = "At least one; docs/reports.md has them"), \
    FIELD(struct fp_report_query, group, "group_by", \
	.labels = chart_group_labels, .doc = "Needed"), \
    FIELD(struct fp_report_query, start, "start_date", .max = 40, \
	.doc = "Needed: a day, or a time, of which the day in UTC counts"), \
    FIELD(struct fp_report_query, end, "end_date", .max = 40, \
	.doc = "Needed: the last day of the period, as start_date")
#define ASKED \
    FIELDS, \
    FIELD(struct fp_report_query, q, "q", .max = 120, \
	.doc = "What the name of a campaign or promoter, or the mail address " \
	    "of a promoter, begins with; a part of a source, address or " \
	    "sub_id; of no effect in an overview")
#define SORT(c, name) \
    FIELD(struct fp_report_query, sort[c], "sorting[" name "]", \
	.labels = fp_directions)
#define SORTS \
    SORT(REPORT_CLICKS, "clicks_count"), \
    SORT(REPORT_REVENUE, "revenue_amount"), \
    SORT(REPORT_REFERRALS, "referrals_count"), \
    SORT(REPORT_CUSTOMERS, "customers_count"), \
    SORT(REPORT_SALES, "sales_count"), \
    SORT(REPORT_REFUNDS, "refunds_count"), \
    SORT(REPORT_CANCELLED, "cancelled_customers_count"), \
    SORT(REPORT_EARNINGS, "promoter_earnings_amount"), \
    SORT(REPORT_REFERRALS_CR, "referrals_to_customers_cr"), \
    SORT(REPORT_CLICKS_CR, "clicks_to_customers_cr"), \
    SORT(REPORT_CLICKS_REFERRALS_CR, "clicks_to_referrals_cr"), \
    SORT(REPORT_ACTIVE_CUSTOMERS, "active_customers"), \
    SORT(REPORT_CHURN, "monthly_churn"), \
    SORT(REPORT_NET_REVENUE, "net_revenue_amount"), \
    SORT(REPORT_NON_LINK, "non_link_customers"), \
    SORT(REPORT_EPC3, "3m_epc"), \
    SORT(REPORT_EPC6, "6m_epc"), \
    SORT(REPORT_PAID, "promoter_paid_amount"), \
    SORT(REPORT_SIGNUPS, "signups_count")

SHAPE(fp_report_query, struct fp_report_query, "ReportQuery", ASKED, SORTS,
    FIELD(struct fp_report_query, by_period, "sorting[period]",
	.labels = fp_directions));

SHAPE(fp_report_things_query, struct fp_report_query, "ReportThingsQuery",
    ASKED, SORTS,
    FIELD(struct fp_report_query, page, "page", .min = 1, .max = 1000000,
	.doc = "Number of the page, from 1"),
    FIELD(struct fp_report_query, per_page, "per_page", .min = 1,
	.max = PAGE_LIMIT_MAX, .doc = "Items a page, 20 if absent"));

#define OF_FILE(types) \
    FIELDS, \
    FIELD(struct fp_report_query, type, "report_type", .labels = (types), \
	.doc = "Needed"), \
    FIELD(struct fp_report_query, totals, "totals", \
	.doc = "One line for all of the period, not one for each part")

SHAPE(fp_report_file_query, struct fp_report_query, "ReportFileQuery",
    OF_FILE(fp_report_type_labels));
SHAPE(fp_promoter_report_file_query, struct fp_report_query,
    "PromoterReportFileQuery", OF_FILE(fp_promoter_report_type_labels));

#define DATA(c, name, doc_) \
    FIELD(struct fp_report_data, v[c], name, .flags = F_OMIT, \
	.min = -MONEY_MAX, .doc = doc_)

SHAPE(fp_report_data, struct fp_report_data, "ReportData",
    DATA(REPORT_ACTIVE_CUSTOMERS, "active_customers", "At the end"),
    DATA(REPORT_CHURN, "monthly_churn", "Per cent in 30 days"),
    DATA(REPORT_CLICKS, "clicks_count", NULL),
    DATA(REPORT_NET_REVENUE, "net_revenue_amount", "Less what was earned"),
    DATA(REPORT_REVENUE, "revenue_amount", "Less refunds"),
    DATA(REPORT_REFERRALS, "referrals_count", NULL),
    DATA(REPORT_CUSTOMERS, "customers_count", "Who bought first"),
    DATA(REPORT_SALES, "sales_count", NULL),
    DATA(REPORT_REFUNDS, "refunds_count", NULL),
    DATA(REPORT_CANCELLED, "cancelled_customers_count", NULL),
    DATA(REPORT_EARNINGS, "promoter_earnings_amount",
	"Less what was taken back"),
    DATA(REPORT_NON_LINK, "non_link_customers", NULL),
    DATA(REPORT_REFERRALS_CR, "referrals_to_customers_cr", "Per cent"),
    DATA(REPORT_EPC3, "3m_epc", "Earned a click, in minor units"),
    DATA(REPORT_EPC6, "6m_epc", "Earned a click, in minor units"),
    DATA(REPORT_CLICKS_CR, "clicks_to_customers_cr", "Per cent"),
    DATA(REPORT_CLICKS_REFERRALS_CR, "clicks_to_referrals_cr", "Per cent"),
    DATA(REPORT_PAID, "promoter_paid_amount", NULL),
    DATA(REPORT_SIGNUPS, "signups_count", "The same as referrals_count"));

SHAPE(fp_report_part, struct fp_report_part, "ReportPart",
    FIELD(struct fp_report_part, period, "period", .max = 24,
	.example = "\"2026-11\""),
    FIELD(struct fp_report_part, id, "id", .max = 10,
	.doc = "Its first day", .example = "\"2026-11-01\""),
    FIELD(struct fp_report_part, data, "data", .of = &fp_report_data));

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_PARAMS;
}

/* A day, or the day of a time. */
static enum err
read_day(struct request *rq, const char *field, struct str text,
    struct day *d)
{
	struct when at;

	if (text.n == 0)
		return wrong(rq, field, "is missing");
	if (text.n == DATE_LEN && day_parse(text, d))
		return OK;
	if (!clock_parse(text, &at))
		return wrong(rq, field, "must be a date or a time: "
		    "2026-11-21 or 2026-11-21T00:00:00Z");
	*d = day_of(at);
	return OK;
}

static enum err
read_columns(struct request *rq, const struct fp_report_query *q,
    uint32_t allowed, bool urls, uint32_t *columns)
{
	const struct str *name = q->columns.items;

	if (q->columns.n == 0)
		return wrong(rq, "columns", "is missing");
	*columns = 0;
	for (size_t i = 0; i < q->columns.n; i++) {
		int c = 0;

		while (c < REPORT_COLUMNS && !str_is(name[i],
		    report_column_labels[c]))
			c++;
		if (c < REPORT_COLUMNS && (allowed & REPORT_COLUMN(c)) != 0)
			*columns |= REPORT_COLUMN(c);
		else if (!urls || !str_is(name[i], "url"))
			return wrong(rq, "columns", "has a name that is no "
			    "column of this report");
	}
	return OK;
}

/* By revenue, the most first, where nothing is asked; else by one column. */
static enum err
read_sort(struct request *rq, const struct fp_report_query *q,
    uint32_t allowed, struct report_ask *ask)
{
	bool found = false;

	ask->sort = REPORT_REVENUE;
	for (int c = 0; c < REPORT_COLUMNS; c++) {
		if (q->sort[c] < 0)
			continue;
		if (found || (allowed & REPORT_COLUMN(c)) == 0)
			return wrong(rq, "sorting", "takes one column of this "
			    "report");
		found = true;
		ask->sort = c;
		ask->ascending = q->sort[c] == FP_ASC;
	}
	return OK;
}

enum err
fp_report_ask(struct request *rq, enum report_subject subject,
    struct report_ask *ask)
{
	const struct fp_report_query *q = rq->query;
	const uint32_t allowed = subject <= REPORT_PROMOTERS ? FP_REPORT_ALL :
	    FP_REPORT_SOME;
	const int64_t lines = q->per_page != 0 ? q->per_page : LINES;

	*ask = (struct report_ask){ .organization_id = rq->who.org_id,
	    .subject = subject, .periods = true, .limit = lines,
	    .skip = q->page > 0 ? (q->page - 1) * lines : 0 };
	TRY(read_columns(rq, q, allowed, subject == REPORT_URLS ||
	    subject == REPORT_PROMOTER_URLS, &ask->columns));
	TRY(read_sort(rq, q, allowed, ask));
	if (q->group < 0)
		return wrong(rq, "group_by", "is missing");
	ask->group = (enum chart_group)q->group;
	TRY(read_day(rq, "start_date", q->start, &ask->from));
	TRY(read_day(rq, "end_date", q->end, &ask->to));
	if (ask->to.n < ask->from.n)
		return wrong(rq, "end_date", "must not be before start_date");
	if (ask->to.n - ask->from.n >= CHART_DAYS_MOST)
		return wrong(rq, "end_date", "must be at most ten years after "
		    "start_date");
	return report_periods(rq->arena, ask->group, ask->from,
	    ask->to).n <= PERIODS_MOST ? OK : wrong(rq, "group_by",
	    "makes more than 400 parts: a longer one, or a shorter period");
}

enum err
fp_report_data_put(struct arena *a, const struct report_figures *f,
    const struct report_period *p, uint32_t columns,
    struct fp_report_data *data)
{
	int64_t v;

	for (int i = 0; i < REPORT_COLUMNS; i++) {
		const enum report_column c = (enum report_column)i;

		data->v[i].text = STR_NULL;
		if ((columns & REPORT_COLUMN(c)) == 0)
			continue;
		TRY(report_value(f, p, c, &v));
		data->v[i].text = money_print(a, v, report_is_rate(c) ? 2 : 0);
	}
	return OK;
}

/* "2026-11-21", "2026-11-16 - 2026-11-22", "2026-11" or "2026". */
static struct str
period_name(struct arena *a, enum chart_group group,
    const struct report_period *p)
{
	char first[11], last[11];

	day_iso(p->first, first);
	day_iso(p->last, last);
	return group == CHART_WEEKS ? str_printf(a, "%s - %s", first, last) :
	    str_printf(a, "%.*s", group == CHART_DAYS ? 10 :
	    group == CHART_MONTHS ? 7 : 4, first);
}

enum err
fp_report_parts(struct arena *a, const struct report_ask *q,
    const struct report *r, const struct report_line *l, struct list *parts)
{
	const struct report_period *p = r->periods.items;
	struct fp_report_part *part = arena_array(a, r->periods.n,
	    sizeof(*part));
	char first[11];

	for (size_t i = 0; i < r->periods.n; i++) {
		day_iso(p[i].first, first);
		part[i].period = period_name(a, q->group, &p[i]);
		part[i].id = str_printf(a, "%s", first);
		TRY(fp_report_data_put(a, &l->periods[i], &p[i], q->columns,
		    &part[i].data));
	}
	*parts = (struct list){ part, r->periods.n };
	return OK;
}
