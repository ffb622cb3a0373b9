/*
 * Sales that a company told of, with all kinds of rewards: what was written of
 * them proves itself, and what is changed behind the program's back is found.
 */
#include "company_world.h"

#include "model/promoter/promoter.h"
#include "model/reward/reward.h"
#include "model/track/track.h"
#include "base/banned.h"

/* p promotes, f is above him, x shares with him. */
static uint64_t promoter[3];
enum { P, F, X };

static enum err
make_company(struct db *d, void *arg)
{
	static const char *const codes[] = { "pp", "ff", "xx" };

	(void)arg;
	TRY(company_create(d));
	for (int i = 0; i < 3; i++)
		TRY(promoter_create(d, &arena, &who, &(struct new_promoter){
		    .email = str_printf(&arena, "%s@example.com", codes[i]),
		    .code = str_of(codes[i]), .profile = STR("{}"),
		    .fields = STR("{}"), .campaign_id = offer.id,
		    .accepted = true }, &promoter[i]));
	return OK;
}

#define LLU(v) ((unsigned long long)(v))

static int
start(void **state)
{
	(void)state;
	ground_start(&company_settings);
	assert_int_equal(tx_run(db, &arena, make_company, NULL), OK);
	test_sql(root, "UPDATE referrer r JOIN promoter_total t ON "
	    "t.referrer_id = r.id SET r.parent_id = %llu, t.parent_id = "
	    "r.parent_id WHERE r.id = %llu", LLU(promoter[F]),
	    LLU(promoter[P]));
	return 0;
}

/* What the campaign gives: one part of each. */
struct given {
	int kind, mode, unit, limit;
	bool flat;
	int64_t amount, each;	/* each: of a target, customers */
};

static enum err
give(struct db *d, void *arg)
{
	const struct given *g = arg;
	struct reward_use uses[8] = { { .campaign_id = 0 } };
	size_t n = 0, wrong;

	for (; g[n].amount != 0; n++) {
		struct reward_rule rule = { RULE_CUSTOMERS, RULE_MULTIPLE,
		    RULE_AND, -1, g[n].each };
		struct reward_part part = { .unit = g[n].unit,
		    .flat = g[n].flat, .amount = g[n].amount,
		    .rules = { &rule, g[n].each != 0 } };
		struct reward r = { .name = STR("R"),
		    .promoter = true, .kind = g[n].kind, .mode = g[n].mode,
		    .duration = -1, .level = g[n].kind == REWARD_TIER ? 2 : 0,
		    .max_redemptions = g[n].limit, .parts = { &part, 1 } };

		TRY(reward_create(d, &arena, &who, &r));
		uses[n] = (struct reward_use){ .apply_on = APPLY_ALL,
		    .reward_id = r.id };
	}
	return reward_uses_set(d, &arena, &who, &(struct reward_uses){
	    offer.id, 0, true, uses, n }, &wrong);
}

static void
gives(struct given *g)
{
	assert_int_equal(tx_run(db, &arena, give, g), OK);
}

static enum err
sell(struct db *d, void *arg)
{
	return track_sale(d, &arena, &who, arg);
}

/*
 * A sale to somebody, by a name of its own, and of an earlier time if that is
 * given; its commissions in their order.
 */
static void
brings_then(const char *lead, int64_t amount, struct when at,
    const char *expected)
{
	static int sales;
	struct track_sale s = { .name = { .email = str_printf(&arena,
	    "%s@example.net", lead) }, .origin = { .ref_id = STR("pp") },
	    .event = str_printf(&arena, "sale-%d", ++sales), .amount = amount,
	    .currency = STR("USD"), .quantity = 1, .mrr = -1,
	    .billing_period = -1, .on = at.us != 0 ? day_of(at) : DAY_NONE,
	    .sold_at = at, .at = now };

	assert_int_equal(track_sale_read(db, &arena, &who, &s), OK);
	assert_int_equal(tx_run(db, &arena, sell, &s), OK);
	if (!test_number(beside, "SELECT COALESCE(GROUP_CONCAT("
	    "referrer_id, ' ', amount, ' ', currency ORDER BY part"
	    " SEPARATOR ', '), '') = '%s' FROM earning WHERE sale_id = %llu",
	    expected, LLU(s.id)))
		fail_msg("%s, %lld: not %s", lead, (long long)amount, expected);
}

