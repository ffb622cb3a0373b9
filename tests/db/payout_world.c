/* Payouts and what is done to them, one call of the model each. */
#include "payout_world.h"

#include "model/payment/refund.h"
#include "model/payout/actions.h"
#include "model/referral/commission_actions.h"

#include "base/banned.h"

struct actor
house(void)
{
	return (struct actor){ HOUSE_ID, world.user, now };
}

static enum err
buy(struct db *d, struct act *t)
{
	struct payment read = { 0 };

	TRY(checkout_of(d, &arena, world.buyer, t->amount, &t->payment));
	TRY(payment_by_token(d, &arena, t->payment.token, &read));
	return payment_settle(d, &arena, &read, now);
}

static enum err
give_back(struct db *d, const struct act *t)
{
	struct refund r = { .payment_id = t->id, .amount = t->amount,
	    .kind = REFUND_REFUND };

	TRY(refund_request(d, &arena, now, &r));
	return refund_done(d, &arena, r.id, STR_NULL, now);
}

static enum err
month(struct db *d, struct act *t)
{
	const struct actor who = house();

	return payout_make(d, &arena, &who, &(struct payout_making){
	    .organization_id = HOUSE_ID, .referrer_id = world.referrer.id,
	    .currency = STR("USD"), .end = t->end, .due = t->end,
	    .least_amount = t->amount }, &t->made);
}

static enum err
item_of(struct db *d, const struct batch_action *action, struct act *t)
{
	const struct actor who = house();
	struct batch_item item = { .id = t->id };

	TRY(action->run(d, &arena, &who, NULL, &item, 1));
	t->result = item.result;
	return OK;
}

static enum err
run_method(struct db *d, struct act *t)
{
	const struct actor who = house();
	struct payout_method was = { 0 };

	t->method.id = t->id;
	t->method.referrer_id = world.referrer.id;
	t->method.details = STR("{}");
	if (t->what == SAY)
		return method_create(d, &arena, &who, &t->method);
	if (t->what != CHANGE)
		return method_delete(d, &arena, &who, 0, t->id);
	TRY(method_lock(d, &arena, &who, t->method.referrer_id, t->id, &was));
	return method_update(d, &arena, &who, &was, &t->method);
}

static enum err
run_batch(struct db *d, struct act *t)
{
	const struct actor who = house();

	if (t->what == TOGETHER)
		return payments_create(d, &arena, &who, t->method.method,
		    &t->batch);
	return t->what == CONFIRM ? payments_pay(d, &arena, &who, t->id,
	    &t->batch) : payments_delete(d, &arena, &who, t->id);
}

static enum err
run_act(struct db *d, void *arg)
{
	const struct actor who = house();
	const struct actor referrer = { world.referrer_org, world.user, now };
	struct act *t = arg;

	switch (t->what) {
	case BUY:
		return buy(d, t);
	case REFUND:
		return give_back(d, t);
	case WITHDRAW:
		t->withdrawal = (struct withdrawal){ .amount = t->amount,
		    .currency = STR("USD") };
		return withdrawal_request(d, &arena, &referrer,
		    &t->withdrawal);
	case APPROVE:
		return withdrawal_approve(d, &arena, &who, t->id,
		    &t->withdrawal);
	case REFUSE:
		return withdrawal_refuse(d, &arena, &who, t->id, STR("No"),
		    &t->withdrawal);
	case MONTH:
		return month(d, t);
	case CHOSEN:
		return item_of(d, &commission_pay_out, t);
	case PAID:
		return item_of(d, &payout_mark_paid, t);
	case UNPAID:
		return item_of(d, &payout_mark_unpaid, t);
	case DESTROY:
		return item_of(d, &payout_destroy, t);
	case DENY:
		return item_of(d, &commission_deny, t);
	case ERASE:
		return item_of(d, &commission_destroy, t);
	case SAY:
	case CHANGE:
	case FORGET:
		return run_method(d, t);
	case TOGETHER:
	case CONFIRM:
	case GIVE_UP:
		return run_batch(d, t);
	case ACTS:
		break;
	}
	return ERR_INTERNAL;
}

enum err
try(struct act *t)
{
	t->result = OK;
	t->made = 0;
	enum err e = tx_run(db, &arena, run_act, t);

	return e != OK ? e : t->result;
}

enum err
act(enum what what, uint64_t id, int64_t amount)
{
	struct act t = { .what = what, .id = id, .amount = amount };

	return try(&t);
}

uint64_t
bought(int64_t quantity)
{
	struct act t = { .what = BUY, .amount = quantity };

	assert_int_equal(try(&t), OK);
	return t.payment.id;
}

uint64_t
made_until(struct day end)
{
	struct act t = { .what = MONTH, .end = end };

	assert_int_equal(try(&t), OK);
	return t.made;
}

int64_t
of_payout(uint64_t id, const char *column)
{
	return test_number(beside, "SELECT %s FROM payout WHERE id = %" PRIu64,
	    column, id);
}

uint64_t
commission_of(uint64_t payment)
{
	return (uint64_t)test_number(beside, "SELECT e.id FROM earning e"
	    " JOIN sale s ON s.id = e.sale_id WHERE s.payment_id = %" PRIu64
	    " AND e.type = 'commission' AND e.refund_id = 0", payment);
}

uint64_t
last_payout(void)
{
	return (uint64_t)test_number(beside, "SELECT MAX(id) FROM payout");
}
