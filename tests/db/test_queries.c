/*
 * Every statement of sql/queries against the real schema, with the rights that
 * the program has: each is prepared, lists with no fragment, with each, and
 * with all pairs, in every order.
 */
#include "harness.h"

#include "db/internal.h"
#include "base/banned.h"

static struct db *db;

static int
setup(void **state)
{
	const struct db_conf conf = test_conf();

	(void)state;
	test_migrate();
	test_limit_rights();
	db = db_new(&conf);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	db_free(db);
	return 0;
}

static void
try_variant(const struct variant *v)
{
	struct prepared *p = NULL;

	assert_int_equal(conn_need(db), OK);
	if (prepare(db, v, &p) != OK)
		fail_msg("%s (wheres %u, order %u): error %u: %s",
		    statements[v->q].name, v->wheres, v->order,
		    db->last_error,
		    db->mysql != NULL ? mysql_error(db->mysql) : "");
	prepared_done(p);
}

/* Reads have a result, writes have none. */
static void
check_result(enum query q)
{
	const struct prepared *p = db->prepared[q];
	const bool result = mysql_stmt_field_count(p->stmt) > 0;

	if (!result && !statements[q].writes)
		fail_msg("%s is a read without a result", statements[q].name);
}

static void
try_fragments(enum query q, unsigned order)
{
	const unsigned n = statements[q].wheres;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = i; k < n; k++)
			try_variant(&(struct variant){ .q = q, .rows = 1,
			    .order = order,
			    .wheres = UINT32_C(1) << i | UINT32_C(1) << k });
}

static void
every_statement_prepares(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUERY_COUNT; i++) {
		const enum query q = (enum query)i;

		try_variant(&(struct variant){ .q = q, .rows = 1 });
		check_result(q);
		if (statements[q].rows)
			try_variant(&(struct variant){ .q = q, .rows = 3 });
	}
}

static void
every_fragment_prepares(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUERY_COUNT; i++) {
		const enum query q = (enum query)i;
		unsigned order = 0;

		do {
			try_variant(&(struct variant){ .q = q, .rows = 1,
			    .order = order });
			try_fragments(q, order);
		} while (++order < statements[q].orders);
		prepared_drop_all(db);
	}
}

static void
the_schema_is_the_programs(void **state)
{
	unsigned version = 0;

	(void)state;
	assert_int_equal(db_version(db, &version), OK);
	assert_int_equal(version, db_schema_version);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_prepares),
		cmocka_unit_test(every_fragment_prepares),
		cmocka_unit_test(the_schema_is_the_programs),
	};

	return cmocka_run_group_tests_name("queries", tests, setup, teardown);
}
