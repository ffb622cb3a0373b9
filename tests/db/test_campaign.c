/*
 * Campaigns with money: the worked example, each ending, corrections; then
 * thousands of steps at random, with a proof of the books after each lot.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "model/billing.h"
#include "model/ending.h"
#include "model/identity.h"

static struct settings test_settings = {
	.public_url = { "https://localhost", 17 }, .cookie_days = 30,
	.refresh_seconds = 3600, .terms = { "1", 1 },
};

static struct arena arena;
static struct db *db;
static MYSQL *beside;
static struct when now;
static uint64_t org, user;

static struct day
february(int mday)
{
	return day_from(2026, 2, mday);
}

/* Noon of that day. */
static void
clock_at(struct day day)
{
	now = when_add(day_start(day), 12 * 3600);
}

static enum err
make_world(struct db *d, void *arg)
{
	struct organization o = { .name = STR("Publisher") };

	(void)arg;
	TRY(user_create(d, STR("p@example.com"), STR("P"), STR("x"), now,
	    &user));
	TRY(organization_create(d, &arena, user, now, &o));
	org = o.id;
	return OK;
}

static int
start(void **state)
{
	struct db_conf conf = test_conf();

	(void)state;
	settings = &test_settings;
	test_migrate();
	arena_init(&arena);
	db = db_new(&conf);
	beside = test_connect();
	clock_at(february(1));
	assert_int_equal(tx_run(db, &arena, make_world, NULL), OK);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	mysql_close(beside);
	db_free(db);
	arena_free(&arena);
	return 0;
}

static void
assert_books_are_clean(void)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	bool clean;

	assert_int_equal(verify_run(db, &arena, f, &clean), OK);
	fclose(f);
	if (!clean)
		print_error("%s", text);
	assert_true(clean);
	free(text);
}

/* One act on a campaign, in a transaction of its own. */
struct act {
	enum { MAKE, CONFIRM, PAUSE, PREPAY, BILL, DELIVER, STOP, CANCEL,
		DELETE, REFUND, TURN, READ } what;
	uint64_t id;
	const char *advertiser;
	struct line *lines;
	size_t n;
	int64_t amount;
	int type;
	struct day day;
	struct line_report report;
	struct deletion how;
	struct campaign_refund refund;
	const char *reason;
	struct books books;
	struct campaign campaign;	/* after it */
};

static enum err
act_on(struct db *d, struct act *t, const struct actor *who)
{
	struct campaign *c = &t->campaign;
	struct prepayment p = { .type = t->type, .amount = t->amount,
	    .deposited_on = day_of(now) };
	struct billing w = { .month = DAY_NONE };
	struct invoice n;
	struct list lines;

	switch (t->what) {
	case CONFIRM:
		return campaign_begin(d, &arena, who, c, (struct when){ 0 });
	case PAUSE:
		return campaign_move(d, &arena, who, c, VERB_PAUSE,
		    STR("a rest"));
	case PREPAY:
		return prepayment_add(d, &arena, who, c, &p);
	case BILL:
		if (t->day.n > 0)
			w.month = t->day;
		return invoice_issue(d, &arena, who, c, &w, &n, &lines);
	case DELIVER:
		return line_deliver(d, &arena, who, c, &t->report);
	case STOP:
		return campaign_stop(d, &arena, who, c, t->day);
	case CANCEL:
		return campaign_cancel(d, &arena, who, c, str_of(t->reason));
	case DELETE:
		return campaign_delete(d, &arena, who, c, t->how);
	case REFUND:
		return campaign_refund(d, &arena, who, c, &t->refund);
	case READ:
	case MAKE:
	case TURN:
		break;
	}
	return OK;
}

static enum err
step(struct db *d, void *arg)
{
	struct act *t = arg;
	const struct actor who = { org, user, now };
	struct campaign *c = &t->campaign;

	*c = CAMPAIGN_NEW;
	if (t->what == MAKE) {
		c->name = STR("Campaign");
		c->advertiser = str_of(t->advertiser);
		c->currency = STR("EUR");
		TRY(campaign_create(d, &arena, &who, c));
		TRY(line_add(d, &arena, &who, c, t->lines, t->n));
		t->id = c->id;
	} else {
		TRY(campaign_lock(d, &arena, org, t->id, c));
		TRY(act_on(d, t, &who));
	}
	return books_read(d, &arena, c, c->ended_on.n != DAY_NONE.n ?
	    c->ended_on : day_of(now), &t->books);
}

