/*
 * Thousands of steps on campaigns at random, with a proof of the books after
 * each lot.
 */
#include "campaign_world.h"

static uint32_t seed = 11;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static struct line
any_line(void)
{
	int first = 1 + (int)dice(14), last = first + (int)dice(14);
	enum price price = (enum price)dice(4);	/* no insertions */
	struct line l = line(price, first, last, price == PRICE_CPM ||
	    price == PRICE_CPC ? 1 + dice(1000) : 1, dice(20000));

	l.tax = dice(2) == 0 ? 0 : dice(4000);
	return l;
}

#define CAMPAIGNS 12

/* Errors are answers too; what counts is that the books stay right. */
static void
anything_at_random_leaves_the_books_right(void **state)
{
	static const char *const advertisers[] = { "r1", "r2", "r3" };
	struct act all[CAMPAIGNS];
	struct line lines[CAMPAIGNS][3];
	unsigned done[READ + 1] = { 0 };
	uint64_t count;

	(void)state;
	clock_at(february(1));
	for (int run = 0; run < 1500; run++) {
		struct act *t = &all[run < CAMPAIGNS ? run :
		    (int)dice(CAMPAIGNS)];
		size_t k = (size_t)(t - all);

		t->what = run < CAMPAIGNS || dice(40) == 0 ? MAKE :
		    1 + (int)dice(READ);
		if (t->what == DELETE && dice(4) != 0)
			t->what = PREPAY;
		if (t->what == MAKE) {
			for (size_t i = 0; i < 3; i++)
				lines[k][i] = any_line();
			*t = (struct act){ .what = MAKE, .lines = lines[k],
			    .n = 1 + dice(3),
			    .advertiser = advertisers[dice(3)] };
		}
		t->type = dice(3) == 0 ? PREPAYMENT_ACCOUNT :
		    PREPAYMENT_CASH;
		t->amount = 1 + dice(15000);
		t->day = t->what == BILL ? dice(2) == 0 ? february(1) :
		    (struct day){ 0 } : february(1 + (int)dice(28));
		t->reason = "at random";
		t->how = (struct deletion){ dice(2) == 0, dice(2) == 0 };
		t->report = (struct line_report){ lines[k][dice(3)].id,
		    dice(1200), dice(1200), february(1 + (int)dice(28)) };
		t->refund = (struct campaign_refund){ .reference =
		    str_printf(&arena, "run %d", run),
		    .amount = 1 + dice(4000) };
		if (t->what == TURN) {
			clock_at((struct day){ february(1).n +
			    run * 28 / 1500 });
			assert_int_equal(campaign_turns(db, &arena, now,
			    &count), OK);
		} else if (try(t) == OK) {
			done[t->what]++;
		}
		if (run % 100 == 99)
			assert_books_are_clean();
	}
	for (int i = MAKE; i < TURN; i++)
		if (done[i] == 0)
			fail_msg("act %d never went through", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_at_random_leaves_the_books_right),
	};

	return cmocka_run_group_tests_name("campaign_books", tests,
	    campaign_world_start, campaign_world_stop);
}
