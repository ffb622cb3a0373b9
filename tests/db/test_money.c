/*
 * Money that goes back and money that is taken out: refunds, disputes, held
 * commissions, withdrawals; one by one, then thousands at random, with a proof
 * of the books after each lot.
 */
#include "referral_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "ledger/ledger.h"
#include "model/referral/earning.h"
#include "model/payment/refund.h"
#include "model/referral/withdrawal.h"

static struct actor
house(void)
{
	return (struct actor){ HOUSE_ID, world.user, now };
}

/* One call of the model in a transaction of its own. */
struct call {
	enum { BUY, ASK, DONE, FAILED, TOLD, WITHDRAW, APPROVE, REFUSE, PAY,
		LET_GO, TAKE_BACK } what;
	uint64_t id;
	int64_t amount;
	struct str text;
	struct payment payment;		/* BUY */
	struct refund refund;
	struct withdrawal withdrawal;
	struct held held;
};

static enum err
buy(struct db *d, struct call *c)
{
	struct payment read = { 0 };

	TRY(checkout_of(d, &arena, world.buyer, c->amount, &c->payment));
	TRY(payment_by_token(d, &arena, c->payment.token, &read));
	return payment_settle(d, &arena, &read, now);
}

static enum err
run_call(struct db *d, void *arg)
{
	const struct actor who = house();
	const struct actor referrer = { world.referrer_org, world.user, now };
	struct call *c = arg;

	switch (c->what) {
	case BUY:
		return buy(d, c);
	case ASK:
		c->refund = (struct refund){ .payment_id = c->id,
		    .amount = c->amount, .kind = REFUND_REFUND };
		return refund_request(d, &arena, now, &c->refund);
	case DONE:
		return refund_done(d, &arena, c->id, c->text, now);
	case FAILED:
		return refund_failed(d, &arena, c->id, now);
	case TOLD:
		c->refund = (struct refund){ .payment_id = c->id,
		    .amount = c->amount, .kind = REFUND_DISPUTE,
		    .reference = c->text };
		return refund_told(d, &arena, now, &c->refund);
	case WITHDRAW:
		c->withdrawal = (struct withdrawal){ .amount = c->amount,
		    .currency = STR("USD") };
		return withdrawal_request(d, &arena, &referrer,
		    &c->withdrawal);
	case APPROVE:
		return withdrawal_approve(d, &arena, &who, c->id,
		    &c->withdrawal);
	case REFUSE:
		return withdrawal_refuse(d, &arena, &who, c->id, STR("No"),
		    &c->withdrawal);
	case PAY:
		return withdrawal_paid(d, &arena, &who, c->id, c->text,
		    &c->withdrawal);
	case LET_GO:
		return earning_let_go(d, &arena, &who, c->id, &c->held);
	case TAKE_BACK:
		return earning_refuse(d, &arena, &who, c->id, &c->held);
	}
	return ERR_INTERNAL;
}

static enum err
call(struct call *c)
{
	return tx_run(db, &arena, run_call, c);
}

static uint64_t
bought(int64_t quantity)
{
	struct call c = { .what = BUY, .amount = quantity };

	assert_int_equal(call(&c), OK);
	return c.payment.id;
}

static enum err
step(int what, uint64_t id, int64_t amount, struct str text)
{
	struct call c = { .id = id, .amount = amount, .text = text };

	c.what = what;
	return call(&c);
}

/* Asked for and done at once. */
static uint64_t
refunded(uint64_t payment, int64_t amount)
{
	struct call c = { .what = ASK, .id = payment, .amount = amount };

	assert_int_equal(call(&c), OK);
	assert_int_equal(step(DONE, c.refund.id, 0, STR_NULL), OK);
	return c.refund.id;
}

static int64_t
balance(enum account_kind kind)
{
	bool tokens = kind >= ACCOUNT_tokens_issued;
	int64_t v;

	assert_int_equal(ledger_balance(db, &arena,
	    tokens ? world.buyer : HOUSE_ID, kind,
	    tokens ? 0 : world.referrer.id, tokens ? STR("TOK") : STR("USD"),
	    &v, NULL), OK);
	return v;
}