static enum err
try(struct act *t)
{
	return tx_run(db, &arena, step, t);
}

static void
act(struct act *t)
{
	enum err e = try(t);

	if (e != OK)
		fail_msg("act %d: %s", (int)t->what, err_slug(e));
}

static struct line
line(enum price price, int first, int last, int64_t booked, int64_t amount)
{
	return (struct line){ .product = STR("P"), .price = (int)price,
	    .starts_on = february(first), .ends_on = february(last),
	    .booked = booked, .amount = amount };
}

static int64_t
on_account(const char *advertiser)
{
	return test_number(beside, "SELECT COALESCE(SUM(a.balance), 0) FROM "
	    "account a JOIN advertiser v ON v.id = a.owner_id WHERE a.kind = "
	    "'advertiser_credit' AND v.reference = '%s'", advertiser);
}

/* Confirmed and all of it prepaid. */
static struct act
running(const char *advertiser, struct line *lines, size_t n)
{
	struct act t = { .what = MAKE, .advertiser = advertiser,
	    .lines = lines, .n = n };

	act(&t);
	t.what = CONFIRM;
	act(&t);
	t.what = PREPAY;
	t.type = PREPAYMENT_CASH;
	t.amount = 0;
	for (size_t i = 0; i < n; i++)
		t.amount += lines[i].amount + lines[i].tax;
	act(&t);
	return t;
}

static void
the_worked_example(void **state)
{
	struct day two[] = { february(13), february(20) };
	struct day one[] = { february(2) };
	struct line lines[] = {
		line(PRICE_INSERTION, 13, 20, 2, 5000),
		line(PRICE_INSERTION, 2, 2, 1, 3000),
		line(PRICE_CPM, 5, 25, 100000, 10000),
	};
	struct act t;

	(void)state;
	lines[0].insertions = (struct list){ two, 2 };
	lines[1].insertions = (struct list){ one, 1 };
	clock_at(february(1));
	t = running("worked", lines, LEN(lines));
	assert_int_equal(t.campaign.status, CAMPAIGN_SCHEDULED);
	clock_at(february(16));
	t.what = STOP;
	t.day = february(15);
	act(&t);
	assert_int_equal(t.books.lines[0].due, 2500);
	assert_int_equal(t.books.lines[1].due, 0);
	assert_int_equal(t.books.lines[2].due, 10000);
	assert_int_equal(t.books.due, 12500);
	assert_int_equal(t.books.on_account, 12500);
	act(&t);		/* again: the same */
	assert_int_equal(t.books.due, 12500);
	t.day = february(14);
	assert_int_equal(try(&t), ERR_STOPPED);
	assert_books_are_clean();
}

static void
a_part_prepaid_a_part_billed(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("part", lines, 1);		/* 100.00 */
	t.what = DELETE;			/* not yet: only look */
	t.what = BILL;
	act(&t);
	assert_int_equal(t.books.open, 0);
	clock_at(february(4));
	t.what = STOP;
	t.day = february(4);
	act(&t);
	assert_int_equal(t.books.lines[0].earned, 4000);
	assert_int_equal(t.books.due, 6000);
	assert_int_equal(t.books.invoices[0].credited, 6000);
	assert_int_equal(t.books.invoices[0].applied, 4000);
	assert_int_equal(t.books.open, 0);
	assert_books_are_clean();
}

/* Half of it is paid, all is billed: what is open is credited first. */
static void
what_is_open_is_credited_first(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000) };
	struct act t = { .what = MAKE, .advertiser = "half", .lines = lines,
	    .n = 1 };

	(void)state;
	clock_at(february(1));
	act(&t);
	t.what = CONFIRM;
	act(&t);
	t.what = PREPAY;
	t.amount = 5000;
	act(&t);
	t.what = BILL;
	act(&t);
	assert_int_equal(t.books.open, 5000);
	clock_at(february(4));
	t.what = STOP;
	t.day = february(4);
	act(&t);
	assert_int_equal(t.books.due, 1000);
	assert_int_equal(t.books.invoices[0].credited, 6000);
	assert_int_equal(t.books.invoices[0].applied, 4000);
	assert_int_equal(t.books.open, 0);
	assert_int_equal(on_account("half"), 1000);
	assert_books_are_clean();
}

