/*
 * Ranks stand in report_rank, as far as report_sum; both are written in one
 * transaction.  The last thirty days have no end: what is added stays in them
 * until its day is taken off, by the same numbers with the other sign.  A day
 * that is taken off lies behind done_until, so nothing is added to it any more.
 */
#include "model/report/rank.h"

#include "base/banned.h"

#define ROWS_ONCE	500
#define ROW_ARGS	7
#define WINDOW_ARGS	2
#define LAST_DAYS	30
#define DAY_ROWS	1000	/* LIMIT of rank_day */
#define FOREVER		(day_from(1970, 1, 1))	/* day of what has none */

static const char *const span_labels[] = {
	"month", "year", "ever", "last", NULL
};
enum span { MONTH, YEAR, EVER, LAST, SPANS };

/* Columns that are sums of days; the others are made of several. */
#define AMOUNTS (REPORT_COLUMN(REPORT_REVENUE) | \
	REPORT_COLUMN(REPORT_NET_REVENUE) | REPORT_COLUMN(REPORT_EARNINGS) | \
	REPORT_COLUMN(REPORT_PAID))
#define MEASURES (AMOUNTS | REPORT_COLUMN(REPORT_ACTIVE_CUSTOMERS) | \
	REPORT_COLUMN(REPORT_CLICKS) | REPORT_COLUMN(REPORT_REFERRALS) | \
	REPORT_COLUMN(REPORT_CUSTOMERS) | REPORT_COLUMN(REPORT_SALES) | \
	REPORT_COLUMN(REPORT_REFUNDS) | REPORT_COLUMN(REPORT_CANCELLED) | \
	REPORT_COLUMN(REPORT_NON_LINK))

/* --- writing --- */

struct rank_writer {
	struct db *db;
	struct day from;
	uint64_t organization_id;	/* the last one */
	size_t n, windows;
	struct arg rows[ROWS_ONCE * ROW_ARGS];
	struct arg window_rows[ROWS_ONCE * WINDOW_ARGS];
};

struct rank_writer *
rank_writer_new(struct arena *a, struct db *db, struct day from)
{
	struct rank_writer *w = ARENA_NEW(a, struct rank_writer);

	w->db = db;
	w->from = from;
	return w;
}

enum err
rank_flush(struct rank_writer *w)
{
	const size_t n = w->n, windows = w->windows;

	w->n = w->windows = 0;
	if (windows > 0)
		TRY(db_exec_rows(w->db, Q_RANK_WINDOW_INSERT, w->window_rows,
		    windows, NULL, NULL));
	return n == 0 ? OK : db_exec_rows(w->db, Q_RANK_ADD, w->rows, n, NULL,
	    NULL);
}

static struct day
day_in(enum span span, struct day d)
{
	return span == MONTH ? chart_first_of(CHART_MONTHS, d) :
	    span == YEAR ? chart_first_of(CHART_YEARS, d) : FOREVER;
}

static struct str
currency_of(enum report_column c, struct str currency)
{
	return (AMOUNTS & REPORT_COLUMN(c)) != 0 ? currency : STR("");
}

static enum err
add_row(struct rank_writer *w, const struct rank_sum *s, enum span span,
    enum report_column column, int64_t value)
{
	const struct arg row[ROW_ARGS] = {
		ARG(s->organization_id), LABEL(span_labels, span),
		ARG(day_in(span, s->day)), LABEL(report_column_labels, column),
		ARG(currency_of(column, s->currency)), ARG(s->promoter_id),
		ARG(value),
	};

	if (w->n == ROWS_ONCE)
		TRY(rank_flush(w));
	memcpy(w->rows + w->n++ * ROW_ARGS, row, sizeof(row));
	return OK;
}

/* Who is active depends on all that was before: there is no part of that. */
static bool
has_column(enum span span, enum report_column c)
{
	return (MEASURES & REPORT_COLUMN(c)) != 0 &&
	    (c != REPORT_ACTIVE_CUSTOMERS || span == EVER);
}

static enum err
add_spans(struct rank_writer *w, const struct rank_sum *s, enum span first,
    int64_t sign)
{
	const struct report_figures f = { .n = s->n };
	int64_t v;

	for (int c = 0; c < REPORT_COLUMNS; c++) {
		if ((MEASURES & REPORT_COLUMN(c)) == 0)
			continue;
		TRY(report_value(&f, NULL, (enum report_column)c, &v));
		for (int span = (int)first; v != 0 && span < SPANS; span++)
			if (has_column((enum span)span, (enum report_column)c))
				TRY(add_row(w, s, (enum span)span,
				    (enum report_column)c, sign * v));
	}
	return OK;
}

enum err
rank_add(struct rank_writer *w, const struct rank_sum *s)
{
	const struct arg row[WINDOW_ARGS] = { ARG(s->organization_id),
	    ARG(w->from) };

	if (w->windows == ROWS_ONCE)
		TRY(rank_flush(w));
	if (s->organization_id != w->organization_id)
		memcpy(w->window_rows + w->windows++ * WINDOW_ARGS, row,
		    sizeof(row));
	w->organization_id = s->organization_id;
	return add_spans(w, s, MONTH, 1);
}

/* --- the last days --- */

struct window {
	uint64_t organization_id;
	struct day since, until;	/* where it begins, and should begin */
	uint64_t since_after;		/* the promoter of its first day */
	struct day next;		/* that has any; DAY_NONE: none */
};

SHAPE(rank_window_row, struct window, NULL,
    COLUMN(struct window, organization_id),
    COLUMN(struct window, since),
    COLUMN(struct window, since_after),
    COLUMN(struct window, until),
    COLUMN(struct window, next));