static void
a_commission_goes_back_to_the_cent(void **state)
{
	int64_t before = balance(ACCOUNT_earnings_available), sum = 0;
	uint64_t payment = bought(1);		/* 19.99: 4.00 */
	const struct {
		int64_t refund, left, tokens;
	} cases[] = {
		/* 399.8 rounds to 400; of it 1/1999, 1000/1999, ... is back */
		{ 1, 400, 100 }, { 999, 200, 50 }, { 1, 200, 50 },
		{ 997, 0, 0 }, { 1, 0, 0 },
	};
	int64_t tokens = balance(ACCOUNT_tokens_available) - 100;

	(void)state;
	assert_int_equal(balance(ACCOUNT_earnings_available) - before, 400);
	for (size_t i = 0; i < LEN(cases); i++) {
		refunded(payment, cases[i].refund);
		sum += cases[i].refund;
		assert_int_equal(balance(ACCOUNT_earnings_available) - before,
		    cases[i].left);
		assert_int_equal(balance(ACCOUNT_tokens_available) - tokens,
		    cases[i].tokens);
	}
	assert_int_equal(sum, 1999);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM earning e"
	    " JOIN sale s ON s.id = e.sale_id WHERE s.payment_id = %" PRIu64
	    " AND e.status <> 'reversed'", payment), 0);
	assert_int_equal(step(ASK, payment, 1, STR_NULL), ERR_FUNDS);
	assert_clean();
}

/* As another sale of his does, by its foreign key. */
static void
a_sale_leaves_the_customers_row_to_others(void **state)
{
	(void)state;
	bought(1);
	test_sql(beside, "START TRANSACTION");
	test_sql(beside, "SELECT id FROM referral LOCK IN SHARE MODE");
	bought(1);
	test_sql(beside, "ROLLBACK");
}

static int
buy_beside(void)
{
	struct db_conf conf = test_conf();
	struct call c = { .what = BUY, .amount = 1 };

	db = db_new(&conf);
	return call(&c) != OK;
}

/* As a refund does: the buyer's tokens before what the referrer earns. */
static void
a_payment_takes_the_houses_accounts_last(void **state)
{
	pid_t pid;

	(void)state;
	bought(1);
	test_sql(beside, "START TRANSACTION");
	test_sql(beside, "SELECT id FROM account WHERE organization_id ="
	    " %" PRIu64 " AND kind = 'tokens_available' AND owner_id = 0"
	    " AND currency = 'TOK' FOR UPDATE", world.buyer);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(buy_beside());
	while (test_number(beside, "SELECT COUNT(*) FROM"
	    " information_schema.PROCESSLIST WHERE STATE = 'Updating'"
	    " AND INFO LIKE 'UPDATE account%%'") == 0)
		usleep(20000);
	test_sql(beside, "SELECT id FROM account WHERE organization_id = 1"
	    " AND kind = 'earnings_available' AND owner_id = %" PRIu64
	    " AND currency = 'USD' FOR UPDATE NOWAIT", world.referrer.id);
	test_sql(beside, "ROLLBACK");
	test_wait(&pid, 1);
	assert_clean();
}

static void
a_refund_happens_once(void **state)
{
	uint64_t payment = bought(2), refund = refunded(payment, 1000);
	int64_t before = balance(ACCOUNT_earnings_available);

	(void)state;
	assert_int_equal(step(DONE, refund, 0, STR("re_1")), OK);
	assert_int_equal(step(TOLD, payment, 500, STR("dp_1")), OK);
	assert_int_equal(step(TOLD, payment, 500, STR("dp_1")), OK);
	assert_int_equal(test_number(beside, "SELECT refunded_amount FROM"
	    " payment WHERE id = %" PRIu64, payment), 1500);
	assert_int_equal(balance(ACCOUNT_earnings_available), before - 100);
	assert_int_equal(step(TOLD, payment, 3000, STR("dp_2")), ERR_FUNDS);
	assert_clean();
}

