/*
 * Reading reports.  Things are put in order by their sums over all of the
 * period, or promoters by their ranks; those of the page are read once more in
 * its parts.  What came since the sums were made is added to both, so that
 * reports are exact at any moment.
 */
#include "model/report/inside.h"

#include <stdlib.h>

#include "base/buf.h"
#include "db/paging.h"
#include "model/program/program.h"
#include "model/report/rank.h"
#include "base/banned.h"

#define FIRST_MOST 1000		/* lines, and what came since, by rank */

SHAPE(report_row_row, struct report_row, NULL,
    COLUMN(struct report_row, subject_id),
    COLUMN(struct report_row, name),
    COLUMN(struct report_row, day),
    REPORT_COUNTS(struct report_row, n.));

SHAPE(report_sum_row, struct report_line, NULL,
    FIELD(struct report_line, id, "subject_id"),
    COLUMN(struct report_line, name),
    REPORT_COUNTS(struct report_line, total.n.),
    FIELD(struct report_line, total.active_before, "active_before"),
    FIELD(struct report_line, total.clicks3, "clicks3"),
    FIELD(struct report_line, total.earned3, "earned3"),
    FIELD(struct report_line, total.clicks6, "clicks6"),
    FIELD(struct report_line, total.earned6, "earned6"));

SHAPE(report_ground_row, struct report_ground, NULL,
    COLUMN(struct report_ground, done_until),
    COLUMN(struct report_ground, first),
    COLUMN(struct report_ground, since));

static bool
is_single(const struct report_ask *q)
{
	return q->subject == REPORT_ALL || q->name.p != NULL ||
	    (q->subject_id != 0 && (q->subject == REPORT_CAMPAIGNS ||
	    q->subject == REPORT_PROMOTERS));
}

static enum err
read_sums(struct db *db, struct arena *a, const struct report_ask *q,
    struct str currency, const struct list *fresh, struct list *lines)
{
	struct list_query s = { .q = Q_REPORT_SUMS };
	const struct report_plan p = report_plan(q, false);
	struct arg_list args = { 0 };
	const struct arg part[] = { ARG(q->from), ARG(currency), ARG(p.three),
	    ARG(p.six), ARG(q->organization_id),
	    LABEL(report_subject_labels, (int)q->subject), ARG(p.m1),
	    ARG(p.m2), ARG(p.m3), ARG(p.m4), ARG(p.d1), ARG(p.d2), ARG(p.d3),
	    ARG(p.d4) };

	for (size_t i = 0; i < LEN(part); i++)
		arg_push(&args, part[i]);
	if (q->subject_id != 0) {
		s.wheres |= Q_REPORT_SUMS_WHERE_ONE;
		arg_push(&args, ARG(q->subject_id));
	}
	TRY(db_list(db, a, &s, ARG_LIST(args), &report_sum_row, lines));
	if (lines->n > 0)
		qsort(lines->items, lines->n, sizeof(struct report_line),
		    report_by_name);
	*lines = report_add_fresh(a, q, *lines, fresh);
	return report_put_in_order(q, lines);
}

static struct str
things_json(struct arena *a, const struct list *lines)
{
	const struct report_line *l = lines->items;
	struct buf b;

	buf_init(&b, a, 32 * lines->n + 8);
	buf_char(&b, '[');
	for (size_t i = 0; i < lines->n; i++) {
		buf_printf(&b, "%s[%llu,", i > 0 ? "," : "",
		    (unsigned long long)l[i].id);
		json_string(&b, l[i].name);
		buf_char(&b, ']');
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

static void
add_rows(const struct report_ask *q, const struct list *periods,
    const struct list *lines, const struct list *rows)
{
	const struct report_period whole = { q->from, q->to };
	const struct report_period *p = periods->items;
	const struct report_row *r = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		struct report_line *l = report_line_of(lines, &r[i]);

		if (l == NULL)
			continue;
		report_add_row(&l->total, &whole, &r[i]);
		for (size_t k = 0; k < periods->n; k++)
			report_add_row(&l->periods[k], &p[k], &r[i]);
	}
}

/* What is known of lines that stand by name, in these periods. */
static enum err
read_lines(struct db *db, struct arena *a, const struct report_ask *q,
    struct str currency, const struct report_plan *p,
    const struct list *periods, const struct list *fresh,
    const struct list *lines)
{
	struct list rows;

	TRY(db_rows(db, a, Q_REPORT_ROWS, ARGS(currency,
	    things_json(a, lines), q->organization_id,
	    LABEL(report_subject_labels, (int)q->subject), p->m1, p->m2, p->m3,
	    p->m4, p->d1, p->d2, p->d3, p->d4), &report_row_row, &rows));
	add_rows(q, periods, lines, &rows);
	add_rows(q, periods, lines, fresh);
	return OK;
}

/* Those of the first places and those of what came since, by name, once. */
static struct list
candidates(struct arena *a, const struct list *places,
    const struct list *fresh)
{
	const struct rank_place *place = places->items;
	const struct report_row *r = fresh->items;
	struct report_line *l = arena_array(a, places->n + fresh->n + 1,
	    sizeof(*l));
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < places->n; i++)
		l[n++] = (struct report_line){ .id = place[i].promoter_id,
		    .name = STR("") };
	for (size_t i = 0; i < fresh->n; i++)
		l[n++] = (struct report_line){ .id = r[i].subject_id,
		    .name = STR("") };
	if (n > 0)
		qsort(l, n, sizeof(*l), report_by_name);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || l[kept - 1].id != l[i].id)
			l[kept++] = l[i];
	return (struct list){ l, kept };
}

