/* Money in units of a currency, and what all resources of this face need. */
#include "api/naviga/routes.h"

#include <stdarg.h>

#include "base/money.h"
#include "base/banned.h"

void
nv_wrong(struct request *rq, struct str field, const char *fmt, ...)
{
	struct str text;
	va_list ap;

	for (struct complaint *c = rq->wrong.first; c != NULL; c = c->next)
		if (str_eq(c->field, field))
			return;
	va_start(ap, fmt);
	text = str_vprintf(rq->arena, fmt, ap);
	va_end(ap);
	complain(&rq->wrong, rq->arena, field, "%.*s", STR_ARG(text));
}

int
nv_digits(const struct campaign *c)
{
	return c->currency.p == NULL ? 0 : currency_digits(c->currency);
}

struct decimal
nv_money(struct arena *a, const struct campaign *c, int64_t minor)
{
	return (struct decimal){ money_print(a, minor, nv_digits(c)) };
}

int64_t
nv_amount(struct request *rq, struct str field, struct decimal d, int digits)
{
	struct str whole, fraction;
	int64_t minor = 0;

	if (d.text.p == NULL || money_parse(d.text, digits, &minor))
		return minor;
	(void)str_cut(d.text, '.', &whole, &fraction);
	if (fraction.n > (size_t)digits)
		nv_wrong(rq, field, "must have at most %d digits behind the "
		    "point in this currency", digits);
	else
		nv_wrong(rq, field, "is larger than can be counted");
	return 0;
}

int64_t
nv_positive(struct request *rq, struct str field, struct decimal d, int digits)
{
	int64_t minor = nv_amount(rq, field, d, digits);

	if (minor == 0)
		nv_wrong(rq, field, "must be more than nothing");
	return minor;
}

enum err
nv_lock(struct request *rq, struct campaign *c)
{
	*c = CAMPAIGN_NEW;
	return campaign_lock(rq->db, rq->arena, rq->who.org_id, rq->id[0], c);
}

enum { Q1, CO, ST, KI, AC, DE };
const char *const nv_status_labels[] = {
	"Q1", "CO", "ST", "KI", "AC", "DE", NULL
};

int
nv_status(const struct campaign *c)
{
	switch ((enum campaign_status)c->status) {
	case CAMPAIGN_DRAFT:
		return Q1;
	case CAMPAIGN_STOPPED:
		return ST;
	case CAMPAIGN_CANCELED:
		return c->billed ? KI : DE;
	case CAMPAIGN_DELETED:
		return c->billed ? AC : DE;
	case CAMPAIGN_SCHEDULED:
	case CAMPAIGN_RUNNING:
	case CAMPAIGN_PAUSED:
	case CAMPAIGN_FINISHED:
		break;
	}
	return CO;
}

struct day
nv_today(const struct request *rq, const struct campaign *c)
{
	return c->ended_on.n != DAY_NONE.n ? c->ended_on : day_of(rq->now);
}

const char *
nv_unit(int price)
{
	static const char *const names[] = {
		[PRICE_CPM] = "impressions", [PRICE_CPC] = "clicks",
		[PRICE_CPD] = "days", [PRICE_FLAT] = "begun",
		[PRICE_INSERTION] = "insertions",
	};

	return names[price];
}
