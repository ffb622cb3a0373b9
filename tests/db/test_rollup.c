/*
 * Roll-ups: every click and every day once, whoever is at it and dies in it,
 * in whatever order clicks become visible.
 */
#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/verify.h"
#include "model/referral/analytics.h"
#include "model/referral/rollup.h"

#define PROCESSES 4
#define PLACEMENTS 20

static struct db *db, *patient;	/* patient: for verify */
static struct arena arena;
static MYSQL *beside, *admin;
static const struct rollup_conf conf = { .step_seconds = 60,
	.age_seconds = 60 };

/* Minutes from here on. */
#define NOON "TIMESTAMP'2026-03-01 12:00:00'"

static struct when
at_minute(int64_t minutes)
{
	return when_add(day_start(day_from(2026, 3, 1)),
	    12 * 3600 + minutes * 60);
}

static int
start(void **state)
{
	struct db_conf where = test_conf();

	(void)state;
	test_migrate();
	db = db_new(&where);
	where.statement_seconds = 60;
	patient = db_new(&where);
	arena_init(&arena);
	beside = test_connect();
	admin = test_connect_migrate();
	test_sql(admin, "INSERT INTO organization (id, name, slug, account_id,"
	    " created_at, updated_at) SELECT seq, seq, seq, seq, NOW(), NOW()"
	    " FROM seq_2_to_5");
	test_sql(admin, "INSERT INTO referrer (id, organization_id,"
	    " member_organization_id, status, joined_at) SELECT seq, 1, seq,"
	    " 'active', NOW() FROM seq_2_to_5");
	test_sql(admin, "INSERT INTO placement (id, organization_id,"
	    " campaign_id, referrer_id, name, code, landing_url, status,"
	    " created_at, updated_at) SELECT seq, 1, 1, seq %% 4 + 2, 'n', seq,"
	    " 'https://a.example/', 'ACTIVE', NOW(), NOW() FROM seq_1_to_%d",
	    PLACEMENTS);
	test_sql(admin, "INSERT INTO promoter_total (referrer_id,"
	    " organization_id, joined_at) SELECT id, organization_id, joined_at"
	    " FROM referrer");
	test_sql(admin, "INSERT INTO placement_total (placement_id)"
	    " SELECT id FROM placement");
	test_sql(admin, "INSERT INTO program_total (organization_id,"
	    " campaign_id, accepted) VALUES (1, 0, 4), (1, 1, 4)");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	mysql_close(beside);
	mysql_close(admin);
	db_free(db);
	db_free(patient);
	arena_free(&arena);
	return 0;
}

/* Nothing rolled up, no click; the clock of clicks is about noon. */
static int
clear(void **state)
{
	(void)state;
	test_sql(admin, "TRUNCATE click");
	test_sql(admin, "DELETE FROM click_source_days");
	test_sql(admin, "DELETE FROM organization_bought");
	test_sql(admin, "DELETE FROM referrer_day");
	test_sql(admin, "DELETE FROM placement_day");
	test_sql(admin, "UPDATE promoter_total SET clicks = 0");
	test_sql(admin, "UPDATE placement_total SET clicks = 0,"
	    " unique_clicks = 0, bot_clicks = 0");
	test_sql(admin, "UPDATE rollup SET done_until = '2000-01-01',"
	    " last_id = 0");
	return 0;
}

/* n clicks a minute for some minutes, of five sources, every fifth a bot. */
static void
add_clicks(MYSQL *m, int first_minute, int minutes, int n)
{
	static int calls;

	test_sql(m, "INSERT INTO click (placement_id, token, visitor,"
	    " address_hash, kind, source, first, created_at) SELECT"
	    " seq %% %d + 1, UNHEX(MD5(CONCAT(%d, '-', seq))),"
	    " UNHEX(MD5(CONCAT(%d, '-', seq))), 'address',"
	    " IF(seq %% 5 = 0, 'bot', 'person'), CONCAT('s', seq %% 7),"
	    " IF(seq %% 10 = 1, 1, NULL), " NOON " + INTERVAL %d MINUTE +"
	    " INTERVAL (seq - 1) * %d MICROSECOND FROM seq_1_to_%d",
	    PLACEMENTS, calls, calls, first_minute, 60 * 1000000 / n,
	    n * minutes);
	calls++;
}