static void
unpaid_and_unbilled_owes_what_was_earned(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 7000) };
	struct act t = { .what = MAKE, .advertiser = "none", .lines = lines,
	    .n = 1 };

	(void)state;
	clock_at(february(1));
	act(&t);
	t.what = CONFIRM;
	act(&t);
	t.what = STOP;
	t.day = february(1);
	act(&t);
	assert_int_equal(t.books.due, 0);
	assert_int_equal(t.books.unbilled, 7000);
	t.what = BILL;
	t.day = (struct day){ 0 };
	act(&t);
	assert_int_equal(t.books.open, 7000);
	assert_int_equal(t.books.unbilled, 0);
	t.what = PREPAY;
	t.amount = 9000;	/* too much: the rest is on account */
	act(&t);
	assert_int_equal(t.books.open, 0);
	assert_int_equal(t.books.on_account, 2000);
	assert_int_equal(t.books.due, 0);
	assert_books_are_clean();
}

static void
delivery_after_the_stop_corrects(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 1, 20, 1000, 10000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("late", lines, 1);
	t.what = DELIVER;
	t.report = (struct line_report){ lines[0].id, 200, 3, february(5) };
	clock_at(february(6));
	act(&t);
	t.what = STOP;
	t.day = february(10);
	clock_at(february(10));
	act(&t);
	assert_int_equal(t.books.due, 8000);
	t.what = REFUND;
	t.refund = (struct campaign_refund){ .reference = STR("R-1"),
	    .amount = 5000 };
	act(&t);
	t.what = DELIVER;
	t.report = (struct line_report){ lines[0].id, 300, 3, february(10) };
	act(&t);
	assert_int_equal(t.books.due, 7000);
	assert_int_equal(on_account("late"), 2000);
	t.report.impressions = 900;	/* more than is left of it */
	act(&t);
	assert_int_equal(t.books.due, 5000);
	assert_int_equal(t.books.refunded, 5000);
	assert_int_equal(on_account("late"), 0);
	assert_int_equal(t.books.unbilled, 4000);
	t.report.at = february(11);
	assert_int_equal(try(&t), ERR_AFTER_STOP);
	t.report = (struct line_report){ lines[0].id, 100, 3, february(9) };
	assert_int_equal(try(&t), ERR_BACKWARDS);
	t.report = (struct line_report){ lines[0].id, 901, 3, february(9) };
	assert_int_equal(try(&t), ERR_BACKWARDS);
	assert_books_are_clean();
}

static void
credit_that_was_drawn_is_not_refunded(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000) };
	struct line more[] = { line(PRICE_CPD, 20, 28, 1, 9000) };
	struct act t, u = { .what = MAKE, .advertiser = "drawn",
	    .lines = more, .n = 1 };

	(void)state;
	clock_at(february(1));
	t = running("drawn", lines, 1);
	t.what = STOP;
	t.day = february(1);
	act(&t);
	assert_int_equal(t.books.due, 9000);
	act(&u);
	u.what = PREPAY;
	u.type = PREPAYMENT_ACCOUNT;
	u.amount = 9001;
	assert_int_equal(try(&u), ERR_FUNDS);
	u.amount = 6000;
	act(&u);
	t.what = REFUND;
	t.refund = (struct campaign_refund){ .reference = STR("R-2"),
	    .amount = 3001 };
	assert_int_equal(try(&t), ERR_FUNDS);
	t.refund.amount = 9001;
	assert_int_equal(try(&t), ERR_MORE_THAN_DUE);
	t.refund.amount = 3000;
	act(&t);
	act(&t);		/* the same reference and amount */
	assert_int_equal(t.books.refunded, 3000);
	t.refund.amount = 2999;
	assert_int_equal(try(&t), ERR_REFUND_TAKEN);
	u.what = DELETE;	/* what it drew is on account again */
	u.how = (struct deletion){ true, true };
	act(&u);
	assert_int_equal(on_account("drawn"), 6000);
	assert_books_are_clean();
}

