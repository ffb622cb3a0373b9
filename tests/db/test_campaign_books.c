/*
 * Thousands of steps on campaigns at random, with a proof of the books after
 * each lot; then by several processes at once, one of which is killed; and what
 * neighbours do at once.
 */
#include "campaign_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

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
#define STEPS 1500

static struct act all[CAMPAIGNS];
static struct line lines[CAMPAIGNS][3];
static unsigned done[READ + 1];

static void
draw(int step, struct act *t)
{
	static const char *const advertisers[] = { "r1", "r2", "r3" };
	size_t k = (size_t)(t - all);

	t->what = t->id == 0 || dice(40) == 0 ? MAKE : 1 + (int)dice(READ);
	if (t->what == DELETE && dice(4) != 0)
		t->what = PREPAY;
	if (t->what == MAKE) {
		for (size_t i = 0; i < 3; i++)
			lines[k][i] = any_line();
		*t = (struct act){ .what = MAKE, .lines = lines[k],
		    .n = 1 + dice(3), .advertiser = advertisers[dice(3)] };
	}
	t->type = dice(3) == 0 ? PREPAYMENT_ACCOUNT : PREPAYMENT_CASH;
	t->amount = 1 + dice(15000);
	t->day = t->what == BILL ? dice(2) == 0 ? february(1) :
	    (struct day){ 0 } : february(1 + (int)dice(28));
	t->reason = "at random";
	t->how = (struct deletion){ dice(2) == 0, dice(2) == 0 };
	t->report = (struct line_report){ lines[k][dice(3)].id, dice(1200),
	    dice(1200), february(1 + (int)dice(28)) };
	t->refund = (struct campaign_refund){ .reference =
	    str_printf(&arena, "%d %d", (int)getpid(), step),
	    .amount = 1 + dice(4000) };
}

/* Errors are answers too; what counts is that the books stay right. */
static void
take(int step, struct act *t)
{
	uint64_t count;
	enum err e;

	draw(step, t);
	if (t->what != TURN) {
		e = try(t);
		assert_int_not_equal(e, ERR_INTERNAL);
		done[t->what] += e == OK;
		return;
	}
	clock_at((struct day){ february(1).n + step * 28 / STEPS });
	done[TURN] += campaign_turns(db, &arena, now, &count) == OK;
}

static void
anything_at_random_leaves_the_books_right(void **state)
{
	(void)state;
	clock_at(february(1));
	for (int step = 0; step < STEPS; step++) {
		take(step, &all[step < CAMPAIGNS ? step :
		    (int)dice(CAMPAIGNS)]);
		if (step % 100 == 99)
			assert_clean();
	}
	for (int i = MAKE; i <= TURN; i++)
		if (done[i] == 0)
			fail_msg("act %d never went through", i);
}

/* On the campaigns that are there, by a connection of its own. */
static void
work_beside(uint32_t of)
{
	const struct db_conf conf = test_conf();

	seed = of;
	arena_init(&arena);
	db = db_new(&conf);
	for (int step = 0; step < STEPS / 3; step++)
		take(step, &all[dice(CAMPAIGNS)]);
	db_free(db);
	arena_free(&arena);
	_exit(done[PREPAY] == 0);
}

#define PROCESSES 4

static void
many_processes_at_once_as_well(void **state)
{
	pid_t pid[PROCESSES];
	int status;

	(void)state;
	clock_at(february(1));
	for (int i = 0; i < CAMPAIGNS; i++) {
		all[i].id = 0;
		take(0, &all[i]);
	}
	memset(done, 0, sizeof(done));
	for (uint32_t i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0)
			work_beside(100 + i);
	usleep(300000);		/* in the midst of its work */
	assert_int_equal(kill(pid[0], SIGKILL), 0);
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(i == 0 || (WIFEXITED(status) &&
		    WEXITSTATUS(status) == 0));
	}
	assert_clean();
}

#define MADE	40

