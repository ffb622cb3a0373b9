/* Charts of reports, which both scopes have. */
#ifndef AFF_API_FIRSTPROMOTER_DASHBOARDS_H
#define AFF_API_FIRSTPROMOTER_DASHBOARDS_H

#include "api/firstpromoter/reports.h"

extern const char *const fp_report_chart_labels[];

struct fp_report_chart_query {
	struct day from, to;
	int selection;
};
#define FP_REPORT_CHART(type, at) \
    FIELD(type, at from, "period_from", \
	.doc = "The first day; 29 days before the last, if absent"), \
    FIELD(type, at to, "period_to", \
	.doc = "The last one, at most ten years later; today, if absent"), \
    FIELD(type, at selection, "selection", \
	.labels = fp_report_chart_labels, .doc = "revenue, if absent")

struct fp_report_chart {
	struct day from, to;
	int selection, group;
	struct list points;	/* of struct chart_point, none left out */
	int64_t total;
};
extern const struct shape fp_report_chart;

/* ERR_PARAMS, with a complaint, where the period is none. */
MUST_CHECK enum err fp_report_chart_ask(struct request *,
    const struct fp_report_chart_query *, struct fp_report_chart *);
/* Of the one line of a report in parts; the answer. */
MUST_CHECK enum err fp_report_chart_put(struct request *,
    const struct report *, struct fp_report_chart *);

#endif
