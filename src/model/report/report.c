/*
 * Reading reports.  Things are put in order by their sums over all of the
 * period, or promoters by their ranks; those of the page are read once more in
 * its parts.  What came since the sums were made is added to both, so that
 * reports are exact at any moment.
 */
#include "model/report/rank.h"

#include <stdlib.h>

#include "base/buf.h"
#include "db/paging.h"
#include "model/program/program.h"
#include "base/banned.h"

#define NEVER ((struct day){ 0 })	/* before all that there is */
#define FIRST_MOST 1000		/* lines, and what came since, by rank */

/* Which sums make up a period: two ranges of months and two of days. */
struct plan {
	struct day three, six;		/* see report_figures */
	struct day m1, m2, m3, m4, d1, d2, d3, d4;
};

struct row {
	uint64_t subject_id;
	struct str name;
	struct day day;
	struct report_counts n;
};

SHAPE(report_row_row, struct row, NULL,
    COLUMN(struct row, subject_id),
    COLUMN(struct row, name),
    COLUMN(struct row, day),
    REPORT_COUNTS(struct row, n.));

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

/* The first day of a month, so many months before that of a day. */
static struct day
month_of(struct day d, int before)
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
static struct plan
plan_of(const struct report_ask *q, bool in_days)
{
	const struct day first = month_of(q->from, 0);
	const struct day last = month_of(q->to, 0);
	const bool ends = month_of((struct day){ q->to.n + 1 }, 0).n != last.n;
	struct plan p = { .three = month_of(q->to, 2),
	    .six = month_of(q->to, 5), .m2 = day_before(first),
	    .m3 = month_of(q->from, -1), .m4 = day_before(last),
	    .d1 = first, .d2 = q->to, .d3 = last, .d4 = q->to };

	/* who is active depends on all that was before */
	if (asks_for(q, REPORT_ACTIVE_CUSTOMERS, REPORT_CHURN)) {
		p.m1 = NEVER;
	} else if (asks_for(q, REPORT_EPC3, REPORT_EPC6)) {
		p.m1 = month_of(q->from, 5);
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

static void
add_counts(struct report_counts *to, const struct report_counts *n)
{
	to->clicks += n->clicks;
	to->referrals += n->referrals;
	to->customers += n->customers;
	to->non_link += n->non_link;
	to->cancellations += n->cancellations;
	to->active += n->active;
	to->sales += n->sales;
	to->refunds += n->refunds;
	to->revenue += n->revenue;
	to->earned += n->earned;
	to->paid += n->paid;
}

static void
add_row(struct report_figures *f, const struct report_period *p,
    const struct row *r)
{
	if (r->day.n > p->last.n)
		return;
	if (r->day.n >= p->first.n)
		add_counts(&f->n, &r->n);
	else
		f->active_before += r->n.active;
	if (r->day.n >= month_of(p->last, 5).n) {
		f->clicks6 += r->n.clicks;
		f->earned6 += r->n.earned;
	}
	if (r->day.n >= month_of(p->last, 2).n) {
		f->clicks3 += r->n.clicks;
		f->earned3 += r->n.earned;
	}
}

static int
compare_names(uint64_t id, struct str name, uint64_t id2, struct str name2)
{
	const size_t least = name.n < name2.n ? name.n : name2.n;
	int c = id < id2 ? -1 : id > id2;

	if (c == 0 && least > 0)
		c = memcmp(name.p, name2.p, least);
	return c != 0 ? c : name.n < name2.n ? -1 : name.n > name2.n;
}

static int
by_name(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return compare_names(x->id, x->name, y->id, y->name);
}

static int
by_key_down(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return x->key != y->key ? (x->key > y->key ? -1 : 1) : by_name(a, b);
}

static int
by_key_up(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return x->key != y->key ? (x->key < y->key ? -1 : 1) : by_name(a, b);
}

/* Lines stand by name. */
static struct report_line *
line_of(const struct list *lines, const struct row *r)
{
	const struct report_line key = { .id = r->subject_id,
	    .name = r->name };

	return lines->n == 0 ? NULL : bsearch(&key, lines->items, lines->n,
	    sizeof(key), by_name);
}

static bool
is_single(const struct report_ask *q)
{
	return q->subject == REPORT_ALL || q->name.p != NULL ||
	    (q->subject_id != 0 && (q->subject == REPORT_CAMPAIGNS ||
	    q->subject == REPORT_PROMOTERS));
}

/* In any case of ASCII letters. */
static bool
has_part(struct str name, struct str part)
{
	for (size_t i = 0; i + part.n <= name.n; i++)
		if (str_eq_nocase((struct str){ name.p + i, part.n }, part))
			return true;
	return false;
}

static bool
is_chosen(const struct report_ask *q, uint64_t id, struct str name)
{
	const uint64_t *ids = q->ids != NULL ? q->ids->items : NULL;

	if (q->part.n > 0 && !has_part(name, q->part))
		return false;
	for (size_t i = 0; q->ids != NULL && i < q->ids->n; i++)
		if (ids[i] == id)
			return true;
	return q->ids == NULL;
}

/* The key by which it stands, and whether any column is not zero. */
static enum err
judge(const struct report_ask *q, struct report_line *l, bool *any)
{
	const struct report_period p = { q->from, q->to };
	int64_t v;

	*any = false;
	for (int c = 0; c < REPORT_COLUMNS; c++) {
		if ((q->columns & REPORT_COLUMN(c)) == 0)
			continue;
		TRY(report_value(&l->total, &p, (enum report_column)c, &v));
		*any |= v != 0;
	}
	return report_value(&l->total, &p, (enum report_column)q->sort,
	    &l->key);
}

/* What came since, thing after thing, into sums that stand by name. */
static struct list
add_fresh(struct arena *a, const struct report_ask *q, struct list lines,
    const struct list *fresh)
{
	const struct report_period p = { q->from, q->to };
	struct report_line *all = arena_array(a, lines.n + fresh->n,
	    sizeof(*all));
	const struct row *r = fresh->items;
	struct list known = { all, lines.n };
	size_t n = lines.n;

	if (n > 0)
		memcpy(all, lines.items, n * sizeof(*all));
	for (size_t i = 0; i < fresh->n; i++) {
		struct report_line *l = line_of(&known, &r[i]);

		if (l == NULL && n > lines.n && all[n - 1].id ==
		    r[i].subject_id && str_eq(all[n - 1].name, r[i].name))
			l = &all[n - 1];
		if (l == NULL) {
			l = &all[n++];
			*l = (struct report_line){ .id = r[i].subject_id,
			    .name = r[i].name };
		}
		add_row(&l->total, &p, &r[i]);
	}
	return (struct list){ all, n };
}

static enum err
put_in_order(const struct report_ask *q, struct list *lines)
{
	struct report_line *l = lines->items;
	size_t n = 0;
	bool any;

	for (size_t i = 0; i < lines->n; i++) {
		if (!is_chosen(q, l[i].id, l[i].name))
			continue;
		TRY(judge(q, &l[i], &any));
		if (any)
			l[n++] = l[i];
	}
	lines->n = n;
	if (n > 0)
		qsort(l, n, sizeof(*l), q->ascending ? by_key_up :
		    by_key_down);
	return OK;
}

static enum err
read_sums(struct db *db, struct arena *a, const struct report_ask *q,
    struct str currency, const struct list *fresh, struct list *lines)
{
	struct list_query s = { .q = Q_REPORT_SUMS };
	const struct plan p = plan_of(q, false);
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
		    by_name);
	*lines = add_fresh(a, q, *lines, fresh);
	return put_in_order(q, lines);
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
	const struct row *r = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		struct report_line *l = line_of(lines, &r[i]);

		if (l == NULL)
			continue;
		add_row(&l->total, &whole, &r[i]);
		for (size_t k = 0; k < periods->n; k++)
			add_row(&l->periods[k], &p[k], &r[i]);
	}
}

