/* Dashboards of a company. */
#include "api/firstpromoter/dashboards.h"

#include "model/program/program.h"
#include "model/report/dashboard.h"
#include "base/banned.h"

#define BEST 3
#define BEST_DAYS 30
#define TAG "Dashboards"

struct dashboard_in {
	struct fp_report_chart_query chart;
	struct list campaigns;
};

#define CAMPAIGNS \
    FIELD(struct dashboard_in, campaigns, "filters[campaign_id]", \
	.max = 100, .flags = F_LOOSE, .doc = "Of these campaigns only")

SHAPE(fp_dashboard_query, struct dashboard_in, "DashboardQuery", CAMPAIGNS);
SHAPE(fp_dashboard_chart_query, struct dashboard_in, "DashboardChartQuery",
    FP_REPORT_CHART(struct dashboard_in, chart.), CAMPAIGNS);

/* --- at the top --- */

struct stats_out {
	struct str currency;
	struct fp_report_data ever;
	struct dashboard_waits w;
};

SHAPE(fp_dashboard_waits, struct dashboard_waits, "DashboardPending",
    FIELD(struct dashboard_waits, promoters, "promoters_count",
	.doc = "Promoters in campaigns, to be accepted"),
    FIELD(struct dashboard_waits, referrals, "referrals_count",
	.doc = "These and commissions are counted up to 10000"),
    FIELD(struct dashboard_waits, commissions, "commissions_count"),
    FIELD(struct dashboard_waits, payouts, "payouts_count"));

SHAPE(fp_dashboard_stats, struct stats_out, "DashboardStats",
    FIELD(struct stats_out, currency, "currency", .max = 3),
    FIELD(struct stats_out, ever, "stats", .of = &fp_report_data,
	.doc = "Of all time"),
    FIELD(struct stats_out, w.accepted, "accepted_promoters_count"),
    FIELD(struct stats_out, w, "pending", .of = &fp_dashboard_waits));

static const uint32_t ever_columns = REPORT_COLUMN(REPORT_REVENUE) |
    REPORT_COLUMN(REPORT_NET_REVENUE) | REPORT_COLUMN(REPORT_EARNINGS) |
    REPORT_COLUMN(REPORT_PAID) | REPORT_COLUMN(REPORT_CLICKS) |
    REPORT_COLUMN(REPORT_REFERRALS) | REPORT_COLUMN(REPORT_CUSTOMERS) |
    REPORT_COLUMN(REPORT_ACTIVE_CUSTOMERS) | REPORT_COLUMN(REPORT_SALES) |
    REPORT_COLUMN(REPORT_CANCELLED);

/* What a dashboard is about. */
struct about {
	struct report_ground ground;
	struct list campaigns;
};

static enum err
read_about(struct request *rq, struct about *b)
{
	const struct dashboard_in *q = rq->query;

	TRY(fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &b->campaigns));
	return report_ground(rq->db, rq->arena, rq->who.org_id, &b->ground);
}

static enum err
stats(struct request *rq)
{
	struct stats_out *out = ARENA_NEW(rq->arena, struct stats_out);
	const struct report_period ever = { REPORT_EVER, day_of(rq->now) };
	const struct report_line *l;
	struct about b;
	struct report r;

	TRY(read_about(rq, &b));
	TRY(dashboard_sum(rq->db, rq->arena, &b.ground, &b.campaigns,
	    ever.first, ever.last, CHART_YEARS, &r));
	l = r.lines.items;
	out->currency = r.currency;
	TRY(fp_report_data_put(rq->arena, &l->total, &ever, ever_columns,
	    &out->ever));
	rq->out = out;
	return dashboard_waits(rq->db, rq->arena, &b.ground, &b.campaigns,
	    &out->w);
}

/* --- who brings most --- */

struct best {
	uint64_t id;
	struct str name, email, color;
	struct fp_report_data data;
};

struct trendings_out {
	struct day from, to;
	struct list promoters, campaigns;	/* struct best */
};

SHAPE(fp_best_promoter, struct best, "TrendingPromoter",
    FP_ID(struct best, id, "id"),
    FIELD(struct best, name, "name", .max = 160),
    FIELD(struct best, email, "email", .max = 254),
    FIELD(struct best, data, "data", .of = &fp_report_data));
SHAPE(fp_best_campaign, struct best, "TrendingCampaign",
    FP_ID(struct best, id, "id"),
    FIELD(struct best, name, "name", .max = 160),
    FIELD(struct best, color, "color", .max = 9),
    FIELD(struct best, data, "data", .of = &fp_report_data));

SHAPE(fp_trendings, struct trendings_out, "DashboardTrendings",
    FIELD(struct trendings_out, from, "period_from"),
    FIELD(struct trendings_out, to, "period_to"),
    FIELD(struct trendings_out, promoters, "promoters",
	.of = &fp_best_promoter, .max = BEST,
	.doc = "Those with most revenue in the last 30 days"),
    FIELD(struct trendings_out, campaigns, "campaigns",
	.of = &fp_best_campaign, .max = BEST));

