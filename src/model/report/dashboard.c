/* Dashboards: a few reports, and counts of what waits, up to so many. */
#include "model/report/dashboard.h"

#include <stdlib.h>

#include "db/paging.h"
#include "base/banned.h"

#define COLUMNS ((UINT32_C(1) << REPORT_COLUMNS) - 1)
#define ALL_LINES INT32_MAX

SHAPE(dashboard_people_row, struct dashboard_waits, NULL,
    COLUMN(struct dashboard_waits, accepted),
    COLUMN(struct dashboard_waits, promoters),
    COLUMN(struct dashboard_waits, referrals));
SHAPE(dashboard_accepted_row, struct dashboard_waits, NULL,
    COLUMN(struct dashboard_waits, accepted));
SHAPE(dashboard_money_row, struct dashboard_waits, NULL,
    COLUMN(struct dashboard_waits, commissions),
    COLUMN(struct dashboard_waits, payouts),
    COLUMN(struct dashboard_waits, payouts_amount));

/* What sums are of: 0 is all campaigns together. */
static struct str
subjects(struct str ids)
{
	return ids.p != NULL ? ids : STR("[0]");
}

enum err
dashboard_waits_money(struct db *db, struct arena *a,
    const struct report_ground *g, const struct list *campaigns,
    struct dashboard_waits *w)
{
	const struct str ids = numbers_json(a, campaigns);

	return db_row(db, a, Q_DASHBOARD_MONEY, ARGS(g->organization_id, ids,
	    (int64_t)DASHBOARD_MOST, g->currency, subjects(ids)),
	    &dashboard_money_row, w);
}

enum err
dashboard_waits(struct db *db, struct arena *a, const struct report_ground *g,
    const struct list *campaigns, struct dashboard_waits *w)
{
	const struct str ids = numbers_json(a, campaigns);
	const uint64_t org = g->organization_id;

	TRY(db_row(db, a, Q_DASHBOARD_PEOPLE, ARGS(org, ids,
	    (int64_t)DASHBOARD_MOST, subjects(ids)),
	    &dashboard_people_row, w));
	if (campaigns->n > 1)
		TRY(db_row(db, a, Q_DASHBOARD_ACCEPTED, ARGS(ids, org),
		    &dashboard_accepted_row, w));
	return dashboard_waits_money(db, a, g, campaigns, w);
}

enum err
dashboard_sum(struct db *db, struct arena *a, const struct report_ground *g,
    const struct list *campaigns, struct day from, struct day to,
    enum chart_group group, struct report *r)
{
	const bool all = campaigns->items == NULL;

	TRY(report_read(db, a, &(struct report_ask){
	    .organization_id = g->organization_id, .ground = g,
	    .subject = all ? REPORT_ALL : REPORT_CAMPAIGNS,
	    .ids = all ? NULL : campaigns, .from = from, .to = to,
	    .group = group, .periods = true, .columns = COLUMNS,
	    .limit = ALL_LINES }, r));
	report_merge(a, r);
	return OK;
}

static bool
is_of(const struct list *campaigns, struct str name)
{
	const uint64_t *id = campaigns->items;
	uint64_t campaign;

	if (!str_to_u64(name, &campaign))
		return false;
	for (size_t i = 0; i < campaigns->n; i++)
		if (id[i] == campaign)
			return true;
	return false;
}

static int
by_promoter(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int
by_revenue(const void *a, const void *b)
{
	const struct report_line *x = a, *y = b;

	return x->key != y->key ? (x->key > y->key ? -1 : 1) :
	    by_promoter(a, b);
}

/* Promoters in campaigns become promoters, by what they brought in some. */
static void
join_campaigns(const struct list *campaigns, struct list *lines)
{
	struct report_line *l = lines->items;
	size_t n = 0;

	if (lines->n > 1)
		qsort(l, lines->n, sizeof(*l), by_promoter);
	for (size_t i = 0; i < lines->n; i++) {
		if (!is_of(campaigns, l[i].name))
			continue;
		if (n > 0 && l[n - 1].id == l[i].id) {
			report_add(&l[n - 1].total, &l[i].total);
			l[n - 1].key += l[i].key;
		} else {
			l[n++] = l[i];
		}
	}
	lines->n = n;
	if (n > 1)
		qsort(l, n, sizeof(*l), by_revenue);
}

enum err
dashboard_best(struct db *db, struct arena *a, const struct report_ground *g,
    enum report_subject subject, const struct list *campaigns,
    struct day from, struct day to, size_t n, struct report *r)
{
	const bool join = subject == REPORT_PROMOTERS &&
	    campaigns->items != NULL;

	TRY(report_read(db, a, &(struct report_ask){
	    .organization_id = g->organization_id, .ground = g,
	    .subject = join ? REPORT_PROMOTER_CAMPAIGNS : subject,
	    .ids = join || campaigns->items == NULL ? NULL : campaigns,
	    .from = from, .to = to, .group = CHART_YEARS,
	    .columns = REPORT_COLUMN(REPORT_REVENUE) |
	    REPORT_COLUMN(REPORT_CLICKS) | REPORT_COLUMN(REPORT_REFERRALS),
	    .sort = REPORT_REVENUE, .limit = join ? ALL_LINES : (int64_t)n },
	    r));
	if (join)
		join_campaigns(campaigns, &r->lines);
	if (r->lines.n > n)
		r->lines.n = n;
	return OK;
}