/* What the clicks' own transactions would have counted. */
static void
count_clicks(void)
{
	test_sql(admin, "DELETE FROM placement_day");
	test_sql(admin, "INSERT INTO placement_day (placement_id, day,"
	    " referrer_id, clicks, unique_clicks, bot_clicks) SELECT"
	    " k.placement_id, DATE(k.created_at), p.referrer_id,"
	    " SUM(kind = 'person'), COUNT(first), SUM(kind = 'bot') FROM click"
	    " k JOIN placement p ON p.id = k.placement_id GROUP BY 1, 2, 3");
	test_sql(admin, "UPDATE placement_total t JOIN (SELECT placement_id,"
	    " SUM(clicks) AS c, SUM(unique_clicks) AS u, SUM(bot_clicks) AS b"
	    " FROM placement_day GROUP BY placement_id) d ON d.placement_id ="
	    " t.placement_id SET clicks = c, unique_clicks = u,"
	    " bot_clicks = b");
}

static void
run_until_done(struct when now)
{
	bool more = true;

	while (more)
		assert_int_equal(rollup_run(db, &arena, now, &conf, &more), OK);
}

static int64_t
rolled(void)
{
	return test_number(beside, "SELECT CAST(COALESCE(SUM(clicks +"
	    " bot_clicks), 0) AS SIGNED) FROM click_source_days"
	    " WHERE days = 1");
}

static void
verify_clean(void)
{
	bool clean = false;

	count_clicks();
	assert_int_equal(verify_run(patient, &arena, stderr, &clean), OK);
	assert_true(clean);
}

static void
nothing_is_nothing(void **state)
{
	(void)state;
	run_until_done(at_minute(0));
	assert_int_equal(rolled(), 0);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM rollup"
	    " WHERE name = 'click_source' AND done_until = " NOON
	    " - INTERVAL 1 MINUTE AND last_id = 0"), 1);
	verify_clean();
}

/* Only whole minutes, only those that are old enough, each once. */
static void
minutes_are_added_once(void **state)
{
	(void)state;
	add_clicks(beside, 0, 10, 50);
	for (int64_t second = 0; second < 12 * 60; second += 7) {
		int64_t whole = second / 60 - 1;

		run_until_done(when_add(at_minute(0), second));
		assert_int_equal(rolled(), 50 * (whole < 0 ? 0 :
		    whole > 10 ? 10 : whole));
	}
	assert_int_equal(rolled(), 500);
	run_until_done(at_minute(12));
	assert_int_equal(rolled(), 500);
	verify_clean();
}

/*
 * A click whose transaction ends later than those of greater ids, and one that
 * is stored later than its time says: both within the age.
 */
static void
late_clicks_are_not_lost(void **state)
{
	(void)state;
	add_clicks(beside, 0, 2, 60);
	test_sql(beside, "START TRANSACTION");
	test_sql(beside, "INSERT INTO click (placement_id, token, visitor,"
	    " address_hash, kind, source, created_at) VALUES (1, 'late', 'v',"
	    " 'a', 'person', 'late', " NOON " + INTERVAL 125 SECOND)");
	add_clicks(admin, 2, 1, 60);		/* greater ids, visible */
	run_until_done(when_add(at_minute(3), 1));
	assert_int_equal(rolled(), 120);
	test_sql(beside, "COMMIT");
	add_clicks(admin, 3, 1, 60);
	test_sql(beside, "INSERT INTO click (placement_id, token, visitor,"
	    " address_hash, kind, source, created_at) VALUES (1, 'later', 'v',"
	    " 'a', 'person', 'late', " NOON " + INTERVAL 181 SECOND)");
	for (int64_t second = 180; second < 400; second += 20)
		run_until_done(when_add(at_minute(0), second));
	assert_int_equal(rolled(), 242);
	assert_int_equal(test_number(beside, "SELECT clicks FROM"
	    " click_source_days WHERE days = 1 AND source = 'late'"), 2);
	verify_clean();
}

/* Much at once: in steps, none of which looks at all of it. */
static void
what_was_missed_is_caught_up_in_steps(void **state)
{
	unsigned steps = 0;
	bool more = true;

	(void)state;
	add_clicks(beside, 0, 120, 1000);
	while (more) {
		assert_int_equal(rollup_run(db, &arena, at_minute(400), &conf,
		    &more), OK);
		steps++;
	}
	assert_int_equal(rolled(), 120000);
	assert_true(steps >= 3);
	verify_clean();
}

