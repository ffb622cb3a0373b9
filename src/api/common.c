/* What the faces of campaigns say alike. */
#include "api/common.h"

#include "base/banned.h"

/* "canceled as of 2026-02-15" */
static struct str
state(struct arena *a, const struct campaign *c)
{
	const char *status = campaign_status_labels[c->status];
	char text[11];

	if (c->status == CAMPAIGN_DELETED || c->ended_on.n == DAY_NONE.n)
		return str_printf(a, "%s%s", status, c->currency.p == NULL ?
		    ", without advertiser and currency" : "");
	day_iso(c->ended_on, text);
	return str_printf(a, "%s as of %s", status, text);
}

enum err
campaign_told(struct request *rq, const struct campaign *c, enum err e)
{
	if (e == ERR_CONFLICT || e == ERR_STOPPED || e == ERR_AFTER_STOP)
		complain(&rq->wrong, rq->arena, STR(""), "the campaign is "
		    "%.*s", STR_ARG(state(rq->arena, c)));
	return e;
}
