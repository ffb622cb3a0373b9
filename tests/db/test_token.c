/*
 * Tokens: held, spent, given back, adjusted, run out, owed; never too many,
 * whatever runs at once.
 */
#include "token_world.h"

#include <unistd.h>

#include "model/token/lot.h"
#include "base/banned.h"

static struct token_balance
balance(uint64_t org)
{
	struct token_balance b = { 0 };

	assert_int_equal(token_balance(db, &arena, org, &b), OK);
	return b;
}

static void
assert_balance(uint64_t org, int64_t available, int64_t reserved)
{
	struct token_balance b = balance(org);

	assert_int_equal(b.available, available);
	assert_int_equal(b.reserved, reserved);
	assert_int_equal(b.balance, available + reserved);
	assert_int_equal(test_number(root, "SELECT COALESCE(SUM(amount), 0) "
	    "FROM token_transaction WHERE organization_id = %llu", LLU(org)),
	    available);
}

static int64_t
in_lot(uint64_t payment)
{
	return test_number(root, "SELECT remaining FROM token_lot "
	    "WHERE payment_id = %llu", LLU(payment));
}

/* The newest transactions of a type: amount and what it left. */
static void
assert_last(uint64_t org, const char *type, int64_t amount, int64_t after)
{
	assert_int_equal(test_number(root, "SELECT amount FROM "
	    "token_transaction WHERE organization_id = %llu AND type = '%s' "
	    "ORDER BY id DESC LIMIT 1", LLU(org), type), amount);
	assert_int_equal(test_number(root, "SELECT balance_after FROM "
	    "token_transaction WHERE organization_id = %llu AND type = '%s' "
	    "ORDER BY id DESC LIMIT 1", LLU(org), type), after);
}

static uint64_t
expire_lots(struct when at)
{
	uint64_t count;

	assert_int_equal(lot_expire_due(db, &arena, at, &count), OK);
	return count;
}

static void
a_reservation_is_settled_in_part(void **state)
{
	uint64_t org = new_organization();
	struct reservation r;

	(void)state;
	buy(org, FOREVER, 1);
	r = reserve(org, 60);
	assert_balance(org, 40, 60);
	assert_last(org, "reserve", -60, 40);
	assert_int_equal(settle(&r, 61), ERR_FUNDS);
	assert_int_equal(settle(&r, 25), OK);
	assert_int_equal(r.status, RESERVATION_SETTLED);
	assert_int_equal(r.settled_amount, 25);
	assert_balance(org, 75, 0);
	assert_last(org, "release", 60, 100);
	assert_last(org, "spend", -25, 75);
	assert_int_equal(settle(&r, 25), OK);
	assert_int_equal(settle(&r, 26), ERR_CONFLICT);
	assert_int_equal(settle(&r, 0), ERR_CONFLICT);
	assert_int_equal(release(&r), ERR_CONFLICT);
	assert_balance(org, 75, 0);
	assert_clean();
}

static void
a_reservation_is_settled_in_whole(void **state)
{
	uint64_t org = new_organization();
	struct reservation r;

	(void)state;
	buy(org, FOREVER, 1);
	r = reserve(org, 100);
	assert_balance(org, 0, 100);
	assert_int_equal(settle(&r, 0), OK);
	assert_int_equal(settle(&r, 0), OK);
	assert_int_equal(settle(&r, 100), OK);
	assert_balance(org, 0, 0);
	assert_last(org, "release", 100, 100);
	assert_last(org, "spend", -100, 0);
	assert_clean();
}

static void
a_reservation_is_released(void **state)
{
	uint64_t org = new_organization();
	struct reservation r;

	(void)state;
	buy(org, FOREVER, 1);
	r = reserve(org, 60);
	assert_int_equal(release(&r), OK);
	assert_int_equal(r.status, RESERVATION_RELEASED);
	assert_int_equal(release(&r), OK);
	assert_int_equal(settle(&r, 0), ERR_CONFLICT);
	assert_balance(org, 100, 0);
	assert_last(org, "release", 60, 100);
	assert_clean();
}

