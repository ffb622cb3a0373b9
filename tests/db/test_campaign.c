/*
 * Campaigns with money: the worked example, each ending, corrections.
 */
#include "campaign_world.h"

#include <stdio.h>

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
	stop_as_of(&t, february(15));
	assert_int_equal(t.books.lines[0].due, 2500);
	assert_int_equal(t.books.lines[1].due, 0);
	assert_int_equal(t.books.lines[2].due, 10000);
	assert_int_equal(t.books.due, 12500);
	assert_int_equal(t.books.on_account, 12500);
	act(&t);		/* again: the same */
	assert_int_equal(t.books.due, 12500);
	t.day = february(14);
	assert_int_equal(try(&t), ERR_STOPPED);
	assert_clean();
}

static void
a_part_prepaid_a_part_billed(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("part", lines, 1);		/* 100.00 */
	then(&t, BILL);
	assert_int_equal(t.books.open, 0);
	clock_at(february(4));
	stop_as_of(&t, february(4));
	assert_int_equal(t.books.lines[0].earned, 4000);
	assert_int_equal(t.books.due, 6000);
	assert_int_equal(t.books.invoices[0].credited, 6000);
	assert_int_equal(t.books.invoices[0].applied, 4000);
	assert_int_equal(t.books.open, 0);
	assert_clean();
}

/* Half of it is paid, all is billed: what is open is credited first. */
static void
what_is_open_is_credited_first(void **state)
{
	struct line lines[] = { line(PRICE_CPD, 1, 10, 1, 10000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = confirmed("half", lines, 1);
	t.amount = 5000;
	then(&t, PREPAY);
	then(&t, BILL);
	assert_int_equal(t.books.open, 5000);
	clock_at(february(4));
	stop_as_of(&t, february(4));
	assert_int_equal(t.books.due, 1000);
	assert_int_equal(t.books.invoices[0].credited, 6000);
	assert_int_equal(t.books.invoices[0].applied, 4000);
	assert_int_equal(t.books.open, 0);
	assert_int_equal(on_account("half"), 1000);
	assert_clean();
}

static void
unpaid_and_unbilled_owes_what_was_earned(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 7000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = confirmed("none", lines, 1);
	stop_as_of(&t, february(1));
	assert_int_equal(t.books.due, 0);
	assert_int_equal(t.books.unbilled, 7000);
	t.day = (struct day){ 0 };
	then(&t, BILL);
	assert_int_equal(t.books.open, 7000);
	assert_int_equal(t.books.unbilled, 0);
	t.amount = 9000;	/* too much: the rest is on account */
	then(&t, PREPAY);
	assert_int_equal(t.books.open, 0);
	assert_int_equal(t.books.on_account, 2000);
	assert_int_equal(t.books.due, 0);
	assert_clean();
}

static void
delivery_after_the_stop_corrects(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 1, 20, 1000, 10000) };
	int64_t entries;
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("late", lines, 1);
	t.report = (struct line_report){ lines[0].id, 200, 3, february(5) };
	clock_at(february(6));
	then(&t, DELIVER);
	clock_at(february(10));
	stop_as_of(&t, february(10));
	assert_int_equal(t.books.due, 8000);
	t.refund = (struct campaign_refund){ .reference = STR("R-1"),
	    .amount = 5000 };
	then(&t, REFUND);
	t.report = (struct line_report){ lines[0].id, 300, 3, february(10) };
	then(&t, DELIVER);
	entries = test_number(beside, "SELECT COUNT(*) FROM campaign_history "
	    "WHERE campaign_id = %llu", (unsigned long long)t.id);
	act(&t);		/* the same again is nothing new */
	t.report.clicks = -1;
	act(&t);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "campaign_history WHERE campaign_id = %llu",
	    (unsigned long long)t.id), entries);
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
	assert_clean();
}

