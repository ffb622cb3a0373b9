/*
 * The rights of sql/grants.sql: the program's user can add to the ledger and
 * to what has happened, and can neither change nor remove it.
 */
#include "harness.h"

static int
start(void **state)
{
	(void)state;
	test_migrate();
	test_limit_rights();
	return 0;
}

static void
what_was_written_stays(void **state)
{
	static const char *const refused[] = {
		"UPDATE journal SET kind = 'commission'",
		"DELETE FROM journal",
		"UPDATE entry SET amount = amount + 1",
		"DELETE FROM entry",
		"UPDATE account SET guard = 'free'",
		"DELETE FROM account",
		"UPDATE seal SET hash = ''",
		"DELETE FROM seal",
		"UPDATE event SET data = '{}'",
		"DELETE FROM event",
		"UPDATE webhook_attempt SET status = 200",
		"DELETE FROM webhook_attempt",
		"DELETE FROM webhook_endpoint",
		"DELETE FROM event_counter",
		"UPDATE token_transaction SET amount = 0",
		"DELETE FROM token_transaction",
		"UPDATE token_adjustment SET amount = 0",
		"DELETE FROM token_adjustment",
		"UPDATE reservation_lot SET amount = 0",
		"UPDATE refund_lot SET amount = 0",
		"UPDATE token_lot SET amount = 0",
		"DELETE FROM token_reservation",
		"UPDATE sale SET amount = 0",
		"DELETE FROM payment",
		"DELETE FROM earning",
		"TRUNCATE TABLE entry",
	};
	MYSQL *m = test_connect();

	(void)state;
	for (size_t i = 0; i < LEN(refused); i++) {
		assert_int_not_equal(mysql_query(m, refused[i]), 0);
		assert_in_range(mysql_errno(m), 1142, 1143);
	}
	mysql_close(m);
}

static void
the_schema_stays(void **state)
{
	static const char *const refused[] = {
		"CREATE TABLE other (id INT)",
		"DROP TABLE entry",
		"ALTER TABLE account DROP CONSTRAINT account_guard",
		"CREATE TRIGGER t BEFORE INSERT ON entry FOR EACH ROW SET @a=1",
	};
	MYSQL *m = test_connect();

	(void)state;
	for (size_t i = 0; i < LEN(refused); i++)
		assert_int_not_equal(mysql_query(m, refused[i]), 0);
	assert_int_not_equal(mysql_query(m, "SET GLOBAL foreign_key_checks=0"),
	    0);
	mysql_close(m);
}

static void
what_the_program_does_is_allowed(void **state)
{
	MYSQL *m = test_connect();

	(void)state;
	test_sql(m, "START TRANSACTION");
	test_sql(m, "INSERT INTO account (organization_id, kind, owner_id, "
	    "currency, kept, guard) "
	    "VALUES (1, 'revenue', 0, 'USD', 0, 'free')");
	test_sql(m, "UPDATE account SET balance = balance + 0");
	test_sql(m, "INSERT INTO journal (organization_id, kind, subject_id, "
	    "created_at) VALUES (1, 'payment', 1, UTC_TIMESTAMP(6))");
	test_sql(m, "UPDATE token_lot SET remaining = remaining - 0");
	test_sql(m, "UPDATE event SET seq = 1 WHERE id = 0");
	test_sql(m, "UPDATE event_counter SET last = last + 1");
	test_sql(m, "ROLLBACK");
	mysql_close(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_stays),
		cmocka_unit_test(the_schema_stays),
		cmocka_unit_test(what_the_program_does_is_allowed),
	};

	return cmocka_run_group_tests_name("grants", tests, start, NULL);
}