static void
a_reservation_whose_time_is_over(void **state)
{
	uint64_t org = new_organization(), count;
	struct reservation r[2];

	(void)state;
	buy(org, FOREVER, 1);
	r[0] = reserve(org, 60);
	r[1] = reserve(org, 30);
	assert_int_equal(reservation_expire_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 0);
	now = when_add(now, 3600);
	assert_int_equal(settle(&r[0], 0), ERR_CONFLICT);
	assert_int_equal(release(&r[0]), OK);	/* before the jobs */
	assert_int_equal(r[0].status, RESERVATION_EXPIRED);
	assert_int_equal(reservation_expire_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(release(&r[1]), OK);	/* after them */
	assert_int_equal(r[1].status, RESERVATION_EXPIRED);
	assert_balance(org, 100, 0);
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM event WHERE "
	    "type = 'token_reservation.expired' AND organization_id = %llu",
	    LLU(org)), 2);
	assert_clean();
}

static void
more_than_there_is_cannot_be_reserved(void **state)
{
	uint64_t org = new_organization();
	struct work w = { .org = org, .n = 1 };

	(void)state;
	assert_int_equal(in_tx(db, &w, reserve_run), ERR_FUNDS);
	buy(org, FOREVER, 1);
	w.n = 101;
	assert_int_equal(in_tx(db, &w, reserve_run), ERR_FUNDS);
	assert_balance(org, 100, 0);
	assert_clean();
}

static void
adjustments_go_up_and_down_but_not_below_zero(void **state)
{
	uint64_t org = new_organization();

	(void)state;
	assert_int_equal(adjust(org, -1), ERR_FUNDS);
	assert_int_equal(adjust(org, 50), OK);
	assert_last(org, "adjustment", 50, 50);
	assert_int_equal(adjust(org, -51), ERR_FUNDS);
	assert_int_equal(adjust(org, -50), OK);
	assert_last(org, "adjustment", -50, 0);
	assert_int_equal(adjust(org, INT64_C(9007199254740991)), OK);
	assert_int_equal(adjust(org, 1), ERR_OVERFLOW);
	assert_int_equal(adjust(org, -INT64_C(9007199254740991)), OK);
	assert_balance(org, 0, 0);
	assert_clean();
}

/* In the order in which they run out, then what never does. */
static void
lots_that_run_out_first_are_taken_first(void **state)
{
	uint64_t org = new_organization();
	uint64_t late = buy(org, YEAR, 1), soon = buy(org, MONTH, 1);
	struct reservation r;
	struct token_balance b;

	(void)state;
	buy(org, FOREVER, 1);
	b = balance(org);
	assert_int_equal(b.expiring.n, 2);
	assert_int_equal(((struct lot *)b.expiring.items)[0].expires_at.us,
	    when_add(now, MONTH * DAY).us);
	r = reserve(org, 150);
	assert_int_equal(in_lot(soon), 0);
	assert_int_equal(in_lot(late), 50);
	assert_int_equal(settle(&r, 70), OK);	/* of those that go first */
	assert_int_equal(in_lot(soon), 30);
	assert_int_equal(in_lot(late), 100);
	assert_int_equal(adjust(org, -40), OK);
	assert_int_equal(in_lot(soon), 0);
	assert_int_equal(in_lot(late), 90);
	r = reserve(org, 190);
	assert_int_equal(in_lot(late), 0);
	assert_balance(org, 0, 190);
	assert_int_equal(balance(org).expiring.n, 0);
	assert_int_equal(release(&r), OK);
	assert_int_equal(in_lot(late), 90);
	assert_int_equal(in_lot(soon), 0);
	assert_clean();
}

