/* What lines earn, and how amounts are allotted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/campaign/earned.h"
#include "base/banned.h"

static struct day
february(int mday)
{
	return day_from(2026, 2, mday);
}

static void
the_five_kinds(void **state)
{
	static const struct {
		enum price price;
		int first, last;	/* of February */
		int64_t booked, done;
		int at;
		int64_t amount, earned;
	} cases[] = {
		{ PRICE_CPM, 5, 25, 100000, 0, 15, 10000, 0 },
		{ PRICE_CPM, 5, 25, 100000, 40000, 15, 10000, 4000 },
		{ PRICE_CPM, 5, 25, 100000, 100000, 15, 10000, 10000 },
		{ PRICE_CPM, 5, 25, 100000, 250000, 15, 10000, 10000 },
		{ PRICE_CPM, 5, 25, 3, 1, 15, 10000, 3333 },
		{ PRICE_CPM, 5, 25, 3, 2, 15, 10000, 6667 },
		{ PRICE_CPM, 5, 25, 100000, 40000, 4, 10000, 0 },
		{ PRICE_CPC, 5, 25, 8, 1, 15, 100, 12 },	/* 12.5 */
		{ PRICE_CPC, 5, 25, 8, 3, 15, 100, 38 },	/* 37.5 */
		{ PRICE_CPC, 5, 25, 200, 50, 25, 999, 250 },
		{ PRICE_CPD, 5, 24, 0, 0, 4, 2000, 0 },
		{ PRICE_CPD, 5, 24, 0, 0, 5, 2000, 100 },
		{ PRICE_CPD, 5, 24, 0, 0, 14, 2000, 1000 },
		{ PRICE_CPD, 5, 24, 0, 0, 24, 2000, 2000 },
		{ PRICE_CPD, 5, 24, 0, 0, 28, 2000, 2000 },
		{ PRICE_CPD, 7, 7, 0, 0, 7, 1, 1 },
		{ PRICE_CPD, 1, 7, 0, 0, 1, 100, 14 },
		{ PRICE_FLAT, 5, 24, 0, 0, 4, 2000, 0 },
		{ PRICE_FLAT, 5, 24, 0, 0, 5, 2000, 2000 },
		{ PRICE_FLAT, 5, 24, 0, 0, 28, 2000, 2000 },
		{ PRICE_INSERTION, 13, 20, 2, 1, 15, 5000, 2500 },
		{ PRICE_INSERTION, 13, 20, 3, 1, 15, 1000, 333 },
		{ PRICE_INSERTION, 2, 2, 1, 1, 15, 5000, 5000 },
		{ PRICE_INSERTION, 13, 20, 2, 0, 12, 5000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		const struct delivery d = { cases[i].price,
		    february(cases[i].first), february(cases[i].last),
		    cases[i].booked, cases[i].done };
		int64_t earned;

		assert_int_equal(earned_amount(cases[i].amount,
		    earned_part(&d, february(cases[i].at)), &earned), OK);
		if (earned != cases[i].earned)
			fail_msg("case %zu: %lld", i, (long long)earned);
	}
}

static void
large_amounts_do_not_overflow(void **state)
{
	const struct delivery d = { PRICE_CPM, february(1), february(2),
	    INT64_C(9007199254740991), INT64_C(9007199254740990) };
	int64_t earned;

	(void)state;
	assert_int_equal(earned_amount(INT64_C(9007199254740991),
	    earned_part(&d, february(2)), &earned), OK);
	assert_int_equal(earned, INT64_C(9007199254740990));
}

static void
an_allotment_sums_up(void **state)
{
	static const struct {
		int64_t total, weights[4], given[4];
	} cases[] = {
		{ 0, { 1, 2, 3, 4 }, { 0, 0, 0, 0 } },
		{ 10, { 1, 2, 3, 4 }, { 1, 2, 3, 4 } },
		{ 5, { 1, 2, 3, 4 }, { 1, 1, 1, 2 } },
		{ 1, { 1, 1, 1, 0 }, { 1, 0, 0, 0 } },
		{ 2, { 1, 1, 1, 0 }, { 1, 1, 0, 0 } },
		{ 100, { 0, 333, 333, 334 }, { 0, 33, 33, 34 } },
		{ 0, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } },
		{ INT64_C(9007199254740991), { INT64_C(9007199254740991),
		    INT64_C(9007199254740991), 0, 0 },
		    { INT64_C(4503599627370496), INT64_C(4503599627370495),
		    0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		int64_t given[4];

		allot(cases[i].total, cases[i].weights, 4, given);
		assert_memory_equal(given, cases[i].given, sizeof(given));
	}
}

/* Never more than a weight, always the whole, in any mixture. */
static void
any_allotment_stays_within_its_weights(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int run = 0; run < 2000; run++) {
		int64_t weights[9], given[9], sum = 0, total, out = 0;

		for (size_t i = 0; i < LEN(weights); i++) {
			seed = seed * 1664525u + 1013904223u;
			weights[i] = seed >> 24 < 40 ? 0 : seed >> 16;
			sum += weights[i];
		}
		seed = seed * 1664525u + 1013904223u;
		total = sum == 0 ? 0 : seed % (sum + 1);
		allot(total, weights, LEN(weights), given);
		for (size_t i = 0; i < LEN(weights); i++) {
			assert_true(given[i] >= 0 && given[i] <= weights[i]);
			out += given[i];
		}
		assert_int_equal(out, total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_five_kinds),
		cmocka_unit_test(large_amounts_do_not_overflow),
		cmocka_unit_test(an_allotment_sums_up),
		cmocka_unit_test(any_allotment_stays_within_its_weights),
	};

	return cmocka_run_group_tests_name("earned", tests, NULL, NULL);
}
