/* What comes out of a column is what went into a parameter. */
#include "harness.h"

#include "db/internal.h"
#include "base/banned.h"

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
	other = test_connect_migrate();
	assert_int_equal(db_ping(db), OK);
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

static const char *const colours[] = { "red", "green", NULL };

struct things {
	bool flag;
	int64_t number, least, sum;
	uint64_t id;
	struct str text, empty, bytes, missing, longer;
	struct when at, date_only;
	struct day day;
	int colour;
	int64_t untouched;
};

SHAPE(things, struct things, NULL,
    COLUMN(struct things, flag), COLUMN(struct things, number),
    COLUMN(struct things, least), COLUMN(struct things, sum),
    COLUMN(struct things, id), COLUMN(struct things, text),
    COLUMN(struct things, empty), COLUMN(struct things, bytes),
    COLUMN(struct things, missing), COLUMN(struct things, longer),
    COLUMN(struct things, at), COLUMN(struct things, date_only),
    COLUMN(struct things, day),
    COLUMN(struct things, colour, .labels = colours),
    COLUMN(struct things, untouched));

/* One row of any SQL, read as src/db reads those of sql/queries. */
static struct things
row_of(const char *sql)
{
	struct prepared p = { .def = &statements[0] };
	struct things t = { .untouched = 5 };

	p.stmt = mysql_stmt_init(db->mysql);
	if (mysql_stmt_prepare(p.stmt, sql, strlen(sql)) != 0 ||
	    mysql_stmt_execute(p.stmt) != 0)
		fail_msg("%s: %s", sql, mysql_stmt_error(p.stmt));
	bind_columns(&p, &things);
	assert_in_range(mysql_stmt_fetch(p.stmt), 0, MYSQL_DATA_TRUNCATED);
	assert_true(read_row(&p, &arena, &t));
	assert_int_equal(mysql_stmt_fetch(p.stmt), MYSQL_NO_DATA);
	mysql_stmt_close(p.stmt);
	free(p.field_of);
	free(p.columns);
	free(p.column_slots);
	free(p.text);
	return t;
}

static void
columns_of_all_types(void **state)
{
	struct things t;

	(void)state;
	test_sql(other, "CREATE TABLE trial (flag TINYINT, number BIGINT,"
	    " least BIGINT, sum BIGINT, id BIGINT UNSIGNED, text VARCHAR(20),"
	    " empty VARCHAR(20), bytes BINARY(4), longer MEDIUMTEXT,"
	    " at DATETIME(6), date_only DATETIME, day DATE,"
	    " colour ENUM('red', 'green'), small TINYINT UNSIGNED)"
	    " CHARACTER SET utf8mb4");
	test_sql(other, "INSERT INTO trial VALUES (1, 9223372036854775807,"
	    " -9223372036854775808, 40, 18446744073709551615, 'caf\xc3\xa9',"
	    " '', X'00FF0001', REPEAT('0123456789', 500),"
	    " '2026-11-21 02:19:03.000007', '9999-12-31 23:59:59',"
	    " '2024-02-29', 'green', 255)");
	t = row_of("SELECT flag, number, least, sum, id, text, empty, bytes,"
	    " longer, at, date_only, day, colour FROM trial");
	assert_true(t.flag);
	assert_int_equal(t.number, INT64_MAX);
	assert_int_equal(t.least, INT64_MIN);
	assert_true(t.id == UINT64_MAX);
	assert_true(str_is(t.text, "caf\xc3\xa9"));
	assert_true(t.empty.p != NULL && t.empty.n == 0);
	assert_int_equal(t.bytes.n, 4);
	assert_memory_equal(t.bytes.p, "\0\xff\0\1", 4);
	assert_int_equal(t.longer.n, 5000);
	assert_memory_equal(t.longer.p + 4990, "0123456789", 11);
	assert_int_equal(t.at.us, INT64_C(1795227543000007));
	assert_int_equal(t.date_only.us, INT64_C(253402300799000000));
	assert_int_equal(t.day.n, day_from(2024, 2, 29).n);
	assert_int_equal(t.colour, 1);
	assert_int_equal(t.untouched, 5);

	t = row_of("SELECT SUM(sum) AS sum, COUNT(*) AS number,"
	    " MAX(small) AS least, MAX(small) > 3 AS flag FROM trial");
	assert_int_equal(t.sum, 40);
	assert_int_equal(t.number, 1);
	assert_int_equal(t.least, 255);
	assert_true(t.flag);
	t = row_of("SELECT -SUM(sum) AS sum, COALESCE(SUM(sum), 0) AS number,"
	    " DATE(MAX(at)) AS day, CONCAT('x', NULL) AS text FROM trial");
	assert_int_equal(t.sum, -40);
	assert_int_equal(t.number, 40);
	assert_int_equal(t.day.n, day_from(2026, 11, 21).n);
	assert_null(t.text.p);
	test_sql(other, "DROP TABLE trial");
}