static void
brings(const char *lead, int64_t amount, const char *expected)
{
	brings_then(lead, amount, (struct when){ 0 }, expected);
}

static const char *
got(const char *form)
{
	struct buf b;

	buf_init(&b, &arena, 64);
	for (; *form != '\0'; form++)
		if (strchr("pfx", *form) != NULL)
			buf_printf(&b, "%llu", LLU(promoter[*form == 'p' ? P :
			    *form == 'f' ? F : X]));
		else
			buf_char(&b, *form);
	return str_c(&arena, buf_view(&b));
}

static void
each_kind_proves_itself(void **state)
{
	(void)state;
	brings("default", 1001, got("p 200 USD"));
	gives((struct given[]){
	    { .kind = REWARD_SALE, .mode = -1, .amount = 125000 },
	    { .kind = REWARD_SALE, .mode = -1, .amount = 7, .flat = true },
	    { .kind = REWARD_SALE, .mode = -1, .unit = UNIT_POINTS,
		.amount = 100, .flat = true },
	    { .kind = REWARD_TIER, .mode = TIER_COMMISSION,
		.amount = 100000 },
	    { .kind = REWARD_TIER, .mode = TIER_OVERRIDE, .amount = 50000 },
	    { .kind = REWARD_TIER, .mode = TIER_NET_OVERRIDE,
		.amount = 300000 }, { .amount = 0 } });
	/* 12.5 % of 2004 is 250.5, to the even cent */
	brings("ann", 2004, got("p 250 USD, p 7 USD, p 100 QPT, f 26 USD,"
	    " f 100 USD, f 344 USD"));
	brings("ann", 1, got("p 7 USD, p 100 QPT, f 1 USD"));
	/* a target at each second customer */
	gives((struct given[]){ { .kind = REWARD_TARGET, .mode = -1,
	    .amount = 30000, .each = 2 }, { .amount = 0 } });
	brings("bob", 999, got(""));
	brings("cid", 999, got("p 30 USD"));
	gives((struct given[]){ { .kind = REWARD_SALE, .mode = -1,
	    .amount = 200000 }, { .amount = 0 } });
	test_sql(root, "INSERT INTO referral_split (referral_id, position,"
	    " placement_id, ppm) SELECT r.id, 1, p.id, 333333 FROM referral r,"
	    " placement p WHERE r.email = 'ann@example.net'"
	    " AND p.referrer_id = %llu", LLU(promoter[X]));
	brings("ann", 2000, got("p 267 USD, x 133 USD"));
	assert_clean();
}

static void
a_limit_counts_its_sales(void **state)
{
	(void)state;
	gives((struct given[]){ { .kind = REWARD_SALE, .mode = -1,
	    .amount = 100000, .limit = 2 }, { .amount = 0 } });
	brings("dan", 100, got("p 10 USD"));
	brings("dan", 100, got("p 10 USD"));
	brings("dan", 100, got(""));
	assert_clean();
}

static void
who_bought_before_we_knew_him_has_a_sale_of_then(void **state)
{
	const int64_t day = 86400;

	(void)state;
	brings("eve", 1001, got(""));
	brings_then("eve", 1001, when_add(now, -20 * day), got(""));
	brings_then("eve", 1001, when_add(now, -9 * day), got(""));
	assert_int_equal(test_number(beside, "SELECT SUM(DATEDIFF(customer_at,"
	    " bought_at)) FROM referral"), 20);
	assert_clean();
}

