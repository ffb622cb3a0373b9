/*
 * Roll-ups.  A row of rollup says how far each has come; moving it on and
 * adding the sums is one transaction, and the move is guarded by where it stood
 * before: whoever dies in between, and however many are at it, each click and
 * each day is added once.  What is summed up does not change any more, so it is
 * read before the transaction and locks nobody out.
 *
 * Clicks have no index by time, which would cost each of them; they are found
 * by their ids, which follow the order in which they were stored.  A click's
 * time was read at most AGE before it was stored and committed (the setting
 * covers transactions and the difference of clocks), so one with a greater id
 * is older by AGE at most.  With that, for a turn over [done_until, until):
 *
 * - all of them are visible, as until is AGE ago;
 * - all of them stand before the click "behind", which is AGE younger than
 *   until: it is looked for some steps ahead, so that a turn is bounded however
 *   much there is to catch up with;
 * - all that come later stand after last_id, which is AGE older than until,
 *   even those that nobody sees yet.  What a turn finds there again is older
 *   than its done_until and left out.
 *
 * Earnings and sales are found by their time, which has an index.  Readers add
 * those that come after done_until, so that their sums are exact at any moment.
 *
 * Sums of four days, of four such sums and so on are made when all of it is
 * over, from placement to placement; what is not there is read as its parts.
 *
 * A day of a referrer is added when it is over for AGE.  The newest of a
 * referrer's days there says which of his placements' days are still to be
 * counted one by one: see referrer_days.
 */
#include "model/referral/rollup.h"

#include "model/referral/referrer.h"

#include "base/banned.h"

#define SOURCES_MAX	200		/* of a placement and a day */
#define ROWS_ONCE	500
#define DAYS_ONCE	500		/* LIMIT of rollup_day */

struct source_sum {
	uint64_t placement_id;
	struct day day;
	struct str source;
	int64_t clicks, unique_clicks, bot_clicks;
	bool known;		/* has a row */
	int64_t have;		/* rows of that placement and day */
};

SHAPE(source_sum_row, struct source_sum, NULL,
    COLUMN(struct source_sum, placement_id),
    COLUMN(struct source_sum, day),
    COLUMN(struct source_sum, source),
    COLUMN(struct source_sum, clicks),
    COLUMN(struct source_sum, unique_clicks),
    COLUMN(struct source_sum, bot_clicks),
    COLUMN(struct source_sum, known),
    COLUMN(struct source_sum, have));

struct day_sum {
	uint64_t referrer_id;
	struct count_day d;
};

SHAPE(day_sum_row, struct day_sum, NULL,
    COLUMN(struct day_sum, referrer_id),
    FIELD(struct day_sum, d.day, "day"),
    FIELD(struct day_sum, d.clicks, "clicks"),
    FIELD(struct day_sum, d.unique_clicks, "unique_clicks"),
    FIELD(struct day_sum, d.bot_clicks, "bot_clicks"),
    FIELD(struct day_sum, d.referrals, "referrals"),
    FIELD(struct day_sum, d.conversions, "conversions"),
    FIELD(struct day_sum, d.cancellations, "cancellations"));

struct earned_sum {
	uint64_t referrer_id, placement_id;
	struct day day;
	struct str currency;
	int64_t amount;
};

SHAPE(earned_sum_row, struct earned_sum, NULL,
    COLUMN(struct earned_sum, referrer_id),
    COLUMN(struct earned_sum, placement_id),
    COLUMN(struct earned_sum, day),
    COLUMN(struct earned_sum, currency),
    COLUMN(struct earned_sum, amount));

struct bought_sum {
	uint64_t organization_id;
	struct str currency;
	int64_t sessions, payments, amount;
};

SHAPE(bought_sum_row, struct bought_sum, NULL,
    COLUMN(struct bought_sum, organization_id),
    COLUMN(struct bought_sum, currency),
    COLUMN(struct bought_sum, sessions),
    COLUMN(struct bought_sum, payments),
    COLUMN(struct bought_sum, amount));

struct next_day {
	struct day day;
};

SHAPE(next_day_row, struct next_day, NULL, COLUMN(struct next_day, day));

