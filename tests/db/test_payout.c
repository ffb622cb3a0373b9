/*
 * Payouts beside withdrawals and refunds of the same referrer: to the cent by
 * hand, then at random, then by several processes at once, one of which is
 * killed; with a proof of the books after each lot.
 */
#include "payout_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/ledger.h"

#include "base/banned.h"

static uint32_t seed = 5;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void
assert_balances(int64_t available, int64_t requested, int64_t paid)
{
	static const enum account_kind kinds[] = {
		ACCOUNT_earnings_available, ACCOUNT_earnings_requested,
		ACCOUNT_earnings_paid,
	};
	const int64_t right[] = { available, requested, paid };

	for (size_t i = 0; i < LEN(kinds); i++) {
		int64_t v;

		assert_int_equal(ledger_balance(db, &arena, HOUSE_ID, kinds[i],
		    world.referrer.id, STR("USD"), &v, NULL), OK);
		assert_int_equal(v, right[i]);
	}
}

/* 19.99 bring 4.00. */
static void
a_month_pays_what_was_earned_in_it(void **state)
{
	uint64_t october, november;
	struct day end;

	(void)state;
	now = day_start(day_from(2026, 10, 31));
	end = day_of(now);
	october = bought(1);
	bought(2);
	now = when_add(now, 86400);
	november = bought(10);
	assert_balances(400 + 800 + 3998, 0, 0);
	/* what goes back later goes with its month */
	assert_int_equal(act(REFUND, october, 1999), OK);
	assert_int_equal(act(REFUND, november, 19990), OK);
	october = made_until(end);
	assert_int_equal(of_payout(october, "amount"), 800);
	assert_balances(0, 800, 0);
	assert_int_equal(made_until(end), 0);
	assert_int_equal(act(PAID, october, 0), OK);
	assert_int_equal(act(PAID, october, 0), ERR_PAYOUT_PAID);
	assert_balances(0, 0, 800);
	assert_clean();
}

static void
what_was_withdrawn_is_deducted_oldest_first(void **state)
{
	struct act w = { .what = WITHDRAW, .amount = 1000 };
	struct day end = day_of(now);
	uint64_t first, second;

	(void)state;
	bought(1);
	bought(1);
	now = when_add(now, 86400);
	bought(5);
	assert_balances(2799, 0, 800);
	assert_int_equal(try(&w), OK);
	assert_balances(1799, 1000, 800);
	/* 800 of the first day are gone, and 200 of the second */
	assert_int_equal(made_until(end), 0);
	first = made_until(day_of(now));
	assert_int_equal(of_payout(first, "amount"), 1799);
	assert_int_equal(of_payout(first, "deducted"), 1000);
	assert_balances(0, 2799, 800);
	assert_int_equal(act(DESTROY, first, 0), OK);
	assert_int_equal(act(DESTROY, first, 0), ERR_NOT_FOUND);
	assert_balances(1799, 1000, 800);
	assert_int_equal(act(APPROVE, w.withdrawal.id, 0), OK);
	second = made_until(day_of(now));
	assert_int_equal(of_payout(second, "amount"), 1799);
	assert_int_equal(act(WITHDRAW, 0, 1), ERR_FUNDS);
	assert_int_equal(act(PAID, second, 0), OK);
	assert_int_equal(act(UNPAID, second, 0), OK);
	assert_int_equal(act(DESTROY, second, 0), OK);
	assert_int_equal(act(REFUSE, w.withdrawal.id, 0), OK);
	assert_balances(2799, 0, 800);
	assert_clean();
}

static void
what_is_in_a_payout_is_not_taken_back(void **state)
{
	uint64_t commission, payout, payment;

	(void)state;
	payment = bought(5);
	commission = commission_of(payment);
	assert_int_equal(act(CHOSEN, commission, 0), OK);
	assert_int_equal(act(CHOSEN, commission, 0), ERR_COMMISSION_CHOSEN);
	assert_int_equal(act(DENY, commission, 0), ERR_COMMISSION_CHOSEN);
	payout = last_payout();
	assert_int_equal(of_payout(payout, "amount"), 1999);
	assert_int_equal(act(PAID, payout, 0), OK);
	assert_int_equal(act(REFUND, payment, 9995), OK);
	/* the debt of 1999 is taken from 2799 that are there */
	payout = made_until(day_of(now));
	assert_int_equal(of_payout(payout, "amount"), 800);
	assert_int_equal(act(DESTROY, payout, 0), OK);
	assert_clean();
}