/* Campaigns with lines, while others are made beside them. */
static void
make_beside(int process)
{
	const struct db_conf conf = test_conf();
	char advertiser[16];
	struct line three[3];

	for (size_t i = 0; i < LEN(three); i++)
		three[i] = line(PRICE_FLAT, 1, 10, 1, 1000);
	snprintf(advertiser, sizeof(advertiser), "maker %d", process);
	arena_init(&arena);
	db = db_new(&conf);
	for (int i = 0; i < MADE; i++)
		if (try(&(struct act){ MAKE, .advertiser = advertiser,
		    .lines = three, .n = LEN(three) }) != OK)
			_exit(1);
	db_free(db);
	arena_free(&arena);
	_exit(0);
}

static void
campaigns_made_at_once_do_not_deadlock(void **state)
{
	const int64_t before = deadlocks();
	pid_t pid[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0)
			make_beside(i);
	test_wait(pid, PROCESSES);
	assert_int_equal(deadlocks(), before);
	assert_clean();
}

/* Billed, paid and stopped, each for an advertiser who is new as well. */
static void
first_money_beside(int process)
{
	static const enum deed deeds[] = { MAKE, CONFIRM, BILL, PREPAY, STOP };
	const struct db_conf conf = test_conf();
	struct line one = line(PRICE_CPD, 1, 10, 1, 1000);
	char advertiser[32];

	arena_init(&arena);
	db = db_new(&conf);
	for (int i = 0; i < MADE; i++) {
		struct act t = { .advertiser = advertiser, .lines = &one,
		    .n = 1, .type = PREPAYMENT_CASH, .amount = 1000 };

		snprintf(advertiser, sizeof(advertiser), "new %d %d", process,
		    i);
		for (size_t k = 0; k < LEN(deeds); k++) {
			t.what = deeds[k];
			t.day = t.what == BILL ? DAY_NONE : february(1);
			if (try(&t) != OK)
				_exit(1);
		}
	}
	db_free(db);
	arena_free(&arena);
	_exit(0);
}

static void
first_money_at_once_does_not_deadlock(void **state)
{
	const int64_t before = deadlocks();
	pid_t pid[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0)
			first_money_beside(i);
	test_wait(pid, PROCESSES);
	assert_int_equal(deadlocks(), before);
	assert_clean();
}

/* Every PROCESSES-th of them, so that neighbours stop at once. */
static void
stop_beside(struct act *t, int process)
{
	const struct db_conf conf = test_conf();

	arena_init(&arena);
	db = db_new(&conf);
	for (int i = process; i < MADE; i += PROCESSES) {
		t[i].what = STOP;
		t[i].day = february(1);
		if (try(&t[i]) != OK)
			_exit(1);
	}
	db_free(db);
	arena_free(&arena);
	_exit(0);
}

static void
neighbours_stopped_at_once_do_not_deadlock(void **state)
{
	struct line one = line(PRICE_CPD, 1, 10, 1, 1000);
	struct act made[MADE], first = running("neighbours", &one, 1);
	pid_t pid[PROCESSES];
	int64_t before;

	(void)state;
	stop_as_of(&first, february(1));	/* opens the account */
	for (int i = 0; i < MADE; i++)
		made[i] = running("neighbours", &one, 1);
	before = deadlocks();
	for (int i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0)
			stop_beside(made, i);
	test_wait(pid, PROCESSES);
	assert_int_equal(deadlocks(), before);
	assert_clean();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_at_random_leaves_the_books_right),
		cmocka_unit_test(many_processes_at_once_as_well),
		cmocka_unit_test(campaigns_made_at_once_do_not_deadlock),
		cmocka_unit_test(first_money_at_once_does_not_deadlock),
		cmocka_unit_test(neighbours_stopped_at_once_do_not_deadlock),
	};

	return cmocka_run_group_tests_name("campaign_books", tests,
	    campaign_world_start, ground_stop);
}
