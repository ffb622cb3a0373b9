/*
 * Commissions that somebody chose, more of them than a chunk of a batch, for a
 * promoter who owes more than a chunk of them brings.
 */
#include "payout_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/payout/actions.h"

#include "base/banned.h"

#define CHOSEN_ROWS (BATCH_CHUNK + 60)

static uint64_t chosen[CHOSEN_ROWS];	/* commissions of 4.00 */

static enum err
begin(struct db *d, void *arg)
{
	const struct actor who = house();

	return batch_begin(d, &arena, &who, &commission_pay_out, NULL,
	    (struct list){ chosen, CHOSEN_ROWS }, arg);
}

/* Somebody works it off, as does who comes after he was killed. */
static void
work_off(uint64_t owner)
{
	struct batch_worker w = { .owner = owner };
	bool some = true;

	while (some) {
		test_sql(beside, "UPDATE batch_turn SET lease_until = NULL,"
		    " due_at = LEAST(due_at, UTC_TIMESTAMP(6))");
		assert_int_equal(batch_work(db, &arena, &w, &some), OK);
	}
	assert_int_equal(batch_leave(db, &arena, &w), OK);
}

static struct batch
chosen_batch(void (*beside_it)(void))
{
	struct batch b = { 0 };

	assert_int_equal(tx_run(db, &arena, begin, &b), OK);
	if (beside_it != NULL)
		beside_it();
	work_off(1);
	assert_int_equal(batch_get(db, &arena, HOUSE_ID, b.id, &b), OK);
	assert_int_equal(b.processed_count, CHOSEN_ROWS);
	return b;
}

static void
owe(int64_t quantity)
{
	uint64_t payment = bought(quantity);

	assert_int_equal(act(CHOSEN, commission_of(payment), 0), OK);
	assert_int_equal(act(PAID, last_payout(), 0), OK);
	assert_int_equal(act(REFUND, payment, quantity * 1999), OK);
}

/*
 * 1199.40 are owed.  A chunk has 250 of 4.00, 1000.00, and the other 60, or
 * 240.00; all of them 1240.00, so that 40.60 are left.
 */
static void
a_debt_is_taken_from_all_that_were_chosen(void **state)
{
	uint64_t last;
	struct batch b;

	(void)state;
	now = when_add(now, 86400);
	(void)made_until(day_of(now));
	for (int i = 0; i < CHOSEN_ROWS; i++)
		chosen[i] = commission_of(bought(1));
	owe(300);
	last = last_payout();
	b = chosen_batch(NULL);
	assert_int_equal(b.failed_count, 0);
	assert_int_equal(last_payout(), last + 1);
	assert_int_equal(of_payout(last + 1, "amount"), 4060);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM earning"
	    " WHERE payout_id = %" PRIu64, last + 1), CHOSEN_ROWS + 1);
	assert_clean();
	/* somebody else chose them */
	b = chosen_batch(NULL);
	assert_int_equal(b.failed_count, CHOSEN_ROWS);
	assert_clean();
}

/* With 79.96 more that are owed nothing is made: 39.36 are carried on. */
static void
a_debt_beyond_them_stays(void **state)
{
	uint64_t last = last_payout();
	struct batch b;

	(void)state;
	owe(20);
	assert_int_equal(act(DESTROY, last, 0), OK);
	last = last_payout();
	b = chosen_batch(NULL);
	assert_int_equal(b.failed_count, CHOSEN_ROWS);
	assert_int_equal(last_payout(), last);
	assert_int_equal(made_until(day_of(now)), 0);
	bought(10);
	last = made_until(day_of(now));
	assert_int_equal(of_payout(last, "amount"), 4060 - 7996 + 3998);
	assert_int_equal(act(DESTROY, last, 0), OK);
	assert_clean();
}

static void
some_who_are_killed(void)
{
	const struct db_conf conf = test_conf();
	pid_t pid;

	for (uint64_t i = 0; i < 8; i++) {
		if ((pid = fork()) == 0) {
			arena_init(&arena);
			db = db_new(&conf);
			beside = test_connect();
			work_off(10 + i);
			_exit(0);
		}
		usleep((useconds_t)(i * i * 4000));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

/* The month is over at the same time, and takes all of it, or what is left. */
static void
the_month_at_once(void)
{
	const struct db_conf conf = test_conf();
	pid_t pid = fork();

	if (pid == 0) {
		arena_init(&arena);
		db = db_new(&conf);
		made_until(day_of(now));
		_exit(0);
	}
	work_off(2);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* However it goes, what is made is what is left of all: 0.62. */
static void
it_is_the_same_whoever_is_killed(void **state)
{
	void (*const besides[])(void) = { some_who_are_killed,
	    the_month_at_once };

	(void)state;
	for (size_t i = 0; i < LEN(besides); i++) {
		uint64_t last = last_payout();
		struct batch b = chosen_batch(besides[i]);

		(void)made_until(day_of(now));
		assert_int_equal(test_number(beside, "SELECT SUM(amount) FROM"
		    " payout WHERE id > %" PRIu64, last), 62);
		assert_true(b.failed_count == 0 ||
		    b.failed_count == CHOSEN_ROWS);
		assert_clean();
		assert_int_equal(act(DESTROY, last_payout(), 0), OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_debt_is_taken_from_all_that_were_chosen),
		cmocka_unit_test(a_debt_beyond_them_stays),
		cmocka_unit_test(it_is_the_same_whoever_is_killed),
	};

	return cmocka_run_group_tests_name("payout_debt", tests,
	    referral_world_start, ground_stop);
}