/*
 * The first lines, without reading all of them.  What did not come since stands
 * where its sum stands; so the first n of all are among the first of the sums,
 * and those that came since, by whose number more of the sums are read.  *found
 * is false where that does not make up n lines.
 */
static enum err
read_first(struct db *db, struct arena *a, const struct report_ask *q,
    const struct report_ground *g, const struct list *fresh,
    struct list *lines, bool *found)
{
	const size_t n = (size_t)(q->skip + q->limit);
	const size_t most = n + candidates(a, &(struct list){ NULL, 0 },
	    fresh).n;
	const struct report_plan p = report_plan(q, false);
	const struct rank_place *place;
	const struct report_line *line;
	struct report_line last = { .name = STR("") };
	struct list places;

	*found = false;
	if (q->counted || n == 0 || most > FIRST_MOST)
		return OK;
	TRY(rank_top(db, a, q, g, most, &places, found));
	if (!*found || places.n + (most - n) < n) {
		*found = false;
		return OK;
	}
	*lines = candidates(a, &places, fresh);
	TRY(read_lines(db, a, q, g->currency, &p, &(struct list){ NULL, 0 },
	    fresh, lines));
	TRY(report_put_in_order(q, lines));
	/* whoever is not read is behind the last, or has nothing */
	place = places.items;
	if (places.n == most) {
		last.id = place[most - 1].promoter_id;
		last.key = place[most - 1].value;
	}
	line = lines->items;
	*found = lines->n >= n && report_by_key_down(&line[n - 1], &last) <= 0;
	return OK;
}

/* The lines of the page anew, in their parts. */
static enum err
read_periods(struct db *db, struct arena *a, const struct report_ask *q,
    const struct report *out, const struct list *fresh)
{
	const struct report_plan p = report_plan(q, q->group <= CHART_WEEKS);
	struct report_line *l = arena_array(a, out->lines.n + 1, sizeof(*l));
	struct report_line *to = out->lines.items;
	struct list lines = { l, out->lines.n };

	for (size_t i = 0; i < lines.n; i++)
		l[i] = (struct report_line){ .id = to[i].id,
		    .name = to[i].name, .key = (int64_t)i,
		    .periods = arena_array(a, out->periods.n,
		    sizeof(struct report_figures)) };
	if (lines.n > 0)
		qsort(l, lines.n, sizeof(*l), report_by_name);
	TRY(read_lines(db, a, q, out->currency, &p, &out->periods, fresh,
	    &lines));
	for (size_t i = 0; i < lines.n; i++) {
		to[l[i].key].total = l[i].total;
		to[l[i].key].periods = l[i].periods;
	}
	return OK;
}

enum err
report_ground(struct db *db, struct arena *a, uint64_t org,
    struct report_ground *g)
{
	struct program program = { 0 };

	TRY(program_get(db, a, org, &program));
	*g = (struct report_ground){ .organization_id = org,
	    .currency = program.currency, .first = DAY_NONE };
	return db_row(db, a, Q_RANK_STATE, ARGS(org), &report_ground_row, g);
}

enum err
report_read(struct db *db, struct arena *a, const struct report_ask *q,
    struct report *out)
{
	struct report_ground read;
	const struct report_ground *g = q->ground;
	struct report_line *one;
	struct list fresh;
	int64_t n;
	bool found;

	if (g == NULL) {
		TRY(report_ground(db, a, q->organization_id, &read));
		g = &read;
	}
	*out = (struct report){ .currency = g->currency,
	    .periods = report_periods(a, q->group, q->from, q->to),
	    .count = 1 };
	TRY(db_rows(db, a, Q_REPORT_FRESH, ARGS(out->currency,
	    q->organization_id, g->done_until,
	    LABEL(report_subject_labels, (int)q->subject), q->subject_id),
	    &report_row_row, &fresh));
	if (is_single(q)) {
		one = ARENA_NEW(a, struct report_line);
		*one = (struct report_line){ .id = q->subject_id,
		    .name = q->name.p != NULL ? q->name : STR("") };
		out->lines = (struct list){ one, 1 };
		return read_periods(db, a, q, out, &fresh);
	}
	TRY(read_first(db, a, q, g, &fresh, &out->lines, &found));
	if (!found)
		TRY(read_sums(db, a, q, out->currency, &fresh, &out->lines));
	n = out->count = (int64_t)out->lines.n;
	one = out->lines.items;
	n = n > q->skip ? n - q->skip : 0;
	out->lines = (struct list){ one + (out->count - n),
	    (size_t)(n < q->limit ? n : q->limit) };
	return q->periods ? read_periods(db, a, q, out, &fresh) : OK;
}
