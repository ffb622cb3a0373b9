/* Migrations: what is applied, and what is refused. */
#include "harness.h"

#include <unistd.h>

#include "base/banned.h"

static char dir[] = "/tmp/affiliated-migrations-XXXXXX";
static MYSQL *other;

static int
setup(void **state)
{
	(void)state;
	other = test_connect_migrate();
	return mkdtemp(dir) == NULL;
}

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
teardown(void **state)
{
	const char *const names[] = { "001_one.sql", "002_two.sql",
		"002_twin.sql", "003_three.sql", "README" };

	(void)state;
	for (size_t i = 0; i < LEN(names); i++)
		unlink(path_of(names[i]));
	mysql_close(other);
	return rmdir(dir);
}

static bool
run(void)
{
	const struct db_conf conf = test_migrate_conf();

	return db_migrate(&conf, dir);
}

static int64_t
version(void)
{
	return test_number(other, "SELECT MAX(version) FROM schema_migration");
}

static void
applies_what_is_missing_once(void **state)
{
	(void)state;
	assert_false(run());	/* an empty directory is a mistake */
	put("README", "this; is no migration;\n");
	put("001_one.sql", "-- A comment; with a semicolon;\n"
	    "CREATE TABLE one (\n\tid INT -- the id\n);\n\n"
	    "INSERT INTO one VALUES (1),\n(2);\n");
	assert_true(run());
	assert_true(run());
	assert_int_equal(test_number(other, "SELECT COUNT(*) FROM one"), 2);
	put("002_two.sql", "UPDATE one SET id = id + 10;");
	assert_true(run());
	assert_int_equal(test_number(other, "SELECT SUM(id) FROM one"), 23);
	assert_int_equal(version(), 2);
}

static void
refuses_a_changed_file(void **state)
{
	(void)state;
	put("002_two.sql", "UPDATE one SET id = id + 11;");
	assert_false(run());
	put("002_two.sql", "UPDATE one SET id = id + 10;");
	assert_true(run());
}

static void
refuses_the_same_number_twice(void **state)
{
	(void)state;
	put("002_twin.sql", "UPDATE one SET id = 0;");
	assert_false(run());
	unlink(path_of("002_twin.sql"));
	assert_int_equal(test_number(other, "SELECT SUM(id) FROM one"), 23);
}

static void
does_not_record_what_failed(void **state)
{
	(void)state;
	put("003_three.sql", "UPDATE one SET id = 0;\nNONSENSE;\n");
	assert_false(run());
	assert_int_equal(version(), 2);
	put("003_three.sql", "UPDATE one SET id = 0;\n");
	assert_true(run());
	assert_int_equal(version(), 3);
}

static void
refuses_a_newer_database(void **state)
{
	(void)state;
	unlink(path_of("003_three.sql"));
	assert_false(run());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applies_what_is_missing_once),
		cmocka_unit_test(refuses_a_changed_file),
		cmocka_unit_test(refuses_the_same_number_twice),
		cmocka_unit_test(does_not_record_what_failed),
		cmocka_unit_test(refuses_a_newer_database),
	};

	return cmocka_run_group_tests_name("migrate", tests, setup, teardown);
}