static void
null_is_absent(void **state)
{
	const struct things t = row_of("SELECT NULL AS flag, NULL AS number,"
	    " NULL AS id, NULL AS text, NULL AS at, NULL AS day,"
	    " NULL AS colour");

	(void)state;
	assert_false(t.flag);
	assert_int_equal(t.number, 0);
	assert_int_equal(t.id, 0);
	assert_null(t.text.p);
	assert_int_equal(t.at.us, 0);
	assert_int_equal(t.day.n, DAY_NONE.n);
	assert_int_equal(t.colour, -1);
}

struct event_row {
	uint64_t id, seq, organization_id, entity_id, user_id;
	struct str type, data;
	struct when created_at;
};

SHAPE(event_row, struct event_row, NULL,
    COLUMN(struct event_row, id), COLUMN(struct event_row, seq),
    COLUMN(struct event_row, organization_id),
    COLUMN(struct event_row, entity_id),
    COLUMN(struct event_row, user_id), COLUMN(struct event_row, type),
    COLUMN(struct event_row, data), COLUMN(struct event_row, created_at));

#define EVENTS	7

static enum err
insert_events(struct db *d, void *arg)
{
	static const size_t lengths[EVENTS] = { 0, 1, 511, 512, 513, 70000, 3 };
	const struct when *now = arg;
	char *data = arena_alloc(&arena, 70000);

	memset(data, 'd', 70000);
	for (size_t i = 0; i < EVENTS; i++) {
		uint64_t id = 0, rows = 0;

		TRY(db_exec_rows(d, Q_EVENT_INSERT, ARGS(UINT64_C(77),
		    STR("test.made"), (int64_t)i + 1,
		    i % 2 == 0 ? UINT64_C(0) : UINT64_MAX,
		    ((struct str){ data, lengths[i] }), *now).v, 1, &rows,
		    &id));
		assert_int_equal(rows, 1);
		assert_true(id > 0);
	}
	return OK;
}

static void
lists_come_whole(void **state)
{
	const struct when now = { INT64_C(1795227543123456) };
	const struct list_query from_start = { .q = Q_EVENT_LIST };
	const struct list_query behind = { .q = Q_EVENT_LIST,
		.wheres = Q_EVENT_LIST_WHERE_TYPE };
	const struct event_row *rows;
	struct list list = { 0 };

	(void)state;
	assert_int_equal(tx_run(db, &arena, insert_events, &(struct when){
	    now.us }), OK);
	test_sql(other, "UPDATE event SET seq = id");
	assert_int_equal(db_list(db, &arena, &from_start, ARGS(UINT64_C(77),
	    arg_bound(0), INT64_C(100)), &event_row, &list), OK);
	assert_int_equal(list.n, EVENTS);
	rows = list.items;
	assert_int_equal(rows[0].data.n, 0);
	assert_non_null(rows[0].data.p);
	assert_int_equal(rows[5].data.n, 70000);
	for (size_t i = 0; i < list.n; i++) {
		assert_int_equal(rows[i].created_at.us, now.us);
		assert_int_equal(rows[i].entity_id, i + 1);
		assert_true(rows[i].user_id == (i % 2 == 0 ? 0 : UINT64_MAX));
		assert_true(str_is(rows[i].type, "test.made"));
		for (size_t k = 0; k < rows[i].data.n; k++)
			assert_true(rows[i].data.p[k] == 'd');
	}
	assert_int_equal(db_list(db, &arena, &behind, ARGS(UINT64_C(77),
	    rows[4].seq, STR("test.made"), INT64_C(1)), &event_row, &list),
	    OK);
	assert_int_equal(list.n, 1);
	assert_int_equal(((struct event_row *)list.items)->id, rows[5].id);
	assert_int_equal(db_list(db, &arena, &from_start, ARGS(UINT64_C(78),
	    arg_bound(0), INT64_C(100)), &event_row, &list), OK);
	assert_int_equal(list.n, 0);
}

#define CLICK_ARGS	10