static int
roll_alone(void)
{
	const struct db_conf where = test_conf();
	bool more = true;
	struct arena a;
	struct db *own = db_new(&where);
	enum err e = OK;

	arena_init(&a);
	for (int64_t minute = 0; minute <= 70 && e == OK; minute++, more = true)
		while (more && e == OK)
			e = rollup_run(own, &a, at_minute(minute), &conf,
			    &more);
	db_free(own);
	arena_free(&a);
	return e != OK;
}

static pid_t
fork_one(void)
{
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(roll_alone());
	return pid;
}

static void
many_processes_add_once(void **state)
{
	pid_t pid[PROCESSES];

	(void)state;
	add_clicks(beside, 0, 60, 500);
	for (int i = 0; i < PROCESSES; i++)
		pid[i] = fork_one();
	test_wait(pid, PROCESSES);
	assert_int_equal(rolled(), 30000);
	verify_clean();
}

static void
whoever_is_killed_leaves_no_half(void **state)
{
	int status;

	(void)state;
	add_clicks(beside, 0, 60, 500);
	count_clicks();
	for (int i = 1; i <= 12; i++) {
		const pid_t pid = fork_one();
		bool clean = false;

		usleep((useconds_t)i * 8000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(verify_run(patient, &arena, stderr, &clean),
		    OK);
		assert_true(clean);
	}
	assert_int_equal(roll_alone(), 0);
	assert_int_equal(rolled(), 30000);
	verify_clean();
}

/* Whoever invents sources fills one row, and spoils none that is there. */
static void
sources_are_limited(void **state)
{
	(void)state;
	for (int minute = 0; minute < 3; minute++)
		test_sql(beside, "INSERT INTO click (placement_id, token,"
		    " visitor, address_hash, kind, source, created_at) SELECT"
		    " seq %% 2 + 1, CONCAT(%d, '-', seq), CONCAT(seq), 'a',"
		    " 'person', IF(seq %% 10 = 0, 'true', CONCAT('made-',"
		    " %d, '-', seq)), " NOON " + INTERVAL %d MINUTE FROM"
		    " seq_1_to_900", minute, minute, minute);
	for (int64_t minute = 1; minute <= 6; minute++)
		run_until_done(at_minute(minute));
	assert_int_equal(rolled(), 2700);
	assert_int_equal(test_number(beside, "SELECT MAX(n) FROM (SELECT"
	    " COUNT(*) AS n FROM click_source_days WHERE source <> 'other'"
	    " GROUP BY placement_id, days) x"), 200);
	assert_int_equal(test_number(beside, "SELECT CAST(SUM(clicks) AS"
	    " SIGNED) FROM click_source_days WHERE days = 1 AND"
	    " source = 'true'"), 270);
	verify_clean();
}

static int64_t
total(const struct analytics *n)
{
	const struct source_count *s = n->sources.items;
	int64_t sum = 0;

	for (size_t i = 0; i < n->sources.n; i++)
		sum += s[i].clicks + s[i].bot_clicks;
	return sum;
}

/* Of whatever days: the sums of many days are those of each of them. */
static void
days_of_sources_make_up_any_time(void **state)
{
	const struct day noon = day_from(2026, 3, 1);

	(void)state;
	for (int day = -100; day <= 0; day++)
		add_clicks(beside, day * 1440, 1, PLACEMENTS * (1 - day % 3));
	count_clicks();
	run_until_done(at_minute(10));
	for (int32_t i = 0; i < 400; i++) {
		struct day first = { noon.n - 110 + i * 37 % 120 };
		struct day last = { first.n + i * 11 % 120 };
		struct analytics n = { .clicks = 0 };
		int y1, m1, d1, y2, m2, d2;

		day_split(first, &y1, &m1, &d1);
		day_split(last, &y2, &m2, &d2);
		assert_int_equal(placement_analytics(db, &arena, 3, 1, first,
		    last, &n), OK);
		assert_int_equal(total(&n), test_number(beside, "SELECT"
		    " COUNT(*) FROM click WHERE placement_id = 1 AND"
		    " DATE(created_at) BETWEEN '%d-%d-%d' AND '%d-%d-%d'",
		    y1, m1, d1, y2, m2, d2));
	}
	assert_true(test_number(beside, "SELECT COUNT(DISTINCT days, day) FROM"
	    " click_source_days WHERE days > 1") > 25 + 6);
	verify_clean();
}

/* The sum of what is closed and what is open is the same at any moment. */
static void
days_are_closed_when_they_are_over(void **state)
{
	(void)state;
	for (int day = -3; day <= 1; day++)
		add_clicks(beside, day * 1440, 5, 100);
	count_clicks();
	run_until_done(at_minute(12 * 60));	/* midnight */
	assert_int_equal(test_number(beside, "SELECT COUNT(DISTINCT day) FROM"
	    " referrer_day"), 3);
	run_until_done(at_minute(12 * 60 + 1));
	assert_int_equal(test_number(beside, "SELECT COUNT(DISTINCT day) FROM"
	    " referrer_day"), 4);
	assert_int_equal(test_number(beside, "SELECT CAST(SUM(clicks +"
	    " bot_clicks) AS SIGNED) FROM referrer_day"), 2000);
	verify_clean();
}

/* More referrers on a day than one turn takes. */
static void
a_day_of_many_referrers(void **state)
{
	(void)state;
	test_sql(admin, "SET foreign_key_checks = 0");
	test_sql(admin, "INSERT INTO placement_day (placement_id, day,"
	    " referrer_id, clicks) SELECT 1000 + seq, '2026-02-01', 1000 +"
	    " seq DIV 2, 1 FROM seq_1_to_2600");
	test_sql(admin, "INSERT INTO referrer (id, organization_id,"
	    " member_organization_id, status, joined_at) SELECT 1000 + seq, 1,"
	    " 1000 + seq, 'active', NOW() FROM seq_0_to_1300");
	run_until_done(at_minute(0));
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM"
	    " referrer_day"), 1301);
	assert_int_equal(test_number(beside, "SELECT CAST(SUM(clicks) AS"
	    " SIGNED) FROM referrer_day"), 2600);
	test_sql(admin, "DELETE FROM referrer_day");
	test_sql(admin, "DELETE FROM referrer WHERE id >= 1000");
	test_sql(admin, "SET foreign_key_checks = 1");
}