static void
deleting_leaves_nothing(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000),
	    line(PRICE_FLAT, 1, 10, 1, 3333) };
	struct act t;

	(void)state;
	lines[0].tax = 1900;
	clock_at(february(1));
	t = running("gone", lines, 2);
	t.what = BILL;
	act(&t);
	t.what = DELETE;
	t.how = (struct deletion){ true, true };
	act(&t);
	assert_int_equal(t.campaign.paid, 0);
	assert_int_equal(t.books.invoices[0].credited, 15233);
	assert_int_equal(on_account("gone"), 0);
	act(&t);		/* again: nothing */
	assert_int_equal(t.books.invoices[0].credited, 15233);
	assert_books_are_clean();

	t = running("kept", lines, 2);
	t.what = BILL;
	act(&t);
	t.what = DELETE;
	t.how = (struct deletion){ true, false };
	act(&t);
	assert_int_equal(on_account("kept"), 15233);
	assert_books_are_clean();

	t = running("stays", lines, 2);
	t.what = BILL;
	act(&t);
	t.what = DELETE;
	t.how = (struct deletion){ false, false };
	act(&t);
	assert_int_equal(t.books.invoices[0].applied, 15233);
	assert_int_equal(on_account("stays"), 0);
	assert_books_are_clean();
}

static void
cents_are_allotted_and_tax_goes_along(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 3, 1, 100),
	    line(PRICE_CPD, 1, 3, 1, 100), line(PRICE_CPD, 1, 3, 1, 100) };
	struct act t;

	(void)state;
	for (size_t i = 0; i < LEN(lines); i++)
		lines[i].tax = 19;
	clock_at(february(1));
	t = running("cents", lines, 3);
	t.what = STOP;
	t.day = february(1);
	act(&t);
	assert_int_equal(t.books.due, 3 * 67);
	assert_int_equal(t.books.due_tax, 3 * 13);
	t.what = REFUND;
	for (int i = 0; i < 67 * 3; i++) {
		char reference[24];

		snprintf(reference, sizeof(reference), "C-%d", i);
		t.refund = (struct campaign_refund){ .amount = 1,
		    .reference = str_of(reference) };
		act(&t);
	}
	assert_int_equal(t.books.refunded, 3 * 67);
	assert_int_equal(t.books.refunded_tax, 3 * 13);
	assert_int_equal(on_account("cents"), 0);
	assert_books_are_clean();
}

static void
the_clock_begins_and_finishes(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 3, 6, 1000, 10000) };
	uint64_t count;
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("clock", lines, 1);
	assert_int_equal(t.campaign.status, CAMPAIGN_SCHEDULED);
	clock_at(february(3));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	t.what = READ;
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	t.what = DELIVER;
	t.report = (struct line_report){ lines[0].id, 250, 0, february(4) };
	act(&t);
	clock_at(february(6));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	t.what = READ;
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	clock_at(february(7));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_FINISHED);
	assert_int_equal(t.books.due, 7500);
	assert_int_equal(on_account("clock"), 7500);

	clock_at(february(3));		/* stopped as of a day to come */
	t = running("ahead", lines, 1);
	t.what = STOP;
	t.day = february(5);
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_STOPPED);
	assert_int_equal(on_account("ahead"), 0);
	clock_at(february(6));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	t.what = READ;
	act(&t);
	assert_int_equal(t.books.due, 10000);
	assert_int_equal(on_account("ahead"), 10000);
	assert_books_are_clean();
}

static void
verbs_go_only_from_where_they_may(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 1000) };
	struct act t = { .what = MAKE, .advertiser = "verbs",
	    .lines = lines, .n = 1 };

	(void)state;
	clock_at(february(2));
	act(&t);
	t.what = STOP;
	t.day = february(2);
	assert_int_equal(try(&t), ERR_DELETE_INSTEAD);
	t.what = BILL;
	assert_int_equal(try(&t), ERR_CONFLICT);
	t.what = CONFIRM;
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	t.what = STOP;
	t.day = february(11);
	assert_int_equal(try(&t), ERR_AFTER_END);
	t.what = PAUSE;
	act(&t);
	t.what = CANCEL;
	t.reason = "a mistake";
	act(&t);
	act(&t);
	t.reason = "another";
	assert_int_equal(try(&t), ERR_CONFLICT);
	t.what = STOP;
	t.day = february(2);
	assert_int_equal(try(&t), ERR_CONFLICT);
	t.what = PAUSE;
	assert_int_equal(try(&t), ERR_CONFLICT);
	assert_books_are_clean();
}