/* The money of a line that went back is not there for another line. */
static void
a_correction_after_a_refund_leaves_less_for_the_others(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 1, 20, 1000, 5000),
	    line(PRICE_CPM, 1, 20, 1000, 10000) };
	struct line more[] = { line(PRICE_CPD, 1, 10, 1, 9000) };
	struct act t, u;

	(void)state;
	clock_at(february(1));
	u = running("short", more, 1);
	stop_as_of(&u, february(1));
	t = running("short", lines, 2);
	stop_as_of(&t, february(1));
	t.refund = (struct campaign_refund){ .reference = STR("S-1"),
	    .amount = 5000, .n = 1,
	    .lines = &(struct refund_line){ lines[0].id, 5000 } };
	then(&t, REFUND);
	t.report = (struct line_report){ lines[0].id, 1000, 0, february(1) };
	then(&t, DELIVER);
	/* of 15000 are 5000 earned and 5000 refunded */
	assert_int_equal(t.books.refunded, 5000);
	assert_int_equal(t.books.lines[0].due, 5000);
	assert_int_equal(t.books.lines[1].due, 5000);
	assert_int_equal(t.books.unbilled, 0);
	assert_int_equal(on_account("short"), 8100 + 5000);
	t.what = REFUND;
	t.refund = (struct campaign_refund){ .reference = STR("S-2"),
	    .amount = 5001 };
	assert_int_equal(try(&t), ERR_MORE_THAN_DUE);
	t.refund.amount = 5000;
	act(&t);
	assert_clean();
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
	stop_as_of(&t, february(1));
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
	assert_clean();
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
	then(&t, BILL);
	t.how = (struct deletion){ true, true };
	then(&t, DELETE);
	assert_int_equal(t.campaign.paid, 0);
	assert_int_equal(t.books.invoices[0].credited, 15233);
	assert_int_equal(on_account("gone"), 0);
	act(&t);		/* again: nothing */
	assert_int_equal(t.books.invoices[0].credited, 15233);
	assert_clean();

	t = running("kept", lines, 2);
	then(&t, BILL);
	t.how = (struct deletion){ true, false };
	then(&t, DELETE);
	assert_int_equal(on_account("kept"), 15233);
	assert_clean();

	t = running("stays", lines, 2);
	then(&t, BILL);
	t.how = (struct deletion){ false, false };
	then(&t, DELETE);
	assert_int_equal(t.books.invoices[0].applied, 15233);
	assert_int_equal(on_account("stays"), 0);
	assert_clean();
}

/* As if it had not been: nothing is earned, and nothing is owed for it. */
static void
deleting_what_has_ended_leaves_nothing_either(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 7000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = confirmed("owes", lines, 1);
	stop_as_of(&t, february(1));
	assert_int_equal(t.books.unbilled, 7000);
	t.how = (struct deletion){ false, false };
	then(&t, DELETE);
	assert_int_equal(t.books.unbilled, 0);
	assert_int_equal(t.books.lines[0].earned, 0);
	assert_clean();
}

static int64_t
billed(const struct act *t)
{
	return t->books.invoices[t->books.n_invoices - 1].amount;
}

/* Months are billed late as well, and then one by one. */
static void
a_month_of_a_line_that_has_ended(void **state)
{
	struct line lines[] = { line(PRICE_CPD, -3, 26, 1, 3000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = confirmed("monthly", lines, 1);
	clock_at(february(16));
	stop_as_of(&t, february(16));	/* of 30 days 20, of them 4 before */
	t.day = february(0);		/* the last of January */
	then(&t, BILL);
	assert_int_equal(billed(&t), 400);
	assert_int_equal(try(&t), ERR_NOTHING_TO_BILL);
	t.day = february(1);
	act(&t);
	assert_int_equal(billed(&t), 1600);
	assert_clean();
}

/* What was not reported yet may still be: until the end nothing is credited. */
static void
a_line_that_is_over_is_billed_as_booked(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 1, 10, 1000, 10000),
	    line(PRICE_FLAT, 1, 25, 1, 500) };
	struct act t;
	uint64_t count;

	(void)state;
	clock_at(february(20));
	t = confirmed("reported late", lines, 2);
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	then(&t, BILL);
	assert_int_equal(billed(&t), 10500);
	t.report = (struct line_report){ lines[0].id, 400, 0, february(10) };
	then(&t, DELIVER);
	assert_int_equal(t.books.open, 10500);
	stop_as_of(&t, february(20));
	assert_int_equal(t.books.open, 4500);
	assert_int_equal(t.books.invoices[0].credited, 6000);
	assert_clean();
}

