/*
 * What sales bring, by a table worked out by hand.  p: the promoter; f, g: his
 * parent and the parent's parent; x, y: partners of a referral that is split.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/money.h"
#include "model/reward/work_out.h"
#include "base/banned.h"

static struct arena arena;

#define N_OF(type, ...) (sizeof((type[]){ __VA_ARGS__ }) / sizeof(type))
#define LIST(type, ...) { (type[]){ __VA_ARGS__ }, N_OF(type, __VA_ARGS__) }
#define IF(...) LIST(struct reward_rule, __VA_ARGS__)
#define ALWAYS { NULL, 0 }
#define RULE(type, condition, value) \
	{ RULE_##type, RULE_##condition, RULE_AND, -1, value }
#define OR(type, condition, value) \
	{ RULE_##type, RULE_##condition, RULE_OR, -1, value }
#define OF_PRICE(type, condition, value) \
	{ RULE_##type, RULE_##condition, RULE_AND, RULE_BY_PRICE, value }
#define PARTS(...) LIST(struct reward_part, __VA_ARGS__)
#define CASH(amount, rules) { UNIT_CASH, true, amount, rules }
#define PER_CENT(n, rules) { UNIT_CASH, false, (n) * INT64_C(10000), rules }
#define UNITS(unit, amount) { UNIT_##unit, true, amount, ALWAYS }
#define UNITS_PER_CENT(unit, n) \
	{ UNIT_##unit, false, (n) * INT64_C(10000), ALWAYS }

#define TERM_OF(k, long, on, ...) { .reward_id = 7, .kind = REWARD_##k, \
	.duration = long, .apply_on = APPLY_##on, __VA_ARGS__ }
#define TERM(k, ...) TERM_OF(k, DURATION_FOREVER, ALL, __VA_ARGS__)
#define P20 .parts = PARTS(PER_CENT(20, ALWAYS))
#define SALE_20 TERM(SALE, P20)
#define ONCE TERM_OF(SALE, DURATION_ONCE, ALL, P20)
#define FOR_MONTHS(n) \
	TERM_OF(SALE, DURATION_REPEATING, ALL, P20, .months = n)
#define ON(...) ON_(__VA_ARGS__, .level = 0)
#define ON_(on, ...) TERM_OF(SALE, DURATION_FOREVER, on, P20, __VA_ARGS__)
#define TIER(l, m, ...) TERM(TIER, .level = l, .mode = TIER_##m, \
	.parts = PARTS(__VA_ARGS__))
#define TERMS(...) .terms = (struct reward_term[]){ __VA_ARGS__ }, \
	.n_terms = N_OF(struct reward_term, __VA_ARGS__)

/* Days from 2026-01-31, a Saturday; the first sale was there if it is named. */
#define AT(d) { (INT64_C(20484) + (d)) * DAY_US + 1000 }
#define FIRST(money) .sale = { .amount = money, .currency = USD, \
	.billing_period = -1, .at = AT(0) }
#define NTH(money, n, days) .sale = { .amount = money, .currency = USD, \
	.billing_period = -1, .sales = n, .customer_at = AT(0), \
	.at = AT(days) }
#define USD { "USD", 3 }
#define PERIOD(money, p) .sale = { .amount = money, .currency = USD, \
	.billing_period = p, .at = AT(0) }

#define FATHER { .referrer_id = 2, .level = 2 }
#define GRANDFATHER { .referrer_id = 3, .level = 3 }
#define PARENTS(...) .parents = (struct reward_recipient[]){ __VA_ARGS__ }, \
	.n_parents = N_OF(struct reward_recipient, __VA_ARGS__)
#define SHARE(who, ppm) { .referrer_id = who, .share_ppm = ppm }
#define SHARED(...) .partners = (struct reward_recipient[]){ __VA_ARGS__ }, \
	.n_partners = N_OF(struct reward_recipient, __VA_ARGS__)
#define X 4
#define Y 5