static void
a_changed_history_is_found(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 1000) };
	struct act t = running("told", lines, 1);
	MYSQL *root = test_connect_migrate();
	bool clean;
	FILE *null = fopen("/dev/null", "w");

	(void)state;
	test_sql(root, "UPDATE campaign_history SET action = 'update' "
	    "WHERE campaign_id = %llu AND number = 2",
	    (unsigned long long)t.id);
	assert_int_equal(verify_run(db, &arena, null, &clean), OK);
	assert_false(clean);
	test_sql(root, "UPDATE campaign_history SET action = 'add_line' "
	    "WHERE campaign_id = %llu AND number = 2",
	    (unsigned long long)t.id);
	assert_books_are_clean();
	fclose(null);
	mysql_close(root);
}

static uint32_t seed = 11;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static struct line
any_line(void)
{
	int first = 1 + (int)dice(14), last = first + (int)dice(14);
	enum price price = (enum price)dice(4);	/* no insertions */
	struct line l = line(price, first, last, price == PRICE_CPM ||
	    price == PRICE_CPC ? 1 + dice(1000) : 1, dice(20000));

	l.tax = dice(2) == 0 ? 0 : dice(4000);
	return l;
}

#define CAMPAIGNS 12

/* Errors are answers too; what counts is that the books stay right. */
static void
anything_at_random_leaves_the_books_right(void **state)
{
	static const char *const advertisers[] = { "r1", "r2", "r3" };
	struct act all[CAMPAIGNS];
	struct line lines[CAMPAIGNS][3];
	unsigned done[READ + 1] = { 0 };
	uint64_t count;

	(void)state;
	clock_at(february(1));
	for (int run = 0; run < 1500; run++) {
		struct act *t = &all[run < CAMPAIGNS ? run :
		    (int)dice(CAMPAIGNS)];
		size_t k = (size_t)(t - all);

		t->what = run < CAMPAIGNS || dice(40) == 0 ? MAKE :
		    1 + (int)dice(READ);
		if (t->what == DELETE && dice(4) != 0)
			t->what = PREPAY;
		if (t->what == MAKE) {
			for (size_t i = 0; i < 3; i++)
				lines[k][i] = any_line();
			*t = (struct act){ .what = MAKE, .lines = lines[k],
			    .n = 1 + dice(3),
			    .advertiser = advertisers[dice(3)] };
		}
		t->type = dice(3) == 0 ? PREPAYMENT_ACCOUNT :
		    PREPAYMENT_CASH;
		t->amount = 1 + dice(15000);
		t->day = t->what == BILL ? dice(2) == 0 ? february(1) :
		    (struct day){ 0 } : february(1 + (int)dice(28));
		t->reason = "at random";
		t->how = (struct deletion){ dice(2) == 0, dice(2) == 0 };
		t->report = (struct line_report){ lines[k][dice(3)].id,
		    dice(1200), dice(1200), february(1 + (int)dice(28)) };
		t->refund = (struct campaign_refund){ .reference =
		    str_printf(&arena, "run %d", run),
		    .amount = 1 + dice(4000) };
		if (t->what == TURN) {
			clock_at((struct day){ february(1).n +
			    run * 28 / 1500 });
			assert_int_equal(campaign_turns(db, &arena, now,
			    &count), OK);
		} else if (try(t) == OK) {
			done[t->what]++;
		}
		if (run % 100 == 99)
			assert_books_are_clean();
	}
	for (int i = MAKE; i < TURN; i++)
		if (done[i] == 0)
			fail_msg("act %d never went through", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example),
		cmocka_unit_test(a_part_prepaid_a_part_billed),
		cmocka_unit_test(what_is_open_is_credited_first),
		cmocka_unit_test(unpaid_and_unbilled_owes_what_was_earned),
		cmocka_unit_test(delivery_after_the_stop_corrects),
		cmocka_unit_test(credit_that_was_drawn_is_not_refunded),
		cmocka_unit_test(deleting_leaves_nothing),
		cmocka_unit_test(cents_are_allotted_and_tax_goes_along),
		cmocka_unit_test(the_clock_begins_and_finishes),
		cmocka_unit_test(verbs_go_only_from_where_they_may),
		cmocka_unit_test(a_changed_history_is_found),
		cmocka_unit_test(anything_at_random_leaves_the_books_right),
	};

	return cmocka_run_group_tests_name("campaign", tests, start, stop);
}
