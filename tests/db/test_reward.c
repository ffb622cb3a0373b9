/*
 * The terms of a sale as the database has them: which rewards, of whom, for
 * what.  What is worked out of them is tested in tests/unit/test_work_out.c.
 */
#include "company_world.h"

#include "model/reward/company_product.h"
#include "model/reward/reward.h"
#include "model/reward/terms.h"
#include "base/banned.h"

static struct company_product product;
/* p promotes; f and g are above him; x shares with him. */
static uint64_t placement[4], referrer[4], referral;
enum { P, F, G, X };

static enum err
make_company(struct db *d, void *arg)
{
	struct company_price price = { .ext_id = STR("pro_monthly") };

	(void)arg;
	TRY(company_create(d));
	product = (struct company_product){ .name = STR("Pro"),
	    .ext_id = STR("pro"), .prices = { &price, 1 } };
	return company_product_create(d, &arena, &who, &product);
}

static uint64_t
last_id(void)
{
	return (uint64_t)test_number(beside, "SELECT LAST_INSERT_ID()");
}

#define LLU(v) ((unsigned long long)(v))

static void
make_promoter(int i, uint64_t parent)
{
	test_sql(beside, "INSERT INTO referrer (organization_id, status, "
	    "terms, user_id, joined_at, parent_id) VALUES (%llu, 'active', "
	    "'', %llu, UTC_TIMESTAMP(6), NULLIF(%llu, 0))",
	    LLU(who.organization_id), LLU(who.user_id), LLU(parent));
	referrer[i] = last_id();
	test_sql(beside, "INSERT INTO placement (organization_id, campaign_id,"
	    " referrer_id, name, code, landing_url, status, created_at, "
	    "updated_at) VALUES (%llu, %llu, %llu, 'x', 'code-%d', '', "
	    "'ACTIVE', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
	    LLU(who.organization_id), LLU(offer.id), LLU(referrer[i]), i);
	placement[i] = last_id();
	test_sql(beside, "INSERT INTO placement_total (placement_id) "
	    "VALUES (%llu)", LLU(placement[i]));
}

static int
start(void **state)
{
	(void)state;
	ground_start(&company_settings);
	assert_int_equal(tx_run(db, &arena, make_company, NULL), OK);
	make_promoter(G, 0);
	make_promoter(F, referrer[G]);
	make_promoter(P, referrer[F]);
	make_promoter(X, 0);
	test_sql(beside, "INSERT INTO referral (organization_id, campaign_id, "
	    "placement_id, referrer_id, state, email, created_at) VALUES "
	    "(%llu, %llu, %llu, %llu, 'signup', 'l@example.com', "
	    "UTC_TIMESTAMP(6))", LLU(who.organization_id), LLU(offer.id),
	    LLU(placement[P]), LLU(referrer[P]));
	referral = last_id();
	return 0;
}

/* A reward with one part and at most one rule. */
struct given {
	struct reward r;
	struct reward_part part;
	struct reward_rule rule;
	int apply_on;
};

#define PER_CENT(n) .part = { .unit = UNIT_CASH, .amount = (n) * 10000 }
#define CASH(n) .part = { .unit = UNIT_CASH, .flat = true, .amount = (n) }
#define SALE .r = { .name = STR("S"), .promoter = true, \
	.kind = REWARD_SALE, .mode = -1, .duration = -1 }
#define TIER(n) .r = { .name = STR("T"), .promoter = true, \
	.kind = REWARD_TIER, .mode = TIER_OVERRIDE, .duration = -1, \
	.level = (n) }
#define RULE(t, c, f, v) .rule = { RULE_##t, RULE_##c, RULE_AND, f, v }

struct giving {
	struct given *g;
	size_t n;
	uint64_t placement_id;		/* 0: of the campaign */
};

