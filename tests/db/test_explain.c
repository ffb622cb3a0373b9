/*
 * No statement reads a whole table, or sorts more than a page.
 *
 * Every table is grown to many rows by what its columns are like, and every
 * statement of sql/queries is explained by the server: lists with all subsets
 * of their filters (of the longest: any two), in every order, with and without
 * a cursor.  A new table or statement is covered by itself; what may scan or
 * sort stands in allowed[].
 */
#include "harness.h"

#include <ctype.h>

#include "base/buf.h"
#include "db/statement.h"
#include "base/banned.h"

#define ROWS		20000	/* tried for each table */
#define ROWS_LEAST	2000	/* that its keys and checks must let in */
#define TENANTS		7
#define SAME_ROW	499	/* not NULL: see put_value() */
#define SCAN_MOST	1000
#define SORT_MOST	101	/* the longest page, and one more */
#define PARTS_MOST	2	/* at once, of a list of more than 12 */
#define COLUMNS_MOST	2000
#define NAME		65

static const struct {
	const char *prefix;	/* of names of statements */
	bool scan, sort;
} allowed[] = {
	/* proves all of the books, range by range; nobody waits for it */
	{ "verify_", true, true },
	/* the same of one book, for who asks */
	{ "book_", false, true },
	/* a range of ids or a day that the jobs role groups by */
	{ "rollup_", false, true },
	/* at most ten thousand journals, by account */
	{ "seal_add_sums", false, true },
	/* thirty days of one referrer become thirty sums */
	{ "referrer_days", false, true },
	{ "referrer_earned", false, true },
	{ "placement_earned", false, true },
	/* a row for each currency, and what came since the roll-up */
	{ "statistics_bought", false, true },
	/* at most 201 sources in each of some sums of days become 51 */
	{ "placement_sources", false, true },
	/* one organization's campaigns by several keys, or by status */
	{ "campaign_list", false, true },
	/* the events that have just been published, one batch */
	{ "event_audience", false, true },
	/* the payouts of one organization: one for a promoter and month */
	{ "payout_stats", false, true },
	/* sums by day and month of one kind of thing of an organization, over
	 * a period; and what came in the minutes since */
	{ "report_fold", false, true },
	{ "report_sums", false, true },
	{ "report_fresh", false, true },
	/* a row for each migration, each schedule, each roll-up */
	{ "schema_version", true, true },
	{ "schedule_", true, true },
	/* the house's products, all of which are shown */
	{ "product_", true, true },
};

/* Not grown: they have a row for each thing that the program knows. */
static const char *const fixed[] = {
	"schema_migration", "schedule", "rollup", "event_counter",
};

struct column {
	char table[NAME], name[NAME], type[NAME];
	char whole_type[1024], key[NAME], extra[NAME];
	unsigned long length;
	bool nullable, has_default;
};

static struct column columns[COLUMNS_MOST];
static size_t n_columns;
static MYSQL *db;
static struct arena arena;
static unsigned complaints;

static MYSQL_RES *
query(const char *sql)
{
	MYSQL_RES *r;

	if (mysql_query(db, sql) != 0)
		fail_msg("%s: %s", sql, mysql_error(db));
	r = mysql_store_result(db);
	assert_true(r != NULL || mysql_field_count(db) == 0);
	return r;
}

static bool
is_fixed(const char *table)
{
	for (size_t i = 0; i < LEN(fixed); i++)
		if (strcmp(fixed[i], table) == 0)
			return true;
	return false;
}

static void
copy(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from != NULL ? from : "");
}