static const struct {
	const char *due;
	struct reward_facts facts;
} cases[] = {
	/* percentages, and how they round: half to even */
	{ "p400USD", { FIRST(2000), TERMS(SALE_20) } },
	{ "p400USD", { NTH(2000, 9, 900), TERMS(SALE_20) } },
	{ "", { FIRST(0), TERMS(SALE_20) } },
	{ "", { FIRST(2), TERMS(SALE_20) } },			/* 0.4 */
	{ "p1USD", { FIRST(3), TERMS(SALE_20) } },		/* 0.6 */
	{ "p2USD", { FIRST(12), TERMS(SALE_20) } },		/* 2.4 */
	{ "p2USD", { FIRST(5), TERMS(TERM(SALE,
	    .parts = PARTS(PER_CENT(50, ALWAYS)))) } },	/* 2.5 */
	{ "p4USD", { FIRST(7), TERMS(TERM(SALE,
	    .parts = PARTS(PER_CENT(50, ALWAYS)))) } },	/* 3.5 */
	{ "p9007199254740991USD", { FIRST(INT64_C(9007199254740991)),
	    TERMS(TERM(SALE, .parts = PARTS(PER_CENT(100, ALWAYS)))) } },
	/* flat amounts, several parts, several rewards */
	{ "p500USD", { FIRST(2000), TERMS(TERM(SALE,
	    .parts = PARTS(CASH(500, ALWAYS)))) } },
	{ "p500USD", { FIRST(0), TERMS(TERM(SALE,
	    .parts = PARTS(CASH(500, ALWAYS)))) } },
	{ "p400USD p500USD", { FIRST(2000), TERMS(TERM(SALE, .parts =
	    PARTS(PER_CENT(20, ALWAYS), CASH(500, ALWAYS)))) } },
	{ "p400USD p400USD", { FIRST(2000), TERMS(SALE_20, SALE_20) } },
	{ "", { FIRST(2000) } },
	/* units that are no money */
	{ "p100QPT", { FIRST(2000), TERMS(TERM(SALE,
	    .parts = PARTS(UNITS(POINTS, 100)))) } },
	{ "p2QTM", { FIRST(2000), TERMS(TERM(SALE,
	    .parts = PARTS(UNITS(FREE_MONTHS, 2)))) } },
	{ "p2QSC", { FIRST(2000), TERMS(TERM(SALE,	/* of 20 dollars */
	    .parts = PARTS(UNITS_PER_CENT(CREDITS, 10)))) } },
	{ "p10QPD", { FIRST(2000), TERMS(TERM(SALE,	/* ten per cent off */
	    .parts = PARTS({ UNIT_DISCOUNT_PER, false, 10, ALWAYS }))) } },
	{ "p400USD p5QMD", { FIRST(2000), TERMS(SALE_20, TERM(SALE,
	    .parts = PARTS(UNITS(MON_DISCOUNT, 5)))) } },
	/* once, so many months, for ever */
	{ "p400USD", { FIRST(2000), TERMS(ONCE) } },
	{ "", { NTH(2000, 1, 1), TERMS(ONCE) } },
	{ "p400USD", { FIRST(2000), TERMS(FOR_MONTHS(1)) } },
	{ "p400USD", { NTH(2000, 1, 27), TERMS(FOR_MONTHS(1)) } },
	{ "", { NTH(2000, 1, 28), TERMS(FOR_MONTHS(1)) } },	/* the 28th */
	{ "p400USD", { NTH(2000, 1, 28), TERMS(FOR_MONTHS(2)) } },
	{ "p400USD", { NTH(2000, 11, 334), TERMS(FOR_MONTHS(12)) } },
	{ "", { NTH(2000, 12, 365), TERMS(FOR_MONTHS(12)) } },
	{ "p400USD", { NTH(2000, 12, 365),
	    TERMS(TERM_OF(SALE, -1, ALL, P20)) } },
	/* billing period and product */
	{ "p400USD", { PERIOD(2000, BILLING_MONTHLY), TERMS(ON(MONTHLY)) } },
	{ "", { PERIOD(2000, BILLING_YEARLY), TERMS(ON(MONTHLY)) } },
	{ "p400USD", { PERIOD(2000, BILLING_YEARLY), TERMS(ON(YEARLY)) } },
	{ "p400USD", { PERIOD(2000, BILLING_ONE_TIME), TERMS(ON(ONE_TIME)) } },
	{ "", { FIRST(2000), TERMS(ON(ONE_TIME)) } },
	{ "p400USD", { PERIOD(2000, BILLING_YEARLY), TERMS(SALE_20) } },
	{ "", { FIRST(2000), TERMS(ON(SPECIFIC)) } },
	{ "p400USD", { FIRST(2000), TERMS(ON(SPECIFIC, .listed = true)) } },
	/* new customers, limits */
	{ "p400USD", { FIRST(2000), TERMS(TERM(SALE, P20, .new_only = true,
	    .created_at = AT(0))) } },
	{ "", { NTH(2000, 1, 9), TERMS(TERM(SALE, P20, .new_only = true,
	    .created_at = AT(1))) } },
	{ "p400USD", { NTH(2000, 1, 9), TERMS(TERM(SALE, P20,
	    .new_only = true, .created_at = AT(-1))) } },
	{ "", { FIRST(2000), TERMS(TERM(SALE, P20, .new_only = true,
	    .created_at = AT(1))) } },		/* a sale of before */
	{ "p400USD", { FIRST(2000), TERMS(TERM(SALE, P20, .limited = true,
	    .left = 1)) } },
	{ "", { FIRST(2000), TERMS(TERM(SALE, P20, .limited = true)) } },
	{ "", { FIRST(2000), TERMS(TERM(SALE, P20, .limited = true,
	    .left = -2)) } },
	/* rules */
	{ "p400USD", { FIRST(2000), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, LESS, 2)))))) } },
	{ "", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, LESS, 2)))))) } },
	{ "p400USD", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, AT_MOST, 2)))))) } },
	{ "p400USD", { NTH(2000, 2, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, EQUAL, 3)))))) } },
	{ "p400USD", { NTH(2000, 2, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, AT_LEAST, 3)))))) } },
	{ "", { NTH(2000, 2, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, MORE, 3)))))) } },
	{ "p400USD", { NTH(2000, 5, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, MULTIPLE, 3)))))) } },
	{ "", { NTH(2000, 6, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, MULTIPLE, 3)))))) } },
	{ "p400USD", { NTH(2000, 6, 59), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(AGE, EQUAL, 2)))))) } },
	{ "", { FIRST(2000), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(AGE, MULTIPLE, 1)))))) } },
	{ "p400USD", { NTH(2000, 6, 59), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(AGE, MULTIPLE, 2)))))) } },
	{ "p400USD", { FIRST(2000), .customers = 9, TERMS(TERM(SALE, .parts =
	    PARTS(PER_CENT(20, IF(RULE(CUSTOMERS, AT_LEAST, 10)))))) } },
	{ "", { NTH(2000, 1, 9), .customers = 9, TERMS(TERM(SALE, .parts =
	    PARTS(PER_CENT(20, IF(RULE(CUSTOMERS, AT_LEAST, 10)))))) } },
	{ "p600USD", { FIRST(2000), .revenue = 98000, TERMS(TERM(SALE, .parts =
	    PARTS(PER_CENT(20, IF(RULE(REVENUE, LESS, 100000))),
	    PER_CENT(30, IF(RULE(REVENUE, AT_LEAST, 100000)))))) } },
	{ "p400USD", { NTH(2000, 8, 9), .price_sales = 1, .price_at = AT(5),
	    TERMS(TERM(SALE, .parts = PARTS(PER_CENT(20,
	    IF(OF_PRICE(SALES, EQUAL, 2)))))) } },
	{ "p400USD", { NTH(2000, 8, 40), .price_sales = 1, .price_at = AT(30),
	    TERMS(TERM(SALE, .parts = PARTS(PER_CENT(20,
	    IF(OF_PRICE(AGE, EQUAL, 0)))))) } },
	{ "p400USD", { NTH(2000, 8, 9), .price_sales = 1, .price_at = AT(90),
	    TERMS(TERM(SALE, .parts = PARTS(PER_CENT(20,
	    IF(OF_PRICE(AGE, EQUAL, 0)))))) } },	/* a sale of before */
	/* and, or: "and" binds tighter */
	{ "", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(PER_CENT(20,
	    IF(RULE(SALES, EQUAL, 2), RULE(AGE, MORE, 0)))))) } },
	{ "p400USD", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, EQUAL, 2), OR(AGE, MORE, 0)))))) } },
	{ "p400USD", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, EQUAL, 2), OR(AGE, MORE, 0),
	    RULE(SALES, EQUAL, 9)))))) } },
	{ "", { NTH(2000, 1, 9), TERMS(TERM(SALE, .parts = PARTS(
	    PER_CENT(20, IF(RULE(SALES, EQUAL, 1), OR(SALES, EQUAL, 2),
	    RULE(AGE, MORE, 0)))))) } },
	/* targets */
	{ "p10000USD", { FIRST(2000), .customers = 9, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(10000,
	    IF(RULE(CUSTOMERS, AT_LEAST, 10)))))) } },
	{ "", { FIRST(2000), .customers = 10, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(10000,
	    IF(RULE(CUSTOMERS, AT_LEAST, 10)))))) } },
	{ "", { NTH(2000, 1, 9), .customers = 10, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(10000,
	    IF(RULE(CUSTOMERS, MULTIPLE, 10)))))) } },
	{ "p10000USD", { FIRST(2000), .customers = 19, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(10000,
	    IF(RULE(CUSTOMERS, MULTIPLE, 10)))))) } },
	{ "p1500USD", { FIRST(3000), .revenue = 900, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(500, IF(RULE(REVENUE, MULTIPLE, 1000)))))) } },
	{ "p500USD", { NTH(100, 1, 9), .customers = 10, .revenue = 950,
	    TERMS(TERM(TARGET, .parts = PARTS(CASH(500,
	    IF(RULE(CUSTOMERS, AT_LEAST, 5),
	    RULE(REVENUE, AT_LEAST, 1000)))))) } },
	{ "", { FIRST(100), .customers = 3, .revenue = 950,
	    TERMS(TERM(TARGET, .parts = PARTS(CASH(500,
	    IF(RULE(CUSTOMERS, AT_LEAST, 5),
	    RULE(REVENUE, AT_LEAST, 1000)))))) } },
	{ "", { FIRST(2000), TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(500, ALWAYS)))) } },
	{ "p500USD", { NTH(2000, 9, 800), TERMS(TERM_OF(TARGET,
	    DURATION_ONCE, ALL, .parts = PARTS(CASH(500,
	    IF(RULE(SALES, EQUAL, 10)))))) } },
	/* tiers */
	{ "p400USD f40USD", { FIRST(2000), PARENTS(FATHER), TERMS(SALE_20,
	    TIER(2, COMMISSION, PER_CENT(10, ALWAYS))) } },
	{ "p400USD f100USD", { FIRST(2000), PARENTS(FATHER), TERMS(
	    TIER(2, COMMISSION, CASH(100, ALWAYS)), SALE_20) } },
	{ "", { FIRST(2000), PARENTS(FATHER), TERMS(
	    TIER(2, COMMISSION, CASH(100, ALWAYS))) } },
	{ "p400USD", { FIRST(2000), TERMS(SALE_20,
	    TIER(2, COMMISSION, PER_CENT(10, ALWAYS))) } },
	{ "p400USD f100USD", { FIRST(2000), PARENTS(FATHER, GRANDFATHER),
	    TERMS(SALE_20, TIER(2, OVERRIDE, PER_CENT(5, ALWAYS))) } },
	{ "f100USD", { FIRST(2000), PARENTS(FATHER), TERMS(
	    TIER(2, OVERRIDE, PER_CENT(5, ALWAYS))) } },
	{ "p400USD f100USD g20USD", { FIRST(2000), PARENTS(FATHER,
	    GRANDFATHER), TERMS(SALE_20,
	    TIER(2, OVERRIDE, PER_CENT(5, ALWAYS)),
	    TIER(3, OVERRIDE, PER_CENT(1, ALWAYS))) } },
	{ "p400USD g40USD", { FIRST(2000), PARENTS(GRANDFATHER),
	    TERMS(SALE_20, TIER(2, COMMISSION, PER_CENT(50, ALWAYS)),
	    TIER(3, COMMISSION, PER_CENT(10, ALWAYS))) } },
	{ "p400USD f200USD", { FIRST(2000), PARENTS(FATHER), TERMS(SALE_20,
	    TIER(2, NET_OVERRIDE, PER_CENT(30, ALWAYS))) } },
	{ "p400USD", { FIRST(2000), PARENTS(FATHER), TERMS(SALE_20,
	    TIER(2, NET_OVERRIDE, PER_CENT(15, ALWAYS))) } },
	{ "p400USD f200USD g100USD", { FIRST(2000), PARENTS(FATHER,
	    GRANDFATHER), TERMS(SALE_20,
	    TIER(3, NET_OVERRIDE, PER_CENT(35, ALWAYS)),
	    TIER(2, NET_OVERRIDE, PER_CENT(30, ALWAYS))) } },
	{ "p100QPT f10QPT", { FIRST(2000), PARENTS(FATHER), TERMS(TERM(SALE,
	    .parts = PARTS(UNITS(POINTS, 100))),
	    TIER(2, COMMISSION, UNITS_PER_CENT(POINTS, 10))) } },
	{ "p100QPT", { FIRST(2000), PARENTS(FATHER), TERMS(TERM(SALE,
	    .parts = PARTS(UNITS(POINTS, 100))),
	    TIER(2, COMMISSION, PER_CENT(10, ALWAYS))) } },
	/* shared: the sum is exact */
	{ "p300USD x100USD", { FIRST(2000), TERMS(SALE_20),
	    SHARED(SHARE(X, 250000)) } },
	{ "p200USD x100USD y100USD", { FIRST(2000), TERMS(SALE_20),
	    SHARED(SHARE(X, 250000), SHARE(Y, 250000)) } },
	{ "p34USD x33USD y33USD", { FIRST(500), TERMS(SALE_20),
	    SHARED(SHARE(X, 333333), SHARE(Y, 333333)) } },
	{ "p33USD x34USD y33USD", { FIRST(500), TERMS(SALE_20),
	    SHARED(SHARE(X, 333334), SHARE(Y, 333333)) } },
	{ "x400USD", { FIRST(2000), TERMS(SALE_20),
	    SHARED(SHARE(X, 1000000)) } },
	{ "p1USD", { FIRST(5), TERMS(SALE_20), SHARED(SHARE(X, 500000)) } },
	{ "p200USD x200USD f40USD", { FIRST(2000), PARENTS(FATHER),
	    TERMS(SALE_20, TIER(2, COMMISSION, PER_CENT(10, ALWAYS))),
	    SHARED(SHARE(X, 500000)) } },
	{ "p10000USD", { FIRST(2000), .customers = 9, TERMS(TERM(TARGET,
	    .parts = PARTS(CASH(10000, IF(RULE(CUSTOMERS, EQUAL, 10)))))),
	    SHARED(SHARE(X, 500000)) } },
};