/* Rows of one table. */
struct rows {
	enum query query;
	struct arg *args;	/* of all rows */
	size_t n, row_args;
};

/* What one transaction does: the mark moves, rows are added. */
struct turn {
	const char *name;
	struct rollup_mark was, next;
	struct rows rows[2];
	struct str clicks;	/* JSON: [placement, clicks, day]... */
};

static struct rows
rows_new(struct arena *a, enum query query, size_t most, size_t row_args)
{
	return (struct rows){ query, arena_array(a, most * row_args,
	    sizeof(struct arg)), 0, row_args };
}

static void
rows_add(struct rows *r, struct args row)
{
	INVARIANT(row.n == r->row_args);
	memcpy(r->args + r->n++ * row.n, row.v, row.n * sizeof(*row.v));
}

static enum err
rows_insert(struct db *db, const struct rows *r)
{
	for (size_t i = 0; i < r->n; i += ROWS_ONCE)
		TRY(db_exec_rows(db, r->query, r->args + i * r->row_args,
		    r->n - i < ROWS_ONCE ? r->n - i : ROWS_ONCE, NULL, NULL));
	return OK;
}

static enum err
commit(struct db *db, void *arg)
{
	const struct turn *t = arg;
	bool moved;

	TRY(rollup_mark_move(db, t->name, &t->was, &t->next, &moved));
	if (!moved)
		return OK;
	TRY(rows_insert(db, &t->rows[0]));
	TRY(rows_insert(db, &t->rows[1]));
	return t->clicks.n == 0 ? OK : db_exec(db, Q_ROLLUP_ADD_CLICKS,
	    ARGS(t->clicks), NULL, NULL);
}

/* Sums come by placement and day, the known sources first, then the largest. */
static size_t
limit_sources(struct source_sum *s, size_t n)
{
	int64_t room = 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct source_sum *last = kept > 0 ? &s[kept - 1] : NULL;
		bool same = last != NULL && s[i].day.n == last->day.n &&
		    s[i].placement_id == last->placement_id;

		if (!same)
			room = SOURCES_MAX - s[i].have;
		if (!s[i].known && !str_is(s[i].source, "other") &&
		    room-- <= 0)
			s[i].source = STR("other");
		if (!same || !str_is(s[i].source, "other") ||
		    !str_is(last->source, "other")) {
			s[kept++] = s[i];
			continue;
		}
		last->clicks += s[i].clicks;
		last->unique_clicks += s[i].unique_clicks;
		last->bot_clicks += s[i].bot_clicks;
	}
	return kept;
}

const int32_t click_span_days[CLICK_SPANS] = { 1, 4, 16, 64 };
static const char *const span_marks[CLICK_SPANS] = { "click_source",
	"click_source_4", "click_source_16", "click_source_64" };

struct day
click_span_first(struct day day, size_t span)
{
	const int32_t days = click_span_days[span];

	return (struct day){ day.n - (day.n % days + days) % days };
}

static struct rows
source_rows(struct arena *a, const struct source_sum *s, size_t n, int32_t days)
{
	struct rows r = rows_new(a, Q_ROLLUP_ADD_SOURCES, n, 7);

	for (; n > 0; n--, s++)
		rows_add(&r, ARGS(s->placement_id, days, s->day, s->source,
		    s->clicks, s->unique_clicks, s->bot_clicks));
	return r;
}

static struct rows
limited_rows(struct arena *a, struct list sums)
{
	struct source_sum *s = sums.items;
	size_t n = limit_sources(s, sums.n);

	return source_rows(a, s, n, click_span_days[0]);
}

/* Of each placement and day, for its promoter. */
static struct str
promoter_clicks(struct arena *a, struct list sums)
{
	const struct source_sum *s = sums.items;
	char day[11];
	struct buf b;

	buf_init(&b, a, 64 * sums.n + 8);
	for (size_t i = 0; i < sums.n; i++) {
		day_iso(s[i].day, day);
		buf_printf(&b, "%s[%llu,%lld,\"%s\"]", i == 0 ? "[" : ",",
		    (unsigned long long)s[i].placement_id,
		    (long long)s[i].clicks, day);
	}
	if (sums.n > 0)
		buf_char(&b, ']');
	return buf_view(&b);
}

