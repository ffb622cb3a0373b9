/* Turns of webhook endpoints, and what becomes of their deliveries. */
#include "ground.h"

#include "model/event/delivery.h"

#define ORG 7
#define ENDPOINT UINT64_C(1)

static struct settings test_settings = {
	.webhook_retries = { 10, 100 }, .webhook_retries_n = 2,
	.webhook_fail_hours = 120,
};

static int
start(void **state)
{
	(void)state;
	ground_start(&test_settings);
	test_sql(beside, "INSERT INTO organization (id, name, slug, account_id,"
	    " created_at, updated_at) VALUES (%d, 'O', 'o', '77', "
	    "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", ORG);
	test_sql(beside, "INSERT INTO webhook_endpoint (id, organization_id, "
	    "url, events, active, secret, created_at, updated_at) VALUES "
	    "(1, %d, 'https://a.example/', '*', 1, '', UTC_TIMESTAMP(6), "
	    "UTC_TIMESTAMP(6))", ORG);
	test_sql(beside, "INSERT INTO webhook_queue (endpoint_id) VALUES (1)");
	return 0;
}

/* n deliveries that are due, and an endpoint that is well. */
static int
fresh(void **state)
{
	(void)state;
	now = clock_now();
	arena_reset(&arena);
	test_sql(beside, "DELETE FROM webhook_delivery");
	test_sql(beside, "UPDATE webhook_endpoint SET active = 1, "
	    "disabled_at = NULL, disabled_reason = NULL");
	test_sql(beside, "UPDATE webhook_queue SET due_at = UTC_TIMESTAMP(6), "
	    "lease_until = NULL, lease_owner = NULL, failing_since = NULL");
	for (int i = 1; i <= 3; i++)
		test_sql(beside, "INSERT INTO webhook_delivery (id, "
		    "organization_id, endpoint_id, status, run_at, created_at)"
		    " VALUES (%d, %d, 1, 'pending', UTC_TIMESTAMP(6), "
		    "UTC_TIMESTAMP(6))", i, ORG);
	now = when_add(clock_now(), 1);
	return 0;
}

static bool
claim(uint64_t owner, struct when at)
{
	bool got;

	assert_int_equal(target_claim(db, &arena, ENDPOINT, owner, at,
	    when_add(at, 30), &got), OK);
	return got;
}

static void
one_at_a_time_has_the_turn(void **state)
{
	struct list due;

	(void)state;
	assert_int_equal(target_due(db, &arena, false, now, 10, &due), OK);
	assert_int_equal(due.n, 1);
	assert_true(claim(11, now));
	assert_false(claim(12, now));
	assert_false(claim(11, now));
	assert_int_equal(target_due(db, &arena, false, now, 10, &due), OK);
	assert_int_equal(due.n, 0);
	assert_true(claim(12, when_add(now, 31)));	/* the first died */
	assert_int_equal(target_release(db, &arena, ENDPOINT, 11), OK);
	assert_false(claim(13, when_add(now, 32)));
	assert_int_equal(target_release(db, &arena, ENDPOINT, 12), OK);
	assert_true(claim(13, when_add(now, 32)));
}

static void
a_turn_comes_back_when_something_is_due(void **state)
{
	(void)state;
	assert_true(claim(11, now));
	test_sql(beside, "UPDATE webhook_delivery SET run_at = '2031-01-01' "
	    "WHERE id = 2");
	test_sql(beside, "UPDATE webhook_delivery SET run_at = NULL "
	    "WHERE id <> 2");
	assert_int_equal(target_release(db, &arena, ENDPOINT, 11), OK);
	assert_int_equal(test_number(beside, "SELECT due_at = '2031-01-01' "
	    "FROM webhook_queue"), 1);
	assert_false(claim(12, now));
	test_sql(beside, "UPDATE webhook_delivery SET run_at = NULL");
	test_sql(beside, "UPDATE webhook_queue SET due_at = UTC_TIMESTAMP(6)");
	assert_true(claim(12, now));
	assert_int_equal(target_release(db, &arena, ENDPOINT, 12), OK);
	assert_int_equal(test_number(beside, "SELECT COUNT(due_at) "
	    "FROM webhook_queue"), 0);
}

struct answer {
	int64_t status;
	const char *error;
};

/* As the courier does it, of all that is due; *t keeps what it knows. */
static size_t
record(struct target *t, const struct answer *answers, struct when at)
{
	struct delivery_result r[3];
	const struct delivery *d;
	struct list due;

