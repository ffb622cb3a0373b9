/* The payouts of a month, where that of somebody fails. */
#include "db/internal.h"	/* before there is a db of the tests */
#include "company_world.h"

#include "model/payout/payout.h"
#include "model/people/organization.h"
#include "model/promoter/promoter.h"
#include "model/referral/earning.h"
#include "model/track/track.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))
#define WAIT_SECONDS 600
#define TRIES 144	/* behind the first */

/* The first two are of one company, the third of the one behind it. */
static const char *const codes[] = { "aa", "bb", "cc" };
static uint64_t promoter[LEN(codes)];
static struct actor owner[LEN(codes)];

static enum err
make_promoter(struct db *d, int i)
{
	owner[i] = who;
	return promoter_create(d, &arena, &who, &(struct new_promoter){
	    .email = str_printf(&arena, "%s@example.com", codes[i]),
	    .code = str_of(codes[i]), .profile = STR("{}"),
	    .fields = STR("{}"), .campaign_id = offer.id, .accepted = true },
	    &promoter[i]);
}

static enum err
make_companies(struct db *d, void *arg)
{
	struct organization o = { .name = STR("Behind") };

	(void)arg;
	TRY(company_create(d));
	TRY(make_promoter(d, 0));
	TRY(make_promoter(d, 1));
	TRY(organization_create(d, &arena, who.user_id, now, &o));
	who.organization_id = o.id;
	offer = (struct offer){ .name = STR("Partners"),
	    .color = STR("#fff"), .parameter = STR("ref"),
	    .cookie_days = 60 };
	TRY(offer_create(d, &arena, &who, &offer));
	return make_promoter(d, 2);
}

static int
start(void **state)
{
	(void)state;
	ground_start(&company_settings);
	assert_int_equal(tx_run(db, &arena, make_companies, NULL), OK);
	return 0;
}

struct selling {
	const struct actor *who;
	struct track_sale sale;
};

static enum err
sell(struct db *d, void *arg)
{
	struct selling *s = arg;

	return track_sale(d, &arena, s->who, &s->sale);
}

/* Of 10.00 by each of them: 2.00 is the commission. */
static void
each_sells(void)
{
	static int sales;
	uint64_t count;

	for (size_t i = 0; i < LEN(codes); i++) {
		struct selling s = { &owner[i], { .name = { .email =
		    str_printf(&arena, "%s@example.net", codes[i]) },
		    .origin = { .ref_id = str_of(codes[i]) },
		    .event = str_printf(&arena, "sale-%d", ++sales),
		    .amount = 1000, .currency = STR("USD"), .quantity = 1,
		    .mrr = -1, .billing_period = -1, .on = DAY_NONE,
		    .at = now } };

		owner[i].now = now;
		assert_int_equal(track_sale_read(db, &arena, s.who, &s.sale),
		    OK);
		assert_int_equal(tx_run(db, &arena, sell, &s), OK);
	}
	test_sql(root, "UPDATE earning SET available_at = created_at"
	    " WHERE status = 'pending'");
	assert_int_equal(earning_release_due(db, &arena, now, &count), OK);
}

/* The month is over: that of the first fails from then on. */
static void
the_month_ends(unsigned error)
{
	each_sells();
	now = day_start((struct day){ period_last(day_of(now)).n + 1 });
	test_sql(root, "CREATE TRIGGER refuse BEFORE INSERT ON payout"
	    " FOR EACH ROW IF NEW.referrer_id = %llu THEN"
	    " SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = %u; END IF",
	    LLU(promoter[0]), error);
}

static void
all_is_well(void)
{
	test_sql(root, "DROP TRIGGER refuse");
}

/* A turn, until nothing is left to do in it. */
static enum err
turn(void)
{
	uint64_t count = 1;

	for (int i = 0; i < 10 && count > 0; i++)
		TRY(payout_make_due(db, &arena, now, &count));
	return count == 0 ? OK : ERR_INTERNAL;
}

static void
assert_got(int64_t a, int64_t b, int64_t c)
{
	const int64_t right[] = { a, b, c };

	for (size_t i = 0; i < LEN(right); i++)
		assert_int_equal(test_number(beside, "SELECT COALESCE("
		    "SUM(amount), 0) FROM payout WHERE referrer_id = %llu",
		    LLU(promoter[i])), right[i]);
}

