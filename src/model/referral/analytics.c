/*
 * Analytics and the dashboard: sums over days, never over clicks.
 *
 * Days are written with what they count, so they are exact at any moment.  The
 * sources of clicks are summed up behind the writers, and say how far.
 */
#include "model/referral/analytics.h"

#include "base/money.h"
#include "db/paging.h"
#include "model/people/organization.h"
#include "model/referral/rollup.h"

#include "base/banned.h"

#define RATE_DIGITS	4
#define RATE_ONE	INT64_C(10000)

SHAPE(money_day_row, struct money_day, NULL,
    COLUMN(struct money_day, day),
    COLUMN(struct money_day, currency),
    COLUMN(struct money_day, amount));

struct source_row {
	struct when done_until;
	struct source_count count;
};

SHAPE(source_row, struct source_row, NULL,
    COLUMN(struct source_row, done_until),
    FIELD(struct source_row, count.source, "source"),
    FIELD(struct source_row, count.clicks, "clicks"),
    FIELD(struct source_row, count.unique_clicks, "unique_clicks"),
    FIELD(struct source_row, count.bot_clicks, "bot_clicks"));

/* How far the sums of many days have come; those of one are all there is. */
struct spans {
	struct when until[CLICK_SPANS];
};

SHAPE(spans_row, struct spans, NULL,
    FIELD(struct spans, until[1], "of_4"),
    FIELD(struct spans, until[2], "of_16"),
    FIELD(struct spans, until[3], "of_64"));

/* Customers to visitors: "0.0312". */
static enum err
conversion_rate(struct arena *a, int64_t conversions, int64_t visitors,
    struct str *out)
{
	int64_t rate;

	*out = STR_NULL;
	if (visitors == 0)
		return OK;
	TRY(money_share(conversions, RATE_ONE, visitors, &rate));
	*out = money_print(a, rate, RATE_DIGITS);
	return OK;
}

static void
add_up(struct analytics *out)
{
	const struct count_day *d = out->daily.items;

	for (size_t i = 0; i < out->daily.n; i++) {
		out->clicks += d[i].clicks;
		out->unique_clicks += d[i].unique_clicks;
		out->bot_clicks += d[i].bot_clicks;
		out->referrals += d[i].referrals;
		out->conversions += d[i].conversions;
	}
}

/* Nodes of so many days that begin from first to last; none if last is less. */
static void
push_nodes(struct arg_list *l, int32_t from, int32_t until)
{
	arg_push(l, ARG((struct day){ from }));
	arg_push(l, ARG((struct day){ until - 1 }));
}

/*
 * The days as few sums: single days at both ends, then sums of four, and so
 * on, as far as they stand in click_source_days.
 */
static void
push_days(struct arg_list *l, const struct when done[CLICK_SPANS],
    struct day first, struct day last)
{
	int32_t from = first.n, until = last.n + 1;

	for (size_t i = 0; i < CLICK_SPANS; i++) {
		struct day up = { from }, down = { until };

		if (i + 1 < CLICK_SPANS) {
			if (down.n > day_of(done[i + 1]).n)
				down = day_of(done[i + 1]);
			up.n += click_span_days[i + 1] - 1;
			up = click_span_first(up, i + 1);
			down = click_span_first(down, i + 1);
		}
		if (i + 1 == CLICK_SPANS || up.n >= down.n)
			up.n = down.n = until;	/* all of them are here */
		push_nodes(l, from, up.n);
		push_nodes(l, down.n, until);
		from = up.n;
		until = down.n;
	}
}

/* One row without a source where there was no click: it tells the time. */
static enum err
sources(struct db *db, struct arena *a, uint64_t id, struct day first,
    struct day last, struct analytics *out)
{
	const struct source_row *row;
	struct source_count *s;
	struct arg_list args = { 0 };
	struct spans done = { 0 };
	struct list rows;
	size_t n = 0;

	TRY(db_row(db, a, Q_PLACEMENT_SPANS, NO_ARGS, &spans_row, &done));
	arg_push(&args, ARG(id));
	push_days(&args, done.until, first, last);
	TRY(db_rows(db, a, Q_PLACEMENT_SOURCES, ARG_LIST(args), &source_row,
	    &rows));
	row = rows.items;
	s = arena_array(a, rows.n, sizeof(*s));
	for (size_t i = 0; i < rows.n; i++) {
		out->sources_until = row[i].done_until;
		if (row[i].count.source.p != NULL)
			s[n++] = row[i].count;
	}
	out->sources = (struct list){ s, n };
	return OK;
}

enum err
placement_analytics(struct db *db, struct arena *a, uint64_t member,
    uint64_t id, struct day first, struct day last, struct analytics *out)
{
	struct placement p = { 0 };
	struct list some;

	TRY(placement_get(db, a, member, id, &p));
	TRY(db_rows(db, a, Q_PLACEMENT_DAYS, ARGS(id, first, last),
	    &count_day_row, &some));
	out->daily = count_days_filled(a, some, first, last);
	add_up(out);
	TRY(conversion_rate(a, out->conversions, out->unique_clicks,
	    &out->conversion_rate));
	TRY(sources(db, a, id, first, last, out));
	return db_rows(db, a, Q_PLACEMENT_EARNED, ARGS(id, first, last,
	    p.referrer_id, day_start(first), day_end(last)), &money_of_row,
	    &out->earnings);
}

enum err
referrer_dashboard(struct db *db, struct arena *a, uint64_t referrer_id,
    struct day first, struct day last, struct dashboard *out)
{
	struct count_day t = { .clicks = 0 };

	TRY(referrer_totals(db, a, referrer_id, &t));
	out->clicks = t.clicks;
	out->unique_clicks = t.unique_clicks;
	out->bot_clicks = t.bot_clicks;
	out->referrals = t.referrals;
	out->conversions = t.conversions;
	TRY(conversion_rate(a, t.conversions, t.unique_clicks,
	    &out->conversion_rate));
	TRY(referrer_earned(db, a, referrer_id, &out->earnings));
	TRY(referrer_days(db, a, referrer_id, first, last, &out->daily));
	return db_rows(db, a, Q_REFERRER_EARNED, ARGS(referrer_id, first,
	    last, day_start(first), day_end(last)), &money_day_row,
	    &out->daily_earnings);
}