	*t = (struct target){ 0 };
	assert_int_equal(target_get(db, &arena, ENDPOINT, t), OK);
	assert_int_equal(delivery_due(db, &arena, ENDPOINT, at, 3, &due), OK);
	d = due.items;
	for (size_t i = 0; i < due.n; i++)
		r[i] = (struct delivery_result){ t, &d[i], answers[i].status,
		    answers[i].error != NULL ? str_of(answers[i].error) :
		    STR_NULL, STR_NULL, 5, at };
	assert_int_equal(delivery_record(db, &arena, r, due.n), OK);
	/* a second process that comes late with the same changes nothing */
	assert_int_equal(delivery_record(db, &arena, r, due.n), OK);
	return due.n;
}

static int64_t
count(const char *where)
{
	return test_number(beside, "SELECT COUNT(*) FROM webhook_delivery "
	    "WHERE %s", where);
}

static void
retries_follow_their_schedule(void **state)
{
	static const struct answer bad[] = { { 200, NULL }, { 500, NULL },
	    { 0, "no route" } };
	struct target t;

	(void)state;
	assert_int_equal(record(&t, bad, now), 3);
	assert_int_equal(count("status = 'delivered' AND attempts = 1 AND "
	    "run_at IS NULL AND ended_at IS NOT NULL AND id = 1"), 1);
	assert_int_equal(count("status = 'pending' AND attempts = 1 AND "
	    "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), run_at) BETWEEN 9 AND 14"
	    ), 2);
	assert_int_equal(t.failing_since.us, now.us);
	assert_int_equal(test_number(beside, "SELECT COUNT(failing_since) FROM "
	    "webhook_queue"), 1);
	assert_int_equal(record(&t, bad + 1, when_add(now, 15)), 2);
	assert_int_equal(count("status = 'pending' AND attempts = 2 AND "
	    "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), run_at) BETWEEN 110 AND "
	    "142"), 2);
	assert_int_equal(record(&t, bad, when_add(now, 150)), 2);
	assert_int_equal(count("status = 'delivered' AND attempts = 3"), 1);
	assert_int_equal(count("status = 'failed' AND attempts = 3 AND "
	    "run_at IS NULL AND ended_at IS NOT NULL"), 1);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "webhook_attempt"), 7);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "webhook_attempt WHERE status = 0 AND error = 'no route'"), 2);
}

static void
a_success_ends_the_failing(void **state)
{
	static const struct answer mixed[] = { { 500, NULL }, { 204, NULL },
	    { 302, NULL } };
	struct target t;

	(void)state;
	assert_int_equal(record(&t, mixed, now), 3);
	assert_true(t.failing_since.us != 0);	/* from the last one on */
	assert_int_equal(record(&t, mixed + 1, when_add(now, 20)), 2);
	assert_int_equal(record(&t, mixed + 1, when_add(now, 200)), 1);
	assert_int_equal(t.failing_since.us, 0);
	assert_int_equal(test_number(beside, "SELECT COUNT(failing_since) FROM "
	    "webhook_queue"), 0);
}

static int64_t
disabled(const char *reason)
{
	return test_number(beside, "SELECT COUNT(*) FROM webhook_endpoint "
	    "WHERE active = 0 AND disabled_at IS NOT NULL AND "
	    "disabled_reason = '%s'", reason);
}

static int64_t
told(void)
{
	return test_number(beside, "SELECT COUNT(*) FROM event WHERE "
	    "type = 'webhook_endpoint.disabled' AND entity_id = 1");
}

static void
gone_disables(void **state)
{
	static const struct answer gone[] = { { 410, NULL }, { 410, NULL },
	    { 410, NULL } };
	int64_t before = told();
	struct target t;

	(void)state;
	assert_int_equal(record(&t, gone, now), 3);
	assert_int_equal(disabled("gone"), 1);
	assert_int_equal(count("status = 'failed' AND attempts = 1"), 3);
	assert_int_equal(told(), before + 1);
}

static void
failing_for_days_disables(void **state)
{
	static const struct answer bad[] = { { 500, NULL }, { 500, NULL },
	    { 500, NULL } };
	int64_t before = told();
	struct target t;

	(void)state;
	test_sql(beside, "UPDATE webhook_queue SET failing_since = "
	    "UTC_TIMESTAMP(6) - INTERVAL 119 HOUR");
	assert_int_equal(record(&t, bad, now), 3);
	assert_int_equal(disabled("failing"), 0);
	test_sql(beside, "UPDATE webhook_queue SET failing_since = "
	    "UTC_TIMESTAMP(6) - INTERVAL 121 HOUR");
	assert_int_equal(record(&t, bad, when_add(now, 20)), 3);
	assert_int_equal(disabled("failing"), 1);
	assert_int_equal(told(), before + 1);
}