static struct str
written(const struct list *due)
{
	const struct commission_due *c = due->items;
	struct buf b;

	buf_init(&b, &arena, 100);
	for (size_t i = 0; i < due->n; i++)
		buf_printf(&b, "%s%c%lld%.*s", i > 0 ? " " : "",
		    " pfgxy"[c[i].referrer_id], (long long)c[i].amount,
		    STR_ARG(c[i].currency));
	return buf_view(&b);
}

static void
the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct reward_facts f = cases[i].facts;
		struct list due;
		struct str out;

		f.sale.referrer_id = 1;
		assert_int_equal(reward_work_out(&arena, &f, &due), OK);
		out = written(&due);
		if (!str_is(out, cases[i].due))
			fail_msg("case %zu: %.*s, not %s", i + 1,
			    STR_ARG(out), cases[i].due);
	}
}

static void
what_is_said_of_each(void **state)
{
	const struct reward_facts f = { .sale = { .amount = 2000,
	    .currency = USD, .placement_id = 11, .referrer_id = 1,
	    .campaign_id = 12, .at = AT(0) }, TERMS(SALE_20,
	    TIER(2, OVERRIDE, CASH(9, ALWAYS))), PARENTS({ 21, 2, 22, 2, 0 }),
	    SHARED({ 31, X, 32, 0, 250000 }) };
	const struct commission_due *c;
	struct list due;

	(void)state;
	assert_int_equal(reward_work_out(&arena, &f, &due), OK);
	assert_int_equal(due.n, 3);
	c = due.items;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(c[i].reward_id, 7);
	assert_int_equal(c[0].placement_id, 11);
	assert_int_equal(c[0].campaign_id, 12);
	assert_int_equal(c[0].share_ppm, 750000);
	assert_int_equal(c[0].rate_ppm, 200000);
	assert_int_equal(c[0].tier, 1);
	assert_int_equal(c[1].placement_id, 31);
	assert_int_equal(c[1].share_ppm, 250000);
	assert_int_equal(c[1].rate_ppm, 200000);
	assert_int_equal(c[2].placement_id, 21);
	assert_int_equal(c[2].campaign_id, 22);
	assert_int_equal(c[2].rate_ppm, 0);
	assert_int_equal(c[2].share_ppm, 0);
	assert_int_equal(c[2].tier, 2);
}

