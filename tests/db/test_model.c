/*
 * The model against a real database: what a payment sets in motion, once,
 * whoever calls and how often; clicks and whom a sign-up belongs to.
 */
#include "referral_world.h"

#include <unistd.h>

#include "ledger/ledger.h"
#include "model/referral/click.h"
#include "model/referral/earning.h"
#include "model/token/token.h"

static enum err
begin_checkout(struct db *d, void *arg)
{
	struct payment *p = arg;

	return checkout_of(d, &arena, world.buyer, p->quantity, p);
}

static struct payment
checkout(int64_t quantity)
{
	struct payment p = { .quantity = quantity }, read = { 0 };

	assert_int_equal(tx_run(db, &arena, begin_checkout, &p), OK);
	assert_int_equal(payment_by_token(db, &arena, p.token, &read), OK);
	return read;
}

struct settling {
	struct arena *arena;
	const struct payment *p;
};

static enum err
settle(struct db *d, void *arg)
{
	struct settling *s = arg;

	return payment_settle(d, s->arena, s->p, now);
}

static int64_t
available(void)
{
	int64_t v;

	assert_int_equal(ledger_balance(db, &arena, HOUSE_ID,
	    ACCOUNT_earnings_available, world.referrer.id, STR("USD"), &v,
	    NULL), OK);
	return v;
}

static void
a_payment_credits_tokens_and_pays_the_commission(void **state)
{
	struct payment p = checkout(3);
	struct settling s = { &arena, &p };
	struct token_balance t;
	int64_t before = available();

	(void)state;
	assert_int_equal(p.amount, 5997);
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	assert_int_equal(token_balance(db, &arena, world.buyer, &t), OK);
	assert_int_equal(t.available, 300);
	assert_int_equal(available() - before, 1199);	/* 20 % of 59.97 */
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "token_transaction WHERE balance_after = 300"), 1);
}

static void
settling_again_changes_nothing(void **state)
{
	struct payment p = checkout(1);
	struct settling s = { &arena, &p };
	int64_t journals, once;

	(void)state;
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	once = available();
	journals = test_number(beside, "SELECT COUNT(*) FROM journal");
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	assert_int_equal(available(), once);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM journal"),
	    journals);
}

#define CLIENTS 6

/* All settle the same two payments, over and over, in their own processes. */
static int
client(const struct payment *p)
{
	struct db_conf conf = test_conf();
	struct db *own = db_new(&conf);
	struct arena a;
	int failed = 0;

	arena_init(&a);
	for (int i = 0; i < 10; i++) {
		struct settling s = { &a, &p[i % 2] };

		if (tx_run(own, &a, settle, &s) != OK)
			failed++;
		arena_reset(&a);
	}
	db_free(own);
	arena_free(&a);
	return failed;
}

static void
many_at_once_settle_once(void **state)
{
	const struct payment p[] = { checkout(1), checkout(1) };
	int64_t before = available();
	pid_t pid[CLIENTS];

	(void)state;
	for (int i = 0; i < CLIENTS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(client(p));
	}
	test_wait(pid, CLIENTS);
	assert_int_equal(available() - before, 2 * 400);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM sale "
	    "WHERE payment_id IN (%llu, %llu)", (unsigned long long)p[0].id,
	    (unsigned long long)p[1].id), 2);
	assert_int_equal(test_number(beside,
	    "SELECT SUM(amount) FROM entry"), 0);
}

static enum err
overdraw(struct db *d, void *arg)
{
	struct posting line[] = {
		{ .organization_id = HOUSE_ID, .currency = TOKEN_CURRENCY,
		  .kind = ACCOUNT_provider_clearing, .amount = 1 },
		{ .organization_id = HOUSE_ID, .currency = TOKEN_CURRENCY,
		  .kind = ACCOUNT_revenue, .amount = -1 },
	};
	struct posting guarded = { .organization_id = world.buyer,
	    .kind = ACCOUNT_tokens_reserved, .currency = TOKEN_CURRENCY,
	    .amount = -1 };

	(void)arg;
	TRY(ledger_post(d, &arena, &(struct journal){
	    .organization_id = HOUSE_ID, .kind = JOURNAL_payment, .at = now },
	    line, LEN(line), NULL));
	return db_exec(d, Q_ACCOUNT_MOVE, ARGS(guarded.amount,
	    world.buyer, LABEL(account_labels, ACCOUNT_tokens_available),
	    INT64_C(0), STR("TOK")), NULL, NULL);
}

