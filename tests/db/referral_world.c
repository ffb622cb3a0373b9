/* The world of referrals, by the model. */
#include "referral_world.h"

#include "base/banned.h"

struct settings test_settings = {
	.public_url = { "https://localhost", 17 }, .cookie_days = 30,
	.checkout_minutes = 30, .commission_ppm = 200000,
	.refresh_seconds = 3600, .terms = { "1", 1 },
};
struct referral_world world;

static enum err
make_referrer(struct db *d)
{
	struct organization o = { .name = STR("Referrer") };
	bool joined;

	TRY(user_create(d, STR("a@example.com"), STR("A"), STR("x"), now,
	    &world.user));
	TRY(organization_create(d, &arena, world.user, now, &o));
	world.referrer_org = o.id;
	TRY(referrer_join(d, &arena, o.id, world.user, now, &world.referrer,
	    &joined));
	world.placement = (struct placement){ .name = STR("Spring"),
	    .landing_url = STR("https://shop.example/") };
	return placement_create(d, &arena, &(struct actor){ o.id, world.user,
	    now }, &world.placement);
}

static enum err
make_buyer(struct db *d, void *id)
{
	struct organization o = { .name = STR("Buyer & Sons") };
	uint64_t *buyer = id;
	struct origin origin;

	TRY(organization_create(d, &arena, world.user, now, &o));
	*buyer = o.id;
	TRY(referral_attribute(d, &arena, world.placement.code, STR_NULL, now,
	    &origin));
	assert_int_equal(origin.id, world.placement.id);
	return referral_create(d, &arena, &origin, o.id,
	    &(struct signup){ .email = STR("b@example.com") }, 0, now);
}

static enum err
make_world(struct db *d, void *arg)
{
	struct money_of price = { STR("USD"), 1999 };
	struct product p = { .name = STR("Tokens"), .tokens = 100,
	    .description = STR(""), .prices = { &price, 1 } };

	(void)arg;
	TRY(make_referrer(d));
	TRY(make_buyer(d, &world.buyer));
	TRY(product_create(d, now, &p));
	world.product = p.id;
	return OK;
}

int
referral_world_start(void **state)
{
	(void)state;
	ground_start(&test_settings);
	assert_int_equal(tx_run(db, &arena, make_world, NULL), OK);
	return 0;
}

uint64_t
new_buyer(void)
{
	uint64_t id;

	assert_int_equal(tx_run(db, &arena, make_buyer, &id), OK);
	return id;
}

enum err
checkout_of(struct db *d, struct arena *a, uint64_t buyer, int64_t quantity,
    struct payment *p)
{
	*p = (struct payment){ .product_id = world.product,
	    .quantity = quantity, .success_url = STR("https://a.example/"),
	    .cancel_url = STR("https://b.example/") };
	return payment_create(d, a, &(struct actor){ buyer, 0, now }, p);
}