static void
what_is_scheduled_begins_with_its_first_line(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 10, 20, 1, 1000) };
	struct line more[] = { line(PRICE_FLAT, 5, 12, 1, 1000) };
	struct act t;

	(void)state;
	clock_at(february(1));
	t = running("widens", lines, 1);
	assert_int_equal(t.campaign.begins_at.us, day_start(february(10)).us);
	t.lines = more;
	then(&t, ADD);
	assert_int_equal(t.campaign.status, CAMPAIGN_SCHEDULED);
	assert_int_equal(t.campaign.begins_at.us, day_start(february(5)).us);
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
	stop_as_of(&t, february(1));
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
	assert_clean();
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
	then(&t, READ);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	t.report = (struct line_report){ lines[0].id, 250, 0, february(4) };
	then(&t, DELIVER);
	clock_at(february(6));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	then(&t, READ);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	clock_at(february(7));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	act(&t);
	assert_int_equal(t.campaign.status, CAMPAIGN_FINISHED);
	assert_int_equal(t.books.due, 7500);
	assert_int_equal(on_account("clock"), 7500);

	clock_at(february(3));		/* stopped as of a day to come */
	t = running("ahead", lines, 1);
	stop_as_of(&t, february(5));
	assert_int_equal(t.campaign.status, CAMPAIGN_STOPPED);
	assert_int_equal(on_account("ahead"), 0);
	clock_at(february(6));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	then(&t, READ);
	assert_int_equal(t.books.due, 10000);
	assert_int_equal(on_account("ahead"), 10000);
	assert_clean();
}

/* 1969: it runs out of its time. */
static void
one_that_fails_keeps_no_other(void **state)
{
	struct line lines[] = { line(PRICE_CPM, 10, 12, 1000, 10000) };
	struct act first, other;
	uint64_t count;

	(void)state;
	clock_at(february(9));
	first = confirmed("first", lines, 1);
	other = confirmed("other", lines, 1);
	test_sql(root, "CREATE TRIGGER slow BEFORE UPDATE ON campaign FOR EACH"
	    " ROW IF NEW.id = %llu THEN SIGNAL SQLSTATE '45000' SET"
	    " MYSQL_ERRNO = 1969; END IF", (unsigned long long)first.id);
	clock_at(february(10));
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	test_sql(root, "DROP TRIGGER slow");
	then(&first, READ);
	assert_int_equal(first.campaign.status, CAMPAIGN_SCHEDULED);
	then(&other, READ);
	assert_int_equal(other.campaign.status, CAMPAIGN_RUNNING);
	assert_int_equal(campaign_turns(db, &arena, now, &count), OK);
	then(&first, READ);
	assert_int_equal(first.campaign.status, CAMPAIGN_RUNNING);
	assert_clean();
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
	then(&t, CONFIRM);
	assert_int_equal(t.campaign.status, CAMPAIGN_RUNNING);
	t.what = STOP;
	t.day = february(11);
	assert_int_equal(try(&t), ERR_AFTER_END);
	then(&t, PAUSE);
	t.reason = "a mistake";
	then(&t, CANCEL);
	act(&t);
	t.reason = "another";
	assert_int_equal(try(&t), ERR_CONFLICT);
	t.what = STOP;
	t.day = february(2);
	assert_int_equal(try(&t), ERR_CONFLICT);
	t.what = PAUSE;
	assert_int_equal(try(&t), ERR_CONFLICT);
	assert_clean();
}

static void
a_changed_history_is_found(void **state)
{
	struct line lines[] = { line(PRICE_FLAT, 1, 10, 1, 1000) };
	struct act t = running("told", lines, 1);

	(void)state;
	test_sql(root, "UPDATE campaign_history SET action = 'update' "
	    "WHERE campaign_id = %llu AND number = 2",
	    (unsigned long long)t.id);
	assert_false(verify());
	test_sql(root, "UPDATE campaign_history SET action = 'add_line' "
	    "WHERE campaign_id = %llu AND number = 2",
	    (unsigned long long)t.id);
	assert_clean();
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
		cmocka_unit_test(
		    a_correction_after_a_refund_leaves_less_for_the_others),
		cmocka_unit_test(credit_that_was_drawn_is_not_refunded),
		cmocka_unit_test(deleting_leaves_nothing),
		cmocka_unit_test(
		    deleting_what_has_ended_leaves_nothing_either),
		cmocka_unit_test(a_month_of_a_line_that_has_ended),
		cmocka_unit_test(a_line_that_is_over_is_billed_as_booked),
		cmocka_unit_test(what_is_scheduled_begins_with_its_first_line),
		cmocka_unit_test(cents_are_allotted_and_tax_goes_along),
		cmocka_unit_test(the_clock_begins_and_finishes),
		cmocka_unit_test(one_that_fails_keeps_no_other),
		cmocka_unit_test(verbs_go_only_from_where_they_may),
		cmocka_unit_test(a_changed_history_is_found),
	};

	return cmocka_run_group_tests_name("campaign", tests,
	    campaign_world_start, ground_stop);
}