static struct when
bought_until(void)
{
	return (struct when){ test_number(beside, "SELECT"
	    " CAST(UNIX_TIMESTAMP(done_until) * 1000000 AS SIGNED) FROM rollup"
	    " WHERE name = 'bought'") };
}

/* More on one day than a statement reads in its time, and than in a step. */
static void
a_day_of_many_payments(void **state)
{
	bool more = true;
	int turns = 0;

	(void)state;
	test_sql(beside, "SET time_zone = '+00:00'");
	test_sql(admin, "SET foreign_key_checks = 0");
	test_sql(admin, "INSERT INTO payment (organization_id, product_id,"
	    " quantity, currency, amount, tokens, provider, token, status,"
	    " payment_status, success_url, cancel_url, created_at, expires_at)"
	    " SELECT 2, 1, 1, 'USD', 1, 1, 'sandbox', CONCAT('many-', seq),"
	    " 'expired', 'unpaid', '', '', " NOON " + INTERVAL IF(seq < 12000,"
	    " 0, seq DIV 1000) MINUTE, NOW() FROM seq_1_to_36000");
	assert_int_equal(rollup_run(db, &arena, at_minute(60), &conf, &more),
	    OK);
	assert_true(more);
	assert_int_equal(bought_until().us, at_minute(0).us);
	for (; more; turns++)
		assert_int_equal(rollup_run(db, &arena, at_minute(60), &conf,
		    &more), OK);
	assert_true(turns >= 4);
	assert_int_equal(bought_until().us, at_minute(59).us);
	assert_int_equal(test_number(beside, "SELECT sessions FROM"
	    " organization_bought WHERE organization_id = 2"), 36000);
	verify_clean();
	test_sql(admin, "DELETE FROM payment");
	test_sql(admin, "SET foreign_key_checks = 1");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup(name, clear)
	const struct CMUnitTest tests[] = {
		T(nothing_is_nothing),
		T(minutes_are_added_once),
		T(late_clicks_are_not_lost),
		T(what_was_missed_is_caught_up_in_steps),
		T(many_processes_add_once),
		T(whoever_is_killed_leaves_no_half),
		T(sources_are_limited),
		T(days_of_sources_make_up_any_time),
		T(days_are_closed_when_they_are_over),
		T(a_day_of_many_referrers),
		T(a_day_of_many_payments),
	};
#undef T

	return cmocka_run_group_tests_name("rollup", tests, start, stop);
}
