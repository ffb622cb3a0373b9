/*
 * The seal and the proof of the books: clean while many post at once, and each
 * kind of fault is found that somebody with more rights than the program's
 * plants.
 */
#include "referral_world.h"

#include <unistd.h>

#include "ledger/seal.h"
#include "ledger/verify.h"
#include "model/referral/click.h"
#include "model/referral/earning.h"
#include "model/statement.h"
#include "base/banned.h"

#define BUYERS 2
#define CLIENTS 4
#define EACH 15			/* payments of a client */

static uint64_t buyers[BUYERS];

struct buying {
	struct arena *arena;
	uint64_t buyer;
	struct payment payment;
};

static enum err
begin_checkout(struct db *d, void *arg)
{
	struct buying *b = arg;

	return checkout_of(d, b->arena, b->buyer, 2, &b->payment);
}

static enum err
settle(struct db *d, void *arg)
{
	struct buying *b = arg;

	return payment_settle(d, b->arena, &b->payment, now);
}

static enum err
buy(struct db *d, struct arena *a, uint64_t buyer)
{
	struct buying b = { .arena = a, .buyer = buyer };
	struct payment read = { 0 };

	TRY(tx_run(d, a, begin_checkout, &b));
	TRY(payment_by_token(d, a, b.payment.token, &read));
	b.payment = read;
	return tx_run(d, a, settle, &b);
}

/* Paid and unpaid, with a hold and without, released; clicks of all kinds. */
static void
fill_world(void)
{
	struct buying open = { .arena = &arena, .buyer = buyers[0] };
	const struct click one = { .placement_id = world.placement.id,
	    .referrer_id = world.placement.referrer_id,
	    .source = STR("direct") };
	struct click c[3] = { one, one, one };
	uint64_t count;

	c[2].bot = true;
	assert_int_equal(click_store(db, &arena, c, LEN(c), now), OK);
	for (int i = 0; i < BUYERS; i++)
		assert_int_equal(buy(db, &arena, buyers[i]), OK);
	test_settings.hold_days = 1;
	assert_int_equal(buy(db, &arena, buyers[0]), OK);
	assert_int_equal(earning_release_due(db, &arena,
	    when_add(now, 86400), &count), OK);
	assert_int_equal(count, 1);
	assert_int_equal(buy(db, &arena, buyers[1]), OK);
	test_settings.hold_days = 0;
	assert_int_equal(tx_run(db, &arena, begin_checkout, &open), OK);
}

static int
start(void **state)
{
	(void)referral_world_start(state);
	buyers[0] = world.buyer;
	buyers[1] = new_buyer();
	fill_world();
	return 0;
}

static int64_t
seals(void)
{
	return test_number(root, "SELECT COUNT(*) FROM seal");
}

static void
seal_now(int64_t age)
{
	bool more = true;

	while (more)
		assert_int_equal(seal_run(db, &arena, now, age, &more), OK);
}

/* What is summed up and what came since are all entries, of each account. */
static void
assert_accounts_sum_up(int64_t summed)
{
	const struct account_filter any = { .kind = -1 };
	const struct paging p = { .limit = 100 };
	const struct ledger_account *account;
	struct list rows;

	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM account_sum"),
	    summed);
	assert_int_equal(ledger_account_list(db, &arena, HOUSE_ID, &any, &p,
	    &rows), OK);
	assert_true(rows.n > (size_t)summed);
	account = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		assert_int_equal(account[i].balance, test_number(root,
		    "SELECT COALESCE(SUM(amount), 0) FROM entry "
		    "WHERE account_id = %llu",
		    (unsigned long long)account[i].id));
}

static void
what_the_model_books_is_clean(void **state)
{
	(void)state;
	assert_clean();
	assert_non_null(strstr(report, " 0 seals: clean\n"));
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM journal"), 9);
	assert_non_null(strstr(report, "verify: 9 journals, "));
}