static enum err
roll_sources(struct db *db, struct arena *a, struct when now,
    const struct rollup_conf *c, bool *more)
{
	struct turn t = { .name = "click_source" };
	struct list sums;
	uint64_t behind;

	TRY(rollup_mark_read(db, a, t.name, &t.was));
	t.next = (struct rollup_mark){ rollup_newest(now, c), t.was.last_id };
	if (t.next.done_until.us <= t.was.done_until.us)
		return OK;
	TRY(rollup_end(db, a, c, Q_ROLLUP_CLICK_FROM, &t.was,
	    &t.next.done_until, &behind));
	*more |= behind != INT64_MAX;
	TRY(rollup_last(db, a, c, Q_ROLLUP_CLICK_BEFORE, &t.was, behind,
	    &t.next));
	TRY(db_rows(db, a, Q_ROLLUP_SOURCES, ARGS(arg_bound(t.was.last_id),
	    behind, t.was.done_until, t.next.done_until), &source_sum_row,
	    &sums));
	t.clicks = promoter_clicks(a, sums);
	t.rows[0] = limited_rows(a, sums);
	return tx_run(db, a, commit, &t);
}

static struct rows
day_rows(struct arena *a, struct list sums)
{
	const struct day_sum *s = sums.items;
	struct rows r = rows_new(a, Q_ROLLUP_ADD_DAY, sums.n, 8);

	for (size_t i = 0; i < sums.n; i++)
		rows_add(&r, ARGS(s[i].referrer_id, s[i].d.day, s[i].d.clicks,
		    s[i].d.unique_clicks, s[i].d.bot_clicks,
		    s[i].d.referrals, s[i].d.conversions,
		    s[i].d.cancellations));
	return r;
}

/* The next day that has anything, at most the one that is still open. */
static enum err
next_day(struct db *db, struct arena *a, struct day done, struct day open,
    struct day *out)
{
	struct next_day next = { DAY_NONE };

	TRY(db_row(db, a, Q_ROLLUP_NEXT_DAY, ARGS(done), &next_day_row, &next));
	*out = next.day.n != DAY_NONE.n && next.day.n < open.n ? next.day :
	    open;
	return OK;
}

static enum err
add_span(struct db *db, struct arena *a, size_t span, struct day first,
    struct turn *t)
{
	struct source_sum *s;
	struct list sums;

	TRY(db_rows(db, a, Q_ROLLUP_SPAN, ARGS(click_span_days[span - 1],
	    first, (struct day){ first.n + click_span_days[span] },
	    arg_bound(t->was.last_id), t->next.last_id), &source_sum_row,
	    &sums));
	s = sums.items;
	for (size_t i = 0; i < sums.n; i++)
		s[i].day = first;
	t->rows[0] = source_rows(a, s, sums.n, click_span_days[span]);
	return OK;
}

/* Of some placements, the sum of the four spans that make up the next one. */
static enum err
roll_span(struct db *db, struct arena *a, size_t span, bool *more)
{
	struct turn t = { .name = span_marks[span] };
	struct id_row step = { 0 };
	struct day first, open, next;
	struct rollup_mark parts;

	TRY(rollup_mark_read(db, a, t.name, &t.was));
	TRY(rollup_mark_read(db, a, span_marks[span - 1], &parts));
	first = click_span_first(day_of(t.was.done_until), span);
	open = click_span_first(day_of(parts.done_until), span);
	if (first.n >= open.n)
		return OK;
	*more = true;
	TRY(next_day(db, a, (struct day){ first.n - 1 }, open, &next));
	next = click_span_first(next, span);
	if (next.n == first.n) {
		TRY(db_row(db, a, Q_ROLLUP_STEP, ARGS(arg_bound(
		    t.was.last_id)), &id_row, &step));
		next.n += click_span_days[span];
	}
	t.next = (struct rollup_mark){ day_start(next), 0 };
	if (step.id != 0) {
		t.next = (struct rollup_mark){ t.was.done_until, step.id };
		TRY(add_span(db, a, span, first, &t));
	}
	return tx_run(db, a, commit, &t);
}

