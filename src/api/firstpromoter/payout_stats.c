/* Sums over payouts, as texts of JSON: their members are amounts by name. */
#include "api/firstpromoter/payouts.h"

#include "base/money.h"
#include "model/referral/placement.h"

#include "base/banned.h"

#define LL(v) ((long long)(v))

void
fp_payout_terms(struct buf *b, const struct program *p)
{
	buf_printf(b, "\"net_payout_days\":%lld,\"payout_cycle\":\"monthly\","
	    "\"min_payment\":%lld,\"min_paying_customers\":%lld,"
	    "\"terms_description\":\"Monthly, due %lld days after the end of "
	    "the month\",\"selected_payout_methods\":" FP_METHODS ","
	    "\"payout_method_options\":{},\"managed_payouts\":false",
	    LL(p->net_days), LL(p->least_payout), LL(p->least_customers),
	    LL(p->net_days));
}

enum err
fp_total_add(struct fp_total *t, struct str currency, int64_t amount)
{
	struct money_of *m = t->more.items, *bigger;

	if (str_eq(currency, t->own))
		return money_add(t->cash, amount, &t->cash);
	for (size_t i = 0; i < t->more.n; i++)
		if (str_eq(m[i].currency, currency))
			return money_add(m[i].amount, amount, &m[i].amount);
	if (t->more.n == t->room) {
		t->room = 2 * t->room + 8;
		bigger = arena_array(t->arena, t->room, sizeof(*bigger));
		for (size_t i = 0; i < t->more.n; i++)
			bigger[i] = m[i];
		t->more.items = m = bigger;
	}
	m[t->more.n++] = (struct money_of){ currency, amount };
	return OK;
}

/* {"cash":2,"EUR":3} */
void
fp_total_end(struct fp_total *t)
{
	const struct money_of *m = t->more.items;
	struct buf b;

	buf_init(&b, t->arena, 64);
	buf_printf(&b, "{\"cash\":%lld", LL(t->cash));
	for (size_t i = 0; i < t->more.n; i++)
		buf_printf(&b, ",\"%.*s\":%lld", STR_ARG(m[i].currency),
		    LL(m[i].amount));
	buf_char(&b, '}');
	t->amounts = buf_view(&b);
}

static enum err
add(struct fp_total *t, const struct payout_sum *s)
{
	t->promoters += s->promoters;
	return fp_total_add(t, s->currency, s->amount);
}

/* "promoters_count":1,"amounts":{"cash":2,"EUR":3},"total_incl_tax":2 */
static void
put_total(struct buf *b, struct fp_total *t)
{
	fp_total_end(t);
	buf_printf(b, "\"promoters_count\":%lld,\"amounts\":%.*s,"
	    "\"total_incl_tax\":%lld", LL(t->promoters),
	    STR_ARG(t->amounts), LL(t->cash));
}

struct sums {
	struct request *rq;
	struct program p;
	struct list rows;		/* struct payout_sum */
	struct buf b;
};

static struct fp_total
new_total(const struct sums *s)
{
	return (struct fp_total){ .arena = s->rq->arena, .own = s->p.currency };
}

static enum err
read_sums(struct request *rq, struct sums *s, int status,
    const struct list *texts)
{
	struct payout_filter f = { .status = status,
	    .referrer_id = rq->who.promoter_id };

	*s = (struct sums){ .rq = rq };
	TRY(fp_ids_read(rq, texts, "filters[campaign_id]", &f.campaigns));
	TRY(program_get(rq->db, rq->arena, rq->who.org_id, &s->p));
	TRY(payout_stats(rq->db, rq->arena, rq->who.org_id, &f, &s->rows));
	buf_init(&s->b, rq->arena, 1024);
	buf_lit(&s->b, "{\"meta\":{");
	fp_payout_terms(&s->b, &s->p);
	buf_lit(&s->b, "},\"data\":{");
	return OK;
}

/* One object for each label that has a row: "pending":{...} */
static enum err
put_by(struct sums *s, const char *name, const char *const *labels,
    bool method)
{
	const struct payout_sum *r = s->rows.items;
	const char *sep = "";

	buf_printf(&s->b, "\"%s\":{", name);
	for (int i = 0; labels[i] != NULL; i++) {
		struct fp_total t = new_total(s);

		for (size_t k = 0; k < s->rows.n; k++)
			if ((method ? r[k].method : r[k].status) == i)
				TRY(add(&t, &r[k]));
		if (t.promoters == 0)
			continue;
		buf_printf(&s->b, "%s\"%s\":{", sep, labels[i]);
		put_total(&s->b, &t);
		buf_char(&s->b, '}');
		sep = ",";
	}
	buf_char(&s->b, '}');
	return OK;
}

static void
put_time(struct buf *b, const char *name, struct when at)
{
	char text[CLOCK_ISO_LEN + 1];

	clock_iso(at, text);
	buf_printf(b, "\"%s\":\"%.*s\",", name, CLOCK_ISO_LEN, text);
}

/* Rows of what is paid come by their periods. */
static enum err
put_periods(struct sums *s)
{
	const struct payout_sum *r = s->rows.items;
	bool first = true;
	size_t same;

	buf_lit(&s->b, "\"by_paid_period\":[");
	for (size_t i = 0; i < s->rows.n; i += same) {
		struct fp_total t = new_total(s);

		for (same = 0; i + same < s->rows.n &&
		    r[i + same].period_start.n == r[i].period_start.n &&
		    r[i + same].period_end.n == r[i].period_end.n; same++)
			TRY(add(&t, &r[i + same]));
		if (r[i].period_start.n == DAY_NONE.n)
			continue;
		buf_str(&s->b, first ? STR("{") : STR(",{"));
		put_time(&s->b, "period_start", day_start(r[i].period_start));
		put_time(&s->b, "period_end", day_end(r[i].period_end));
		put_total(&s->b, &t);
		buf_char(&s->b, '}');
		first = false;
	}
	buf_char(&s->b, ']');
	return OK;
}