/* Seals what was seen an age ago: not what came since, nor without a look. */
static void
a_seal_keeps_its_distance(void **state)
{
	int64_t seen = test_number(root, "SELECT MAX(id) FROM journal");

	(void)state;
	seal_now(1);
	seal_now(1);
	assert_int_equal(seals(), 0);
	assert_accounts_sum_up(0);
	assert_int_equal(buy(db, &arena, buyers[0]), OK);
	usleep(1050 * 1000);
	seal_now(1);
	assert_int_equal(seals(), 1);
	assert_int_equal(test_number(root, "SELECT last_journal FROM seal"),
	    seen);
	assert_int_equal(test_number(root, "SELECT journals FROM seal"), 9);
	assert_accounts_sum_up(4);
	assert_clean();
	assert_non_null(strstr(report, " 1 seals: clean\n"));
}

/* A number that a rollback left out, in the middle of what is sealed. */
static void
the_rest_is_sealed_by_the_next(void **state)
{
	(void)state;
	test_sql(root, "BEGIN");
	test_sql(root, "INSERT INTO journal (organization_id, kind,"
	    " subject_id, created_at) VALUES (1, 'payment', 1, NOW())");
	test_sql(root, "ROLLBACK");
	assert_int_equal(buy(db, &arena, buyers[1]), OK);
	seal_now(0);
	seal_now(0);
	assert_int_equal(test_number(root, "SELECT SUM(journals) FROM seal"),
	    test_number(root, "SELECT COUNT(*) FROM journal"));
	assert_int_equal(test_number(root, "SELECT MAX(last_journal) FROM"
	    " seal"), test_number(root, "SELECT MAX(id) FROM journal"));
	assert_clean();
}

/* Each in a process of its own, on both buyers, sealing now and then. */
static int
client(void)
{
	struct db_conf conf = test_conf();
	struct db *own = db_new(&conf);
	struct arena a;
	int failed = 0;
	bool more;

	arena_init(&a);
	for (int i = 0; i < EACH; i++) {
		if (buy(own, &a, buyers[i % BUYERS]) != OK)
			failed++;
		if (seal_run(own, &a, now, 2, &more) != OK)
			failed++;
		arena_reset(&a);
	}
	sleep(2);
	if (seal_run(own, &a, now, 2, &more) != OK)
		failed++;
	db_free(own);
	arena_free(&a);
	return failed;
}

static void
many_post_and_seal_at_once(void **state)
{
	int64_t before = test_number(root, "SELECT COUNT(*) FROM journal");
	pid_t pid[CLIENTS];

	(void)state;
	for (int i = 0; i < CLIENTS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(client());
	}
	for (int i = 0; i < 20; i++)	/* clean at any moment */
		assert_clean();
	test_wait(pid, CLIENTS);
	assert_int_equal(test_number(root, "SELECT COUNT(*) FROM journal"),
	    before + 2 * CLIENTS * EACH);
	assert_true(seals() >= 3);
	assert_clean();
}

#define FIRST_JOURNAL " WHERE journal_id = (SELECT MIN(id) FROM journal)"
#define JOURNAL "INSERT INTO journal VALUES "
#define ENTRY "INSERT INTO entry VALUES "
#define NO_JOURNAL "DELETE FROM entry WHERE journal_id >= 900000;" \
	"DELETE FROM journal WHERE id >= 900000;"
#define ACCOUNT_OF(kind) "(SELECT MIN(id) FROM account WHERE kind = '" kind "')"