static void
what_failed_is_given_again(void **state)
{
	int64_t before = balance(ACCOUNT_earnings_available);
	uint64_t payment = bought(1);
	int64_t tokens = balance(ACCOUNT_tokens_available);
	struct call asked = { .what = ASK, .id = payment, .amount = 700 };
	uint64_t all;

	(void)state;
	assert_int_equal(call(&asked), OK);
	assert_int_equal(step(ASK, payment, 1300, STR_NULL), ERR_FUNDS);
	assert_int_equal(step(FAILED, asked.refund.id, 0, STR_NULL), OK);
	assert_int_equal(step(FAILED, asked.refund.id, 0, STR_NULL), OK);
	assert_int_equal(step(DONE, asked.refund.id, 0, STR_NULL), OK);
	assert_int_equal(balance(ACCOUNT_earnings_available), before + 400);
	all = refunded(payment, 1999);
	assert_int_equal(balance(ACCOUNT_earnings_available), before);
	assert_int_equal(step(FAILED, all, 0, STR_NULL), OK);
	assert_int_equal(step(FAILED, all, 0, STR_NULL), OK);
	assert_int_equal(balance(ACCOUNT_earnings_available), before + 400);
	assert_int_equal(balance(ACCOUNT_tokens_available), tokens);
	assert_clean();
}

static void
an_unpaid_payment_has_no_refund(void **state)
{
	uint64_t payment = bought(1);

	(void)state;
	test_sql(beside, "UPDATE payment SET payment_status = 'unpaid'"
	    " WHERE id = %" PRIu64, payment);
	assert_int_equal(step(ASK, payment, 1, STR_NULL), ERR_CONFLICT);
	assert_int_equal(step(ASK, 99999999, 1, STR_NULL), ERR_CONFLICT);
	test_sql(beside, "UPDATE payment SET payment_status = 'paid'"
	    " WHERE id = %" PRIu64, payment);
}

static void
a_withdrawal_never_takes_more_than_there_is(void **state)
{
	int64_t there = balance(ACCOUNT_earnings_available);
	struct call c = { .what = WITHDRAW, .amount = there };
	uint64_t first;

	(void)state;
	assert_true(there > 100);
	assert_int_equal(step(WITHDRAW, 0, there + 1, STR_NULL), ERR_FUNDS);
	assert_int_equal(call(&c), OK);
	first = c.withdrawal.id;
	assert_int_equal(step(WITHDRAW, 0, 1, STR_NULL), ERR_FUNDS);
	assert_int_equal(balance(ACCOUNT_earnings_requested), there);
	assert_int_equal(step(PAY, first, 0, STR("r1")), ERR_CONFLICT);
	assert_int_equal(step(REFUSE, first, 0, STR_NULL), OK);
	assert_int_equal(step(REFUSE, first, 0, STR_NULL), OK);
	assert_int_equal(step(APPROVE, first, 0, STR_NULL), ERR_CONFLICT);
	assert_int_equal(balance(ACCOUNT_earnings_available), there);
	c.amount = 60;
	assert_int_equal(call(&c), OK);
	first = c.withdrawal.id;
	assert_int_equal(step(APPROVE, first, 0, STR_NULL), OK);
	assert_int_equal(step(APPROVE, first, 0, STR_NULL), OK);
	assert_int_equal(step(PAY, first, 0, STR("r1")), OK);
	assert_int_equal(step(PAY, first, 0, STR("r1")), OK);
	assert_int_equal(step(PAY, first, 0, STR("r2")), ERR_CONFLICT);
	assert_int_equal(step(REFUSE, first, 0, STR_NULL), ERR_CONFLICT);
	assert_int_equal(call(&c), OK);
	assert_int_equal(step(APPROVE, c.withdrawal.id, 0, STR_NULL), OK);
	assert_int_equal(step(PAY, c.withdrawal.id, 0, STR("r1")),
	    ERR_REFERENCE_TAKEN);
	assert_int_equal(step(APPROVE, 99999999, 0, STR_NULL), ERR_NOT_FOUND);
	assert_int_equal(balance(ACCOUNT_earnings_paid), 60);
	test_settings.least_withdrawal = 100;
	assert_int_equal(step(WITHDRAW, 0, 99, STR_NULL), ERR_LIMIT);
	test_settings.least_withdrawal = 0;
	assert_clean();
}

