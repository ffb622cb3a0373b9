/* The database that a test stands on, from its start to its end. */
#include "ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/verify.h"
#include "base/banned.h"

struct arena arena;
struct db *db;
MYSQL *beside, *root;
struct when now;
char *report;

void
ground_start(const struct settings *s)
{
	const struct db_conf conf = test_conf();

	settings = s;
	test_migrate();
	arena_init(&arena);
	db = db_new(&conf);
	beside = test_connect();
	root = test_connect_migrate();
	test_sql(root, "SET SESSION foreign_key_checks = 0,"
	    " check_constraint_checks = 0");
	now = clock_now();
}

int
ground_stop(void **state)
{
	(void)state;
	free(report);
	mysql_close(root);
	mysql_close(beside);
	db_free(db);
	arena_free(&arena);
	return 0;
}

bool
verify(void)
{
	size_t size;
	bool clean;
	FILE *f;

	free(report);
	f = open_memstream(&report, &size);
	assert_non_null(f);
	assert_int_equal(verify_run(db, &arena, f, &clean), OK);
	assert_int_equal(fclose(f), 0);
	return clean;
}

void
assert_clean(void)
{
	if (!verify())
		fail_msg("not clean: %s", report);
	assert_non_null(strstr(report, ": clean\n"));
}

static void
must_find(const char *finds, bool clean)
{
	if (clean || strstr(report, finds) == NULL)
		fail_msg("\"%s\" is not in: %s", finds, report);
	assert_non_null(strstr(report, " findings\n"));
}

void
assert_found(const char *finds)
{
	must_find(finds, verify());
}

static void
run_each(const char *statements)
{
	struct str rest = str_of(statements), one;

	while (rest.n > 0 && str_cut(rest, ';', &one, &rest))
		test_sql(root, "%.*s", STR_ARG(one));
}

static void
a_fault_is_found(void **state)
{
	const struct fault *f = *state;
	bool clean;

	run_each(f->plant);
	clean = verify();
	run_each(f->undo);
	must_find(f->finds, clean);
	assert_clean();
}

struct CMUnitTest
fault_test(struct fault *f)
{
	return (struct CMUnitTest){ .name = f->name,
	    .test_func = a_fault_is_found, .initial_state = f };
}

int64_t
deadlocks(void)
{
	return test_number(root, "SELECT variable_value FROM "
	    "information_schema.global_status "
	    "WHERE variable_name = 'innodb_deadlocks'");
}