static void
a_guarded_balance_never_goes_below_zero(void **state)
{
	int64_t journals = test_number(beside, "SELECT COUNT(*) FROM journal");

	(void)state;
	test_sql(beside, "UPDATE account SET balance = 0 WHERE kind = "
	    "'tokens_available' AND organization_id = %llu",
	    (unsigned long long)world.buyer);
	assert_int_equal(tx_run(db, &arena, overdraw, NULL), ERR_FUNDS);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM journal"),
	    journals);
}

static void
a_visitor_is_unique_once(void **state)
{
	const struct click one = { .placement_id = world.placement.id,
	    .referrer_id = world.placement.referrer_id,
	    .source = STR("direct") };
	struct click c[3] = { one, one, one };
	struct placement p;

	(void)state;
	c[2].bot = true;
	c[0].visitor[0] = c[1].visitor[0] = 7;
	assert_int_equal(click_store(db, &arena, c, 3, now), OK);
	assert_true(c[0].first);
	assert_false(c[1].first);
	/* The same visitor again, whose cookie nobody looked at. */
	assert_int_equal(click_store(db, &arena, c, 1, now), OK);
	assert_false(c[0].first);
	assert_int_equal(placement_get(db, &arena, world.referrer_org,
	    world.placement.id, &p), OK);
	assert_int_equal(p.clicks, 3);
	assert_int_equal(p.unique_clicks, 1);
	assert_int_equal(p.bot_clicks, 1);
}

static enum err
end(struct db *d, void *arg)
{
	(void)arg;
	return placement_end(d, &arena, &(struct actor){ world.referrer_org, 1,
	    now }, world.placement.id);
}

static void
an_ended_placement_attributes_nothing_and_keeps_earning(void **state)
{
	struct payment p = checkout(1);
	struct settling s = { &arena, &p };
	int64_t before = available();
	struct origin origin;

	(void)state;
	assert_int_equal(tx_run(db, &arena, end, NULL), OK);
	assert_int_equal(tx_run(db, &arena, end, NULL), OK);
	assert_int_equal(referral_attribute(db, &arena, world.placement.code,
	    STR_NULL, now, &origin), OK);
	assert_int_equal(origin.id, 0);
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	assert_int_equal(available() - before, 400);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM event WHERE "
	    "type = 'referrer_campaign.ended'"), 1);
}

static void
a_hold_is_released_once(void **state)
{
	struct payment p = checkout(1);
	struct settling s = { &arena, &p };
	int64_t before = available();
	uint64_t count;

	(void)state;
	test_settings.hold_days = 5;
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	test_settings.hold_days = 0;
	assert_int_equal(available(), before);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 0);
	now = when_add(now, 5 * 86400);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(available() - before, 400);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 0);
}

static void
sessions_expire_and_a_late_payment_still_counts(void **state)
{
	struct payment p = checkout(1), read = { 0 };
	struct settling s = { &arena, &p };
	uint64_t count;

	(void)state;
	assert_int_equal(payment_expire_due(db, &arena, when_add(now, 3600),
	    &count), OK);
	assert_true(count >= 1);
	assert_int_equal(payment_by_token(db, &arena, p.token, &read), OK);
	assert_int_equal(read.status, PAYMENT_EXPIRED);
	assert_int_equal(tx_run(db, &arena, settle, &s), OK);
	assert_int_equal(payment_by_token(db, &arena, p.token, &read), OK);
	assert_int_equal(read.payment_status, PAYMENT_PAID);
	assert_int_equal(read.status, PAYMENT_COMPLETE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_payment_credits_tokens_and_pays_the_commission),
		cmocka_unit_test(settling_again_changes_nothing),
		cmocka_unit_test(many_at_once_settle_once),
		cmocka_unit_test(a_visitor_is_unique_once),
		cmocka_unit_test(
		    an_ended_placement_attributes_nothing_and_keeps_earning),
		cmocka_unit_test(a_hold_is_released_once),
		cmocka_unit_test(
		    sessions_expire_and_a_late_payment_still_counts),
		cmocka_unit_test(a_guarded_balance_never_goes_below_zero),
	};

	return cmocka_run_group_tests_name("model", tests,
	    referral_world_start, ground_stop);
}