/* 3 parts of 100 rewards are more than a sale can number. */
static void
too_many_are_an_error(void **state)
{
	static struct reward_term terms[100];
	const struct reward_term one = TERM(SALE, .parts = PARTS(
	    CASH(1, ALWAYS), CASH(1, ALWAYS), CASH(1, ALWAYS)));
	struct reward_facts f = { FIRST(2000), .terms = terms,
	    .n_terms = LEN(terms) };
	struct list due;

	(void)state;
	for (size_t i = 0; i < LEN(terms); i++)
		terms[i] = one;
	assert_int_equal(reward_work_out(&arena, &f, &due), ERR_LIMIT);
	f.n_terms = 85;
	assert_int_equal(reward_work_out(&arena, &f, &due), OK);
	assert_int_equal(due.n, DUE_MAX);
}

static void
months_are_counted_as_renewals(void **state)
{
	static const struct {
		int from[3], to[3], months;
	} m[] = {
		{ { 2026, 1, 15 }, { 2026, 1, 15 }, 0 },
		{ { 2026, 1, 15 }, { 2026, 2, 14 }, 0 },
		{ { 2026, 1, 15 }, { 2026, 2, 15 }, 1 },
		{ { 2026, 1, 31 }, { 2026, 2, 27 }, 0 },
		{ { 2026, 1, 31 }, { 2026, 2, 28 }, 1 },
		{ { 2026, 1, 31 }, { 2026, 3, 30 }, 1 },
		{ { 2026, 1, 31 }, { 2026, 4, 30 }, 3 },
		{ { 2028, 1, 31 }, { 2028, 2, 28 }, 0 },
		{ { 2028, 1, 31 }, { 2028, 2, 29 }, 1 },
		{ { 2026, 11, 30 }, { 2027, 2, 28 }, 3 },
		{ { 2026, 12, 1 }, { 2028, 11, 30 }, 23 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(m); i++) {
		const struct when from = day_start(day_from(m[i].from[0],
		    m[i].from[1], m[i].from[2]));
		const struct when to = day_end(day_from(m[i].to[0],
		    m[i].to[1], m[i].to[2]));

		if (reward_months(from, to) != m[i].months)
			fail_msg("case %zu: %lld", i + 1,
			    (long long)reward_months(from, to));
	}
}

static void
shares_sum_up(void **state)
{
	uint32_t seed = 11;

	(void)state;
	for (int run = 0; run < 5000; run++) {
		int64_t ppm[6] = { 0 }, given[6], left = 1000000, total, out;
		const size_t n = 1 + (size_t)run % LEN(ppm);

		for (size_t i = 1; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			ppm[i] = seed % (uint32_t)(left / 2);
			left -= ppm[i];
		}
		seed = seed * 1664525 + 1013904223;
		total = run % 2 == 0 ? (int64_t)(seed % 1000) :
		    INT64_C(2000000) * (int64_t)seed;
		reward_split(total, ppm, n, given);
		out = given[0];
		for (size_t i = 1; i < n; i++) {
			int64_t exact;

			out += given[i];
			assert_int_equal(money_share(total, ppm[i], 1000000,
			    &exact), OK);
			assert_in_range(given[i] - exact + 1, 0, 2);
		}
		assert_int_equal(out, total);
	}
}

static void
units_are_no_money(void **state)
{
	(void)state;
	for (int i = UNIT_FREE_MONTHS; unit_labels[i] != NULL; i++) {
		const struct str code = unit_currency((enum unit)i);

		assert_int_equal(currency_digits(code), 0);
		assert_true(currency_is_unit(code));
		assert_int_equal(unit_of(code), i);
	}
	assert_null(unit_currency(UNIT_CASH).p);
	assert_int_equal(unit_of(STR("USD")), UNIT_CASH);
	assert_false(currency_is_unit(STR("USD")));
}

static int
start(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(what_is_said_of_each),
		cmocka_unit_test(too_many_are_an_error),
		cmocka_unit_test(months_are_counted_as_renewals),
		cmocka_unit_test(shares_sum_up),
		cmocka_unit_test(units_are_no_money),
	};

	return cmocka_run_group_tests_name("work_out", tests, start, stop);
}