static enum err
put_best(struct request *rq, enum report_subject subject,
    const struct about *about, const struct trendings_out *out,
    struct list *to)
{
	static const uint32_t columns = REPORT_COLUMN(REPORT_REVENUE) |
	    REPORT_COLUMN(REPORT_EARNINGS) | REPORT_COLUMN(REPORT_CLICKS) |
	    REPORT_COLUMN(REPORT_REFERRALS) |
	    REPORT_COLUMN(REPORT_CUSTOMERS) | REPORT_COLUMN(REPORT_SALES);
	const struct report_period p = { out->from, out->to };
	struct best *b = arena_array(rq->arena, BEST, sizeof(*b));
	const struct report_line *l;
	const struct report_name *n;
	struct list names;
	struct report r;

	TRY(dashboard_best(rq->db, rq->arena, &about->ground, subject,
	    &about->campaigns, p.first, p.last, BEST, &r));
	TRY(report_names(rq->db, rq->arena, rq->who.org_id, subject, &r,
	    &names));
	l = r.lines.items;
	n = names.items;
	for (size_t i = 0; i < r.lines.n; i++) {
		b[i] = (struct best){ .id = l[i].id, .name = STR(""),
		    .email = STR(""), .color = STR(DEFAULT_COLOR) };
		for (size_t k = 0; k < names.n; k++) {
			if (n[k].id != l[i].id)
				continue;
			b[i].name = n[k].name.p != NULL ? n[k].name : STR("");
			b[i].email = n[k].email.p != NULL ? n[k].email :
			    STR("");
			if (n[k].color.p != NULL)
				b[i].color = n[k].color;
		}
		TRY(fp_report_data_put(rq->arena, &l[i].total, &p, columns,
		    &b[i].data));
	}
	*to = (struct list){ b, r.lines.n };
	return OK;
}

static enum err
trendings(struct request *rq)
{
	struct trendings_out *out = ARENA_NEW(rq->arena,
	    struct trendings_out);
	struct about b;

	TRY(read_about(rq, &b));
	out->to = day_of(rq->now);
	out->from.n = out->to.n - BEST_DAYS + 1;
	TRY(put_best(rq, REPORT_PROMOTERS, &b, out, &out->promoters));
	rq->out = out;
	return put_best(rq, REPORT_CAMPAIGNS, &b, out, &out->campaigns);
}

/* --- charts --- */

SHAPE(fp_report_chart_point, struct chart_point, "ReportChartPoint",
    FIELD(struct chart_point, day, "date"),
    FIELD(struct chart_point, value, "value"));

SHAPE(fp_report_chart, struct fp_report_chart, "ReportChart",
    FIELD(struct fp_report_chart, from, "period_from"),
    FIELD(struct fp_report_chart, to, "period_to"),
    FIELD(struct fp_report_chart, selection, "selection",
	.labels = fp_report_chart_labels),
    FIELD(struct fp_report_chart, points, "selection_items",
	.of = &fp_report_chart_point, .max = 400),
    FIELD(struct fp_report_chart, group, "group_by",
	.labels = chart_group_labels),
    FIELD(struct fp_report_chart, total, "total"));

const char *const fp_report_chart_labels[] = {
	"revenue", "commissions", "clicks", "referrals", "customers",
	"cancellations", NULL
};
static const enum report_column selected[] = { REPORT_REVENUE,
	REPORT_EARNINGS, REPORT_CLICKS, REPORT_REFERRALS, REPORT_CUSTOMERS,
	REPORT_CANCELLED };

enum err
fp_report_chart_ask(struct request *rq, const struct fp_report_chart_query *q,
    struct fp_report_chart *c)
{
	const char *why = NULL;

	*c = (struct fp_report_chart){ .from = q->from, .to = q->to,
	    .selection = q->selection < 0 ? 0 : q->selection };
	if (c->to.n == DAY_NONE.n)
		c->to = day_of(rq->now);
	if (c->from.n == DAY_NONE.n)
		c->from.n = c->to.n - BEST_DAYS + 1;
	if (c->to.n < c->from.n)
		why = "must not be before the first day";
	else if (c->to.n - c->from.n >= CHART_DAYS_MOST)
		why = "must be at most ten years later";
	c->group = (int)chart_group_of(c->to.n - c->from.n + 1);
	if (why == NULL)
		return OK;
	complain(&rq->wrong, rq->arena, STR("period_to"), "%s", why);
	return ERR_PARAMS;
}

enum err
fp_report_chart_put(struct request *rq, const struct report *r,
    struct fp_report_chart *c)
{
	const enum report_column column = selected[c->selection];
	const struct report_period *p = r->periods.items;
	const struct report_line *l = r->lines.items;
	struct chart_point *point = arena_array(rq->arena, r->periods.n,
	    sizeof(*point));

	for (size_t i = 0; i < r->periods.n; i++) {
		point[i].day = p[i].first;
		TRY(report_value(&l->periods[i], &p[i], column,
		    &point[i].value));
		c->total += point[i].value;
	}
	c->points = (struct list){ point, r->periods.n };
	rq->out = ARENA_NEW(rq->arena, struct fp_report_chart);
	*(struct fp_report_chart *)rq->out = *c;
	return OK;
}

