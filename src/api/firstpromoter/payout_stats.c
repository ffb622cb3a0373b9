/* Sums over payouts. */
#include "api/firstpromoter/payouts.h"

#include "base/money.h"
#include "model/referral/placement.h"

#include "base/banned.h"

#define LL(v) ((long long)(v))

#define TERMS(member, wire, ...) \
	FIELD(struct fp_payout_terms, member, wire, __VA_ARGS__)
SHAPE(fp_payout_terms_out, struct fp_payout_terms, "PayoutTerms",
    TERMS(program.net_days, "net_payout_days"),
    TERMS(cycle, "payout_cycle", .max = 20),
    TERMS(program.least_payout, "min_payment"),
    TERMS(program.least_customers, "min_paying_customers"),
    TERMS(text, "terms_description", .max = 100),
    TERMS(methods, "selected_payout_methods", .flags = F_JSON,
	.format = "array"),
    TERMS(options, "payout_method_options", .flags = F_JSON),
    TERMS(managed, "managed_payouts"));

enum err
fp_payout_terms(struct request *rq, struct fp_payout_terms *t)
{
	*t = (struct fp_payout_terms){ .cycle = STR("monthly"),
	    .methods = STR(FP_METHODS), .options = STR("{}") };
	TRY(program_get(rq->db, rq->arena, rq->who.org_id, &t->program));
	t->text = str_printf(rq->arena, "Monthly, due %lld days after the end "
	    "of the month", LL(t->program.net_days));
	return OK;
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

#define SUM(type, t) \
    FIELD(type, t promoters, "promoters_count"), \
    FIELD(type, t amounts, "amounts", .flags = F_JSON, \
	.doc = "cash: of the program's currency; others by their codes"), \
    FIELD(type, t cash, "total_incl_tax")
SHAPE(fp_payout_sum, struct fp_total, "PayoutSum", SUM(struct fp_total, ));

/* What sums are made of. */
struct sums {
	struct arena *arena;
	struct fp_payout_terms terms;
	struct payout_stats of;
};

static enum err
read_sums(struct request *rq, struct str q, int status,
    const struct list *campaigns, unsigned parts, struct sums *s)
{
	struct payout_filter f = { .q = q, .status = status,
	    .referrer_id = rq->who.promoter_id };

	s->arena = rq->arena;
	TRY(fp_ids_read(rq, campaigns, "filters[campaign_id]", &f.campaigns));
	TRY(fp_payout_terms(rq, &s->terms));
	return payout_stats(rq->db, rq->arena, rq->who.org_id, &f,
	    day_of(rq->now), parts, &s->of);
}

static struct fp_total
new_total(const struct sums *s)
{
	return (struct fp_total){ .arena = s->arena,
	    .own = s->terms.program.currency };
}

static enum err
add(struct fp_total *t, const struct payout_sum *s)
{
	return fp_total_add(t, s->currency, s->amount);
}

/* Each once, however many payouts he has. */
static int64_t
promoters(const struct sums *s, int64_t bit)
{
	const struct payout_people *p = s->of.people.items;
	int64_t n = 0;

	for (size_t i = 0; i < s->of.people.n; i++)
		n += (p[i].bits & bit) != 0 ? p[i].promoters : 0;
	return n;
}

/* --- by period, status and method --- */

struct period {
	struct when start, end;
	struct fp_total sum;
};

struct stats_out {
	struct fp_payout_terms meta;
	struct list periods;		/* struct period */
	struct str by_status, by_method;
};

SHAPE(fp_payout_period, struct period, "PayoutPeriod",
    FIELD(struct period, start, "period_start"),
    FIELD(struct period, end, "period_end"),
    SUM(struct period, sum.));

#define BY(member, wire) \
    FIELD(struct stats_out, member, wire, .flags = F_JSON | F_OMIT, \
	.doc = "A PayoutSum for each that there is")
SHAPE(fp_payout_stats_data, struct stats_out, "PayoutStatsData",
    FIELD(struct stats_out, periods, "by_paid_period",
	.of = &fp_payout_period, .max = 100000, .flags = F_OMIT),
    BY(by_status, "by_status"),
    BY(by_method, "by_payout_method"));

SHAPE(fp_payout_stats, struct stats_out, "PayoutStats",
    FIELD(struct stats_out, meta, "meta", .of = &fp_payout_terms_out),
    FP_PAYOUT_VIEW("data", fp_payout_stats_data, 0));

/* {"pending":{...}} */
static enum err
sum_by(const struct sums *s, const char *const *labels, bool method,
    struct str *out)
{
	const struct payout_sum *r = s->of.sums.items;
	struct buf b;

	buf_init(&b, s->arena, 512);
	for (int i = 0; labels[i] != NULL; i++) {
		struct fp_total t = new_total(s);

		t.promoters = promoters(s, PAYOUT_BIT(method ?
		    PAYOUT_BITS_METHOD : PAYOUT_BITS_STATUS, i));
		for (size_t k = 0; k < s->of.sums.n; k++)
			if ((method ? r[k].method : r[k].status) == i)
				TRY(add(&t, &r[k]));
		if (t.promoters == 0)
			continue;
		fp_total_end(&t);
		buf_printf(&b, "%s\"%s\":", b.n == 0 ? "{" : ",", labels[i]);
		json_encode(&b, &fp_payout_sum, &t, false);
	}
	buf_str(&b, b.n == 0 ? STR("{}") : STR("}"));
	*out = buf_view(&b);
	return OK;
}

/* What is paid comes by its periods. */
static enum err
sum_periods(const struct sums *s, struct list *out)
{
	const struct payout_period *of = s->of.periods.items;
	const struct payout_sum *r = s->of.sums.items;
	struct period *p = arena_array(s->arena, s->of.periods.n + 1,
	    sizeof(*p));
	size_t k = 0;

	for (size_t i = 0; i < s->of.periods.n; i++) {
		p[i] = (struct period){ day_start(of[i].start),
		    day_end(of[i].end), new_total(s) };
		p[i].sum.promoters = of[i].promoters;
		while (k < s->of.sums.n && r[k].period_start.n == DAY_NONE.n)
			k++;
		for (; k < s->of.sums.n && r[k].period_start.n ==
		    of[i].start.n && r[k].period_end.n == of[i].end.n; k++)
			TRY(add(&p[i].sum, &r[k]));
		fp_total_end(&p[i].sum);
	}
	*out = (struct list){ p, s->of.periods.n };
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
	const unsigned parts = (all || q->paid_period ?
	    PAYOUT_STATS_PERIODS : 0) | (all || q->by_status ||
	    q->by_method ? PAYOUT_STATS_PEOPLE : 0);
	struct stats_out *out = ARENA_NEW(rq->arena, struct stats_out);
	struct sums s;

	TRY(read_sums(rq, STR_NULL, q->status, &q->campaigns, parts, &s));
	out->meta = s.terms;
	if (all || q->paid_period)
		TRY(sum_periods(&s, &out->periods));
	if (all || q->by_status)
		TRY(sum_by(&s, payout_status_labels, false, &out->by_status));
	if (all || q->by_method)
		TRY(sum_by(&s, payout_method_labels, true, &out->by_method));
	rq->out = out;
	return OK;
}

/* --- what is due --- */

struct due_in {
	struct str q;
	int status;
	struct list campaigns;
};

SHAPE(fp_due_query, struct due_in, "PayoutDueQuery",
    FIELD(struct due_in, q, "q", .min = 1, .max = 254,
	.doc = "How the promoter's email or name begins"),
    FIELD(struct due_in, status, "filters[status]",
	.labels = payout_status_labels),
    FIELD(struct due_in, campaigns, "filters[campaign_id]", .max = 100,
	.flags = F_LOOSE));

enum { NEXT, OVERDUE, CUSTOM, DUES };

struct due_sum {
	struct fp_total sum;
	struct day due, end;
};

struct due_out {
	struct fp_payout_terms meta;
	struct due_sum of[DUES];
};

SHAPE(fp_payout_due, struct due_sum, "PayoutDue",
    SUM(struct due_sum, sum.),
    FIELD(struct due_sum, due, "due_date"),
    FIELD(struct due_sum, end, "period_end"));

SHAPE(fp_payout_due_data, struct due_out, "PayoutDueData",
    FIELD(struct due_out, of[NEXT], "next", .of = &fp_payout_due),
    FIELD(struct due_out, of[OVERDUE], "overdue", .of = &fp_payout_due),
    FIELD(struct due_out, of[CUSTOM].sum, "custom", .of = &fp_payout_sum));

SHAPE(fp_payout_due_stats, struct due_out, "PayoutDueStats",
    FIELD(struct due_out, meta, "meta", .of = &fp_payout_terms_out),
    FP_PAYOUT_VIEW("data", fp_payout_due_data, 0));

/* Of rows that are not paid, period_end is the day on which they are due. */
static int
due_of(const struct payout_sum *r, struct day today)
{
	return r->custom ? CUSTOM : r->period_end.n < today.n ? OVERDUE :
	    NEXT;
}

static enum err
due_sums(struct request *rq, struct str q, int status,
    const struct list *campaigns)
{
	struct due_out *out = ARENA_NEW(rq->arena, struct due_out);
	const struct payout_sum *r;
	struct sums s;

	/* what is not paid is pending */
	TRY(read_sums(rq, q, status < 0 ? PAYOUT_PENDING : status, campaigns,
	    PAYOUT_STATS_PEOPLE, &s));
	out->meta = s.terms;
	for (int i = 0; i < DUES; i++) {
		out->of[i].sum = new_total(&s);
		out->of[i].sum.promoters = promoters(&s,
		    PAYOUT_BIT(PAYOUT_BITS_DUE, i));
		out->of[i].end = i == NEXT ?
		    period_next(&s.terms.program, rq->now) :
		    period_overdue(&s.terms.program, rq->now);
		out->of[i].due = period_due(&s.terms.program, out->of[i].end);
	}
	r = s.of.sums.items;
	for (size_t i = 0; i < s.of.sums.n; i++)
		if (r[i].period_start.n == DAY_NONE.n)
			TRY(add(&out->of[due_of(&r[i], day_of(rq->now))].sum,
			    &r[i]));
	for (int i = 0; i < DUES; i++)
		fp_total_end(&out->of[i].sum);
	rq->out = out;
	return OK;
}

static enum err
due_stats(struct request *rq)
{
	const struct due_in *q = rq->query;

	return due_sums(rq, q->q, q->status, &q->campaigns);
}

static enum err
own_due_stats(struct request *rq)
{
	return due_sums(rq, STR_NULL, -1, &(struct list){ NULL, 0 });
}

const struct route fp_payout_stats_routes[] = {
	{ .op = "getPayoutStats", .method = GET,
	  .path = "/company/payouts/stats", .handle = stats,
	  .query = &fp_stats_query, .out = &fp_payout_stats,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_EARNINGS_READ,
	  .tag = "Payouts",
	  .summary = "Sums of payouts by period, status and method" },
	{ .op = "getPayoutDueStats", .method = GET,
	  .path = "/company/payouts/due_stats", .handle = due_stats,
	  .query = &fp_due_query, .out = &fp_payout_due_stats,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_EARNINGS_READ,
	  .tag = "Payouts", .summary = "What is due next, and overdue" },
	{ .op = "affiliatePayoutDueStats", .method = GET,
	  .path = "/affiliate/payouts/due_stats", .handle = own_due_stats,
	  .out = &fp_payout_due_stats, .status = 200,
	  .flags = R_PROMOTER | R_MOMENT, .tag = "Affiliate",
	  .summary = "What is due to a promoter next, and overdue" },
	{ .op = NULL }
};
