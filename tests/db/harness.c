/* What the database tests share. */
#include "harness.h"

#include <sys/wait.h>

#include "base/banned.h"

static const char *
setting(const char *name)
{
	const char *v = getenv(name);

	if (v == NULL)
		fail_msg("%s is not set: run this under tests/db/with-db",
		    name);
	return v;
}

struct db_conf
test_conf(void)
{
	return (struct db_conf){
		.socket = setting("AFFILIATED_TEST_DB_SOCKET"),
		.user = setting("AFFILIATED_TEST_DB_USER"),
		.password = setting("AFFILIATED_TEST_DB_PASSWORD"),
		.database = setting("AFFILIATED_TEST_DB_NAME"),
		.connect_seconds = 2, .statement_seconds = 4,
		.lock_seconds = 1,
	};
}

struct db_conf
test_migrate_conf(void)
{
	struct db_conf c = test_conf();

	c.user = setting("AFFILIATED_TEST_DB_MIGRATE_USER");
	c.password = setting("AFFILIATED_TEST_DB_MIGRATE_PASSWORD");
	return c;
}

const char *
test_source_dir(void)
{
	const char *dir = getenv("srcdir");

	return dir != NULL ? dir : ".";
}

void
test_migrate(void)
{
	const struct db_conf conf = test_migrate_conf();
	char dir[512];

	snprintf(dir, sizeof(dir), "%s/sql/migrations", test_source_dir());
	assert_true(db_migrate(&conf, dir));
}

static MYSQL *
connect_as(struct db_conf c)
{
	MYSQL *m = mysql_init(NULL);

	assert_non_null(m);
	if (mysql_real_connect(m, NULL, c.user, c.password, c.database, 0,
	    c.socket, 0) == NULL)
		fail_msg("second connection: %s", mysql_error(m));
	return m;
}

MYSQL *
test_connect(void)
{
	return connect_as(test_conf());
}

MYSQL *
test_connect_migrate(void)
{
	return connect_as(test_migrate_conf());
}

static void
run(MYSQL *m, const char *fmt, va_list ap)
{
	char sql[2048];

	vsnprintf(sql, sizeof(sql), fmt, ap);
	if (mysql_query(m, sql) != 0)
		fail_msg("%s: %s", sql, mysql_error(m));
}

void
test_sql(MYSQL *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	run(m, fmt, ap);
	va_end(ap);
	mysql_free_result(mysql_store_result(m));
}

int64_t
test_number(MYSQL *m, const char *fmt, ...)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	int64_t n = -1;
	va_list ap;

	va_start(ap, fmt);
	run(m, fmt, ap);
	va_end(ap);
	result = mysql_store_result(m);
	assert_non_null(result);
	row = mysql_fetch_row(result);
	if (row != NULL && row[0] != NULL)
		assert_true(str_to_i64(str_of(row[0]), &n));
	mysql_free_result(result);
	return n;
}

int64_t
test_rows_read(MYSQL *m)
{
	return test_number(m, "SELECT"
	    " CAST(SUM(IF(variable_name = 'Handler_icp_match', -1, 1)"
	    " * variable_value) AS SIGNED)"
	    " FROM information_schema.session_status WHERE variable_name IN"
	    " ('Handler_read_key', 'Handler_read_first', 'Handler_read_last',"
	    " 'Handler_read_next', 'Handler_read_prev',"
	    " 'Handler_icp_attempts', 'Handler_icp_match')");
}

void
test_wait(const pid_t *pid, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static MYSQL *
connect_root(void)
{
	struct db_conf conf = test_conf();
	MYSQL *m = mysql_init(NULL);

	assert_non_null(m);
	assert_non_null(mysql_real_connect(m, NULL, "root", "", conf.database,
	    0, conf.socket, 0));
	return m;
}

/* One statement a semicolon at the end of a line, as the client reads it. */
static void
run_file(MYSQL *m, FILE *f)
{
	char line[512], statement[2048] = "";

	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strlen(statement);

		if (strncmp(line, "--", 2) == 0 || line[0] == '\n')
			continue;
		snprintf(statement + n, sizeof(statement) - n, "%s", line);
		if (strstr(line, ";\n") == NULL)
			continue;
		test_sql(m, "%.*s", (int)strcspn(statement, ";"), statement);
		statement[0] = '\0';
	}
}

void
test_limit_rights(void)
{
	MYSQL *root = connect_root();
	char path[512];
	FILE *f;

	test_sql(root, "REVOKE ALL ON affiliated_test.* FROM "
	    "affiliated@localhost");
	snprintf(path, sizeof(path), "%s/sql/grants.sql", test_source_dir());
	f = fopen(path, "r");
	assert_non_null(f);
	run_file(root, f);
	fclose(f);
	mysql_close(root);
}