struct stats_in {
	bool paid_period, by_status, by_method;
	int status;
	struct list campaigns;
};

SHAPE(fp_stats_query, struct stats_in, "PayoutStatsQuery",
    FIELD(struct stats_in, paid_period, "stats_by[paid_period]"),
    FIELD(struct stats_in, by_status, "stats_by[status]"),
    FIELD(struct stats_in, by_method, "stats_by[payout_method]"),
    FIELD(struct stats_in, status, "filters[status]",
	.labels = payout_status_labels),
    FIELD(struct stats_in, campaigns, "filters[campaign_id]", .max = 100,
	.flags = F_LOOSE));

static enum err
stats(struct request *rq)
{
	const struct stats_in *q = rq->query;
	bool all = !q->paid_period && !q->by_status && !q->by_method;
	const char *sep = "";
	struct sums s;

	TRY(read_sums(rq, &s, q->status, &q->campaigns));
	if (all || q->paid_period) {
		TRY(put_periods(&s));
		sep = ",";
	}
	if (all || q->by_status) {
		buf_str(&s.b, str_of(sep));
		TRY(put_by(&s, "by_status", payout_status_labels, false));
		sep = ",";
	}
	if (all || q->by_method) {
		buf_str(&s.b, str_of(sep));
		TRY(put_by(&s, "by_payout_method", payout_method_labels,
		    true));
	}
	buf_lit(&s.b, "}}");
	rq->raw = buf_view(&s.b);
	return OK;
}

struct due_in {
	struct str q;
	int status;
	struct list campaigns;
};

SHAPE(fp_due_query, struct due_in, "PayoutDueQuery",
    FIELD(struct due_in, q, "q", .max = 254, .doc = "Of no effect"),
    FIELD(struct due_in, status, "filters[status]",
	.labels = payout_status_labels),
    FIELD(struct due_in, campaigns, "filters[campaign_id]", .max = 100,
	.flags = F_LOOSE));

enum { NEXT, OVERDUE, CUSTOM, DUES };

/* Of rows that are not paid, period_end is the day on which they are due. */
static int
due_of(const struct payout_sum *r, struct day today)
{
	if (r->period_start.n != DAY_NONE.n)
		return -1;
	return r->custom ? CUSTOM : r->period_end.n < today.n ? OVERDUE :
	    NEXT;
}

static void
put_due(struct buf *b, const struct program *p, struct day last)
{
	char due[11], end[11];

	day_iso(period_due(p, last), due);
	day_iso(last, end);
	buf_printf(b, ",\"due_date\":\"%.10s\",\"period_end\":\"%.10s\"", due,
	    end);
}

static enum err
due_sums(struct request *rq, int status, const struct list *campaigns)
{
	static const char *const names[] = { "next", "overdue", "custom" };
	const struct payout_sum *r;
	struct sums s;

	TRY(read_sums(rq, &s, status, campaigns));
	r = s.rows.items;
	for (int i = 0; i < DUES; i++) {
		struct fp_total t = new_total(&s);

		for (size_t k = 0; k < s.rows.n; k++)
			if (due_of(&r[k], day_of(rq->now)) == i)
				TRY(add(&t, &r[k]));
		buf_printf(&s.b, "%s\"%s\":{", i > 0 ? "," : "", names[i]);
		put_total(&s.b, &t);
		if (i != CUSTOM)
			put_due(&s.b, &s.p, i == NEXT ?
			    period_next(&s.p, rq->now) :
			    period_overdue(&s.p, rq->now));
		buf_char(&s.b, '}');
	}
	buf_lit(&s.b, "}}");
	rq->raw = buf_view(&s.b);
	return OK;
}

static enum err
due_stats(struct request *rq)
{
	const struct due_in *q = rq->query;

	return due_sums(rq, q->status, &q->campaigns);
}

static enum err
own_due_stats(struct request *rq)
{
	return due_sums(rq, -1, &(struct list){ NULL, 0 });
}

const struct route fp_payout_stats_routes[] = {
	{ .op = "getPayoutStats", .method = GET,
	  .path = "/company/payouts/stats", .handle = stats,
	  .query = &fp_stats_query, .raw_type = "application/json",
	  .status = 200, .flags = R_RAW, .scope = SCOPE_EARNINGS_READ,
	  .tag = "Payouts",
	  .summary = "Sums of payouts by period, status and method" },
	{ .op = "getPayoutDueStats", .method = GET,
	  .path = "/company/payouts/due_stats", .handle = due_stats,
	  .query = &fp_due_query, .raw_type = "application/json",
	  .status = 200, .flags = R_RAW, .scope = SCOPE_EARNINGS_READ,
	  .tag = "Payouts", .summary = "What is due next, and overdue" },
	{ .op = "affiliatePayoutDueStats", .method = GET,
	  .path = "/affiliate/payouts/due_stats", .handle = own_due_stats,
	  .raw_type = "application/json", .status = 200,
	  .flags = R_RAW | R_PROMOTER, .tag = "Affiliate",
	  .summary = "What is due to a promoter next, and overdue" },
	{ .op = NULL }
};