/* Or else what is left would be less than nothing. */
static void
a_later_debt_goes_with_the_month(void **state)
{
	uint64_t commission, payment;
	struct day end;

	(void)state;
	assert_int_not_equal(made_until(day_of(now)), 0);
	bought(5);
	end = day_of(now);
	now = when_add(now, 86400);
	payment = bought(1);
	commission = commission_of(payment);
	assert_int_equal(act(CHOSEN, commission, 0), OK);
	assert_int_equal(act(REFUND, payment, 1999), OK);
	assert_int_equal(of_payout(made_until(end), "amount"), 1999 - 400);
	assert_clean();
}

/* The money went elsewhere, as it never should. */
static void
without_money_nothing_is_made(void **state)
{
	uint64_t held, commission, payout = last_payout();

	(void)state;
	held = bought(1);
	commission = commission_of(bought(1));
	assert_int_equal(act(REFUND, held, 1000), OK);
	test_sql(root, "UPDATE earning SET status = 'pending' WHERE id = %"
	    PRIu64, commission_of(held));
	test_sql(root, "UPDATE account SET balance = balance - 400"
	    " WHERE kind = 'earnings_available' AND owner_id = %" PRIu64,
	    world.referrer.id);
	assert_int_equal(act(CHOSEN, commission, 0), ERR_FUNDS);
	assert_int_equal(last_payout(), payout);
	assert_int_equal(test_number(beside, "SELECT payout_id IS NULL"
	    " FROM earning WHERE id = %" PRIu64, commission), 1);
	test_sql(root, "UPDATE earning SET status = 'available' WHERE id = %"
	    PRIu64, commission_of(held));
	test_sql(root, "UPDATE account SET balance = balance + 400"
	    " WHERE kind = 'earnings_available' AND owner_id = %" PRIu64,
	    world.referrer.id);
	assert_int_not_equal(made_until(day_of(now)), 0);
	assert_clean();
}

/* Whoever marks a payout has it first, and then its commissions. */
static void
what_is_chosen_does_not_wait_for_its_payout(void **state)
{
	uint64_t commission = commission_of(bought(1));
	MYSQL *who;
	enum err e;

	(void)state;
	assert_int_equal(act(CHOSEN, commission, 0), OK);
	who = test_connect();
	test_sql(who, "BEGIN");
	test_sql(who, "UPDATE payout SET version = version + 1 WHERE id = %"
	    PRIu64, last_payout());
	e = act(CHOSEN, commission, 0);
	test_sql(who, "ROLLBACK");
	mysql_close(who);
	assert_int_equal(e, ERR_COMMISSION_CHOSEN);
	assert_int_equal(act(PAID, last_payout(), 0), OK);
}

/* A commission that is free again, while its refund was paid with others. */
static void
what_a_payout_has_a_part_of_is_not_taken_back(void **state)
{
	uint64_t commission, first, payment;

	(void)state;
	payment = bought(5);
	commission = commission_of(payment);
	assert_int_equal(act(CHOSEN, commission, 0), OK);
	first = last_payout();
	assert_int_equal(act(PAID, first, 0), OK);
	assert_int_equal(act(REFUND, payment, 1999), OK);
	assert_int_equal(act(CHOSEN, commission_of(bought(10)), 0), OK);
	assert_int_equal(of_payout(last_payout(), "amount"), 3998 - 400);
	assert_int_equal(act(UNPAID, first, 0), OK);
	assert_int_equal(act(DESTROY, first, 0), OK);
	assert_int_equal(act(DENY, commission, 0), ERR_COMMISSION_CHOSEN);
	assert_int_equal(act(ERASE, commission, 0), ERR_COMMISSION_CHOSEN);
	assert_int_equal(of_payout(made_until(day_of(now)), "amount"), 1999);
	assert_clean();
}

static struct act
method_act(enum what what, uint64_t id, int method, bool selected,
    bool disabled)
{
	struct act t = { .what = what, .id = id, .method = { .method = method,
	    .is_selected = selected, .is_disabled = disabled } };

	return t;
}

static enum err
together(int method, uint64_t *id)
{
	struct act t = method_act(TOGETHER, 0, method, false, false);
	enum err e = try(&t);

	*id = t.batch.id;
	return e;
}

static uint64_t
payout_now(void)
{
	uint64_t id;

	bought(1);
	id = made_until(day_of(now));
	assert_int_not_equal(id, 0);
	return id;
}