static void
whose_payout_fails_keeps_nobody_waiting(void **state)
{
	(void)state;
	the_month_ends(1644);
	assert_int_equal(turn(), OK);
	assert_got(0, 200, 200);
	all_is_well();
	assert_int_equal(turn(), OK);
	assert_got(0, 200, 200);
	now = when_add(now, WAIT_SECONDS);
	assert_int_equal(turn(), OK);
	assert_got(200, 200, 200);
	assert_clean();
}

static void
it_is_tried_again_for_a_day(void **state)
{
	(void)state;
	the_month_ends(1644);
	for (int i = 0; i <= TRIES; i++) {
		assert_int_equal(turn(), OK);
		assert_int_equal(test_number(beside,
		    "SELECT COUNT(*) FROM payout_again"), i < TRIES);
		now = when_add(now, WAIT_SECONDS);
	}
	all_is_well();
	assert_int_equal(turn(), OK);
	assert_got(200, 400, 400);
	assert_clean();
}

/* 1290: the server can't be written to. */
static void
without_a_database_nobody_is_put_off(void **state)
{
	(void)state;
	the_month_ends(1290);
	assert_int_equal(turn(), ERR_UNAVAILABLE);
	all_is_well();
	assert_int_equal(test_number(beside,
	    "SELECT COUNT(*) FROM payout_again"), 0);
	assert_got(200, 400, 400);
	assert_int_equal(turn(), OK);
	assert_got(600, 600, 600);
	assert_clean();
}

/* Another has gone through all while this one hung at who fails. */
static void
who_comes_late_moves_no_mark(void **state)
{
	(void)state;
	the_month_ends(1644);
	test_sql(root, "CREATE TRIGGER faster AFTER INSERT ON payout_again"
	    " FOR EACH ROW UPDATE program SET payouts_until ="
	    " LAST_DAY(NEW.try_at - INTERVAL 1 MONTH), payouts_after = 0"
	    " WHERE organization_id = NEW.organization_id");
	assert_int_equal(turn(), OK);
	test_sql(root, "DROP TRIGGER faster");
	all_is_well();
	assert_int_equal(test_number(beside, "SELECT MAX(payouts_after)"
	    " FROM program"), 0);
}

static enum err
create_offer(struct db *d, void *arg)
{
	return offer_create(d, &arena, &who, arg);
}

static void
what_was_paid_in_another_campaign_is_not_read(void **state)
{
	struct offer other = { .name = STR("Other"), .color = STR("#fff"),
	    .parameter = STR("ref"), .cookie_days = 60 };
	struct id_row row;
	int64_t before;

	(void)state;
	assert_int_equal(tx_run(db, &arena, create_offer, &other), OK);
	test_sql(root, "INSERT INTO placement (organization_id, campaign_id,"
	    " referrer_id, name, code, landing_url, status, created_at,"
	    " updated_at) VALUES (%llu, %llu, %llu, 'x', 'dd', '', 'ACTIVE',"
	    " NOW(), NOW())", LLU(who.organization_id), LLU(other.id),
	    LLU(promoter[2]));
	test_sql(root, "INSERT INTO earning (organization_id, referrer_id,"
	    " campaign_id, placement_id, sale_id, refund_id, type, status,"
	    " amount, currency, payout_id, created_at)"
	    " SELECT e.organization_id, e.referrer_id, e.campaign_id,"
	    " e.placement_id, e.sale_id, 99 + seq, e.type, e.status, 1,"
	    " e.currency, e.payout_id, e.created_at"
	    " FROM (SELECT * FROM earning WHERE referrer_id = %llu LIMIT 1) e"
	    " JOIN seq_1_to_500", LLU(promoter[2]));
	assert_int_equal(db_row(db, &arena, Q_OFFER_PAID, ARGS(offer.id,
	    who.organization_id), &id_row, &row), OK);
	before = test_rows_read(db->mysql);
	assert_int_equal(db_row(db, &arena, Q_OFFER_PAID, ARGS(other.id,
	    who.organization_id), &id_row, &row), ERR_NOT_FOUND);
	assert_in_range(test_rows_read(db->mysql) - before, 0, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_payout_fails_keeps_nobody_waiting),
		cmocka_unit_test(it_is_tried_again_for_a_day),
		cmocka_unit_test(without_a_database_nobody_is_put_off),
		cmocka_unit_test(who_comes_late_moves_no_mark),
		cmocka_unit_test(
		    what_was_paid_in_another_campaign_is_not_read),
	};

	return cmocka_run_group_tests_name("payout_due", tests, start,
	    ground_stop);
}