/* More than are read at once. */
static void
many_small_lots_are_taken_at_once(void **state)
{
	uint64_t org = new_organization(), last = 0;
	struct reservation r;

	(void)state;
	for (int i = 0; i < 120; i++)
		last = buy(org, MONTH, 1);
	r = reserve(org, 11950);
	assert_int_equal(in_lot(last), 50);
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM "
	    "reservation_lot WHERE reservation_id = %llu", LLU(r.id)), 120);
	assert_clean();
	assert_int_equal(release(&r), OK);
	assert_int_equal(test_number(root, "SELECT SUM(remaining) FROM "
	    "token_lot WHERE organization_id = %llu", LLU(org)), 12000);
	assert_clean();
}

static void
what_ran_out_is_gone_once(void **state)
{
	uint64_t org = new_organization();
	uint64_t soon = buy(org, MONTH, 1);

	(void)state;
	buy(org, FOREVER, 1);
	assert_int_equal(adjust(org, -30), OK);
	assert_balance(org, 170, 0);
	expire_lots(when_add(now, MONTH * DAY - 1));
	assert_int_equal(in_lot(soon), 70);
	assert_true(expire_lots(when_add(now, MONTH * DAY)) >= 1);
	assert_int_equal(in_lot(soon), 0);
	assert_balance(org, 100, 0);
	assert_last(org, "expiry", -70, 100);
	assert_int_equal(expire_lots(when_add(now, MONTH * DAY)), 0);
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM event WHERE "
	    "type = 'token_lot.expired' AND organization_id = %llu",
	    LLU(org)), 1);
	assert_clean();
}

static void
what_ran_out_while_it_was_held_goes_at_the_next_turn(void **state)
{
	uint64_t org = new_organization();
	uint64_t soon = buy(org, MONTH, 1);
	struct reservation r = reserve(org, 60);

	(void)state;
	expire_lots(when_add(now, (MONTH + 1) * DAY));
	assert_balance(org, 0, 60);
	assert_last(org, "expiry", -40, 0);
	assert_int_equal(settle(&r, 10), OK);
	assert_int_equal(in_lot(soon), 50);
	assert_balance(org, 50, 0);
	assert_clean();
	assert_int_equal(expire_lots(when_add(now, (MONTH + 1) * DAY)), 1);
	assert_balance(org, 0, 0);
	assert_last(org, "expiry", -50, 0);
	assert_clean();
}

static void
a_refund_takes_its_own_lot_first(void **state)
{
	uint64_t org = new_organization();
	uint64_t late = buy(org, YEAR, 3), soon = buy(org, MONTH, 1);

	(void)state;
	refund(late, 60);
	assert_int_equal(in_lot(late), 240);
	assert_int_equal(in_lot(soon), 100);
	assert_int_equal(adjust(org, -40), OK);
	assert_int_equal(in_lot(soon), 60);
	refund(late, 140);
	assert_int_equal(in_lot(late), 100);
	assert_int_equal(adjust(org, -70), OK);
	assert_int_equal(in_lot(soon), 0);
	assert_int_equal(in_lot(late), 90);
	assert_balance(org, 90, 0);
	buy(org, MONTH, 1);
	refund(late, 100);		/* 90 of its own, 10 of the other */
	assert_int_equal(in_lot(late), 0);
	assert_balance(org, 90, 0);
	refund(soon, 100);		/* spent: the rest is owed */
	assert_balance(org, 0, 0);
	assert_int_equal(balance(org).owed, 10);
	assert_clean();
}

