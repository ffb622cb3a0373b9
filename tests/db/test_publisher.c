/* The order of events: by their visibility, whoever writes and publishes. */
#include "ground.h"

#include <unistd.h>

#include "model/event/event.h"
#include "model/event/publisher.h"

#define ORG 7
#define EACH 200

static MYSQL *other;

static int
start(void **state)
{
	(void)state;
	ground_start(NULL);
	other = test_connect();
	test_sql(beside, "INSERT INTO organization (id, name, slug, account_id,"
	    " created_at, updated_at) VALUES (%d, 'O', 'o', '77', "
	    "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", ORG);
	return 0;
}

static int
stop(void **state)
{
	mysql_close(other);
	return ground_stop(state);
}

static void
write_event(MYSQL *m, const char *type, int entity)
{
	test_sql(m, "INSERT INTO event (organization_id, type, entity_id, "
	    "data, created_at) VALUES (%d, '%s', %d, '{}', UTC_TIMESTAMP(6))",
	    ORG, type, entity);
}

static uint64_t
publish_once(void)
{
	struct publisher p = { 0 };
	uint64_t count;

	arena_reset(&arena);
	assert_int_equal(publish(db, &arena, &p, clock_now(), &count), OK);
	return count;
}

static int64_t
seq_of(int entity)
{
	return test_number(beside, "SELECT COALESCE(seq, 0) FROM event "
	    "WHERE entity_id = %d", entity);
}

static void
what_commits_later_comes_later(void **state)
{
	int64_t begun = clock_monotonic_us();

	(void)state;
	test_sql(other, "START TRANSACTION");
	write_event(other, "payment.paid", 101);
	write_event(beside, "payment.paid", 102);
	assert_int_equal(publish_once(), 1);
	assert_true(clock_monotonic_us() - begun < SECOND_US);
	assert_true(seq_of(102) > 0);
	assert_int_equal(publish_once(), 0);
	test_sql(other, "COMMIT");
	assert_int_equal(publish_once(), 1);
	assert_int_equal(seq_of(101), seq_of(102) + 1);
	assert_true(test_number(beside, "SELECT a.id < b.id FROM event a, "
	    "event b WHERE a.entity_id = 101 AND b.entity_id = 102"));
}

static void
an_event_that_is_rolled_back_leaves_no_gap(void **state)
{
	int64_t last = test_number(beside, "SELECT MAX(seq) FROM event");

	(void)state;
	test_sql(other, "START TRANSACTION");
	write_event(other, "payment.paid", 103);
	write_event(beside, "payment.paid", 104);
	assert_int_equal(publish_once(), 1);
	test_sql(other, "ROLLBACK");
	write_event(beside, "payment.paid", 105);
	assert_int_equal(publish_once(), 1);
	assert_int_equal(seq_of(105), last + 2);
}

static void
writers_do_not_wait_for_the_publisher(void **state)
{
	int64_t begun, id;

	(void)state;
	write_event(beside, "payment.paid", 106);
	id = test_number(beside, "SELECT MAX(id) FROM event");
	test_sql(other, "START TRANSACTION");
	test_sql(other, "UPDATE event SET seq = 900000 WHERE id = %lld",
	    (long long)id);
	begun = clock_monotonic_us();
	write_event(beside, "payment.paid", 107);
	assert_true(clock_monotonic_us() - begun < SECOND_US);
	test_sql(other, "ROLLBACK");
	assert_int_equal(publish_once(), 2);
}

static void
a_second_publisher_leaves_it_to_the_first(void **state)
{
	int64_t begun = clock_monotonic_us();

	(void)state;
	write_event(beside, "payment.paid", 108);
	test_sql(other, "START TRANSACTION");
	test_sql(other, "SELECT last FROM event_counter FOR UPDATE");
	assert_int_equal(publish_once(), 0);
	assert_true(clock_monotonic_us() - begun < SECOND_US);
	test_sql(other, "ROLLBACK");
	assert_int_equal(publish_once(), 1);
}

static int
write_many(void)
{
	MYSQL *m = test_connect();

	for (int i = 0; i < EACH; i++) {
		test_sql(m, "START TRANSACTION");
		write_event(m, "referrer.joined", 5000 + i);
		if (i % 7 == 0)
			usleep(3000);
		test_sql(m, i % 11 == 0 ? "ROLLBACK" : "COMMIT");
	}
	mysql_close(m);
	return 0;
}

/* Until there was nothing for a while: the writers have ended by then. */
static int
publish_many(void)
{
	struct db_conf conf = test_conf();
	struct db *own = db_new(&conf);
	struct publisher p = { 0 };
	struct arena a;
	uint64_t count;

	arena_init(&a);
	for (int idle = 0; idle < 200; idle++) {
		arena_reset(&a);
		if (publish(own, &a, &p, clock_now(), &count) != OK)
			return 1;
		if (count > 0)
			idle = 0;
		usleep(2000);
	}
	return 0;
}

/* What a reader by cursor has seen is never followed by something lower. */
static int
read_many(void)
{
	MYSQL *m = test_connect();
	int64_t top = test_number(m, "SELECT MAX(seq) FROM event"), n, low;

	for (int idle = 0; idle < 300; idle++) {
		int64_t next = test_number(m, "SELECT MAX(seq) FROM event");

		/* gapless: so many are there, and they stay so many */
		n = test_number(m, "SELECT COUNT(*) FROM event WHERE "
		    "seq > %lld AND seq <= %lld", (long long)top,
		    (long long)next);
		low = next - top;
		if (n != low)
			return 1;
		if (next > top)
			idle = 0;
		top = next;
		usleep(1000);
	}
	mysql_close(m);
	return 0;
}