static enum err
chart(struct request *rq)
{
	const struct dashboard_in *q = rq->query;
	struct fp_report_chart c;
	struct about b;
	struct report r;

	TRY(read_about(rq, &b));
	TRY(fp_report_chart_ask(rq, &q->chart, &c));
	TRY(dashboard_sum(rq->db, rq->arena, &b.ground, &b.campaigns, c.from,
	    c.to, (enum chart_group)c.group, &r));
	return fp_report_chart_put(rq, &r, &c);
}

/* --- money --- */

struct money_out {
	int64_t ever, this_month, last_month;
};

struct payouts_out {
	struct str currency;
	struct money_out earned, paid;
	int64_t unpaid;
	struct dashboard_waits w;
};

SHAPE(fp_dashboard_money, struct money_out, "DashboardMoney",
    FIELD(struct money_out, ever, "total_amount"),
    FIELD(struct money_out, this_month, "this_month_amount"),
    FIELD(struct money_out, last_month, "last_month_amount"));

SHAPE(fp_dashboard_payouts, struct payouts_out, "DashboardPayouts",
    FIELD(struct payouts_out, currency, "currency", .max = 3),
    FIELD(struct payouts_out, earned, "commissions",
	.of = &fp_dashboard_money, .doc = "Less what was taken back"),
    FIELD(struct payouts_out, paid, "payouts", .of = &fp_dashboard_money,
	.doc = "Commissions that were paid out"),
    FIELD(struct payouts_out, unpaid, "unpaid_amount",
	.doc = "Commissions less payouts"),
    FIELD(struct payouts_out, w.commissions, "pending_commissions_count",
	.doc = "Counted up to 10000"),
    FIELD(struct payouts_out, w.payouts, "pending_payouts_count"),
    FIELD(struct payouts_out, w.payouts_amount, "pending_payouts_amount"));

static enum err
add_money(struct request *rq, const struct about *b, struct day from,
    struct day to, int64_t *earned, int64_t *paid)
{
	const struct report_line *l;
	struct report r;

	TRY(dashboard_sum(rq->db, rq->arena, &b->ground, &b->campaigns, from,
	    to, CHART_YEARS, &r));
	l = r.lines.items;
	*earned = l->total.n.earned;
	*paid = l->total.n.paid;
	return OK;
}

static enum err
payouts(struct request *rq)
{
	struct payouts_out *out = ARENA_NEW(rq->arena, struct payouts_out);
	const struct day today = day_of(rq->now);
	const struct day this = chart_first_of(CHART_MONTHS, today);
	const struct day before = { this.n - 1 };
	struct about b;

	TRY(read_about(rq, &b));
	TRY(add_money(rq, &b, REPORT_EVER, today, &out->earned.ever,
	    &out->paid.ever));
	TRY(add_money(rq, &b, this, today, &out->earned.this_month,
	    &out->paid.this_month));
	TRY(add_money(rq, &b, chart_first_of(CHART_MONTHS, before), before,
	    &out->earned.last_month, &out->paid.last_month));
	out->currency = b.ground.currency;
	out->unpaid = out->earned.ever - out->paid.ever;
	rq->out = out;
	return dashboard_waits_money(rq->db, rq->arena, &b.ground,
	    &b.campaigns, &out->w);
}

static const enum err chart_errors[] = ERRORS(ERR_PARAMS);

const struct route fp_dashboard_routes[] = {
	{ .op = "getDashboardStats", .method = GET,
	  .path = "/company/dashboards/stats", .handle = stats,
	  .query = &fp_dashboard_query, .out = &fp_dashboard_stats,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_REFERRALS_READ,
	  .tag = TAG, .summary = "How the program does, and what waits" },
	{ .op = "getDashboardTrendings", .method = GET,
	  .path = "/company/dashboards/trendings", .handle = trendings,
	  .query = &fp_dashboard_query, .out = &fp_trendings,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_REFERRALS_READ,
	  .tag = TAG, .summary = "The promoters and campaigns that brought "
	    "most in the last 30 days" },
	{ .op = "getDashboardChart", .method = GET,
	  .path = "/company/dashboards/chart_data", .handle = chart,
	  .query = &fp_dashboard_chart_query, .out = &fp_report_chart,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_REFERRALS_READ,
	  .errors = chart_errors, .tag = TAG,
	  .summary = "What all promoters brought, by day, week, month or "
	    "year" },
	{ .op = "getDashboardPayouts", .method = GET,
	  .path = "/company/dashboards/payouts_and_commissions",
	  .handle = payouts, .query = &fp_dashboard_query,
	  .out = &fp_dashboard_payouts, .status = 200, .flags = R_MOMENT,
	  .scope = SCOPE_EARNINGS_READ, .tag = TAG,
	  .summary = "What promoters earned, and what of it was paid" },
	{ .op = NULL }
};