/* It finds what is pending by how the promoter wants to be paid now. */
static void
a_batch_is_of_who_wants_it_so(void **state)
{
	struct act paypal, wise;
	uint64_t before, after, batch;

	(void)state;
	before = payout_now();
	assert_int_equal(together(METHOD_PAYPAL, &batch), ERR_NO_PAYOUTS);
	paypal = method_act(SAY, 0, METHOD_PAYPAL, false, false);
	assert_int_equal(try(&paypal), OK);
	after = payout_now();
	wise = method_act(SAY, 0, METHOD_WISE, false, false);
	assert_int_equal(try(&wise), OK);
	assert_int_equal(together(METHOD_WISE, &batch), ERR_NO_PAYOUTS);
	assert_int_equal(together(METHOD_PAYPAL, &batch), OK);
	assert_int_equal(of_payout(before, "batch_id"), batch);
	assert_int_equal(of_payout(after, "batch_id"), batch);
	assert_int_equal(together(METHOD_PAYPAL, &batch), ERR_NO_PAYOUTS);
	/* it stays as somebody looked through it */
	batch = (uint64_t)of_payout(after, "batch_id");
	wise = method_act(CHANGE, wise.method.id, METHOD_WISE, true, false);
	assert_int_equal(try(&wise), ERR_CONFLICT);
	assert_int_equal(act(PAID, before, 0), OK);
	assert_int_equal(act(GIVE_UP, batch, 0), OK);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM payout"
	    " WHERE batch_id IS NOT NULL"), 0);
	assert_int_equal(try(&wise), OK);
	/* who is unpaid comes back as he wants to be paid now */
	assert_int_equal(act(UNPAID, before, 0), OK);
	assert_int_equal(together(METHOD_PAYPAL, &batch), ERR_NO_PAYOUTS);
	assert_clean();
	wise = method_act(CHANGE, wise.id, METHOD_BANK, true, true);
	assert_int_equal(try(&wise), OK);
	assert_int_equal(together(METHOD_BANK, &batch), ERR_NO_PAYOUTS);
	wise.method.is_disabled = false;
	assert_int_equal(try(&wise), OK);
	assert_int_equal(together(METHOD_BANK, &batch), OK);
	assert_int_equal(of_payout(before, "batch_id"), batch);
	assert_int_equal(act(CONFIRM, batch, 0), OK);
	assert_int_equal(act(CONFIRM, batch, 0), ERR_CONFLICT);
	assert_int_equal(act(FORGET, wise.id, 0), OK);
	payout_now();
	assert_int_equal(together(METHOD_BANK, &batch), ERR_NO_PAYOUTS);
	assert_clean();
}

/* Some row that is there, or was. */
static uint64_t
any(const char *table)
{
	uint64_t last = (uint64_t)test_number(beside,
	    "SELECT COALESCE(MAX(id), 1) FROM %s", table);

	return last < 12 ? 1 + dice((uint32_t)last) : last - dice(12);
}

static unsigned done[ACTS];

static void
take(void)
{
	static const char *const tables[ACTS] = {
		[REFUND] = "payment", [APPROVE] = "earning",
		[REFUSE] = "earning", [CHOSEN] = "earning",
		[PAID] = "payout", [UNPAID] = "payout",
		[DESTROY] = "payout", [DENY] = "earning",
		[ERASE] = "earning", [CHANGE] = "payout_method",
		[FORGET] = "payout_method", [CONFIRM] = "payments_batch",
		[GIVE_UP] = "payments_batch",
	};
	struct act t = { .what = (enum what)dice(ACTS) };
	enum err e;

	if (tables[t.what] != NULL)
		t.id = any(tables[t.what]);
	t.amount = t.what == BUY ? 1 + dice(5) : t.what == MONTH ? 0 :
	    1 + dice(3000);
	t.end = (struct day){ day_of(now).n - (int32_t)dice(3) };
	t.method = (struct payout_method){ .method = (int)dice(2),
	    .is_selected = dice(2) == 0, .is_disabled = dice(4) == 0 };
	e = try(&t);
	assert_int_not_equal(e, ERR_INTERNAL);
	done[t.what] += e == OK && (t.what != MONTH || t.made != 0);
	if (dice(10) == 0)
		now = when_add(now, 40000);
}

#define STEPS 1200

static void
anything_at_random_leaves_the_books_right(void **state)
{
	(void)state;
	for (int step = 0; step < STEPS; step++) {
		take();
		if (step % 100 == 99)
			assert_clean();
	}
	for (int i = 0; i < ACTS; i++)
		if (done[i] == 0)
			fail_msg("act %d never went through", i);
}

static void
work_beside(uint32_t of)
{
	const struct db_conf conf = test_conf();

	seed = of;
	arena_init(&arena);
	db = db_new(&conf);
	beside = test_connect();
	for (int step = 0; step < STEPS / 3; step++)
		take();
	_exit(done[BUY] == 0);
}

#define PROCESSES 4