static enum err
give(struct db *d, void *arg)
{
	const struct giving *all = arg;
	struct reward_use uses[4] = { { .campaign_id = 0 } };
	struct str id = str_printf(&arena, "%llu", LLU(product.id));
	size_t wrong;

	for (size_t i = 0; i < all->n; i++) {
		struct given *g = &all->g[i];

		if (g->rule.value != 0)
			g->part.rules = (struct list){ &g->rule, 1 };
		g->r.parts = (struct list){ &g->part, 1 };
		TRY(reward_create(d, &arena, &who, &g->r));
		uses[i] = (struct reward_use){ .apply_on = g->apply_on,
		    .reward_id = g->r.id, .products = { &id,
		    g->apply_on == APPLY_SPECIFIC } };
	}
	return reward_uses_set(d, &arena, &who, &(struct reward_uses){
	    offer.id, all->placement_id, true, uses, all->n }, &wrong);
}

static void
gives(uint64_t placement_id, struct given *g, size_t n)
{
	struct giving all = { g, n, placement_id };

	assert_int_equal(tx_run(db, &arena, give, &all), OK);
}
#define GIVES(id, ...) do { \
	struct given all_[] = { __VA_ARGS__ }; \
	gives(id, all_, LEN(all_)); \
} while (0)

struct selling {
	struct rewarded_sale sale;
	struct list due;
};

static enum err
sell(struct db *d, void *arg)
{
	struct selling *s = arg;

	return reward_of_sale(d, &arena, &s->sale, &s->due);
}

static struct rewarded_sale
first_sale(void)
{
	return (struct rewarded_sale){ .organization_id = who.organization_id,
	    .campaign_id = offer.id, .placement_id = placement[P],
	    .referrer_id = referrer[P], .referral_id = referral,
	    .amount = 2000, .quantity = 1, .currency = STR("USD"),
	    .billing_period = -1, .at = now };
}

static void
brings(struct rewarded_sale sale, const char *expected)
{
	struct selling s = { .sale = sale };
	const struct commission_due *c;
	struct buf b;

	assert_int_equal(tx_run(db, &arena, sell, &s), OK);
	c = s.due.items;
	buf_init(&b, &arena, 100);
	for (size_t i = 0; i < s.due.n; i++) {
		int is = 0;

		while (referrer[is] != c[i].referrer_id)
			is++;
		assert_int_equal(c[i].placement_id, placement[is]);
		buf_printf(&b, "%s%c%lld", i > 0 ? " " : "", "pfgx"[is],
		    (long long)c[i].amount);
	}
	assert_string_equal(str_c(&arena, buf_view(&b)), expected);
}

static void
a_campaign_without_rewards_pays_the_default(void **state)
{
	(void)state;
	GIVES(0, { SALE, PER_CENT(1) });
	gives(0, NULL, 0);
	brings(first_sale(), "p400");
}

static void
those_of_the_campaign(void **state)
{
	(void)state;
	GIVES(0, { SALE, PER_CENT(30), .apply_on = APPLY_ALL },
	    { SALE, CASH(7), .apply_on = APPLY_YEARLY });
	brings(first_sale(), "p600");
}

static void
a_placement_has_its_own_in_their_place(void **state)
{
	(void)state;
	GIVES(0, { SALE, PER_CENT(30), .apply_on = APPLY_ALL });
	GIVES(placement[P], { SALE, PER_CENT(50), .apply_on = APPLY_ALL });
	brings(first_sale(), "p600");
	test_sql(beside, "UPDATE placement SET own_promoter_rewards = 1 "
	    "WHERE id = %llu", LLU(placement[P]));
	brings(first_sale(), "p1000");
	gives(placement[P], NULL, 0);
	brings(first_sale(), "");
	test_sql(beside, "UPDATE placement SET own_promoter_rewards = 0 "
	    "WHERE id = %llu", LLU(placement[P]));
}

static void
a_plan_is_of_a_product(void **state)
{
	struct rewarded_sale s = first_sale();

	(void)state;
	GIVES(0, { SALE, PER_CENT(10), .apply_on = APPLY_SPECIFIC });
	brings(s, "");
	s.plan = STR("pro_monthly");
	brings(s, "p200");
	s.plan = STR("pro");
	brings(s, "p200");
	s.plan = STR("PRO");
	brings(s, "");
}