static enum err
insert_clicks(struct db *d, void *arg)
{
	const size_t n = *(size_t *)arg;
	struct arg *v = arena_array(&arena, n * CLICK_ARGS, sizeof(*v));
	uint64_t rows = 0;

	for (size_t i = 0; i < n; i++) {
		char *token = arena_alloc(&arena, 16);
		const struct arg first = { .type = T_INT, .null = i > 0 };

		memcpy(token, &n, sizeof(n));
		memcpy(token + 8, &i, sizeof(i));
		memcpy(v + i * CLICK_ARGS, ARGS((int64_t)n, BYTES(token, 16),
		    BYTES(token, 16), BYTES("12345678", 8), STR("person"),
		    STR("direct"), STR_NULL, STR_NULL, first,
		    clock_now()).v,
		    CLICK_ARGS * sizeof(*v));
	}
	TRY(db_exec_rows(d, Q_CLICK_INSERT, v, n, &rows, NULL));
	assert_int_equal(rows, n);
	return OK;
}

static void
rows_go_in_together(void **state)
{
	const size_t counts[] = { 0, 1, 2, 64, 65, 500, 2 };
	uint64_t before;

	(void)state;
	for (size_t i = 0; i < LEN(counts); i++) {
		size_t n = counts[i];
		const enum err want = i == 6 ? ERR_CONFLICT : OK;

		before = db_statements(db);
		assert_int_equal(tx_run(db, &arena, insert_clicks, &n), want);
		assert_int_equal(db_statements(db) - before, n > 0 ? 3 : 2);
		assert_int_equal(test_number(other, "SELECT COUNT(*)"
		    " FROM click WHERE placement_id = %zu", n), (int)n);
	}
	assert_string_equal(db_duplicate(db), "click_token");
}

#define JOURNALS 70	/* more than a statement is kept for */

static enum err
insert_journals(struct db *d, void *ids)
{
	enum { COLUMNS = 5, FEW = 3 };
	struct arg v[JOURNALS * COLUMNS];
	uint64_t *id = ids;

	for (int i = 0; i < JOURNALS; i++)
		memcpy(v + i * COLUMNS, ARGS(UINT64_C(1), STR("payment"), i,
		    UINT64_C(0), clock_now()).v, COLUMNS * sizeof(*v));
	TRY(db_exec_rows(d, Q_JOURNAL_INSERT, v, FEW, NULL, id));
	return db_exec_rows(d, Q_JOURNAL_INSERT, v + FEW * COLUMNS,
	    JOURNALS - FEW, NULL, id + FEW);
}

/* As a cluster's nodes give them out: none follows the one before. */
static void
each_row_has_its_id(void **state)
{
	uint64_t id[JOURNALS] = { 0 };

	(void)state;
	assert_int_equal(mysql_query(db->mysql,
	    "SET SESSION auto_increment_increment = 7"), 0);
	assert_int_equal(tx_run(db, &arena, insert_journals, id), OK);
	for (int i = 0; i < JOURNALS; i++) {
		assert_true(i == 0 || id[i] >= id[i - 1] + 7);
		assert_int_equal(test_number(other, "SELECT subject_id"
		    " FROM journal WHERE id = %llu", (unsigned long long)id[i]),
		    i);
	}
	assert_int_equal(mysql_query(db->mysql,
	    "SET SESSION auto_increment_increment = 1"), 0);
}

struct place_row {
	uint64_t id, organization_id, campaign_id, referrer_id;
	uint64_t member_organization_id;
	struct str landing_url, parameter;
	int64_t cookie_days;
	bool counts;
};

SHAPE(place_row, struct place_row, NULL,
    COLUMN(struct place_row, id), COLUMN(struct place_row, organization_id),
    COLUMN(struct place_row, campaign_id),
    COLUMN(struct place_row, referrer_id),
    COLUMN(struct place_row, member_organization_id),
    COLUMN(struct place_row, landing_url),
    COLUMN(struct place_row, parameter),
    COLUMN(struct place_row, cookie_days), COLUMN(struct place_row, counts));

static void
no_row_is_not_found(void **state)
{
	struct place_row row = { .id = 9 };

	(void)state;
	assert_int_equal(db_row(db, &arena, Q_PLACEMENT_BY_CODE,
	    ARGS(STR("ref"), INT64_C(60), clock_now(), STR("none")), &place_row,
	    &row), ERR_NOT_FOUND);
	assert_int_equal(row.id, 9);
	/* Letters that the column can't have match nothing. */
	assert_int_equal(db_row(db, &arena, Q_PLACEMENT_BY_CODE,
	    ARGS(STR("ref"), INT64_C(60), clock_now(),
	    STR("\xd0\xba\xd0\xbe\xd0\xb4")), &place_row, &row),
	    ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_of_all_types),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(lists_come_whole),
		cmocka_unit_test(rows_go_in_together),
		cmocka_unit_test(each_row_has_its_id),
		cmocka_unit_test(no_row_is_not_found),
	};

	return cmocka_run_group_tests_name("rows", tests, setup, teardown);
}