static struct fault faults[] = {
	{ "balance_of_a_referrer", "has a wrong balance",
	  "UPDATE account SET balance = balance + 1"
	  " WHERE kind = 'earnings_available';",
	  "UPDATE account SET balance = balance - 1"
	  " WHERE kind = 'earnings_available';" },
	{ "balance_that_nobody_keeps", "has a wrong balance",
	  "UPDATE account SET balance = 5 WHERE kind = 'revenue';",
	  "UPDATE account SET balance = 0 WHERE kind = 'revenue';" },
	{ "balance_below_its_guard", "is beyond its guard",
	  "UPDATE account SET balance = balance - 1000000"
	  " WHERE kind = 'tokens_available';",
	  "UPDATE account SET balance = balance + 1000000"
	  " WHERE kind = 'tokens_available';" },
	{ "account_without_its_guard", "is not kept and guarded",
	  "UPDATE account SET guard = 'free'"
	  " WHERE kind = 'tokens_available';",
	  "UPDATE account SET guard = 'floor'"
	  " WHERE kind = 'tokens_available';" },
	{ "account_of_no_referrer", "belongs to nobody: earnings_paid 777",
	  "INSERT INTO account VALUES (900000, 1, 'earnings_paid', 777, 'USD',"
	  " 1, 'floor', 0);",
	  "DELETE FROM account WHERE id = 900000;" },
	{ "amount_of_an_entry", "does not sum to zero: USD 1",
	  "UPDATE entry SET amount = amount + 1" FIRST_JOURNAL
	  " AND line = 1;",
	  "UPDATE entry SET amount = amount - 1" FIRST_JOURNAL
	  " AND line = 1;" },
	{ "journal_without_entries", "journal 900000 has too few entries: 0",
	  JOURNAL "(900000, 1, 'payment', 1, NULL, NOW());", NO_JOURNAL },
	{ "entry_without_journal", "journal 900000 or the account",
	  ENTRY "(900000, 1, " ACCOUNT_OF("revenue") ", 5);", NO_JOURNAL },
	{ "entry_without_account", "journal 900000 or the account",
	  JOURNAL "(900000, 1, 'payment', 1, NULL, NOW());"
	  ENTRY "(900000, 1, 900000, 5);", NO_JOURNAL },
	{ "journal_across_books", "journal 900000 crosses books: 2",
	  JOURNAL "(900000, 1, 'payment', 1, NULL, NOW());"
	  ENTRY "(900000, 1, " ACCOUNT_OF("tokens_available") ", 5);"
	  ENTRY "(900000, 2, (SELECT MAX(id) FROM account"
	  " WHERE kind = 'tokens_available'), -5);", NO_JOURNAL },
	{ "journal_in_a_book_that_is_not_its", "journal 900000 crosses books",
	  JOURNAL "(900000, 777, 'payment', 1, NULL, NOW());"
	  ENTRY "(900000, 1, " ACCOUNT_OF("tokens_available") ", 5);"
	  ENTRY "(900000, 2, " ACCOUNT_OF("tokens_issued") ", -5);",
	  NO_JOURNAL },
	{ "reversal_that_does_not_mirror", "journal 900000 does not mirror",
	  JOURNAL "(900000, 1, 'commission_reversed', 1,"
	  " (SELECT MIN(j.id) FROM journal j WHERE j.kind = 'commission'),"
	  " NOW());"
	  ENTRY "(900000, 1, " ACCOUNT_OF("commission_expense") ", 1);"
	  ENTRY "(900000, 2, " ACCOUNT_OF("earnings_available") ", -1);",
	  NO_JOURNAL },
	{ "flow_that_is_not_legal",
	  "journal 900000 is no legal flow: commission moves revenue up",
	  JOURNAL "(900000, 1, 'commission', 1, NULL, NOW());"
	  ENTRY "(900000, 1, " ACCOUNT_OF("revenue") ", 1);"
	  ENTRY "(900000, 2, " ACCOUNT_OF("commission_expense") ", -1);",
	  NO_JOURNAL },
	{ "journal_about_nothing", "is about nothing that is there: payment",
	  "UPDATE journal SET subject_id = subject_id + 1000000"
	  " WHERE kind = 'payment' ORDER BY id LIMIT 1;",
	  "UPDATE journal SET subject_id = subject_id - 1000000"
	  " WHERE subject_id > 1000000;" },
	{ "tokens_from_nowhere", "has wrong tokens",
	  "UPDATE token_transaction SET amount = amount + 1"
	  " ORDER BY id LIMIT 1;",
	  "UPDATE token_transaction SET amount = amount - 1"
	  " ORDER BY id LIMIT 1;" },
	{ "tokens_without_an_account", "organization 1 has wrong tokens",
	  "INSERT INTO token_transaction VALUES (900000, 1, 'adjustment', 7,"
	  " 7, NULL, NULL, NOW());",
	  "DELETE FROM token_transaction WHERE id = 900000;" },
	{ "earning_of_another_amount", "has wrong earnings",
	  "UPDATE earning SET amount = amount + 1 ORDER BY id LIMIT 1;",
	  "UPDATE earning SET amount = amount - 1 ORDER BY id LIMIT 1;" },
	{ "earning_that_was_taken_out", "has wrong earnings",
	  "UPDATE earning SET status = 'paid' WHERE status = 'pending';",
	  "UPDATE earning SET status = 'pending' WHERE status = 'paid';" },
	{ "earning_without_an_account",
	  "has wrong earnings: earnings_available EUR 0 is not 7",
	  "INSERT INTO earning (id, organization_id, referrer_id, type, status,"
	  " amount, currency, created_at) SELECT 900000, 1, MIN(id),"
	  " 'commission', 'available', 7, 'EUR', NOW() FROM referrer;",
	  "DELETE FROM earning WHERE id = 900000;" },
	{ "payment_that_was_never_booked",
	  "is not booked once if paid, else never: 0 sales, 0 journals, 0",
	  "UPDATE payment SET payment_status = 'paid' WHERE status = 'open';",
	  "UPDATE payment SET payment_status = 'unpaid'"
	  " WHERE status = 'open';" },
	{ "payment_without_its_sale", "never: 0 sales, 1 journals, 1",
	  "UPDATE sale SET payment_id = payment_id + 1000000"
	  " ORDER BY id LIMIT 1;",
	  "UPDATE sale SET payment_id = payment_id - 1000000"
	  " WHERE payment_id > 1000000;" },
	{ "payment_of_other_tokens", "was not booked as: USD 3998, 201 tokens",
	  "UPDATE payment SET tokens = tokens + 1 ORDER BY id LIMIT 1;",
	  "UPDATE payment SET tokens = tokens - 1 ORDER BY id LIMIT 1;" },
	{ "commission_without_its_journal",
	  "is not rewarded once: 1 commissions, 0 journals",
	  "UPDATE journal SET subject_id = subject_id + 1000000"
	  " WHERE kind = 'commission' ORDER BY id LIMIT 1;",
	  "UPDATE journal SET subject_id = subject_id - 1000000"
	  " WHERE subject_id > 1000000;" },
	{ "commission_at_another_rate", "has a commission that is wrong: ",
	  "UPDATE earning SET rate_ppm = 201000 ORDER BY id LIMIT 1;",
	  "UPDATE earning SET rate_ppm = 200000;" },
	{ "commission_of_another_amount", "has a commission that is wrong: ",
	  "UPDATE earning SET sale_amount = sale_amount + 1 WHERE type ="
	  " 'commission' ORDER BY id LIMIT 1;",
	  "UPDATE earning SET sale_amount = sale_amount - 1 WHERE type ="
	  " 'commission' ORDER BY id LIMIT 1;" },
	{ "commission_of_another_referrer", "has a commission that is wrong: ",
	  "UPDATE referral SET referrer_id = referrer_id + 1000000;",
	  "UPDATE referral SET referrer_id = referrer_id - 1000000;" },
	{ "commission_without_a_referral", "was not booked as: USD 3998, 200",
	  "UPDATE sale SET referral_id = NULL WHERE id = 1;",
	  "UPDATE sale SET referral_id = (SELECT referral_id FROM payment"
	  " WHERE id = payment_id) WHERE id = 1;" },
	{ "earnings_that_changed_places",
	  "was not booked as: earned USD 800 is not 801",
	  "UPDATE earning SET amount = amount + 1 WHERE id = 1;"
	  "UPDATE earning SET amount = amount - 1 WHERE id = 2;",
	  "UPDATE earning SET amount = amount - 1 WHERE id = 1;"
	  "UPDATE earning SET amount = amount + 1 WHERE id = 2;" },
	{ "withdrawal_that_nobody_knows_of", "is no withdrawal, or not as it",
	  "INSERT INTO withdrawal (earning_id, organization_id, user_id,"
	  " status, created_at) VALUES (1, 1, 1, 'requested', NOW());",
	  "DELETE FROM withdrawal;" },
	{ "counts_of_a_day", "has days that do not make up",
	  "UPDATE placement_day SET clicks = clicks + 1;",
	  "UPDATE placement_day SET clicks = clicks - 1;" },
	{ "counts_that_are_gone", "has clicks that do not make up: 0 by",
	  "UPDATE placement_total SET placement_id = placement_id + 1000000;",
	  "UPDATE placement_total SET placement_id = placement_id - 1000000;" },
	{ "click_that_was_not_counted", "has clicks that do not make up",
	  "INSERT INTO click SELECT 900000, MIN(id), REPEAT('x', 16),"
	  " REPEAT('x', 16), REPEAT('x', 8), 'bot', 'direct', NULL, NULL, NULL,"
	  " NOW()"
	  " FROM placement;",
	  "DELETE FROM click WHERE id = 900000;" },
	{ "source_that_was_made_up", "has sources that were summed up wrong",
	  "INSERT INTO click_source_days SELECT MIN(id), 1, '2001-01-01', 'x',"
	  " 1, 0, 0 FROM placement;",
	  "DELETE FROM click_source_days WHERE source = 'x';" },
	{ "sum_of_an_account_that_was_changed", "was summed up wrong: ",
	  "UPDATE account_sum SET amount = amount + 1;",
	  "UPDATE account_sum SET amount = amount - 1;" },
	{ "days_of_a_source_that_were_made_up",
	  "has days of sources that do not make up: 16 days from 2001-01-01: 1",
	  "INSERT INTO click_source_days SELECT MIN(id), 16, '2001-01-01',"
	  " 'x', 1, 0, 0 FROM placement;",
	  "DELETE FROM click_source_days WHERE source = 'x';" },
	{ "days_of_another_source",
	  "has days of sources that do not make up: 4 days from 2000-12-29: 0",
	  "UPDATE rollup SET done_until = '2001-01-05'"
	  " WHERE name = 'click_source_4';"
	  "INSERT INTO click_source_days SELECT MIN(id), 1, '2001-01-01', 'x',"
	  " 1, 0, 0 FROM placement;"
	  "INSERT INTO click_source_days SELECT MIN(id), 4, '2000-12-29', 'xy',"
	  " 1, 0, 0 FROM placement;",
	  "UPDATE rollup SET done_until = '2000-01-01'"
	  " WHERE name = 'click_source_4';"
	  "DELETE FROM click_source_days WHERE source LIKE 'x%';" },
	{ "days_of_a_source_that_are_missing",
	  "has days of sources that do not make up: 4 days from ",
	  "UPDATE rollup SET done_until = '2090-01-01'"
	  " WHERE name = 'click_source_4';"
	  "INSERT INTO click_source_days SELECT MIN(id), 1, '2001-01-01', 'x',"
	  " 1, 0, 0 FROM placement;",
	  "UPDATE rollup SET done_until = '2000-01-01'"
	  " WHERE name = 'click_source_4';"
	  "DELETE FROM click_source_days WHERE source = 'x';" },
	{ "member_who_is_gone", "has a member who is gone, or is not:",
	  "INSERT INTO user (name, password_hash, created_at, updated_at,"
	  " deleted_at) VALUES ('', '', NOW(), NOW(), NOW());"
	  "INSERT INTO member (organization_id, user_id, role, created_at)"
	  " SELECT 1, MAX(id), 'member', NOW() FROM user;",
	  "DELETE FROM member WHERE user_id = (SELECT MAX(id) FROM user);"
	  "DELETE FROM user WHERE password_hash = '';" },
	{ "payment_that_was_summed_up_wrong",
	  "has purchases that were summed up wrong: 0 sessions, 1 payments",
	  "INSERT INTO organization_bought SELECT MIN(organization_id), 'EUR',"
	  " 0, 1, 7 FROM payment;",
	  "DELETE FROM organization_bought WHERE amount = 7;" },
	{ "credit_of_another_time", "was not booked as: USD",
	  "UPDATE token_transaction SET created_at = created_at + INTERVAL 1"
	  " SECOND WHERE type = 'purchase' ORDER BY id LIMIT 1;",
	  "UPDATE token_transaction SET created_at = created_at - INTERVAL 1"
	  " SECOND WHERE type = 'purchase' ORDER BY id LIMIT 1;" },
	{ "report_of_a_day_that_was_made_up",
	  "has in reports too much: 2001-01-01: 1 clicks",
	  "INSERT INTO report_sum SELECT 1, 'promoter', 'day', '2001-01-01',"
	  " MIN(referrer_id), '', '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
	  " FROM placement;"
	  "UPDATE rollup SET done_until = '2001-01-02' WHERE name = 'report';",
	  "UPDATE rollup SET done_until = '2000-01-01' WHERE name = 'report';"
	  "DELETE FROM report_sum WHERE day = '2001-01-01';" },
	{ "money_of_a_report_that_was_made_up",
	  "has in reports too much: 2001-01-01: 1 sales of 5, 0 earned USD",
	  "INSERT INTO report_sum SELECT 1, 'promoter', 'day', '2001-01-01',"
	  " MIN(referrer_id), '', 'USD', 0, 0, 0, 0, 0, 0, 1, 0, 5, 0, 0"
	  " FROM placement;"
	  "UPDATE rollup SET done_until = '2001-01-02' WHERE name = 'report';",
	  "UPDATE rollup SET done_until = '2000-01-01' WHERE name = 'report';"
	  "DELETE FROM report_sum WHERE day = '2001-01-01';" },
	{ "change_of_a_report_that_was_made_up",
	  "has in reports too much: 1 active customers",
	  "INSERT INTO report_change (organization_id, placement_id, active,"
	  " created_at) SELECT 1, MIN(id), 1, '2099-01-01' FROM placement;",
	  "DELETE FROM report_change WHERE created_at = '2099-01-01';" },
	{ "part_of_a_report_that_was_made_up",
	  "has reports that do not make up: source of 2001-01-01",
	  "INSERT INTO report_sum VALUES (1, 'source', 'day', '2001-01-01', 0,"
	  " 'x', '', 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);",
	  "DELETE FROM report_sum WHERE day = '2001-01-01';" },
	{ "month_of_a_report_that_was_made_up",
	  "has reports whose days do not make up: url 0 x, 2001-01-01",
	  "INSERT INTO report_sum VALUES (1, 'url', 'month', '2001-01-01', 0,"
	  " 'x', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);",
	  "DELETE FROM report_sum WHERE day = '2001-01-01';" },
	{ "rank_that_was_made_up",
	  "has promoters in a wrong order: month 2001-01-01, sales_count  of"
	  " promoter 7",
	  "INSERT INTO report_rank VALUES (1, 'month', '2001-01-01',"
	  " 'sales_count', '', 7, 1);",
	  "DELETE FROM report_rank WHERE day = '2001-01-01';" },
	{ "earnings_of_a_campaign_that_were_made_up",
	  "has campaigns whose earnings were summed up wrong: campaign ",
	  "INSERT INTO placement_earned SELECT MIN(id), '2001-01-01', 'USD', 1"
	  " FROM placement;",
	  "DELETE FROM placement_earned WHERE day = '2001-01-01';" },
	{ "day_that_was_made_up", "has days that were summed up wrong",
	  "INSERT INTO referrer_day SELECT MIN(id), '2001-01-01', 0, 0, 1, 0,"
	  " 0, 0 FROM referrer;",
	  "DELETE FROM referrer_day WHERE day = '2001-01-01';" },
	{ "day_of_another_referrer", "has days that were summed up wrong",
	  "UPDATE placement_day SET referrer_id = referrer_id + 1000000;",
	  "UPDATE placement_day SET referrer_id = referrer_id - 1000000;" },
	{ "referral_that_was_not_counted", "has referrals that do not make up",
	  "INSERT INTO referral (id, organization_id, campaign_id,"
	  " placement_id,"
	  " referrer_id, referred_organization_id, state,"
	  " created_at)"
	  " SELECT 900000, 1, 1, MIN(id), 1, 777, 'signup', NOW()"
	  " FROM placement;",
	  "DELETE FROM referral WHERE id = 900000;" },
	{ "sealed_journal_that_changed", "seal 1 does not fit",
	  "UPDATE journal SET created_at = created_at + INTERVAL 1 MICROSECOND"
	  " ORDER BY id LIMIT 1;",
	  "UPDATE journal SET created_at = created_at - INTERVAL 1 MICROSECOND"
	  " ORDER BY id LIMIT 1;" },
	{ "sealed_entries_that_changed_in_balance", "seal 1 does not fit",
	  "UPDATE entry SET amount = amount + SIGN(amount)" FIRST_JOURNAL ";",
	  "UPDATE entry SET amount = amount - SIGN(amount)" FIRST_JOURNAL ";" },
	{ "sealed_journal_that_is_gone", "seal 1 does not fit",
	  "UPDATE entry SET journal_id = journal_id + 1000000" FIRST_JOURNAL ";"
	  "UPDATE journal SET id = id + 1000000 ORDER BY id LIMIT 1;",
	  "UPDATE entry SET journal_id = journal_id - 1000000"
	  " WHERE journal_id > 1000000;"
	  "UPDATE journal SET id = id - 1000000 WHERE id > 1000000;" },
	{ "journal_that_appeared_under_a_seal", "seal 3 does not fit",
	  JOURNAL "((SELECT * FROM (SELECT MIN(a.id) + 1 FROM journal a"
	  " LEFT JOIN journal b ON b.id = a.id + 1 WHERE b.id IS NULL) gap),"
	  " 777, 'payment', 1, NULL, NOW());",
	  "DELETE FROM journal WHERE organization_id = 777;" },
	{ "seal_that_changed", "seal 1 does not fit",
	  "UPDATE seal SET hash = REVERSE(hash) WHERE id = 1;",
	  "UPDATE seal SET hash = REVERSE(hash) WHERE id = 1;" },
	{ "seal_that_is_gone", "seal 3 does not fit",
	  "UPDATE seal SET id = id + 900000 WHERE id = 2;",
	  "UPDATE seal SET id = id - 900000 WHERE id > 900000;" },
	/* The last ones: they use up the numbers. */
	{ "journal_of_the_largest_number",
	  "journal 18446744073709551615 has too few entries: 0",
	  JOURNAL "(18446744073709551615, 1, 'payment', 1, NULL, NOW());",
	  NO_JOURNAL "ALTER TABLE journal AUTO_INCREMENT = 1;" },
};