static void
parents_by_their_levels(void **state)
{
	(void)state;
	GIVES(0, { SALE, PER_CENT(20), .apply_on = APPLY_ALL },
	    { TIER(2), PER_CENT(5), .apply_on = APPLY_ALL },
	    { TIER(3), PER_CENT(1), .apply_on = APPLY_ALL });
	brings(first_sale(), "p400 f100 g20");
	test_sql(beside, "UPDATE placement SET standing = 'blocked' "
	    "WHERE id = %llu", LLU(placement[F]));
	brings(first_sale(), "p400 g20");
	test_sql(beside, "UPDATE placement SET standing = 'accepted' "
	    "WHERE id = %llu", LLU(placement[F]));
	test_sql(beside, "UPDATE referrer SET status = 'blocked' "
	    "WHERE id = %llu", LLU(referrer[G]));
	brings(first_sale(), "p400 f100");
	test_sql(beside, "UPDATE referrer SET status = 'active' "
	    "WHERE id = %llu", LLU(referrer[G]));
}

static void
a_referral_that_is_shared(void **state)
{
	(void)state;
	GIVES(0, { SALE, PER_CENT(20), .apply_on = APPLY_ALL });
	test_sql(beside, "INSERT INTO referral_split (referral_id, position, "
	    "placement_id, ppm) VALUES (%llu, 1, %llu, 333333)",
	    LLU(referral), LLU(placement[X]));
	brings(first_sale(), "p267 x133");
	test_sql(beside, "UPDATE placement SET standing = 'blocked' "
	    "WHERE id = %llu", LLU(placement[X]));
	brings(first_sale(), "p400");
	test_sql(beside, "DELETE FROM referral_split");
}

static void
so_often_and_no_more(void **state)
{
	struct given g = { SALE, PER_CENT(20), .apply_on = APPLY_ALL };
	struct giving all = { &g, 1, 0 };

	(void)state;
	g.r.max_redemptions = 2;
	assert_int_equal(tx_run(db, &arena, give, &all), OK);
	brings(first_sale(), "p400");
	brings(first_sale(), "p400");
	brings(first_sale(), "");
	assert_int_equal(test_number(beside, "SELECT redeemed FROM "
	    "reward_redeemed WHERE reward_id = %llu", LLU(g.r.id)), 2);
}

static void
rules_over_the_placement_and_the_price(void **state)
{
	struct rewarded_sale s = first_sale();

	(void)state;
	GIVES(0, { SALE, PER_CENT(20), RULE(REVENUE, AT_LEAST, -1, 10000),
	    .apply_on = APPLY_ALL }, { SALE, CASH(5),
	    RULE(SALES, EQUAL, RULE_BY_PRICE, 2), .apply_on = APPLY_ALL });
	brings(s, "");
	test_sql(beside, "UPDATE placement_total SET revenue = 8000 "
	    "WHERE placement_id = %llu", LLU(placement[P]));
	brings(s, "p400");
	s.plan = STR("pro");
	test_sql(beside, "INSERT INTO sale (organization_id, kind, "
	    "referral_id, plan, amount, currency, created_at) VALUES (%llu, "
	    "'tracked', %llu, 'pro', 1, 'USD', UTC_TIMESTAMP(6))",
	    LLU(who.organization_id), LLU(referral));
	brings(s, "p400 p5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_campaign_without_rewards_pays_the_default),
		cmocka_unit_test(those_of_the_campaign),
		cmocka_unit_test(a_placement_has_its_own_in_their_place),
		cmocka_unit_test(a_plan_is_of_a_product),
		cmocka_unit_test(parents_by_their_levels),
		cmocka_unit_test(a_referral_that_is_shared),
		cmocka_unit_test(so_often_and_no_more),
		cmocka_unit_test(rules_over_the_placement_and_the_price),
	};

	return cmocka_run_group_tests_name("reward", tests, start,
	    ground_stop);
}
