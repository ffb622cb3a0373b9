/* What can be done with tokens, by the model, each in a transaction. */
#include "token_world.h"

#include "model/token/adjustment.h"
#include "model/people/organization.h"
#include "model/payment/refund.h"
#include "base/banned.h"

#define TOKEN_PRICE 20

static struct settings test_settings = {
	.public_url = { "https://localhost", 17 }, .checkout_minutes = 30,
};

static uint64_t user, product;	/* of 100 tokens */

static enum err
make_world(struct db *d, void *arg)
{
	struct money_of price = { STR("USD"), 100 * TOKEN_PRICE };
	struct product p = { .name = STR("Tokens"), .tokens = 100,
	    .description = STR(""), .prices = { &price, 1 } };

	(void)arg;
	TRY(user_create(d, STR("a@example.com"), STR("A"), STR("x"), now,
	    &user));
	TRY(product_create(d, now, &p));
	product = p.id;
	return OK;
}

int
token_world_start(void **state)
{
	(void)state;
	ground_start(&test_settings);
	assert_int_equal(tx_run(db, &arena, make_world, NULL), OK);
	return 0;
}

static enum err
run(struct db *d, void *arg)
{
	struct work *w = arg;

	return w->run(d, w);
}

enum err
in_tx(struct db *d, struct work *w, enum err (*fn)(struct db *, struct work *))
{
	w->run = fn;
	if (w->now.us == 0)
		w->now = now;
	if (w->arena == NULL)
		w->arena = &arena;
	return tx_run(d, w->arena, run, w);
}

static enum err
organization(struct db *d, struct work *w)
{
	struct organization o = { .name = STR("Buyer") };

	TRY(organization_create(d, w->arena, user, w->now, &o));
	w->org = o.id;
	return OK;
}

uint64_t
new_organization(void)
{
	struct work w = { 0 };

	assert_int_equal(in_tx(db, &w, organization), OK);
	return w.org;
}

static enum err
checkout(struct db *d, struct work *w)
{
	w->p = (struct payment){ .product_id = product, .quantity = w->n,
	    .success_url = STR("https://a.example/"),
	    .cancel_url = STR("https://b.example/") };
	return payment_create(d, w->arena, &(struct actor){ w->org, user,
	    w->now }, &w->p);
}

enum err
settle_payment(struct db *d, struct work *w)
{
	return payment_settle(d, w->arena, &w->p, w->now);
}

/* A payment as it is read before its transaction. */
struct work
begin_buying(uint64_t org, enum valid days, int64_t quantity)
{
	struct work w = { .org = org, .n = quantity };
	struct payment read = { 0 };

	test_sql(root, "UPDATE product SET valid_days = NULLIF(%d, 0)",
	    (int)days);
	assert_int_equal(in_tx(db, &w, checkout), OK);
	assert_int_equal(payment_by_token(db, &arena, w.p.token, &read), OK);
	w.p = read;
	return w;
}

/* The id of the payment. */
uint64_t
buy(uint64_t org, enum valid days, int64_t quantity)
{
	struct work w = begin_buying(org, days, quantity);

	assert_int_equal(in_tx(db, &w, settle_payment), OK);
	return w.p.id;
}

enum err
reserve_run(struct db *d, struct work *w)
{
	w->r = (struct reservation){ .amount = w->n,
	    .expires_at = when_add(w->now, 3600) };
	return reservation_create(d, w->arena, &(struct actor){ w->org, user,
	    w->now }, &w->r);
}

struct reservation
reserve(uint64_t org, int64_t n)
{
	struct work w = { .org = org, .n = n };

	assert_int_equal(in_tx(db, &w, reserve_run), OK);
	return w.r;
}

enum err
settle_run(struct db *d, struct work *w)
{
	return reservation_settle(d, w->arena, &(struct actor){
	    w->r.organization_id, user, w->now }, w->n, &w->r);
}

enum err
settle(struct reservation *r, int64_t n)
{
	struct work w = { .r = *r, .n = n };
	enum err e = in_tx(db, &w, settle_run);

	*r = w.r;
	return e;
}

enum err
release_run(struct db *d, struct work *w)
{
	return reservation_release(d, w->arena, &(struct actor){
	    w->r.organization_id, user, w->now }, &w->r);
}

enum err
release(struct reservation *r)
{
	struct work w = { .r = *r };
	enum err e = in_tx(db, &w, release_run);

	*r = w.r;
	return e;
}

enum err
adjust_run(struct db *d, struct work *w)
{
	struct adjustment t = { .organization_id = w->org, .amount = w->n,
	    .reason = STR("because") };

	return adjustment_create(d, w->arena, &(struct actor){ HOUSE_ID, user,
	    w->now }, &t);
}

enum err
adjust(uint64_t org, int64_t n)
{
	struct work w = { .org = org, .n = n };

	return in_tx(db, &w, adjust_run);
}

static enum err
refund_run(struct db *d, struct work *w)
{
	struct refund r = { .payment_id = w->id, .amount = w->n * TOKEN_PRICE,
	    .reference = str_printf(w->arena, "refund %lld",
	    (long long)clock_monotonic_us()) };

	TRY(refund_told(d, w->arena, w->now, &r));
	w->id = r.id;
	return OK;
}

uint64_t
refund(uint64_t payment, int64_t n)
{
	struct work w = { .id = payment, .n = n };

	assert_int_equal(in_tx(db, &w, refund_run), OK);
	return w.id;
}

static enum err
undo_run(struct db *d, struct work *w)
{
	return refund_failed(d, w->arena, w->id, w->now);
}

void
undo_refund(uint64_t id)
{
	struct work w = { .id = id };

	assert_int_equal(in_tx(db, &w, undo_run), OK);
}