/* What is found is written down: at the first time, more goes wrong. */
static ssize_t
spoil(void *written, const char *text, size_t n)
{
	if (ftell(written) == 0)
		test_sql(root, "UPDATE account SET balance = balance + 1"
		    " WHERE kind = 'earnings_available'");
	return (ssize_t)fwrite(text, 1, n, written);
}

static void
what_is_written_meanwhile_is_read(void **state)
{
	char *found;
	size_t size;
	FILE *written = open_memstream(&found, &size);
	FILE *f = fopencookie(written, "w", (cookie_io_functions_t){
	    .write = spoil });
	bool clean;

	(void)state;
	setvbuf(f, NULL, _IONBF, 0);
	test_sql(root, JOURNAL "(900000, 1, 'payment', 1, NULL, NOW())");
	assert_int_equal(verify_run(db, &arena, f, &clean), OK);
	assert_int_equal(fclose(f) + fclose(written), 0);
	assert_non_null(strstr(found, "journal 900000 has too few entries"));
	assert_non_null(strstr(found, "has a wrong balance"));
	free(found);
	test_sql(root, "UPDATE account SET balance = balance - 1"
	    " WHERE kind = 'earnings_available'");
	test_sql(root, "DELETE FROM journal WHERE id = 900000");
	assert_clean();
}

