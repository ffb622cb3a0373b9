/* Transactions and the connection under them, with a second party. */
#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/internal.h"
#include "base/banned.h"

#define A	101	/* owners of two accounts */
#define B	102

static struct db *db;
static struct arena arena;
static MYSQL *other;

static int
setup(void **state)
{
	const struct db_conf conf = test_conf();

	(void)state;
	arena_init(&arena);
	test_migrate();
	db = db_new(&conf);
	other = test_connect();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	db_free(db);
	mysql_close(other);
	arena_free(&arena);
	return 0;
}

static int
each(void **state)
{
	(void)state;
	arena_reset(&arena);
	test_sql(other, "ROLLBACK");	/* of a test that failed */
	test_sql(other, "DELETE FROM account");
	test_sql(other, "INSERT INTO account (organization_id, kind, owner_id,"
	    " currency, kept, guard, balance) VALUES"
	    " (1, 'tokens_available', %d, 'TOK', 1, 'floor', 100),"
	    " (1, 'tokens_available', %d, 'TOK', 1, 'floor', 100)", A, B);
	return 0;
}

/* By the unique key, so that no other row is locked. */
#define SET_BALANCE "UPDATE account SET balance = %d" \
	" WHERE organization_id = 1 AND kind = 'tokens_available'" \
	" AND owner_id = %d AND currency = 'TOK'"

static void
set_balance(int owner, int to)
{
	test_sql(other, SET_BALANCE, to, owner);
}

static int64_t
balance(int owner)
{
	return test_number(other, "SELECT balance FROM account"
	    " WHERE owner_id = %d", owner);
}

static enum err
move(int owner, int64_t amount)
{
	return db_exec(db, Q_ACCOUNT_MOVE, ARGS(amount, UINT64_C(1),
	    STR("tokens_available"), (int64_t)owner, STR("TOK")), NULL, NULL);
}

struct balance_row {
	int64_t balance;
};

SHAPE(balance_row, struct balance_row, NULL,
    COLUMN(struct balance_row, balance));

static enum err
look(int owner, int64_t *out)
{
	struct balance_row row = { 0 };
	const enum err e = db_row(db, &arena, Q_ACCOUNT_BALANCE,
	    ARGS(UINT64_C(1), STR("tokens_available"), (int64_t)owner,
	    STR("TOK")), &balance_row, &row);

	*out = row.balance;
	return e;
}

static void
kill_connection(void)
{
	test_sql(other, "KILL %lu", mysql_thread_id(db->mysql));
	usleep(50 * 1000);
}

/* What a transaction of these tests counts and is told. */
struct script {
	int attempts;
	enum err give;
	size_t used[8];
};

static enum err
move_both(struct db *d, void *arg)
{
	struct script *s = arg;

	(void)d;
	s->attempts++;
	TRY(move(A, -10));
	TRY(move(B, 10));
	return s->give;
}

static void
commits(void **state)
{
	struct script s = { 0 };
	uint64_t before;

	(void)state;
	assert_int_equal(db_ping(db), OK);
	before = db_statements(db);
	assert_int_equal(tx_run(db, &arena, move_both, &s), OK);
	assert_int_equal(db_statements(db) - before, 4);
	assert_int_equal(s.attempts, 1);
	assert_int_equal(balance(A), 90);
	assert_int_equal(balance(B), 110);
}

static void
rolls_back_after_an_error(void **state)
{
	struct script s = { .give = ERR_STALE };

	(void)state;
	assert_int_equal(tx_run(db, &arena, move_both, &s), ERR_STALE);
	assert_int_equal(s.attempts, 1);
	assert_int_equal(balance(A), 100);
	assert_int_equal(balance(B), 100);
}

static enum err
deadlock(struct db *d, void *arg)
{
	struct script *s = arg;
	char sql[256];
	const int n = snprintf(sql, sizeof(sql), SET_BALANCE, 0, A);

	(void)d;
	if (s->attempts++ > 0) {
		mysql_read_query_result(other);
		test_sql(other, "ROLLBACK");
		TRY(move(A, -10));
		return move(B, 10);
	}
	TRY(move(A, -10));
	assert_int_equal(mysql_send_query(other, sql, (unsigned long)n), 0);
	usleep(100 * 1000);
	return move(B, 10);
}