static void
read_columns(void)
{
	MYSQL_ROW row;
	MYSQL_RES *r = query("SELECT c.table_name, c.column_name, c.data_type,"
	    " c.column_type, c.column_key, c.extra,"
	    " c.character_maximum_length, c.is_nullable, c.column_default"
	    " FROM information_schema.columns c"
	    " WHERE c.table_schema = DATABASE()"
	    " ORDER BY c.table_name, c.ordinal_position");

	while ((row = mysql_fetch_row(r)) != NULL) {
		struct column *c = &columns[n_columns++];

		assert_true(n_columns < COLUMNS_MOST);
		copy(c->table, sizeof(c->table), row[0]);
		copy(c->name, sizeof(c->name), row[1]);
		copy(c->type, sizeof(c->type), row[2]);
		copy(c->whole_type, sizeof(c->whole_type), row[3]);
		copy(c->key, sizeof(c->key), row[4]);
		copy(c->extra, sizeof(c->extra), row[5]);
		c->length = row[6] != NULL ? strtoul(row[6], NULL, 10) : 0;
		c->nullable = strcmp(row[7], "YES") == 0;
		c->has_default = row[8] != NULL && strcmp(row[8], "NULL") != 0;
	}
	mysql_free_result(r);
}

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* A column of the primary key that can tell many rows apart. */
static bool
is_wide_key(const struct column *c)
{
	return is(c->key, "PRI") && !is(c->type, "tinyint") &&
	    !is(c->name, "currency");
}

static bool
ends_primary(const struct column *c)
{
	for (const struct column *d = c + 1; d < columns + n_columns &&
	    is(d->table, c->table); d++)
		if (is_wide_key(d))
			return false;
	return is_wide_key(c);
}

static void
put_number(struct buf *b, const struct column *c)
{
	if (is(c->key, "UNI") || ends_primary(c))
		buf_printf(b, "1000 + seq");
	else if (is(c->name, "organization_id") || is(c->name, "referrer_id"))
		buf_printf(b, "1001 + seq %% %d", TENANTS);
	else if (is(c->type, "bigint") || is(c->type, "int"))
		buf_printf(b, "1001 + seq %% 1009");
	else
		buf_printf(b, "seq %% 2");
}

static void
put_text(struct buf *b, const struct column *c)
{
	if (is(c->name, "currency"))
		buf_lit(b, "ELT(seq % 3 + 1, 'USD', 'EUR', 'JPY')");
	else if (strstr(c->type, "binary") != NULL)
		buf_printf(b, "LEFT(UNHEX(SHA2(seq, 256)), %lu)", c->length);
	else if (strstr(c->type, "char") != NULL)
		buf_printf(b, "LEFT(MD5(seq), %lu)", c->length);
	else
		buf_lit(b, "'{}'");
}

/* What stands in a column, for the row of that number. */
static void
put_value(struct buf *b, const struct column *c)
{
	unsigned labels = 0;

	if (c->nullable)
		buf_lit(b, "IF(seq % 3 = 0, NULL, ");
	if (is(c->type, "enum")) {
		for (const char *p = c->whole_type; *p != '\0'; p++)
			labels += *p == '\'';
		buf_printf(b, "seq DIV %d %% %u + 1", TENANTS, labels / 2);
	} else if (strstr(c->type, "int") != NULL) {
		put_number(b, c);
	} else if (is(c->type, "datetime")) {
		buf_lit(b, "TIMESTAMP'2026-01-01 00:00:00' + "
		    "INTERVAL seq MINUTE");
	} else if (is(c->type, "date")) {
		buf_lit(b, "DATE'2026-01-01' + INTERVAL seq % 366 DAY");
	} else {
		put_text(b, c);
	}
	if (c->nullable)
		buf_char(b, ')');
}

static bool
is_filled(const struct column *c)
{
	return strstr(c->extra, "GENERATED") == NULL &&
	    (!c->has_default || is(c->key, "PRI"));
}

