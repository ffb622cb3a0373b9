/* The commissions of a sale, as a pure function of terms and facts. */
#include "model/reward/work_out.h"

#include "base/money.h"
#include "base/banned.h"

#define MILLION INT64_C(1000000)

const char *const rule_type_labels[] = {
	"customer_sales_count", "customer_age_in_months",
	"promoter_campaign_customers_count", "promoter_campaign_revenue", NULL
};
const char *const rule_condition_labels[] = {
	"less than", "less than or equal to", "equal to",
	"greater than or equal to", "greater than", "multiple of", NULL
};
const char *const rule_operator_labels[] = { "and", "or", NULL };
const char *const rule_filter_labels[] = { "price", NULL };
const char *const reward_kind_labels[] = { "sale", "tier", "target", NULL };
const char *const tier_mode_labels[] = {
	"tier_commission_mode", "tier_override_mode", "tier_net_override_mode",
	NULL
};
const char *const duration_labels[] = {
	"once", "repeating", "forever", NULL
};
const char *const apply_on_labels[] = {
	"monthly", "yearly", "one_time", "all", "specific", NULL
};

bool
reward_is_flat(const struct reward_part *p)
{
	return p->flat || p->unit == UNIT_FREE_MONTHS ||
	    p->unit == UNIT_MON_DISCOUNT || p->unit == UNIT_DISCOUNT_PER;
}

int64_t
reward_months(struct when from, struct when to)
{
	int y1, m1, d1, y2, m2, d2, y3, m3, d3;
	bool last;

	day_split(day_of(from), &y1, &m1, &d1);
	day_split(day_of(to), &y2, &m2, &d2);
	/* What began on the 31st is renewed on the last day of shorter ones. */
	day_split((struct day){ day_of(to).n + 1 }, &y3, &m3, &d3);
	last = d3 == 1;
	return (y2 - y1) * INT64_C(12) + m2 - m1 -
	    (d2 < d1 && !last ? 1 : 0);
}

void
reward_split(int64_t total, const int64_t *ppm, size_t n, int64_t *given)
{
	int64_t rest[DUE_MAX + 1], own = MILLION, out = 0;
	size_t best;

	INVARIANT(n > 0 && n <= LEN(rest) && total >= 0);
	for (size_t i = 1; i < n; i++)
		own -= ppm[i];
	INVARIANT(own >= 0);
	for (size_t i = 0; i < n; i++) {
		int64_t part = i == 0 ? own : ppm[i];

		given[i] = total / MILLION * part +
		    total % MILLION * part / MILLION;
		rest[i] = total % MILLION * part % MILLION;
		out += given[i];
	}
	for (; out < total; out++) {
		best = 0;
		for (size_t i = 1; i < n; i++)
			if (rest[i] > rest[best])
				best = i;
		given[best]++;
		rest[best] = -1;
	}
}

/* What a rule counts; after: with this sale. */
static int64_t
counted(const struct reward_facts *f, const struct reward_rule *r, bool after)
{
	const struct rewarded_sale *s = &f->sale;
	struct when since = r->filter == RULE_BY_PRICE ? f->price_at :
	    s->customer_at;

	switch (r->type) {
	case RULE_SALES:
		return (r->filter == RULE_BY_PRICE ? f->price_sales :
		    s->sales) + after;
	case RULE_AGE:
		return since.us == 0 || since.us > s->at.us ? 0 :
		    reward_months(since, s->at);
	case RULE_CUSTOMERS:
		return f->customers + (after && s->customer_at.us == 0);
	}
	return f->revenue + (after ? s->amount : 0);
}

/* Multiples of m above a and up to b. */
static int64_t
multiples(int64_t a, int64_t b, int64_t m)
{
	return b / m - a / m;
}