static void
a_deadlock_is_run_again(void **state)
{
	struct script s = { 0 };

	(void)state;
	/* The server gives up the transaction that has changed less. */
	test_sql(other, "BEGIN");
	for (int i = 0; i < 20; i++)
		test_sql(other, "INSERT INTO sandbox_session (token) VALUES"
		    " ('deadlock-%d')", i);
	set_balance(B, 0);
	assert_int_equal(tx_run(db, &arena, deadlock, &s), OK);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(balance(A), 90);
	assert_int_equal(balance(B), 110);
}

static enum err
wait_once(struct db *d, void *arg)
{
	struct script *s = arg;

	(void)d;
	s->used[s->attempts] = arena.used;
	arena_alloc(&arena, 100000);
	if (s->attempts++ > 0)
		test_sql(other, "ROLLBACK");
	TRY(move(A, -10));
	return move(B, 10);
}

static void
a_lock_timeout_is_run_again(void **state)
{
	struct script s = { 0 };

	(void)state;
	test_sql(other, "BEGIN");
	set_balance(B, 0);
	assert_int_equal(tx_run(db, &arena, wait_once, &s), OK);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(s.used[0], s.used[1]);
	assert_int_equal(balance(A), 90);
	assert_int_equal(balance(B), 110);
}

static enum err
read_then_write(struct db *d, void *arg)
{
	struct script *s = arg;
	int64_t seen;

	(void)d;
	TRY(look(A, &seen));
	if (s->attempts++ == 0)
		set_balance(A, 50);
	return move(A, -seen);
}

static void
a_changed_snapshot_is_run_again(void **state)
{
	struct script s = { 0 };

	(void)state;
	assert_int_equal(tx_run(db, &arena, read_then_write, &s), OK);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(balance(A), 0);
}

static enum err
overlook(struct db *d, void *arg)
{
	struct script *s = arg;

	(void)d;
	if (s->attempts++ > 0)
		test_sql(other, "ROLLBACK");
	if (move(A, -10) != OK || move(B, 10) != OK)
		return OK;
	return OK;
}

static void
an_overlooked_error_commits_nothing(void **state)
{
	struct script s = { 0 };

	(void)state;
	test_sql(other, "BEGIN");
	set_balance(B, 0);
	assert_int_equal(tx_run(db, &arena, overlook, &s), OK);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(balance(A), 90);
	assert_int_equal(balance(B), 110);
}

static void
the_deadline_ends_it(void **state)
{
	struct script s = { 0 };
	const int64_t from = clock_monotonic_us();

	(void)state;
	test_sql(other, "BEGIN");
	set_balance(A, 0);
	assert_int_equal(tx_run(db, &arena, move_both, &s), ERR_RETRY);
	assert_true(clock_monotonic_us() - from < 8 * SECOND_US);
	assert_true(s.attempts >= 2);
	test_sql(other, "ROLLBACK");
	assert_int_equal(balance(A), 100);
}

static enum err
lose_at_commit(struct db *d, void *arg)
{
	TRY(move_both(d, arg));
	kill_connection();
	return OK;
}

static void
a_loss_in_commit_is_of_unknown_outcome(void **state)
{
	struct script s = { 0 };

	(void)state;
	assert_int_equal(tx_run(db, &arena, lose_at_commit, &s),
	    ERR_UNKNOWN_OUTCOME);
	assert_int_equal(s.attempts, 1);
	assert_int_equal(balance(A), 100);
}

static enum err
lose_between(struct db *d, void *arg)
{
	int64_t seen;

	(void)d;
	(void)arg;
	TRY(move(A, -10));
	kill_connection();
	assert_int_equal(move(B, 10), ERR_UNAVAILABLE);
	assert_int_equal(look(B, &seen), ERR_UNAVAILABLE);
	return OK;
}

static void
a_loss_within_stores_nothing(void **state)
{
	int64_t seen;

	(void)state;
	assert_int_equal(tx_run(db, &arena, lose_between, NULL),
	    ERR_UNAVAILABLE);
	assert_int_equal(balance(A), 100);
	assert_int_equal(balance(B), 100);
	assert_int_equal(look(A, &seen), OK);
}