static void
a_balance_below_zero_is_carried_over(void **state)
{
	uint64_t payment = bought(10);
	int64_t there = balance(ACCOUNT_earnings_available);

	(void)state;
	assert_int_equal(step(WITHDRAW, 0, there, STR_NULL), OK);
	refunded(payment, 19990);
	assert_int_equal(balance(ACCOUNT_earnings_available), -3998);
	assert_int_equal(step(WITHDRAW, 0, 1, STR_NULL), ERR_FUNDS);
	bought(5);
	assert_int_equal(step(WITHDRAW, 0, 1, STR_NULL), ERR_FUNDS);
	bought(6);
	assert_int_equal(balance(ACCOUNT_earnings_available), 400);
	assert_clean();
}

static uint64_t
last_commission(void)
{
	return (uint64_t)test_number(beside, "SELECT MAX(id) FROM earning"
	    " WHERE type = 'commission' AND refund_id = 0");
}

static void
what_looks_wrong_waits_for_the_house(void **state)
{
	int64_t there = balance(ACCOUNT_earnings_available);
	uint64_t payment, earning, count;

	(void)state;
	test_sql(beside, "UPDATE referral SET checks = 2");
	test_settings.hold_checked = true;
	payment = bought(1);
	earning = last_commission();
	assert_int_equal(balance(ACCOUNT_earnings_available), there);
	assert_int_equal(balance(ACCOUNT_earnings_pending), 400);
	now = when_add(now, 86400);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 0);
	refunded(payment, 1000);
	assert_int_equal(balance(ACCOUNT_earnings_pending), 200);
	assert_int_equal(step(LET_GO, earning, 0, STR_NULL), OK);
	assert_int_equal(step(LET_GO, earning, 0, STR_NULL), OK);
	assert_int_equal(step(TAKE_BACK, earning, 0, STR_NULL), ERR_CONFLICT);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(balance(ACCOUNT_earnings_available), there + 200);
	payment = bought(1);
	earning = last_commission();
	refunded(payment, 500);
	assert_int_equal(step(TAKE_BACK, earning, 0, STR_NULL), OK);
	assert_int_equal(step(TAKE_BACK, earning, 0, STR_NULL), OK);
	assert_int_equal(step(LET_GO, earning, 0, STR_NULL), ERR_CONFLICT);
	assert_int_equal(step(FAILED, refunded(payment, 300), 0, STR_NULL), OK);
	assert_int_equal(balance(ACCOUNT_earnings_pending), 0);
	test_settings.hold_checked = false;
	test_sql(beside, "UPDATE referral SET checks = 0");
	assert_clean();
}

/* A refund's row never stays behind, to be met by the next refund. */
static void
a_commission_is_released_as_a_whole(void **state)
{
	int64_t there = balance(ACCOUNT_earnings_available);
	uint64_t payment, count;

	(void)state;
	test_settings.hold_days = 1;
	payment = bought(1);
	test_settings.hold_days = 0;
	refunded(payment, 500);
	test_sql(root, "UPDATE earning SET available_at = available_at"
	    " + INTERVAL 1 HOUR WHERE type = 'reversal'"
	    " ORDER BY id DESC LIMIT 1");
	now = when_add(now, 86400);
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(balance(ACCOUNT_earnings_available), there + 300);
	refunded(payment, 1499);
	assert_int_equal(balance(ACCOUNT_earnings_available), there);
	assert_int_equal(balance(ACCOUNT_earnings_pending), 0);
	assert_clean();
}

