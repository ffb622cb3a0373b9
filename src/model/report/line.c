/* Lines of a report: what is added to them, which are shown, in which order. */
#include "model/report/inside.h"

#include <stdlib.h>

#include "base/banned.h"

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

void
report_add_row(struct report_figures *f, const struct report_period *p,
    const struct report_row *r)
{
	if (r->day.n > p->last.n)
		return;
	if (r->day.n >= p->first.n)
		add_counts(&f->n, &r->n);
	else
		f->active_before += r->n.active;
	if (r->day.n >= report_month(p->last, 5).n) {
		f->clicks6 += r->n.clicks;
		f->earned6 += r->n.earned;
	}
	if (r->day.n >= report_month(p->last, 2).n) {
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

int
report_by_name(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return compare_names(x->id, x->name, y->id, y->name);
}

int
report_by_key_down(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return report_by_name(a, b);
}

static int
by_key_up(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return report_by_name(a, b);
}

struct report_line *
report_line_of(const struct list *lines, const struct report_row *r)
{
	const struct report_line key = { .id = r->subject_id,
	    .name = r->name };

	return lines->n == 0 ? NULL : bsearch(&key, lines->items, lines->n,
	    sizeof(key), report_by_name);
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

struct list
report_add_fresh(struct arena *a, const struct report_ask *q, struct list lines,
    const struct list *fresh)
{
	const struct report_period p = { q->from, q->to };
	struct report_line *all = arena_array(a, lines.n + fresh->n,
	    sizeof(*all));
	const struct report_row *r = fresh->items;
	struct list known = { all, lines.n };
	size_t n = lines.n;

	if (n > 0)
		memcpy(all, lines.items, n * sizeof(*all));
	for (size_t i = 0; i < fresh->n; i++) {
		struct report_line *l = report_line_of(&known, &r[i]);

		if (l == NULL && n > lines.n && all[n - 1].id ==
		    r[i].subject_id && str_eq(all[n - 1].name, r[i].name))
			l = &all[n - 1];
		if (l == NULL) {
			l = &all[n++];
			*l = (struct report_line){ .id = r[i].subject_id,
			    .name = r[i].name };
		}
		report_add_row(&l->total, &p, &r[i]);
	}
	return (struct list){ all, n };
}

enum err
report_put_in_order(const struct report_ask *q, struct list *lines)
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
		    report_by_key_down);
	return OK;
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
