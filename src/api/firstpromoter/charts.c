/* Charts: what is asked, and how the period is checked. */
#include "api/firstpromoter/charts.h"

#include "base/banned.h"

SHAPE(fp_chart_query, struct fp_chart_query, "ChartQuery",
    FIELD(struct fp_chart_query, from, "period_from",
	.doc = "The first day of the period; 29 days before the last, if "
	    "absent"),
    FIELD(struct fp_chart_query, to, "period_to",
	.doc = "The last one, at most ten years later; today, if absent"),
    FIELD(struct fp_chart_query, selection, "selection",
	.labels = chart_selection_labels, .doc = "revenue, if absent"),
    FIELD(struct fp_chart_query, totals, "with_totals",
	.doc = "With the sum of the period"));

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_PARAMS;
}

enum err
fp_chart_ask(struct request *rq, struct chart *c)
{
	const struct fp_chart_query *q = rq->query;

	*c = (struct chart){ .from = q->from, .to = q->to,
	    .selection = q->selection < 0 ? CHART_REVENUE : q->selection };
	if (c->to.n == DAY_NONE.n)
		c->to = day_of(rq->now);
	if (c->from.n == DAY_NONE.n)
		c->from.n = c->to.n - 29;
	if (c->to.n < c->from.n)
		return wrong(rq, "period_to", "must not be before the first "
		    "day");
	return c->to.n - c->from.n < CHART_DAYS_MOST ? OK :
	    wrong(rq, "period_to", "must be at most ten years later");
}
