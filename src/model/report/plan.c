/* Which sums make up a period, and the parts of it. */
#include "model/report/inside.h"

#include "base/banned.h"

#define NEVER ((struct day){ 0 })	/* before all that there is */

struct day
report_month(struct day d, int before)
{
	int year, month, mday;

	day_split(d, &year, &month, &mday);
	month = year * 12 + month - 1 - before;
	return month < 1970 * 12 ? NEVER : day_from(month / 12, month % 12 + 1,
	    1);
}

static struct day
day_before(struct day d)
{
	return (struct day){ d.n - 1 };
}

static bool
asks_for(const struct report_ask *q, enum report_column a, enum report_column b)
{
	const uint32_t asked = q->columns | REPORT_COLUMN(q->sort);

	return (asked & (REPORT_COLUMN(a) | REPORT_COLUMN(b))) != 0;
}

/* Sums of whole months where nothing is asked of their days. */
struct report_plan
report_plan(const struct report_ask *q, bool in_days)
{
	const struct day first = report_month(q->from, 0);
	const struct day last = report_month(q->to, 0);
	const bool ends = report_month((struct day){ q->to.n + 1 }, 0).n !=
	    last.n;
	struct report_plan p = { .three = report_month(q->to, 2),
	    .six = report_month(q->to, 5), .m2 = day_before(first),
	    .m3 = report_month(q->from, -1), .m4 = day_before(last),
	    .d1 = first, .d2 = q->to, .d3 = last, .d4 = q->to };

	/* who is active depends on all that was before */
	if (asks_for(q, REPORT_ACTIVE_CUSTOMERS, REPORT_CHURN)) {
		p.m1 = NEVER;
	} else if (asks_for(q, REPORT_EPC3, REPORT_EPC6)) {
		p.m1 = report_month(q->from, 5);
	} else {
		p.m1 = first;		/* nothing before */
		p.d1 = q->from;
	}
	if (in_days || first.n == last.n) {
		p.m3 = p.d3 = (struct day){ 1 };	/* nothing */
		p.m4 = p.d4 = (struct day){ 0 };
	} else {
		p.d2 = day_before(p.m3);
		if (ends) {
			p.m4 = last;
			p.d3 = (struct day){ 1 };
			p.d4 = (struct day){ 0 };
		}
	}
	if (!in_days && q->from.n == first.n && (ends || first.n != last.n)) {
		p.m2 = first;
		p.d1 = (struct day){ 1 };
		p.d2 = (struct day){ 0 };
	}
	return p;
}

struct list
report_periods(struct arena *a, enum chart_group group, struct day from,
    struct day to)
{
	struct report_period *p = arena_array(a, (size_t)(to.n - from.n) + 1,
	    sizeof(*p));
	struct day first = DAY_NONE;
	size_t n = 0;

	for (struct day d = from; d.n <= to.n; d.n++) {
		if (chart_first_of(group, d).n != first.n)
			p[n++].first = d;
		first = chart_first_of(group, d);
		p[n - 1].last = d;
	}
	return (struct list){ p, n };
}