/* The columns of one table, from first on; the number of the next table's. */
static size_t
grow(size_t first)
{
	const char *table = columns[first].table;
	struct buf names, values;
	size_t i;

	buf_init(&names, &arena, 1024);
	buf_init(&values, &arena, 4096);
	for (i = first; i < n_columns && is(columns[i].table, table); i++) {
		if (!is_filled(&columns[i]))
			continue;
		buf_printf(&names, "%s`%s`", names.n > 0 ? ", " : "",
		    columns[i].name);
		if (values.n > 0)
			buf_lit(&values, ", ");
		put_value(&values, &columns[i]);
	}
	if (is_fixed(table))
		return i;
	mysql_free_result(query(str_printf(&arena, "INSERT IGNORE INTO `%s` "
	    "(%s) SELECT %s FROM seq_1_to_%d", table, names.p, values.p,
	    ROWS).p));
	mysql_free_result(query(str_printf(&arena, "ANALYZE TABLE `%s`",
	    table).p));
	if (test_number(db, "SELECT COUNT(*) FROM `%s`", table) < ROWS_LEAST)
		fail_msg("%s did not grow: its keys or checks let too few "
		    "made-up rows in; see put_value()", table);
	return i;
}

static int
start(void **state)
{
	(void)state;
	test_migrate();
	arena_init(&arena);
	db = test_connect_migrate();
	read_columns();
	test_sql(db, "SET foreign_key_checks = 0");
	for (size_t i = 0; i < n_columns;)
		i = grow(i);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	mysql_close(db);
	arena_free(&arena);
	return 0;
}

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Does the text name it as a whole word, followed by that? */
static bool
has_word(const char *sql, const char *word, const char *then)
{
	char both[2 * NAME + 2];
	size_t n;

	snprintf(both, sizeof(both), "%s%s%s", word, *then ? " " : "", then);
	n = strlen(both);
	for (const char *p = sql; (p = strstr(p, both)) != NULL; p++)
		if ((p == sql || !name_char(p[-1])) && !name_char(p[n]))
			return true;
	return false;
}

/* "p.status": the table that is called p, else any that has the column. */
static const struct column *
find_column(const char *sql, const char *name)
{
	const char *dot = strchr(name, '.');
	const char *column = dot != NULL ? dot + 1 : name;
	char alias[NAME] = "";

	if (dot != NULL)
		snprintf(alias, sizeof(alias), "%.*s", (int)(dot - name), name);
	for (size_t i = 0; i < n_columns; i++)
		if (is(columns[i].name, column) && (is(columns[i].table,
		    alias) || has_word(sql, columns[i].table, alias)))
			return &columns[i];
	return NULL;
}

static size_t
trim(const char *sql, size_t at)
{
	while (at > 0 && sql[at - 1] == ' ')
		at--;
	return at;
}

/* Does the word stand before this place? */
static bool
follows(const char *sql, size_t at, const char *word)
{
	const size_t n = strlen(word);

	at = trim(sql, at);
	return at >= n && strncmp(sql + at - n, word, n) == 0;
}

/* The column that the "?" at this place is held against, or NULL. */
static const struct column *
column_of(const char *sql, size_t at)
{
	static const char *const words[] = { "? AND", "BETWEEN", "LIKE", "(",
	    "IN", "=", "<", ">", "!", "<" };
	char name[2 * NAME] = "";
	size_t from;

	for (size_t i = 0; i < LEN(words); i++)
		if (follows(sql, at, words[i]))
			at = trim(sql, at) - strlen(words[i]);
	at = trim(sql, at);
	for (from = at; from > 0 && name_char(sql[from - 1]); from--)
		;
	snprintf(name, sizeof(name), "%.*s", (int)(at - from), sql + from);
	return find_column(sql, name);
}

/*
 * A value that is there: of the same row for all that must be equal, of an
 * early one for what must be greater, of a late one for what must be less.
 */
static unsigned
sample_row(const char *sql, size_t at, const struct column *c)
{
	if (is_fixed(c->table))
		return 0;
	if (follows(sql, at, "<") || follows(sql, at, "<=") ||
	    follows(sql, at, "? AND"))
		return ROWS_LEAST / 2;
	if (follows(sql, at, ">=") || follows(sql, at, "BETWEEN") ||
	    (follows(sql, at, ">") && !follows(sql, at, "<>")))
		return 100;
	return SAME_ROW;
}

