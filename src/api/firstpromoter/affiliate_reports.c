/* A promoter's own reports. */
#include "api/firstpromoter/affiliate.h"
#include "api/firstpromoter/dashboards.h"

#include "model/promoter/promoted.h"
#include "base/banned.h"

static enum err
overview(struct request *rq)
{
	return fp_report_overview(rq, REPORT_PROMOTERS, rq->who.promoter_id);
}

static enum err
sub_ids(struct request *rq)
{
	return fp_report_named(rq, REPORT_PROMOTER_SUB_IDS,
	    rq->who.promoter_id, true);
}

static enum err
file(struct request *rq)
{
	static const enum report_subject subjects[] = {
		[FP_OWN_OVERVIEW] = REPORT_PROMOTERS,
		[FP_OWN_SOURCES] = REPORT_PROMOTER_SOURCES,
		[FP_OWN_URLS] = REPORT_PROMOTER_URLS,
		[FP_OWN_SUB_IDS] = REPORT_PROMOTER_SUB_IDS,
	};
	const struct fp_report_query *q = rq->query;

	if (q->type >= 0)
		return fp_report_file(rq, subjects[q->type],
		    rq->who.promoter_id);
	complain(&rq->wrong, rq->arena, STR("report_type"), "is missing");
	return ERR_PARAMS;
}

struct chart_in {
	struct fp_report_chart_query chart;
	uint64_t placement_id;
};

SHAPE(fp_own_chart_query, struct chart_in, "PromoterChartQuery",
    FP_REPORT_CHART(struct chart_in, chart.),
    FIELD(struct chart_in, placement_id, "promoter_campaign_id",
	.flags = F_LOOSE, .doc = "In this campaign only"));

/* In one of his campaigns, or in all. */
static enum err
chart(struct request *rq)
{
	const struct chart_in *q = rq->query;
	struct promoted p = { 0 };
	struct report_ask ask = { .organization_id = rq->who.org_id,
	    .subject = REPORT_PROMOTERS, .subject_id = rq->who.promoter_id,
	    .periods = true };
	struct fp_report_chart c;
	struct report r;

	TRY(fp_report_chart_ask(rq, &q->chart, &c));
	if (q->placement_id != 0) {
		TRY(promoted_own(rq->db, rq->arena, rq->who.org_id,
		    rq->who.promoter_id, q->placement_id, &p));
		ask.subject = REPORT_PROMOTER_CAMPAIGNS;
		ask.name = str_printf(rq->arena, "%llu",
		    (unsigned long long)p.s.campaign_id);
	}
	ask.from = c.from;
	ask.to = c.to;
	ask.group = (enum chart_group)c.group;
	TRY(report_read(rq->db, rq->arena, &ask, &r));
	return fp_report_chart_put(rq, &r, &c);
}

static const enum err errors[] = ERRORS(ERR_PARAMS);
static const enum err chart_errors[] = ERRORS(ERR_NOT_FOUND, ERR_PARAMS);

#define TAG "Affiliate reports"
const struct route fp_affiliate_report_routes[] = {
	{ .op = "getOwnOverviewReport", .method = GET,
	  .path = "/affiliate/reports/overview", .handle = overview,
	  .query = &fp_report_query, .out = &fp_report_part, .status = 200,
	  .flags = R_LIST | R_MOMENT | R_PROMOTER, .errors = errors,
	  .tag = TAG, .summary = "What the promoter brought, by day, week, "
	    "month or year" },
	{ .op = "getOwnSubIdsReport", .method = GET,
	  .path = "/affiliate/reports/sub_ids", .handle = sub_ids,
	  .query = &fp_report_things_query, .out = &fp_report_sub_id,
	  .status = 200, .flags = R_LIST | R_MOMENT | R_PROMOTER,
	  .errors = errors, .tag = TAG,
	  .summary = "What links brought that he tells apart by sub_id" },
	{ .op = "downloadOwnReport", .method = GET,
	  .path = "/affiliate/reports/download", .handle = file,
	  .query = &fp_promoter_report_file_query, .raw_type = "text/csv",
	  .status = 200, .flags = R_RAW | R_MOMENT | R_PROMOTER,
	  .errors = errors, .tag = TAG,
	  .summary = "A report as a file for spreadsheets" },
	{ .op = "getOwnChart", .method = GET,
	  .path = "/affiliate/promoters/chart_data", .handle = chart,
	  .query = &fp_own_chart_query, .out = &fp_report_chart,
	  .status = 200, .flags = R_MOMENT | R_PROMOTER,
	  .errors = chart_errors, .tag = TAG,
	  .summary = "What the promoter brought, as a chart" },
	{ .op = NULL }
};
