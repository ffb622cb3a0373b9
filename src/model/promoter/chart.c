/*
 * Charts stand on sums by day: those of clicks, referrals, customers and
 * cancellations in placement_day, and of days that are over in referrer_day;
 * those of sales in placement_sales.
 */
#include "model/promoter/chart.h"

#include "model/program/program.h"
#include "model/referral/referrer.h"
#include "base/banned.h"

const char *const chart_selection_labels[] = {
	"revenue", "clicks", "referrals", "customers", "cancellations", NULL
};
const char *const chart_group_labels[] = {
	"day", "week", "month", "year", NULL
};

struct row {
	struct day day;
	int64_t revenue, clicks, referrals, customers, cancellations;
};

SHAPE(chart_row, struct row, NULL,
    COLUMN(struct row, day),
    COLUMN(struct row, revenue),
    COLUMN(struct row, clicks),
    COLUMN(struct row, referrals),
    COLUMN(struct row, customers),
    COLUMN(struct row, cancellations));

enum chart_group
chart_group_of(int32_t days)
{
	return days <= 31 ? CHART_DAYS : days <= 183 ? CHART_WEEKS :
	    days <= 1100 ? CHART_MONTHS : CHART_YEARS;
}

struct day
chart_first_of(enum chart_group group, struct day d)
{
	int year, month, mday;

	if (group == CHART_DAYS)
		return d;
	if (group == CHART_WEEKS)	/* 1970-01-01 was a Thursday */
		return (struct day){ d.n - (d.n + 3) % 7 };
	day_split(d, &year, &month, &mday);
	return day_from(year, group == CHART_MONTHS ? month : 1, 1);
}

static int64_t
value_of(const struct row *r, int selection)
{
	const int64_t all[] = { r->revenue, r->clicks, r->referrals,
	    r->customers, r->cancellations };

	return all[selection];
}

/* Every time of the period, those without anything as zeros. */
static void
put_points(struct arena *a, const struct list *rows, struct chart *c)
{
	const enum chart_group group = (enum chart_group)c->group;
	const struct row *r = rows->items;
	struct chart_point *p = arena_array(a,
	    (size_t)(c->to.n - c->from.n) + 1, sizeof(*p));
	struct day last = DAY_NONE;
	size_t n = 0, at = 0;

	for (struct day d = c->from; d.n <= c->to.n; d.n++) {
		struct day first = chart_first_of(group, d);

		if (first.n != last.n)
			p[n++] = (struct chart_point){ d, 0 };
		last = first;
		for (; at < rows->n && r[at].day.n == d.n; at++)
			p[n - 1].value += value_of(&r[at], c->selection);
	}
	c->points = (struct list){ p, n };
	for (size_t i = 0; i < n; i++)
		c->total += p[i].value;
}

static enum err
read_revenue(struct db *db, struct arena *a, uint64_t org,
    uint64_t promoter_id, uint64_t placement_id, const struct chart *c,
    struct list *rows)
{
	struct program p = { 0 };

	TRY(program_get(db, a, org, &p));
	return promoter_id != 0 ?
	    db_rows(db, a, Q_CHART_PROMOTER_REVENUE, ARGS(promoter_id,
		p.currency, c->from, c->to), &chart_row, rows) :
	    db_rows(db, a, Q_CHART_PLACEMENT_REVENUE, ARGS(placement_id,
		p.currency, c->from, c->to), &chart_row, rows);
}

static enum err
read_promoter(struct db *db, struct arena *a, uint64_t promoter_id,
    const struct chart *c, struct list *rows)
{
	const struct count_day *d;
	struct list days;
	struct row *r;

	TRY(referrer_days(db, a, promoter_id, c->from, c->to, &days));
	d = days.items;
	r = arena_array(a, days.n + 1, sizeof(*r));
	for (size_t i = 0; i < days.n; i++)
		r[i] = (struct row){ .day = d[i].day, .clicks = d[i].clicks,
		    .referrals = d[i].referrals,
		    .customers = d[i].conversions,
		    .cancellations = d[i].cancellations };
	*rows = (struct list){ r, days.n };
	return OK;
}

enum err
chart_read(struct db *db, struct arena *a, uint64_t org, uint64_t promoter_id,
    uint64_t placement_id, struct chart *c)
{
	struct list rows;

	c->group = (int)chart_group_of(c->to.n - c->from.n + 1);
	if (c->selection == CHART_REVENUE)
		TRY(read_revenue(db, a, org, promoter_id, placement_id, c,
		    &rows));
	else if (promoter_id != 0)
		TRY(read_promoter(db, a, promoter_id, c, &rows));
	else
		TRY(db_rows(db, a, Q_CHART_PLACEMENT, ARGS(placement_id,
		    c->from, c->to), &chart_row, &rows));
	put_points(a, &rows, c);
	return OK;
}
