/* Reading lines: dates, quantities, amounts. */
#include "api/naviga/lines.h"

#include "base/banned.h"

#define BOOKED_MAX INT64_C(9007199254740991)

struct line_in {
	struct str external, product;
	int price;
	struct day starts_on, ends_on;
	struct list insertions;
	int64_t quantity;
	struct decimal amount, tax;
	struct str landing_url;
};

SHAPE(nv_line_in, struct line_in, "LineCreate",
    FIELD(struct line_in, external, "ThirdPartyLineID", .min = 1, .max = 64,
	.flags = F_NULLABLE | F_LOOSE, .doc = "Your own id of the line"),
    FIELD(struct line_in, product, "ProductID",
	.flags = F_REQUIRED | F_LOOSE, .min = 1, .max = 64,
	.example = "\"BANNER-TOP\""),
    FIELD(struct line_in, price, "PriceType", .flags = F_REQUIRED,
	.labels = price_labels, .example = "\"CPM\""),
    FIELD(struct line_in, starts_on, "StartDate", .flags = F_NULLABLE,
	.doc = "The campaign's, or the first insertion, where absent"),
    FIELD(struct line_in, ends_on, "EndDate", .flags = F_NULLABLE,
	.doc = "The last day; the campaign's, or the last insertion, where "
	    "absent"),
    FIELD(struct line_in, insertions, "InsertionDates", .max = 1000,
	.doc = "For lines by insertion, and needed there"),
    FIELD(struct line_in, quantity, "Quantity", .min = 1, .max = BOOKED_MAX,
	.flags = F_NULLABLE, .doc = "Impressions or clicks that are booked: "
	    "for CPM and CPC, and needed there", .example = "100000"),
    FIELD(struct line_in, amount, "Amount", .flags = F_REQUIRED,
	.doc = "Without tax", .example = "100.10"),
    FIELD(struct line_in, tax, "TaxAmount", .flags = F_NULLABLE,
	.doc = "None where absent", .example = "19.02"),
    FIELD(struct line_in, landing_url, "LandingURL", .flags = F_NULLABLE,
	.max = 2000, .format = "uri", .doc = "Of a CPC line: where its Link "
	    "leads; the clicks of the Link are counted here, none is reported",
	.example = "\"https://shop.example/spring\""));

static struct str
named(const struct nv_frame *f, const char *field)
{
	return str_printf(f->rq->arena, "Lines[%zu].%s", f->i, field);
}