/* What is known of lines that stand by name, in these periods. */
static enum err
read_lines(struct db *db, struct arena *a, const struct report_ask *q,
    struct str currency, const struct plan *p, const struct list *periods,
    const struct list *fresh, const struct list *lines)
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
	const struct row *r = fresh->items;
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
		qsort(l, n, sizeof(*l), by_name);
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
	const struct plan p = plan_of(q, false);
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
	TRY(put_in_order(q, lines));
	/* whoever is not read is behind the last, or has nothing */
	place = places.items;
	if (places.n == most) {
		last.id = place[most - 1].promoter_id;
		last.key = place[most - 1].value;
	}
	line = lines->items;
	*found = lines->n >= n && by_key_down(&line[n - 1], &last) <= 0;
	return OK;
}

/* The lines of the page anew, in their parts. */
static enum err
read_periods(struct db *db, struct arena *a, const struct report_ask *q,
    const struct report *out, const struct list *fresh)
{
	const struct plan p = plan_of(q, q->group <= CHART_WEEKS);
	struct report_line *l = arena_array(a, out->lines.n + 1, sizeof(*l));
	struct report_line *to = out->lines.items;
	struct list lines = { l, out->lines.n };

	for (size_t i = 0; i < lines.n; i++)
		l[i] = (struct report_line){ .id = to[i].id,
		    .name = to[i].name, .key = (int64_t)i,
		    .periods = arena_array(a, out->periods.n,
		    sizeof(struct report_figures)) };
	if (lines.n > 0)
		qsort(l, lines.n, sizeof(*l), by_name);
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

void
report_add(struct report_figures *to, const struct report_figures *f)
{
	add_counts(&to->n, &f->n);
	to->active_before += f->active_before;
	to->clicks3 += f->clicks3;
	to->earned3 += f->earned3;
	to->clicks6 += f->clicks6;
	to->earned6 += f->earned6;
}

void
report_merge(struct arena *a, struct report *r)
{
	const struct report_line *l = r->lines.items;
	struct report_line *one = ARENA_NEW(a, struct report_line);

	one->periods = arena_array(a, r->periods.n, sizeof(*one->periods));
	for (size_t i = 0; i < r->lines.n; i++) {
		report_add(&one->total, &l[i].total);
		for (size_t k = 0; k < r->periods.n && l[i].periods != NULL;
		    k++)
			report_add(&one->periods[k], &l[i].periods[k]);
	}
	r->lines = (struct list){ one, 1 };
}

SHAPE(report_name_row, struct report_name, NULL,
    COLUMN(struct report_name, id),
    COLUMN(struct report_name, name),
    COLUMN(struct report_name, email),
    COLUMN(struct report_name, color));

static int
by_id(const void *a, const void *b)
{
	const struct report_name *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

enum err
report_names(struct db *db, struct arena *a, uint64_t org,
    enum report_subject subject, const struct report *r, struct list *names)
{
	const struct report_line *l = r->lines.items;
	uint64_t *ids = arena_array(a, r->lines.n + 1, sizeof(*ids));

	for (size_t i = 0; i < r->lines.n; i++)
		ids[i] = l[i].id;
	TRY(db_rows(db, a, subject == REPORT_CAMPAIGNS ? Q_REPORT_CAMPAIGNS :
	    Q_REPORT_PROMOTERS, ARGS(ids_json(a, ids, r->lines.n), org),
	    &report_name_row, names));
	if (names->n > 0)
		qsort(names->items, names->n, sizeof(struct report_name),
		    by_id);
	return OK;
}

enum err
report_find(struct db *db, struct arena *a, uint64_t org,
    enum report_subject subject, struct str prefix, struct list *ids)
{
	const struct report_name *n;
	struct list rows;
	uint64_t *id;

	TRY(db_rows(db, a, subject == REPORT_CAMPAIGNS ?
	    Q_REPORT_FIND_CAMPAIGNS : Q_REPORT_FIND_PROMOTERS, ARGS(org,
	    like_prefix(a, prefix)), &report_name_row, &rows));
	n = rows.items;
	id = arena_array(a, rows.n + 1, sizeof(*id));
	for (size_t i = 0; i < rows.n; i++)
		id[i] = n[i].id;
	*ids = (struct list){ id, rows.n };
	return OK;
}