/* How often it holds: 0, 1, or how many multiples this sale reached. */
static int64_t
holds(const struct reward_facts *f, const struct reward_rule *r, bool after)
{
	int64_t n = counted(f, r, after);

	switch (r->condition) {
	case RULE_LESS:
		return n < r->value;
	case RULE_AT_MOST:
		return n <= r->value;
	case RULE_EQUAL:
		return n == r->value;
	case RULE_AT_LEAST:
		return n >= r->value;
	case RULE_MORE:
		return n > r->value;
	}
	if (!after)
		return 0;
	return r->type == RULE_AGE ? n > 0 && n % r->value == 0 :
	    multiples(counted(f, r, false), n, r->value);
}

/* Groups of "and", joined by "or". */
static int64_t
all_hold(const struct reward_facts *f, struct list rules, bool after)
{
	const struct reward_rule *r = rules.items;
	int64_t best = 0, group = 1;

	for (size_t i = 0; i < rules.n; i++) {
		int64_t one = holds(f, &r[i], after);

		if (i > 0 && r[i].join == RULE_OR) {
			best = group > best ? group : best;
			group = one;
		} else {
			group = one < group || i == 0 ? one : group;
		}
	}
	return group > best ? group : best;
}

/* How often a part is given: but for targets, once or not at all. */
static int64_t
times(const struct reward_facts *f, const struct reward_term *t,
    const struct reward_part *p)
{
	int64_t n = all_hold(f, p->rules, true);

	if (t->kind != REWARD_TARGET)
		return n > 0;
	return p->rules.n > 0 && all_hold(f, p->rules, false) == 0 ? n : 0;
}

static bool
in_time(const struct reward_facts *f, const struct reward_term *t)
{
	const struct rewarded_sale *s = &f->sale;
	bool first = s->customer_at.us == 0;

	if (t->new_only &&
	    (first ? s->at : s->customer_at).us < t->created_at.us)
		return false;
	if (t->kind == REWARD_TARGET || t->duration == DURATION_FOREVER)
		return true;
	if (t->duration == DURATION_ONCE)
		return s->sales == 0;
	return t->duration < 0 || first ||
	    reward_months(s->customer_at, s->at) < t->months;
}

static bool
fits(const struct reward_facts *f, const struct reward_term *t)
{
	if (t->limited && t->left <= 0)
		return false;
	if (!in_time(f, t))
		return false;
	switch (t->apply_on) {
	case APPLY_ALL:
		return true;
	case APPLY_SPECIFIC:
		return t->listed;
	case APPLY_MONTHLY:
		return f->sale.billing_period == BILLING_MONTHLY;
	case APPLY_YEARLY:
		return f->sale.billing_period == BILLING_YEARLY;
	}
	return f->sale.billing_period == BILLING_ONE_TIME;
}

/* What is worked out so far. */
struct result {
	struct arena *arena;
	const struct reward_facts *facts;
	struct commission_due *due;
	size_t n;
};

static struct str
currency_of(const struct reward_facts *f, const struct reward_part *p)
{
	return p->unit == UNIT_CASH ? f->sale.currency :
	    unit_currency((enum unit)p->unit);
}

static enum err
add(struct result *r, const struct reward_term *t, const struct reward_part *p,
    const struct reward_recipient *to, int64_t tier, int64_t amount)
{
	if (amount == 0)
		return OK;
	if (r->n == DUE_MAX)
		return ERR_LIMIT;
	r->due[r->n++] = (struct commission_due){
	    .placement_id = to->placement_id, .referrer_id = to->referrer_id,
	    .campaign_id = to->campaign_id, .reward_id = t->reward_id,
	    .amount = amount, .currency = currency_of(r->facts, p),
	    .rate_ppm = reward_is_flat(p) ? 0 : p->amount,
	    .share_ppm = to->share_ppm, .tier = tier };
	return OK;
}

/* A percentage of the sale: of its minor units, or of whole ones as units. */
static enum err
of_sale(const struct reward_facts *f, const struct reward_part *p,
    int64_t *amount)
{
	int64_t whole = MILLION;

	if (reward_is_flat(p)) {
		*amount = p->amount;
		return OK;
	}
	if (p->unit != UNIT_CASH)
		for (int i = currency_digits(f->sale.currency); i > 0; i--)
			whole *= 10;
	return money_share(f->sale.amount, p->amount, whole, amount);
}