static int
compare_days(const void *a, const void *b)
{
	const struct day *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static void
read_insertions(const struct nv_frame *f, const struct line_in *in,
    struct line *l)
{
	const struct str *text = in->insertions.items;
	struct day *day = arena_array(f->rq->arena, in->insertions.n + 1,
	    sizeof(*day));

	for (size_t i = 0; i < in->insertions.n; i++)
		if (!day_parse(text[i], &day[i]))
			nv_wrong(f->rq, named(f, "InsertionDates"),
			    "must be dates like 2026-11-21");
	qsort(day, in->insertions.n, sizeof(*day), compare_days);
	for (size_t i = 1; i < in->insertions.n; i++)
		if (day[i].n == day[i - 1].n)
			nv_wrong(f->rq, named(f, "InsertionDates"),
			    "have a date twice");
	l->insertions = (struct list){ day, in->insertions.n };
	l->booked = (int64_t)in->insertions.n;
	if (in->insertions.n == 0)
		nv_wrong(f->rq, named(f, "InsertionDates"), "must be given");
	else if (in->quantity != 0 && in->quantity != l->booked)
		nv_wrong(f->rq, named(f, "Quantity"),
		    "must be the number of InsertionDates, where it is given");
}

static void
read_booked(const struct nv_frame *f, const struct line_in *in, struct line *l)
{
	if (in->price == PRICE_INSERTION) {
		read_insertions(f, in, l);
		return;
	}
	if (in->insertions.n > 0 && in->price >= 0)
		nv_wrong(f->rq, named(f, "InsertionDates"),
		    "are for lines by insertion");
	l->booked = 1;
	if (in->price != PRICE_CPM && in->price != PRICE_CPC)
		return;
	l->booked = in->quantity;
	if (in->quantity == 0)
		nv_wrong(f->rq, named(f, "Quantity"),
		    "must be given for CPM and CPC");
}

/* Where a line has no dates of its own. */
static void
default_dates(const struct nv_frame *f, struct line *l)
{
	const struct day *day = l->insertions.items;
	size_t n = l->insertions.n;

	if (l->starts_on.n == DAY_NONE.n)
		l->starts_on = n > 0 ? day[0] : f->starts_on;
	if (l->ends_on.n == DAY_NONE.n)
		l->ends_on = n > 0 ? day[n - 1] : f->ends_on;
	if (l->starts_on.n == DAY_NONE.n && f->known)
		nv_wrong(f->rq, named(f, "StartDate"),
		    "must be given, here or of the campaign");
	if (l->ends_on.n == DAY_NONE.n && f->known)
		nv_wrong(f->rq, named(f, "EndDate"),
		    "must be given, here or of the campaign");
}

bool
nv_before(struct day a, struct day b)
{
	return a.n != DAY_NONE.n && b.n != DAY_NONE.n && a.n < b.n;
}

/* Dates that follow from the insertions are theirs. */
static void
stay_within(const struct nv_frame *f, const struct line_in *in,
    const struct line *l)
{
	bool own = l->insertions.n == 0;

	if (nv_before(l->starts_on, f->starts_on))
		nv_wrong(f->rq, named(f, own || in->starts_on.n != DAY_NONE.n ?
		    "StartDate" : "InsertionDates"),
		    "must not be before the campaign");
	if (nv_before(f->ends_on, l->ends_on))
		nv_wrong(f->rq, named(f, own || in->ends_on.n != DAY_NONE.n ?
		    "EndDate" : "InsertionDates"),
		    "must not be after the campaign");
}

static void
read_dates(const struct nv_frame *f, const struct line_in *in, struct line *l)
{
	const struct day *day = l->insertions.items;
	size_t n = l->insertions.n;

	default_dates(f, l);
	if (nv_before(l->ends_on, l->starts_on))
		nv_wrong(f->rq, named(f, "EndDate"),
		    "must not be before StartDate");
	if (n > 0 && (nv_before(day[0], l->starts_on) ||
	    nv_before(l->ends_on, day[n - 1])))
		nv_wrong(f->rq, named(f, "InsertionDates"),
		    "must be from StartDate to EndDate");
	if (f->fixed)
		stay_within(f, in, l);
}

static void
read_line(const struct nv_frame *f, const struct line_in *in, struct line *l)
{
	*l = (struct line){ .external_id = in->external,
	    .product = in->product, .price = in->price,
	    .starts_on = in->starts_on, .ends_on = in->ends_on,
	    .ended_on = DAY_NONE, .delivered_on = DAY_NONE };
	l->landing_url = in->landing_url;
	if (in->landing_url.p != NULL && in->price != PRICE_CPC)
		nv_wrong(f->rq, named(f, "LandingURL"),
		    "is for CPC lines, whose clicks are counted here");
	read_booked(f, in, l);
	read_dates(f, in, l);
	if (f->digits < 0)
		return;
	l->amount = nv_amount(f->rq, named(f, "Amount"), in->amount,
	    f->digits);
	l->tax = nv_amount(f->rq, named(f, "TaxAmount"), in->tax, f->digits);
}

/* Was the line as a whole complained of? */
static bool
no_line(const struct nv_frame *f)
{
	struct str name = str_printf(f->rq->arena, "Lines[%zu]", f->i);

	for (struct complaint *c = f->rq->wrong.first; c != NULL; c = c->next)
		if (str_eq(c->field, name))
			return true;
	return false;
}

struct line *
nv_read_lines(struct nv_frame *f, struct list lines)
{
	const struct line_in *in = lines.items;
	struct line *l = arena_array(f->rq->arena, lines.n + 1, sizeof(*l));

	for (f->i = 0; f->i < lines.n; f->i++)
		if (!no_line(f))
			read_line(f, &in[f->i], &l[f->i]);
	return l;
}