/* A refund that failed, a dispute that was won. */
static void
what_a_refund_took_goes_back_to_its_lots(void **state)
{
	uint64_t org = new_organization();
	uint64_t late = buy(org, YEAR, 1), soon = buy(org, MONTH, 1), id;

	(void)state;
	undo_refund(refund(soon, 100));
	assert_int_equal(in_lot(soon), 100);
	assert_int_equal(adjust(org, -30), OK);		/* of the month's */
	id = refund(soon, 100);
	assert_int_equal(in_lot(soon), 0);
	assert_int_equal(in_lot(late), 70);
	assert_clean();
	undo_refund(id);
	assert_int_equal(in_lot(soon), 70);
	assert_int_equal(in_lot(late), 100);
	assert_balance(org, 170, 0);
	assert_clean();
	id = refund(soon, 100);
	assert_int_equal(adjust(org, -70), OK);
	refund(late, 40);		/* nothing is left: it is owed */
	undo_refund(id);		/* and paid of what comes again */
	assert_int_equal(balance(org).owed, 0);
	assert_int_equal(in_lot(soon), 30);
	assert_int_equal(in_lot(late), 30);
	assert_balance(org, 60, 0);
	assert_clean();
	id = refund(soon, 100);
	expire_lots(when_add(now, MONTH * DAY));
	undo_refund(id);		/* too late: it goes at the next turn */
	assert_int_equal(expire_lots(when_add(now, MONTH * DAY)), 1);
	assert_int_equal(in_lot(soon), 0);
	assert_balance(org, in_lot(late), 0);
	assert_clean();
}

static void
a_purchase_settles_a_debt_first(void **state)
{
	uint64_t org = new_organization();
	uint64_t first = buy(org, FOREVER, 3), lot;
	struct reservation r = reserve(org, 300);

	(void)state;
	assert_int_equal(settle(&r, 0), OK);
	refund(first, 100);
	assert_int_equal(balance(org).owed, 100);
	refund(first, 150);
	assert_int_equal(balance(org).owed, 250);
	buy(org, FOREVER, 1);		/* all of it, and more is owed */
	assert_int_equal(balance(org).owed, 150);
	assert_balance(org, 0, 0);
	assert_last(org, "purchase", 100, 100);
	assert_last(org, "refund", -100, 0);
	assert_clean();
	lot = buy(org, MONTH, 2);	/* the rest of the debt, and a lot */
	assert_int_equal(balance(org).owed, 0);
	assert_balance(org, 50, 0);
	assert_last(org, "purchase", 200, 200);
	assert_last(org, "refund", -150, 50);
	assert_int_equal(in_lot(lot), 50);
	buy(org, FOREVER, 1);
	assert_balance(org, 150, 0);
	assert_clean();
}

/* What was read before a transaction may be over when it runs. */
static void
a_debt_is_what_it_is_under_the_lock(void **state)
{
	uint64_t org = new_organization();
	uint64_t first = buy(org, FOREVER, 1);
	struct reservation r = reserve(org, 100);
	struct work w[3];

	(void)state;
	w[0] = begin_buying(org, FOREVER, 1);
	assert_int_equal(settle(&r, 0), OK);
	refund(first, 70);
	w[1] = begin_buying(org, FOREVER, 1);
	w[2] = begin_buying(org, FOREVER, 1);
	assert_int_equal(w[0].p.owed_before, 0);
	assert_int_equal(w[2].p.owed_before, -70);
	assert_int_equal(in_tx(db, &w[0], settle_payment), OK);
	assert_balance(org, 100, 0);	/* left for the next one */
	assert_int_equal(in_tx(db, &w[1], settle_payment), OK);
	assert_balance(org, 130, 0);
	assert_int_equal(in_tx(db, &w[2], settle_payment), OK);
	assert_balance(org, 230, 0);
	assert_int_equal(balance(org).owed, 0);
	assert_clean();
}

/* The hot path: neither a lock nor a lot where there is nothing to do. */
static void
a_plain_purchase_costs_no_more_statements(void **state)
{
	uint64_t org = new_organization(), before;
	struct work w;

	(void)state;
	buy(org, FOREVER, 1);
	w = begin_buying(org, FOREVER, 1);
	before = db_statements(db);
	assert_int_equal(in_tx(db, &w, settle_payment), OK);
	/* BEGIN, payment, sale, balance, journal, entries, tokens, event,
	 * COMMIT */
	assert_int_equal(db_statements(db) - before, 9);
}