SHAPE(rank_sum_row, struct rank_sum, NULL,
    COLUMN(struct rank_sum, promoter_id),
    COLUMN(struct rank_sum, currency),
    REPORT_COUNTS(struct rank_sum, n.));

struct move {
	struct window w;
	struct day to;
	uint64_t after;		/* of its promoters; 0: of none */
	struct list sums;	/* struct rank_sum, which are before that */
	struct arena *arena;
};

static enum err
commit(struct db *db, void *arg)
{
	const struct move *m = arg;
	const struct rank_sum *s = m->sums.items;
	struct rank_writer *w;
	uint64_t moved;

	TRY(db_exec(db, Q_RANK_WINDOW_MOVE, ARGS(m->to, arg_bound(m->after),
	    m->w.organization_id, m->w.since, arg_bound(m->w.since_after)),
	    &moved, NULL));
	if (moved == 0)
		return OK;	/* another process was faster */
	w = rank_writer_new(m->arena, db, m->to);
	for (size_t i = 0; i < m->sums.n; i++)
		TRY(add_spans(w, &s[i], LAST, -1));
	return rank_flush(w);
}

/* Some promoters of a day: the last may have more rows than were read. */
static enum err
read_day(struct db *db, struct arena *a, struct move *m)
{
	const struct window *w = &m->w;
	struct rank_sum *s;
	size_t n;

	TRY(db_rows(db, a, Q_RANK_DAY, ARGS(w->organization_id, w->next,
	    arg_bound(w->since_after)), &rank_sum_row, &m->sums));
	s = m->sums.items;
	n = m->sums.n;
	if (n == DAY_ROWS) {
		while (n > 0 && s[n - 1].promoter_id ==
		    s[DAY_ROWS - 1].promoter_id)
			n--;
		INVARIANT(n > 0);	/* there are fewer currencies */
		m->after = s[n - 1].promoter_id;
	}
	m->sums.n = n;
	m->to.n = m->after == 0 ? w->next.n + 1 : w->next.n;
	for (size_t i = 0; i < n; i++) {
		s[i].organization_id = w->organization_id;
		s[i].day = w->next;
	}
	return OK;
}

/* A day at most, the first that has any. */
static enum err
move_one(struct db *db, struct arena *a, const struct window *w, size_t *rows)
{
	struct move m = { .w = *w, .to = w->until, .arena = a };

	if (w->next.n != DAY_NONE.n && w->next.n < w->until.n)
		TRY(read_day(db, a, &m));
	*rows += m.sums.n;
	return tx_run(db, a, commit, &m);
}

enum err
rank_move(struct db *db, struct arena *a, bool *more)
{
	const struct window *w;
	struct arena_mark mark;
	struct list windows;
	size_t rows = 0;

	TRY(db_rows(db, a, Q_RANK_WINDOWS, ARGS(LAST_DAYS - 1),
	    &rank_window_row, &windows));
	*more |= windows.n > 0;
	mark = arena_mark(a);
	w = windows.items;
	for (size_t i = 0; i < windows.n && rows < DAY_ROWS / 2; i++) {
		TRY(move_one(db, a, &w[i], &rows));
		arena_rewind(a, mark);
	}
	return OK;
}

/* --- reading --- */

static bool
is_whole(enum chart_group group, const struct report_ask *q, struct day last,
    bool open)
{
	const struct day after = { last.n + 1 };

	return chart_first_of(group, q->from).n == q->from.n &&
	    chart_first_of(group, last).n == q->from.n &&
	    (open || chart_first_of(group, after).n != q->from.n);
}

/* The span that has all sums of the period, and no others. */
static bool
find_span(const struct report_ask *q, const struct report_ground *s,
    enum span *span)
{
	const struct day done = day_of(s->done_until);
	const bool open = q->to.n >= done.n;	/* no sums behind it */
	const struct day last = open ? done : q->to;

	if (s->first.n == DAY_NONE.n || q->from.n > done.n)
		return false;
	if (q->sort == REPORT_ACTIVE_CUSTOMERS)
		*span = EVER;
	else if (is_whole(CHART_MONTHS, q, last, open))
		*span = MONTH;
	else if (is_whole(CHART_YEARS, q, last, open))
		*span = YEAR;
	else
		*span = q->from.n <= s->first.n ? EVER : LAST;
	if (*span == LAST)
		return open && q->from.n == s->since.n;
	return *span != EVER || open;
}

SHAPE(rank_place_row, struct rank_place, NULL,
    FIELD(struct rank_place, promoter_id, "referrer_id"),
    COLUMN(struct rank_place, value));

enum err
rank_top(struct db *db, struct arena *a, const struct report_ask *q,
    const struct report_ground *s, size_t n, struct list *places,
    bool *ranked)
{
	const enum report_column c = q->sort == REPORT_SIGNUPS ?
	    REPORT_REFERRALS : (enum report_column)q->sort;
	enum span span;

	*ranked = q->subject == REPORT_PROMOTERS && q->subject_id == 0 &&
	    q->ids == NULL && q->part.n == 0 && !q->ascending &&
	    (MEASURES & REPORT_COLUMN(c)) != 0 && find_span(q, s, &span);
	if (!*ranked)
		return OK;
	return db_rows(db, a, Q_RANK_TOP, ARGS(q->organization_id,
	    LABEL(span_labels, span), day_in(span, q->from),
	    LABEL(report_column_labels, c), currency_of(c, s->currency),
	    (int64_t)n), &rank_place_row, places);
}
