/* Charts: what is asked, and how the period is checked. */
#ifndef AFF_API_FIRSTPROMOTER_CHARTS_H
#define AFF_API_FIRSTPROMOTER_CHARTS_H

#include "api/firstpromoter/routes.h"
#include "model/promoter/chart.h"

struct fp_chart_query {
	struct day from, to;
	int selection;
	bool totals;
};
extern const struct shape fp_chart_query;

/* ERR_PARAMS, with a complaint, where the period is none. */
MUST_CHECK enum err fp_chart_ask(struct request *, struct chart *);

#endif