static enum err
roll_days(struct db *db, struct arena *a, struct when now,
    const struct rollup_conf *c, bool *more)
{
	const struct day open = day_of(when_add(now, -c->age_seconds));
	struct turn t = { .name = "referrer_day" };
	const struct day_sum *s;
	struct list sums;
	struct day day;

	TRY(rollup_mark_read(db, a, t.name, &t.was));
	day = day_of(t.was.done_until);
	if (day.n >= open.n)
		return OK;
	TRY(db_rows(db, a, Q_ROLLUP_DAY, ARGS(day, arg_bound(t.was.last_id)),
	    &day_sum_row, &sums));
	s = sums.items;
	if (sums.n == DAYS_ONCE) {
		t.next = (struct rollup_mark){ t.was.done_until,
		    s[sums.n - 1].referrer_id };
	} else {
		TRY(next_day(db, a, day, open, &day));
		t.next = (struct rollup_mark){ day_start(day), 0 };
	}
	*more |= day.n < open.n;
	t.rows[0] = day_rows(a, sums);
	return tx_run(db, a, commit, &t);
}

static void
earned_rows(struct arena *a, struct list sums, struct turn *t)
{
	const struct earned_sum *s = sums.items;

	t->rows[0] = rows_new(a, Q_ROLLUP_ADD_PLACEMENT_EARNED, sums.n, 4);
	t->rows[1] = rows_new(a, Q_ROLLUP_ADD_REFERRER_EARNED, sums.n, 4);
	for (size_t i = 0; i < sums.n; i++) {
		if (s[i].placement_id != 0)
			rows_add(&t->rows[0], ARGS(s[i].placement_id, s[i].day,
			    s[i].currency, s[i].amount));
		rows_add(&t->rows[1], ARGS(s[i].referrer_id, s[i].day,
		    s[i].currency, s[i].amount));
	}
}

static void
bought_rows(struct arena *a, struct list sums, struct turn *t)
{
	const struct bought_sum *s = sums.items;

	t->rows[0] = rows_new(a, Q_ROLLUP_ADD_BOUGHT, sums.n, 5);
	for (size_t i = 0; i < sums.n; i++)
		rows_add(&t->rows[0], ARGS(s[i].organization_id, s[i].currency,
		    s[i].sessions, s[i].payments, s[i].amount));
}

/* What is found by its time. */
static const struct timed {
	const char *name;
	enum query next, sums;
	const struct shape *sum;
	void (*rows)(struct arena *, struct list sums, struct turn *);
} earned = { "earned", Q_ROLLUP_NEXT_EARNING, Q_ROLLUP_EARNED, &earned_sum_row,
	earned_rows },
  bought = { "bought", Q_ROLLUP_NEXT_BOUGHT, Q_ROLLUP_BOUGHT, &bought_sum_row,
	bought_rows };

static enum err
roll_timed(struct db *db, struct arena *a, struct when now,
    const struct rollup_conf *c, const struct timed *timed, bool *more)
{
	const struct when newest = rollup_newest(now, c);
	struct turn t = { .name = timed->name };
	struct list sums;

	TRY(rollup_mark_read(db, a, t.name, &t.was));
	if (newest.us <= t.was.done_until.us)
		return OK;
	t.next.done_until = newest;
	TRY(rollup_part_end(db, a, c, timed->next, &t.was,
	    &t.next.done_until));
	*more |= t.next.done_until.us < newest.us;
	TRY(db_rows(db, a, timed->sums, ARGS(t.was.done_until,
	    t.next.done_until), timed->sum, &sums));
	timed->rows(a, sums, &t);
	return tx_run(db, a, commit, &t);
}

enum err
rollup_run(struct db *db, struct arena *a, struct when now,
    const struct rollup_conf *c, bool *more)
{
	*more = false;
	TRY(roll_sources(db, a, now, c, more));
	for (size_t i = 1; i < CLICK_SPANS; i++)
		TRY(roll_span(db, a, i, more));
	TRY(roll_timed(db, a, now, c, &earned, more));
	TRY(roll_timed(db, a, now, c, &bought, more));
	return roll_days(db, a, now, c, more);
}