static void
many_processes_at_once_as_well(void **state)
{
	pid_t pid[PROCESSES];
	int status;

	(void)state;
	memset(done, 0, sizeof(done));
	for (uint32_t i = 0; i < PROCESSES; i++)
		if ((pid[i] = fork()) == 0)
			work_beside(200 + i);
	usleep(300000);		/* in the midst of its work */
	assert_int_equal(kill(pid[0], SIGKILL), 0);
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(i == 0 || (WIFEXITED(status) &&
		    WEXITSTATUS(status) == 0));
	}
	assert_clean();
}

static struct fault faults[] = {
	{ "an amount that was changed", "does not make up",
	  "UPDATE payout SET amount = amount + 1 WHERE id = 1;",
	  "UPDATE payout SET amount = amount - 1 WHERE id = 1;" },
	{ "a commission of no payout", "is not in the payout",
	  "UPDATE earning SET paid_at = created_at WHERE payout_id IS NULL"
	  " AND type = 'commission' ORDER BY id DESC LIMIT 1;",
	  "UPDATE earning SET paid_at = NULL WHERE payout_id IS NULL;" },
	{ "a state without its journal", "is not booked as it is",
	  "UPDATE payout SET status = 'pending', paid_at = NULL WHERE id = 1;"
	  "UPDATE earning SET paid_at = NULL WHERE payout_id = 1;",
	  "UPDATE payout SET status = 'completed', paid_at = created_at"
	  " WHERE id = 1;"
	  "UPDATE earning SET paid_at = created_at WHERE payout_id = 1;" },
	{ "a commission out of all lists, its refund in a payout",
	  "has what no payout can take up",
	  "UPDATE earning SET destroyed_at = created_at WHERE id = (SELECT id"
	  " FROM (SELECT MAX(id) AS id FROM earning WHERE payout_id IS NULL"
	  " AND type = 'commission' AND status = 'available') x);",
	  "UPDATE earning SET destroyed_at = NULL"
	  " WHERE destroyed_at = created_at;" },
	{ "a pending payout that no payments batch finds",
	  "is not where it is looked for",
	  "UPDATE payout SET wanted = 'bank' WHERE id = 1;",
	  "UPDATE payout SET wanted = NULL WHERE id = 1;" },
	{ "one that is in a batch which is over",
	  "is not where it is looked for",
	  "INSERT INTO payments_batch (id, organization_id, method, status,"
	  " currency, user_id, created_at, deleted_at) VALUES (7, 1, 'bank',"
	  " 'awaiting_confirmation', 'USD', 1, NOW(), NOW());"
	  "UPDATE payout SET batch_id = 7 WHERE id = 1;",
	  "UPDATE payout SET batch_id = NULL WHERE id = 1;"
	  "DELETE FROM payments_batch WHERE id = 7;" },
	{ "one that is in a batch of another currency",
	  "is not where it is looked for",
	  "INSERT INTO payments_batch (id, organization_id, method, status,"
	  " currency, user_id, created_at) VALUES (7, 1, 'bank',"
	  " 'awaiting_confirmation', 'EUR', 1, NOW());"
	  "UPDATE payout SET batch_id = 7 WHERE id = 1;",
	  "UPDATE payout SET batch_id = NULL WHERE id = 1;"
	  "DELETE FROM payments_batch WHERE id = 7;" },
	{ "a payout that was counted twice", "has wrong payouts",
	  "UPDATE payout_total SET payouts = payouts + 1"
	  " ORDER BY status, campaign_id LIMIT 1;",
	  "UPDATE payout_total SET payouts = payouts - 1"
	  " ORDER BY status, campaign_id LIMIT 1;" },
};

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_pays_what_was_earned_in_it),
		cmocka_unit_test(what_was_withdrawn_is_deducted_oldest_first),
		cmocka_unit_test(what_is_in_a_payout_is_not_taken_back),
		fault_test(&faults[0]), fault_test(&faults[1]),
		fault_test(&faults[2]), fault_test(&faults[3]),
		fault_test(&faults[4]), fault_test(&faults[5]),
		fault_test(&faults[6]), fault_test(&faults[7]),
		cmocka_unit_test(a_later_debt_goes_with_the_month),
		cmocka_unit_test(without_money_nothing_is_made),
		cmocka_unit_test(what_is_chosen_does_not_wait_for_its_payout),
		cmocka_unit_test(what_a_payout_has_a_part_of_is_not_taken_back),
		cmocka_unit_test(a_batch_is_of_who_wants_it_so),
		cmocka_unit_test(anything_at_random_leaves_the_books_right),
		cmocka_unit_test(many_processes_at_once_as_well),
	};

	return cmocka_run_group_tests_name("payout", tests,
	    referral_world_start, ground_stop);
}