static void
a_killed_connection_is_opened_again(void **state)
{
	struct script s = { 0 };
	int64_t seen = 0;

	(void)state;
	assert_int_equal(look(A, &seen), OK);
	kill_connection();
	assert_int_equal(look(A, &seen), OK);
	assert_int_equal(seen, 100);
	kill_connection();
	assert_int_equal(tx_run(db, &arena, move_both, &s), OK);
	assert_int_equal(s.attempts, 1);
	kill_connection();
	assert_int_equal(db_ping(db), OK);
}

static enum err
fail_each_way(struct db *d, void *arg)
{
	uint64_t rows = 7, id = 7;

	(void)arg;
	assert_int_equal(move(A, -101), ERR_FUNDS);
	assert_int_equal(move(A, INT64_MAX), ERR_OVERFLOW);
	assert_int_equal(db_exec(d, Q_ACCOUNT_MOVE, ARGS(INT64_C(-100),
	    UINT64_C(1), STR("tokens_available"), (int64_t)A, STR("TOK")),
	    &rows, &id), OK);
	assert_int_equal(rows, 1);
	assert_int_equal(id, 0);
	assert_int_equal(db_exec(d, Q_ACCOUNT_MOVE, ARGS(INT64_C(1),
	    UINT64_C(1), STR("tokens_available"), INT64_C(999), STR("TOK")),
	    &rows, NULL), OK);
	assert_int_equal(rows, 0);
	assert_int_equal(db_exec(d, Q_ORGANIZATION_INSERT, ARGS(STR("x'y.z'"),
	    STR("house"), STR("1"), clock_now()), NULL, NULL), ERR_CONFLICT);
	assert_string_equal(db_duplicate(d), "organization_slug");
	return OK;
}

static void
failures_have_their_names(void **state)
{
	(void)state;
	assert_int_equal(tx_run(db, &arena, fail_each_way, NULL), OK);
	assert_int_equal(balance(A), 0);
}

static void
nobody_waits_for_a_database_that_is_gone(void **state)
{
	struct db_conf conf = test_conf();
	struct db *gone;
	int64_t from;

	(void)state;
	conf.socket = "/nonexistent/socket";
	gone = db_new(&conf);
	assert_int_equal(db_ping(gone), ERR_UNAVAILABLE);
	from = clock_monotonic_us();
	for (int i = 0; i < 100; i++)
		assert_int_equal(db_ping(gone), ERR_UNAVAILABLE);
	assert_true(clock_monotonic_us() - from < 100 * 1000);
	db_free(gone);
}

static enum err
look_twice(struct db *d, void *arg)
{
	int64_t *seen = arg;

	(void)d;
	TRY(look(A, &seen[0]));
	set_balance(A, 50);
	set_balance(B, 150);
	return look(B, &seen[1]);
}

static enum err
write_in_it(struct db *d, void *arg)
{
	(void)d;
	(void)arg;
	return move(A, 1);
}

static void
a_read_is_as_of_one_moment(void **state)
{
	int64_t seen[2];

	(void)state;
	assert_int_equal(tx_read(db, look_twice, seen), OK);
	assert_int_equal(seen[0], 100);
	assert_int_equal(seen[1], 100);
	assert_int_equal(tx_read(db, write_in_it, NULL), ERR_INTERNAL);
	assert_int_equal(balance(A), 50);
	kill_connection();
	set_balance(A, 100);
	assert_int_equal(tx_read(db, look_twice, seen), OK);
	assert_int_equal(seen[1], 150);
}

static void
a_write_outside_a_transaction_dies(void **state)
{
	const pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct db_conf conf = test_conf();

		signal(SIGABRT, SIG_DFL);
		db = db_new(&conf);
		_exit(move(A, 1) == OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(balance(A), 100);
}

#define TEST(name) cmocka_unit_test_setup(name, each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commits),
		TEST(rolls_back_after_an_error),
		TEST(a_deadlock_is_run_again),
		TEST(a_lock_timeout_is_run_again),
		TEST(a_changed_snapshot_is_run_again),
		TEST(an_overlooked_error_commits_nothing),
		TEST(the_deadline_ends_it),
		TEST(a_loss_in_commit_is_of_unknown_outcome),
		TEST(a_loss_within_stores_nothing),
		TEST(a_killed_connection_is_opened_again),
		TEST(failures_have_their_names),
		TEST(nobody_waits_for_a_database_that_is_gone),
		TEST(a_read_is_as_of_one_moment),
		TEST(a_write_outside_a_transaction_dies),
	};

	return cmocka_run_group_tests_name("tx", tests, setup, teardown);
}