#define CLIENTS 6

/* Everything on one balance, in a process of its own. */
static int
client(struct work *purchase, int number)
{
	const uint64_t org = purchase->org;
	struct db_conf conf = test_conf();
	struct db *own = db_new(&conf);
	struct arena a;
	int failed = 0;

	arena_init(&a);
	for (int i = 0; i < 12; i++) {
		struct work w = { .arena = &a, .org = org, .n = 7 + number };
		struct work x = { .arena = &a, .org = org, .n = -3 };
		uint64_t count;
		enum err e = in_tx(own, &w, reserve_run);

		w.n = i % 3;		/* all, or one, or two */
		if (e == OK)
			e = in_tx(own, &w, i % 2 == 0 ? settle_run :
			    release_run);
		failed += e != OK && e != ERR_FUNDS;
		e = in_tx(own, &x, adjust_run);
		failed += e != OK && e != ERR_FUNDS;
		failed += lot_expire_due(own, &a, when_add(now,
		    (MONTH + 1) * DAY), &count) != OK;
		arena_reset(&a);
		if (i == number)
			failed += in_tx(own, purchase, settle_payment) != OK;
	}
	db_free(own);
	arena_free(&a);
	return failed;
}

static void
many_at_once_never_take_too_much(void **state)
{
	uint64_t org = new_organization();
	struct work purchase[CLIENTS];
	pid_t pid[CLIENTS];

	(void)state;
	buy(org, MONTH, 1);
	buy(org, YEAR, 1);
	buy(org, FOREVER, 1);
	for (int i = 0; i < CLIENTS; i++)
		purchase[i] = begin_buying(org, i % 2 == 0 ? MONTH : YEAR, 1);
	for (int i = 0; i < CLIENTS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(client(&purchase[i], i));
	}
	for (int i = 0; i < 10; i++)	/* clean at any moment */
		assert_clean();
	test_wait(pid, CLIENTS);
	expire_lots(when_add(now, (MONTH + 1) * DAY));
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM token_lot "
	    "WHERE organization_id = %llu", LLU(org)), CLIENTS + 2);
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM token_lot "
	    "WHERE open = 1 AND organization_id = %llu AND expires_at < "
	    "created_at + INTERVAL 31 DAY", LLU(org)), 0);
	assert_int_equal(balance(org).reserved, 0);
	assert_int_equal(test_number(root, "SELECT MIN(balance_after) >= 0 "
	    "FROM token_transaction"), 1);
	assert_clean();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reservation_is_settled_in_part),
		cmocka_unit_test(a_reservation_is_settled_in_whole),
		cmocka_unit_test(a_reservation_is_released),
		cmocka_unit_test(a_reservation_whose_time_is_over),
		cmocka_unit_test(more_than_there_is_cannot_be_reserved),
		cmocka_unit_test(adjustments_go_up_and_down_but_not_below_zero),
		cmocka_unit_test(lots_that_run_out_first_are_taken_first),
		cmocka_unit_test(many_small_lots_are_taken_at_once),
		cmocka_unit_test(what_ran_out_is_gone_once),
		cmocka_unit_test(
		    what_ran_out_while_it_was_held_goes_at_the_next_turn),
		cmocka_unit_test(a_refund_takes_its_own_lot_first),
		cmocka_unit_test(what_a_refund_took_goes_back_to_its_lots),
		cmocka_unit_test(a_purchase_settles_a_debt_first),
		cmocka_unit_test(a_debt_is_what_it_is_under_the_lock),
		cmocka_unit_test(a_plain_purchase_costs_no_more_statements),
		cmocka_unit_test(many_at_once_never_take_too_much),
	};

	return cmocka_run_group_tests_name("token", tests,
	    token_world_start, ground_stop);
}