/* Two withdrawals whose states are exchanged make up the same balances. */
static void
a_withdrawal_is_booked_as_it_says(void **state)
{
	struct call c = { .what = WITHDRAW, .amount = 50 };
	uint64_t first, second;

	(void)state;
	bought(1);
	assert_int_equal(call(&c), OK);
	first = c.withdrawal.id;
	assert_int_equal(call(&c), OK);
	second = c.withdrawal.id;
	assert_int_equal(step(REFUSE, second, 0, STR_NULL), OK);
	assert_clean();
	test_sql(beside, "UPDATE earning SET status = IF(id = %" PRIu64
	    ", 'refused', 'requested') WHERE id IN (%" PRIu64 ", %" PRIu64 ")",
	    first, first, second);
	assert_found("was not booked as: earned USD -50 is not 0");
	test_sql(beside, "UPDATE earning SET status = IF(id = %" PRIu64
	    ", 'requested', 'refused') WHERE id IN (%" PRIu64 ", %" PRIu64 ")",
	    first, first, second);
	test_sql(beside, "UPDATE withdrawal SET reason = NULL WHERE earning_id"
	    " = %" PRIu64, second);
	assert_found("is no withdrawal, or not as it says: refused");
	test_sql(beside, "UPDATE withdrawal SET reason = 'No', status ="
	    " 'requested' WHERE earning_id = %" PRIu64, second);
	assert_found("is no withdrawal, or not as it says: refused");
	test_sql(beside, "UPDATE withdrawal SET status = 'refused' WHERE"
	    " earning_id = %" PRIu64, second);
	assert_clean();
}

#define PAYMENTS 12
#define OPERATIONS 600

static uint64_t
some(const char *what)
{
	return (uint64_t)test_number(beside, "SELECT COALESCE((SELECT id FROM"
	    " %s ORDER BY RAND(%d) LIMIT 1), 0)", what, rand());
}

static void
at_random(struct call *c, int64_t i)
{
	char *text = arena_alloc(&arena, 32);

	snprintf(text, 32, "ref_%lld", (long long)i);
	c->text = str_of(text);
	c->what = (int)(rand() % (PAY + 1));
	c->amount = rand() % 1500 + 1;
	switch (c->what) {
	case BUY:
		c->amount = rand() % 3 + 1;
		break;
	case ASK:
	case TOLD:
		c->id = some("payment");
		break;
	case DONE:
	case FAILED:
		c->id = some("refund");
		break;
	default:
		c->id = some("withdrawal w JOIN (SELECT earning_id AS id"
		    " FROM withdrawal) x ON x.id = w.earning_id");
	}
}

static void
the_books_are_clean_after_anything(void **state)
{
	int counts[PAY + 1] = { 0 };
	const char *seed = getenv("AFFILIATED_TEST_SEED");

	(void)state;
	srand(seed != NULL ? (unsigned)atoi(seed) : 1);
	for (int i = 0; i < PAYMENTS; i++)
		bought(i % 3 + 1);
	for (int i = 0; i < OPERATIONS; i++) {
		struct call c = { .what = BUY };

		test_settings.hold_days = rand() % 4 == 0;
		at_random(&c, i);
		switch (call(&c)) {
		case OK:
			counts[c.what]++;
			break;
		case ERR_FUNDS:
		case ERR_CONFLICT:
		case ERR_NOT_FOUND:
			break;
		default:
			fail_msg("operation %d of kind %d", i, (int)c.what);
		}
		if (i % 100 == 99) {
			uint64_t count;

			now = when_add(now, 43200);
			assert_int_equal(earning_release_due(db, &arena, now,
			    &count), OK);
			assert_clean();
		}
	}
	test_settings.hold_days = 0;
	for (size_t i = 0; i < LEN(counts); i++)
		assert_true(counts[i] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commission_goes_back_to_the_cent),
		cmocka_unit_test(a_sale_leaves_the_customers_row_to_others),
		cmocka_unit_test(a_payment_takes_the_houses_accounts_last),
		cmocka_unit_test(a_refund_happens_once),
		cmocka_unit_test(what_failed_is_given_again),
		cmocka_unit_test(an_unpaid_payment_has_no_refund),
		cmocka_unit_test(a_withdrawal_never_takes_more_than_there_is),
		cmocka_unit_test(a_balance_below_zero_is_carried_over),
		cmocka_unit_test(what_looks_wrong_waits_for_the_house),
		cmocka_unit_test(a_commission_is_released_as_a_whole),
		cmocka_unit_test(a_withdrawal_is_booked_as_it_says),
		cmocka_unit_test(the_books_are_clean_after_anything),
	};

	return cmocka_run_group_tests_name("money", tests,
	    referral_world_start, ground_stop);
}