static void
what_is_due_while_off_is_not_sent(void **state)
{
	struct target t = { .id = ENDPOINT };

	(void)state;
	assert_int_equal(delivery_skip(db, &arena, &t, now), OK);
	assert_int_equal(count("status = 'disabled' AND run_at IS NULL AND "
	    "attempts = 0"), 3);
}

static void
what_a_deleted_one_had_goes_too(void **state)
{
	struct target t = { .id = ENDPOINT };

	(void)state;
	test_sql(beside, "UPDATE webhook_endpoint SET active = 0, "
	    "deleted_at = UTC_TIMESTAMP(6)");
	test_sql(beside, "UPDATE webhook_delivery SET run_at = NULL, "
	    "status = 'delivered'");
	assert_true(claim(11, now));
	assert_int_equal(target_release(db, &arena, ENDPOINT, 11), OK);
	assert_true(claim(12, now));	/* there is something left */
	assert_int_equal(target_get(db, &arena, ENDPOINT, &t), OK);
	assert_int_equal(delivery_skip(db, &arena, &t, now), OK);
	assert_int_equal(count("TRUE"), 0);
	assert_int_equal(target_release(db, &arena, ENDPOINT, 12), OK);
	assert_false(claim(13, now));
	test_sql(beside, "UPDATE webhook_endpoint SET deleted_at = NULL");
}

/* max_retries says how often, and the last pause comes again. */
static void
records_have_their_own_number_of_tries(void **state)
{
	static const struct answer bad[] = { { 500, NULL }, { 500, NULL },
	    { 500, NULL } };
	struct target t;

	(void)state;
	test_sql(beside, "UPDATE webhook_endpoint SET form = 'records', "
	    "max_retries = 3");
	for (int i = 0; i < 3; i++)
		assert_int_equal(record(&t, bad, when_add(now, 200 * i)), 3);
	assert_int_equal(count("status = 'pending' AND attempts = 3 AND "
	    "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), run_at) BETWEEN 490 AND "
	    "530"), 3);
	assert_int_equal(record(&t, bad, when_add(now, 600)), 3);
	assert_int_equal(count("status = 'failed' AND attempts = 4"), 3);
	test_sql(beside, "UPDATE webhook_endpoint SET form = 'events', "
	    "max_retries = NULL");
}

#define MANY 1203

static void
a_replay_takes_each_once(void **state)
{
	bool more = true;
	int pieces = 0;

	(void)state;
	test_sql(beside, "DELETE FROM webhook_delivery");
	for (int i = 0; i < MANY; i++)
		test_sql(beside, "INSERT INTO webhook_delivery ("
		    "organization_id, endpoint_id, status, attempts, step, "
		    "created_at) VALUES (%d, 1, '%s', 3, 3, '2026-01-%02d')",
		    ORG, i % 3 == 0 ? "delivered" : i % 3 == 1 ? "failed" :
		    "disabled", i % 5 + 1);
	test_sql(beside, "INSERT INTO webhook_replay (organization_id, "
	    "endpoint_id, from_at, to_at, created_at) VALUES (%d, 1, "
	    "'2026-01-01', '2026-01-05', UTC_TIMESTAMP(6))", ORG);
	for (; more; pieces++) {
		arena_reset(&arena);
		assert_int_equal(replay_run(db, &arena, now, &more), OK);
	}
	assert_int_equal(pieces, 2);
	assert_int_equal(count("status = 'pending' AND step = 0 AND "
	    "attempts = 3 AND run_at IS NOT NULL"), count("created_at < "
	    "'2026-01-05' AND status <> 'delivered'"));
	assert_int_equal(count("status = 'pending' AND created_at >= "
	    "'2026-01-05'"), 0);
	assert_true(count("status = 'delivered'") == MANY / 3);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "webhook_replay WHERE done_at IS NULL"), 0);
	test_sql(beside, "INSERT INTO webhook_replay (organization_id, "
	    "endpoint_id, from_at, to_at, status, created_at) VALUES (%d, 1, "
	    "'2026-01-01', '2026-02-01', 'delivered', UTC_TIMESTAMP(6))", ORG);
	assert_int_equal(replay_run(db, &arena, now, &more), OK);
	assert_int_equal(count("status = 'delivered'"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(one_at_a_time_has_the_turn),
		TEST(a_turn_comes_back_when_something_is_due),
		TEST(retries_follow_their_schedule),
		TEST(a_success_ends_the_failing),
		TEST(gone_disables),
		TEST(failing_for_days_disables),
		TEST(what_is_due_while_off_is_not_sent),
		TEST(what_a_deleted_one_had_goes_too),
		TEST(records_have_their_own_number_of_tries),
		TEST(a_replay_takes_each_once),
	};

	return cmocka_run_group_tests_name("delivery", tests, start,
	    ground_stop);
}
