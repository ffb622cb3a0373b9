/* Schedules and tasks: one turn each, whoever else is there. */
#include "harness.h"

#include <unistd.h>

#include "base/settings.h"
#include "net/outside.h"
#include "jobs/work.h"

#define TASKS 12
#define PROCESSES 4

static const struct settings test_settings = {
	.secret = { "0123456789abcdef0123456789abcdef", 32 },
};
static const struct conf conf = { .callback_ca = "", .seal_seconds = 10,
	.seal_age_seconds = 60, .rollup_seconds = 60,
	.rollup_age_seconds = 60 };
static MYSQL *beside;

static int
start(void **state)
{
	(void)state;
	settings = &test_settings;
	test_migrate();
	beside = test_connect();
	outside_init();
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	mysql_close(beside);
	return 0;
}

static struct jobs
make_jobs(uint64_t owner)
{
	struct db_conf where = test_conf();
	struct jobs j = { .conf = &conf, .owner = owner };

	j.db = db_new(&where);
	arena_init(&j.arena);
	return j;
}

static void
end_jobs(struct jobs *j)
{
	db_free(j->db);
	arena_free(&j->arena);
}

/* Of nobody: port 1 refuses every connection. */
static void
add_tasks(int n, int attempts)
{
	test_sql(beside, "DELETE FROM task");
	for (int i = 0; i < n; i++)
		test_sql(beside, "INSERT INTO task (kind, subject_id, payload,"
		    " run_at, attempts, created_at) VALUES "
		    "('sandbox_callback', 1, '{\"url\":\"https://127.0.0.1:1/"
		    "\",\"body\":\"{}\"}', UTC_TIMESTAMP(6), %d, "
		    "UTC_TIMESTAMP(6))", attempts);
}

static int
work(uint64_t owner)
{
	struct jobs j = make_jobs(owner);
	bool more;
	enum err e = task_round(&j, &more);

	end_jobs(&j);
	return e != OK;
}

static void
each_task_is_claimed_by_one_process(void **state)
{
	pid_t pid[PROCESSES];

	(void)state;
	add_tasks(TASKS, 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(work((uint64_t)i + 1));
	}
	test_wait(pid, PROCESSES);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM task WHERE "
	    "attempts = 1 AND lease_until IS NULL AND done_at IS NULL AND "
	    "run_at > UTC_TIMESTAMP(6) AND last_error IS NOT NULL"), TASKS);
}

static void
a_task_is_given_up_in_the_end(void **state)
{
	(void)state;
	add_tasks(1, 19);
	assert_int_equal(work(9), 0);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM task WHERE "
	    "attempts = 20 AND failed_at IS NOT NULL AND done_at IS NOT NULL"),
	    1);
}

static void
a_task_of_another_waits_for_its_lease(void **state)
{
	(void)state;
	add_tasks(1, 0);
	test_sql(beside, "UPDATE task SET lease_owner = 5, lease_until = "
	    "UTC_TIMESTAMP(6) + INTERVAL 10 SECOND");
	assert_int_equal(work(9), 0);
	assert_int_equal(test_number(beside, "SELECT attempts FROM task"), 0);
	test_sql(beside, "UPDATE task SET lease_until = "
	    "UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	assert_int_equal(work(9), 0);
	assert_int_equal(test_number(beside, "SELECT attempts FROM task"), 1);
}

static void
a_schedule_of_another_waits_for_its_lease(void **state)
{
	struct jobs j = make_jobs(9);

	(void)state;
	test_sql(beside, "UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6), "
	    "last_run_at = NULL, lease_owner = 5, "
	    "lease_until = UTC_TIMESTAMP(6) + INTERVAL 10 SECOND");
	assert_int_equal(schedule_round(&j), OK);
	assert_int_equal(test_number(beside, "SELECT COUNT(last_run_at) "
	    "FROM schedule"), 0);
	test_sql(beside, "UPDATE schedule SET lease_until = "
	    "UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	assert_int_equal(schedule_round(&j), OK);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM schedule "
	    "WHERE last_run_at IS NULL OR lease_until IS NOT NULL OR "
	    "next_run_at <= UTC_TIMESTAMP(6)"), 0);
	end_jobs(&j);
}

/* Tasks and schedules, by a clock that was two hours ahead. */
static void
a_clock_that_was_put_back_stops_nothing(void **state)
{
	struct jobs j = make_jobs(9);

	(void)state;
	add_tasks(1, 0);
	test_sql(beside, "UPDATE task SET run_at = run_at + INTERVAL 2 HOUR, "
	    "lease_owner = 5, lease_until = run_at + INTERVAL 10 SECOND");
	test_sql(beside, "UPDATE schedule SET last_run_at = UTC_TIMESTAMP(6) "
	    "+ INTERVAL 2 HOUR, next_run_at = last_run_at + INTERVAL 5 SECOND, "
	    "lease_owner = 5, lease_until = last_run_at + INTERVAL 1 MINUTE");
	assert_int_equal(work(9), 0);
	assert_int_equal(test_number(beside, "SELECT attempts FROM task"), 1);
	assert_int_equal(schedule_round(&j), OK);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM schedule "
	    "WHERE last_run_at > UTC_TIMESTAMP(6)"), 0);
	assert_int_equal(schedule_round(&j), OK);
	end_jobs(&j);
}

static void
what_has_run_out_is_purged(void **state)
{
	struct jobs j = make_jobs(9);

	(void)state;
	test_sql(beside, "INSERT INTO idempotency_key (owner, key_hash, "
	    "request_hash, created_at) VALUES ('a', 'old', 'r', "
	    "UTC_TIMESTAMP(6) - INTERVAL 25 HOUR), ('a', 'new', 'r', "
	    "UTC_TIMESTAMP(6) - INTERVAL 23 HOUR)");
	test_sql(beside, "UPDATE schedule SET next_run_at = UTC_TIMESTAMP(6) "
	    "WHERE name = 'purge'");
	assert_int_equal(schedule_round(&j), OK);
	assert_int_equal(test_number(beside,
	    "SELECT COUNT(*) FROM idempotency_key"), 1);
	end_jobs(&j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_task_is_claimed_by_one_process),
		cmocka_unit_test(a_task_is_given_up_in_the_end),
		cmocka_unit_test(a_task_of_another_waits_for_its_lease),
		cmocka_unit_test(a_schedule_of_another_waits_for_its_lease),
		cmocka_unit_test(a_clock_that_was_put_back_stops_nothing),
		cmocka_unit_test(what_has_run_out_is_purged),
	};

	return cmocka_run_group_tests_name("jobs", tests, start, stop);
}