static void
put_sample(struct buf *b, const char *sql, size_t at, const struct column *c)
{
	const bool bytes = strstr(c->type, "binary") != NULL;
	const unsigned n = sample_row(sql, at, c);
	/* numbers and times grow with the rows; texts are sorted here */
	const bool range = n != 0 && n != SAME_ROW;
	const bool sorted = range && strstr(c->type, "char") != NULL;
	MYSQL_RES *r = query(str_printf(&arena, "SELECT %s(`%s`) FROM `%s` "
	    "FORCE INDEX (PRIMARY) WHERE NOT %d OR `%s` IS NOT NULL "
	    "%s%s%s LIMIT 1 OFFSET %u", bytes ? "HEX" : "QUOTE", c->name,
	    c->table, range, c->name, sorted ? "ORDER BY " : "",
	    sorted ? c->name : "", sorted && n > SAME_ROW ? " DESC" : "",
	    n).p);
	MYSQL_ROW row = mysql_fetch_row(r);

	if (row == NULL)
		fail_msg("no %u values in %s.%s", n, c->table, c->name);
	if (bytes)
		buf_printf(b, "X'%s'", row[0]);
	else if (follows(sql, at, "LIKE"))
		buf_printf(b, "CONCAT(LEFT(%s, 2), '%%')", row[0]);
	else
		buf_printf(b, "%s", row[0]);
	mysql_free_result(r);
}

/* "JSON_CONTAINS(?, p.status)": a list that has it. */
static const struct column *
contained(const char *sql, size_t at)
{
	static const char between[] = "?, ";
	const char *name = sql + at;
	size_t n = 0;

	if (!follows(sql, at, "JSON_CONTAINS(") ||
	    strncmp(name, between, strlen(between)) != 0)
		return NULL;
	name += strlen(between);
	while (name_char(name[n]))
		n++;
	return name[n] != ')' ? NULL : find_column(sql, str_printf(&arena,
	    "%.*s", (int)n, name).p);
}

static void
put_argument(struct buf *b, const char *sql, size_t at)
{
	const struct column *c;

	if ((c = contained(sql, at)) != NULL) {
		buf_lit(b, "CONCAT('[', ");
		put_sample(b, sql, at, c);
		buf_lit(b, ", ']')");
	} else if (follows(sql, at, "LIMIT")) {
		buf_lit(b, "11");
	} else if (follows(sql, at, "OFFSET")) {
		buf_lit(b, "0");
	} else if ((c = column_of(sql, at)) != NULL) {
		put_sample(b, sql, at, c);
	} else {
		buf_lit(b, "1");
	}
}

static bool
may(const char *name, bool scan)
{
	for (size_t i = 0; i < LEN(allowed); i++)
		if (strncmp(name, allowed[i].prefix,
		    strlen(allowed[i].prefix)) == 0)
			return scan ? allowed[i].scan : allowed[i].sort;
	return false;
}

static void
object_to(const char *name, const char *what, MYSQL_ROW row, const char *sql)
{
	static const char *last;	/* one of each statement is shown */

	complaints++;
	if (last != name)
		print_error("%s %s (%s, %s, key %s, %s rows, %s): %s\n", name,
		    what, row[2], row[3], row[5], row[8], row[9], sql);
	last = name;
}

/* id, select_type, table, type, keys, key, length, ref, rows, extra */
static void
judge(const char *name, MYSQL_ROW row, const char *sql)
{
	const char *type = row[3] != NULL ? row[3] : "";
	const char *extra = row[9] != NULL ? row[9] : "";
	const unsigned long rows = row[8] != NULL ?
	    strtoul(row[8], NULL, 10) : 0;

	if (strcmp(extra, "Impossible WHERE") == 0)
		object_to(name, "has an argument that fits no row", row, sql);
	if (row[2] == NULL || row[2][0] == '<')
		return;		/* no table, or one that was made on the way */
	if ((is(type, "ALL") || is(type, "index")) && rows > SCAN_MOST &&
	    !may(name, true))
		object_to(name, "scans", row, sql);
	/* what is found by the beginning of a word stands in no other order */
	if (strstr(extra, "Using filesort") != NULL && rows > SORT_MOST &&
	    strstr(sql, " LIKE ") == NULL && !may(name, false))
		object_to(name, "sorts", row, sql);
}