static struct fault faults[] = {
	{ "a rate that was not its", "has a commission that is wrong",
	  "UPDATE earning SET rate_ppm = rate_ppm + 1000 WHERE part = 0"
	  " AND sale_amount = 2004;",
	  "UPDATE earning SET rate_ppm = rate_ppm - 1000 WHERE part = 0"
	  " AND sale_amount = 2004;" },
	{ "a share that was not its", "has a commission that is wrong",
	  "UPDATE earning SET share_ppm = share_ppm + 10000"
	  " WHERE share_ppm = 333333;",
	  "UPDATE earning SET share_ppm = 333333 WHERE share_ppm = 343333;" },
	{ "a tier that gives too much", "has a commission that is wrong",
	  "UPDATE earning SET rate_ppm = 170000 WHERE tier = 2"
	  " AND amount = 344;",
	  "UPDATE earning SET rate_ppm = 300000 WHERE tier = 2"
	  " AND amount = 344;" },
	{ "a target by half", "has a commission that is wrong",
	  "UPDATE earning SET rate_ppm = 20000 WHERE rate_ppm = 30000;",
	  "UPDATE earning SET rate_ppm = 30000 WHERE rate_ppm = 20000;" },
	{ "the default of nobody", "has a commission that is wrong",
	  "UPDATE earning SET rate_ppm = NULL WHERE reward_id IS NULL;",
	  "UPDATE earning SET rate_ppm = 200000 WHERE reward_id IS NULL;" },
	{ "a reward of another company", "has a commission that is wrong",
	  "UPDATE reward SET organization_id = 1 WHERE id = 1;",
	  "UPDATE reward SET organization_id = 2 WHERE id = 1;" },
	{ "a sale that was another", "has a commission that is wrong",
	  "UPDATE earning SET sale_amount = 2005 WHERE sale_amount = 2004;",
	  "UPDATE earning SET sale_amount = 2004 WHERE sale_amount = 2005;" },
	{ "one redeemed too many", "was counted wrong",
	  "UPDATE reward_redeemed SET redeemed = 3;",
	  "UPDATE reward_redeemed SET redeemed = 2;" },
	{ "one redeemed too few", "was counted wrong",
	  "UPDATE reward_redeemed SET redeemed = 1;",
	  "UPDATE reward_redeemed SET redeemed = 2;" },
	{ "more than the limit", "was counted wrong",
	  "UPDATE reward SET max_redemptions = 1"
	  " WHERE max_redemptions = 2;",
	  "UPDATE reward SET max_redemptions = 2"
	  " WHERE max_redemptions = 1;" },
	{ "a first sale on a day without one", "first bought",
	  "UPDATE referral SET bought_at = bought_at - INTERVAL 1 DAY;",
	  "UPDATE referral SET bought_at = bought_at + INTERVAL 1 DAY;" },
	{ "a first sale that is not before the others", "first bought",
	  "UPDATE referral SET bought_at = customer_at"
	  " WHERE bought_at IS NULL;",
	  "UPDATE referral SET bought_at = NULL"
	  " WHERE bought_at = customer_at;" },
	{ "the first of one who has bought before", "is wrongly the first",
	  "UPDATE earning SET first = 1 WHERE sale_amount = 2000;",
	  "UPDATE earning SET first = 0 WHERE sale_amount = 2000;" },
	{ "a customer by none", "is wrongly the first",
	  "UPDATE earning SET first = 0 WHERE sale_amount = 2004;",
	  "UPDATE earning SET first = 1 WHERE sale_amount = 2004;" },
	{ "somebody under another than it says", "sums that do not make up",
	  "UPDATE promoter_total SET parent_id = parent_id + 1;",
	  "UPDATE promoter_total SET parent_id = parent_id - 1;" },
};

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_proves_itself),
		cmocka_unit_test(a_limit_counts_its_sales),
		fault_test(&faults[0]), fault_test(&faults[1]),
		fault_test(&faults[2]), fault_test(&faults[3]),
		fault_test(&faults[4]), fault_test(&faults[5]),
		fault_test(&faults[6]), fault_test(&faults[7]),
		fault_test(&faults[8]), fault_test(&faults[9]),
		cmocka_unit_test(
		    who_bought_before_we_knew_him_has_a_sale_of_then),
		fault_test(&faults[10]), fault_test(&faults[11]),
		fault_test(&faults[12]), fault_test(&faults[13]),
		fault_test(&faults[14]),
	};

	return cmocka_run_group_tests_name("tracked", tests, start,
	    ground_stop);
}