/* Last: journals that are none, but enough for two seals. */
static void
a_seal_covers_no_more_than_it_may(void **state)
{
	uint64_t broken, n;
	int64_t before;

	(void)state;
	seal_now(0);	/* looks, */
	seal_now(0);	/* and seals what the others may have left */
	before = seals();
	test_sql(root, "INSERT INTO journal (organization_id, kind,"
	    " subject_id, created_at) SELECT 1, 'payment', seq, NOW()"
	    " FROM seq_1_to_12500");
	seal_now(0);
	seal_now(0);
	assert_int_equal(test_number(root, "SELECT MAX(journals) FROM seal"),
	    10000);
	assert_int_equal(seals(), before + 2);
	assert_int_equal(seal_check(db, &arena, &broken, &n), OK);
	assert_int_equal(broken, 0);
	assert_int_equal(n, seals());
}

#define FIRST 4
#define AFTER 2

int
main(void)
{
	struct CMUnitTest tests[FIRST + LEN(faults) + AFTER] = {
		cmocka_unit_test(what_the_model_books_is_clean),
		cmocka_unit_test(a_seal_keeps_its_distance),
		cmocka_unit_test(the_rest_is_sealed_by_the_next),
		cmocka_unit_test(many_post_and_seal_at_once),
	};

	for (size_t i = 0; i < LEN(faults); i++)
		tests[FIRST + i] = fault_test(&faults[i]);
	tests[FIRST + LEN(faults)] = (struct CMUnitTest)
	    cmocka_unit_test(what_is_written_meanwhile_is_read);
	tests[FIRST + LEN(faults) + 1] = (struct CMUnitTest)
	    cmocka_unit_test(a_seal_covers_no_more_than_it_may);
	return cmocka_run_group_tests_name("ledger", tests, start,
	    ground_stop);
}