static void
many_write_and_publish_at_once(void **state)
{
	int (*const roles[])(void) = { write_many, write_many, write_many,
	    write_many, publish_many, publish_many, publish_many, read_many };
	pid_t pid[LEN(roles)];

	(void)state;
	for (size_t i = 0; i < LEN(roles); i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(roles[i]());
	}
	test_wait(pid, LEN(roles));
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM event WHERE "
	    "seq IS NULL"), 0);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) - MAX(seq) + "
	    "MIN(seq) - 1 FROM event"), 0);
	assert_int_equal(test_number(beside, "SELECT last - (SELECT MAX(seq) "
	    "FROM event) FROM event_counter"), 0);
}

static void
add_endpoint(int id, const char *events, int active)
{
	test_sql(beside, "INSERT INTO webhook_endpoint (id, organization_id, "
	    "url, events, active, secret, created_at, updated_at) VALUES "
	    "(%d, %d, 'https://a.example/', '%s', %d, '', UTC_TIMESTAMP(6), "
	    "UTC_TIMESTAMP(6))", id, ORG, events, active);
	test_sql(beside, "INSERT INTO webhook_queue (endpoint_id) VALUES (%d)",
	    id);
}

static int64_t
deliveries(int endpoint, const char *status)
{
	return test_number(beside, "SELECT COUNT(*) FROM webhook_delivery "
	    "WHERE endpoint_id = %d AND status = '%s'", endpoint, status);
}

static void
deliveries_are_made_for_those_who_want_them(void **state)
{
	(void)state;
	add_endpoint(1, "*", 1);
	add_endpoint(2, "payment.paid referrer.*", 1);
	add_endpoint(3, "*", 0);
	add_endpoint(4, "commission.created", 1);
	add_endpoint(5, "*", 1);
	test_sql(beside, "UPDATE webhook_endpoint SET deleted_at = "
	    "UTC_TIMESTAMP(6) WHERE id = 5");
	write_event(beside, "payment.paid", 301);
	write_event(beside, "referrer.joined", 302);
	write_event(beside, "referrer_campaign.ended", 303);
	assert_int_equal(publish_once(), 3);
	assert_int_equal(deliveries(1, "pending"), 3);
	assert_int_equal(deliveries(2, "pending"), 2);
	assert_int_equal(deliveries(3, "disabled"), 3);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "webhook_delivery"), 8);
	assert_int_equal(test_number(beside, "SELECT COUNT(*) FROM "
	    "webhook_queue WHERE due_at IS NOT NULL"), 2);
	assert_int_equal(publish_once(), 0);
}

static void
a_type_is_filtered_exactly(void **state)
{
	struct event_filter f = { .type = STR("referrer.*") };
	struct list rows;

	(void)state;
	assert_int_equal(event_list(db, &arena, ORG, &f, 0, 1000, &rows), OK);
	for (size_t i = 0; i < rows.n; i++)
		assert_true(str_is(((struct event_row *)rows.items)[i].type,
		    "referrer.joined"));
	assert_true(rows.n > 1);
	f = (struct event_filter){ .entity_id = 303 };
	assert_int_equal(event_list(db, &arena, ORG, &f, 0, 1000, &rows), OK);
	assert_int_equal(rows.n, 1);
	assert_true(event_pattern_known(STR("*")));
	assert_true(event_pattern_known(STR("payment.*")));
	assert_false(event_pattern_known(STR("pay*")));
	assert_false(event_pattern_known(STR("payment.unknown")));
	assert_false(event_pattern_known(STR("")));
}

#define MANY 120

static enum err
write_all(struct db *d, void *arg)
{
	struct event_data all[MANY];

	for (uint64_t i = 0; i < MANY; i++)
		all[i] = (struct event_data){ { ORG, "referral.moved",
		    5000 + i, 0, clock_now() }, STR_NULL };
	return event_write_all(d, &arena, all, *(const size_t *)arg);
}

static void
many_are_written_by_few_statements(void **state)
{
	static const struct { size_t n; uint64_t statements; } tries[] = {
		{ 0, 0 }, { 50, 1 }, { MANY, 3 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(tries); i++) {
		uint64_t before = db_statements(db);
		size_t n = tries[i].n;

		test_sql(beside, "DELETE FROM event WHERE entity_id >= 5000");
		assert_int_equal(tx_run(db, &arena, write_all, &n), OK);
		assert_int_equal(db_statements(db) - before,
		    2 + tries[i].statements);
		assert_int_equal(test_number(beside, "SELECT COUNT(*)"
		    " FROM event WHERE entity_id >= 5000"), n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_commits_later_comes_later),
		cmocka_unit_test(an_event_that_is_rolled_back_leaves_no_gap),
		cmocka_unit_test(writers_do_not_wait_for_the_publisher),
		cmocka_unit_test(a_second_publisher_leaves_it_to_the_first),
		cmocka_unit_test(many_write_and_publish_at_once),
		cmocka_unit_test(deliveries_are_made_for_those_who_want_them),
		cmocka_unit_test(a_type_is_filtered_exactly),
		cmocka_unit_test(many_are_written_by_few_statements),
	};

	return cmocka_run_group_tests_name("publisher", tests, start, stop);
}