static void
explain(const char *name, const char *sql)
{
	struct buf b;
	MYSQL_RES *r;
	MYSQL_ROW row;

	buf_init(&b, &arena, 4096);
	buf_lit(&b, "EXPLAIN ");
	for (size_t i = 0; sql[i] != '\0'; i++) {
		if (sql[i] == '?')
			put_argument(&b, sql, i);
		else
			buf_char(&b, sql[i]);
	}
	r = query(b.p);
	while ((row = mysql_fetch_row(r)) != NULL)
		judge(name, row, b.p + 8);
	mysql_free_result(r);
}

/* "AND (p.created_at < ? OR (p.created_at = ? AND p.id < ?))" */
static bool
is_cursor(const char *sql)
{
	return strncmp(sql, "AND (", 5) == 0 && strstr(sql, " OR (") != NULL &&
	    (strstr(sql, "id < ?))") != NULL ||
	    strstr(sql, "id > ?))") != NULL);
}

/* The same column, the same direction. */
static bool
cursor_fits(const char *cursor, const char *order)
{
	const char *column = cursor + strlen("AND (");
	const size_t n = strcspn(column, " ");
	const char *by = order + strlen("ORDER BY ");
	const bool down = column[n + 1] == '<';

	return strncmp(column, by, n) == 0 && (by[n] == ' ' || by[n] == ',') &&
	    down == (strncmp(by + n, " DESC", 5) == 0);
}

/* "WHERE 1 = 1" that never stands alone: what is wanted is named by a where. */
static bool
is_unnamed(const struct statement *s, unsigned wheres)
{
	const char *base = s->parts[0].sql;
	const size_t n = strlen("WHERE 1 = 1");

	return wheres == 0 && s->orders == 0 && !s->tail &&
	    strlen(base) > n && is(base + strlen(base) - n, "WHERE 1 = 1");
}

/* The statement with these wheres, in this order. */
static void
explain_variant(const struct statement *s, unsigned wheres, unsigned order)
{
	const struct sql_part *part = s->parts;
	const struct arena_mark mark = arena_mark(&arena);
	const char *by = s->orders > 0 ?
	    s->parts[1 + s->wheres + order].sql : NULL;
	struct buf b;

	buf_init(&b, &arena, 4096);
	buf_printf(&b, "%.*s%s%s", (int)s->index_at, part->sql,
	    statement_index(s, wheres, order), part->sql + s->index_at);
	part++;
	for (unsigned i = 0; i < s->wheres; i++) {
		if ((wheres >> i & 1) == 0)
			continue;
		if (by != NULL && is_cursor(part[i].sql) &&
		    !cursor_fits(part[i].sql, by)) {
			arena_rewind(&arena, mark);
			return;
		}
		buf_printf(&b, " %s", part[i].sql);
	}
	if (by != NULL)
		buf_printf(&b, " %s", by);
	part += s->wheres + s->orders;
	if (s->rows)
		buf_printf(&b, " %s", (part++)->sql);
	if (s->tail)
		buf_printf(&b, " %s", part->sql);
	explain(s->name, b.p);
	arena_rewind(&arena, mark);
}

static void
no_statement_scans_or_sorts(void **state)
{
	(void)state;
	for (unsigned q = 0; q < QUERY_COUNT; q++) {
		const struct statement *s = &statements[q];
		unsigned order = 0;

		if (s->nowait)	/* "SET STATEMENT ..." can't be explained */
			continue;
		do {
			for (unsigned w = 0; w < 1U << s->wheres; w++)
				if (!is_unnamed(s, w) && (s->wheres <= 12 ||
				    __builtin_popcount(w) <= PARTS_MOST))
					explain_variant(s, w, order);
		} while (++order < s->orders);
	}
	if (complaints > 0)
		fail_msg("%u complaints", complaints);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_statement_scans_or_sorts),
	};

	return cmocka_run_group_tests_name("explain", tests, start, stop);
}