/* What those below a level get of the sale in a currency. */
static int64_t
below(const struct result *r, struct str currency, int64_t level)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->due[i].tier < level &&
		    str_eq(r->due[i].currency, currency))
			sum += r->due[i].amount;
	return sum;
}

static enum err
tier_amount(const struct result *r, const struct reward_term *t,
    const struct reward_part *p, int64_t *amount)
{
	struct str currency = currency_of(r->facts, p);
	int64_t base;

	if (t->mode == TIER_COMMISSION) {
		base = below(r, currency, 2);
		*amount = base > 0 ? p->amount : 0;
		return reward_is_flat(p) ? OK :
		    money_share(base, p->amount, MILLION, amount);
	}
	TRY(of_sale(r->facts, p, amount));
	if (t->mode == TIER_NET_OVERRIDE) {
		base = below(r, currency, t->level);
		*amount = *amount > base ? *amount - base : 0;
	}
	return OK;
}

/* To the promoter and, of a sale, to whom he shares it with. */
static enum err
give(struct result *r, const struct reward_term *t,
    const struct reward_part *p, int64_t amount)
{
	const struct reward_facts *f = r->facts;
	struct reward_recipient to = { .placement_id = f->sale.placement_id,
	    .referrer_id = f->sale.referrer_id,
	    .campaign_id = f->sale.campaign_id };
	size_t n = t->kind == REWARD_SALE ? f->n_partners + 1 : 1;
	int64_t *ppm = arena_array(r->arena, n, sizeof(*ppm));
	int64_t *given = arena_array(r->arena, n, sizeof(*given));

	if (n > DUE_MAX)
		return ERR_LIMIT;
	to.share_ppm = n > 1 ? MILLION : 0;
	for (size_t i = 1; i < n; i++) {
		ppm[i] = f->partners[i - 1].share_ppm;
		to.share_ppm -= ppm[i];
	}
	reward_split(amount, ppm, n, given);
	for (size_t i = 0; i < n; i++)
		TRY(add(r, t, p, i == 0 ? &to : &f->partners[i - 1], 1,
		    given[i]));
	return OK;
}

static enum err
give_parts(struct result *r, const struct reward_term *t,
    const struct reward_recipient *parent)
{
	const struct reward_part *p = t->parts.items;

	for (size_t i = 0; i < t->parts.n; i++) {
		int64_t often = times(r->facts, t, &p[i]), amount;

		if (often == 0)
			continue;
		if (parent != NULL) {
			TRY(tier_amount(r, t, &p[i], &amount));
			TRY(add(r, t, &p[i], parent, t->level, amount));
			continue;
		}
		TRY(of_sale(r->facts, &p[i], &amount));
		TRY(money_mul(amount, often, &amount));
		TRY(give(r, t, &p[i], amount));
	}
	return OK;
}

static enum err
give_tier(struct result *r, const struct reward_recipient *parent)
{
	const struct reward_facts *f = r->facts;

	for (size_t i = 0; i < f->n_terms; i++)
		if (f->terms[i].kind == REWARD_TIER &&
		    f->terms[i].level == parent->level &&
		    fits(f, &f->terms[i]))
			TRY(give_parts(r, &f->terms[i], parent));
	return OK;
}

enum err
reward_work_out(struct arena *a, const struct reward_facts *f,
    struct list *due)
{
	struct result r = { a, f, arena_array(a, DUE_MAX,
	    sizeof(struct commission_due)), 0 };

	for (size_t i = 0; i < f->n_terms; i++)
		if (f->terms[i].kind != REWARD_TIER && fits(f, &f->terms[i]))
			TRY(give_parts(&r, &f->terms[i], NULL));
	/* From the nearest up: a net override looks at those below. */
	for (size_t i = 0; i < f->n_parents; i++)
		TRY(give_tier(&r, &f->parents[i]));
	*due = (struct list){ r.due, r.n };
	return OK;
}
