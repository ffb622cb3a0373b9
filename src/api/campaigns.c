/* States of campaigns in errors, quotes of their endings, and links. */
#include "api/campaigns.h"

#include "base/settings.h"
#include "base/banned.h"

struct str
link_of_code(struct arena *a, struct str code)
{
	return str_printf(a, "%.*s/r/%.*s", STR_ARG(settings->public_url),
	    STR_ARG(code));
}

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

void
campaign_quote(struct request *rq, const struct campaign *c,
    const struct books *books)
{
	struct buf b;

	buf_init(&b, rq->arena, 512);
	json_encode(&b, rq->route->out, rq->out, false);
	buf_printf(&b, " %llu %lld", (unsigned long long)c->id,
	    (long long)c->paid);
	for (size_t i = 0; i < books->n_invoices; i++)
		buf_printf(&b, " %lld/%lld",
		    (long long)books->invoices[i].applied,
		    (long long)books->invoices[i].credited);
	for (size_t i = 0; i < books->n_lines; i++)
		buf_printf(&b, " %lld+%lld", (long long)
		    books->lines[i].refunded,
		    (long long)books->lines[i].refunded_tax);
	rq->quoted = buf_view(&b);
}
