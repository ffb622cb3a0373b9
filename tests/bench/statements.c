/* See statements.h. */
#include <mysql.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "statements.h"

#define MAX_PARAMS 320
#define MAX_SQL 8192
#define ROWS_MAX 64	/* that a statement is prepared with */
#define VALUE_MAX 2048
#define TEXT_MAX (256 << 10)

static MYSQL *db;
char now[32], day[11];
long long now_us;

/* Of a statement with fragments: its wheres, its order. */
static const struct chosen {
	enum query q;
	uint32_t wheres;
	unsigned order;
} chosen[] = {
	{ Q_PAYMENT_FACTS, Q_PAYMENT_FACTS_WHERE_TOKEN, 0 },
	{ Q_PLACEMENT_LIST, 0, Q_PLACEMENT_LIST_ORDER_CREATED_DESC },
};

void
die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

void
work_connect(void)
{
	db = mysql_init(NULL);
	if (mysql_real_connect(db, NULL, getenv("BENCH_USER"),
	    getenv("BENCH_PASSWORD"), "affiliated", 0, getenv("BENCH_SOCKET"),
	    CLIENT_FOUND_ROWS) == NULL)
		die("connect", mysql_error(db));
	if (mysql_query(db, "SET time_zone='+00:00', "
	    "innodb_snapshot_isolation=ON, NAMES utf8mb4") != 0)
		die("session", mysql_error(db));
}

/* The text of a variant, and the argument that each of its "?" takes. */
struct text {
	char sql[MAX_SQL];
	size_t n;
	unsigned short of[MAX_PARAMS];
	unsigned n_of;
};

static void
append(struct text *t, const char *sql, size_t n)
{
	if (t->n + n + 2 > MAX_SQL)
		die("too long", sql);
	if (t->n > 0)
		t->sql[t->n++] = ' ';
	memcpy(t->sql + t->n, sql, n);
	t->n += n;
	t->sql[t->n] = '\0';
}

/* first: what the part's own names are numbered from. */
static void
append_part(struct text *t, const struct sql_part *p, unsigned first)
{
	append(t, p->sql, strlen(p->sql));
	if (t->n_of + p->n > MAX_PARAMS)
		die("too many parameters", p->name);
	for (unsigned i = 0; i < p->n; i++)
		t->of[t->n_of++] = (unsigned short)(first +
		    (unsigned char)p->params[i]);
}

static void
append_head(struct text *t, const struct statement *s, const struct chosen *c)
{
	struct sql_part rest = s->parts[0];

	if (s->n_indexes > 0) {
		const char *index = statement_index(s, c->wheres, c->order);

		append(t, rest.sql, s->index_at);
		append(t, index, strlen(index));
		rest.sql += s->index_at;
	}
	append_part(t, &rest, 0);
}

/* Arguments are counted as their names come up for the first time. */
static void
number_args(struct text *t)
{
	unsigned short arg[2 * MAX_PARAMS] = { 0 }, n = 0;

	for (unsigned i = 0; i < t->n_of; i++) {
		unsigned short *a = &arg[t->of[i]];

		if (*a == 0)
			*a = ++n;
		t->of[i] = *a - 1;
	}
}

static void
text_of(enum query q, unsigned rows, struct text *t)
{
	const struct statement *s = &statements[q];
	const struct sql_part *p = s->parts + 1;
	struct chosen c = { 0 };

	t->n = t->n_of = 0;
	for (size_t i = 0; i < sizeof(chosen) / sizeof(*chosen); i++)
		if (chosen[i].q == q)
			c = chosen[i];
	append_head(t, s, &c);
	for (unsigned i = 0; i < s->wheres; i++, p++)
		if (c.wheres >> i & 1)
			append_part(t, p, 0);
	if (s->orders > 0)
		append_part(t, p + c.order, 0);
	p += s->orders;
	if (s->rows) {
		for (unsigned i = 0; i < rows; i++) {
			if (i > 0)
				append(t, ",", 1);
			append_part(t, p, i * p->n);
		}
		p++;
	}
	if (s->tail)
		append_part(t, p, 0);
	number_args(t);
}

static struct statement_of {
	MYSQL_STMT *stmt;
	struct text text;
} *made[QUERY_COUNT][ROWS_MAX + 1];

static struct statement_of *
prepare(enum query q, unsigned rows)
{
	struct statement_of **at = &made[q][rows];

	if (*at != NULL)
		return *at;
	*at = calloc(1, sizeof(**at));
	if (*at == NULL)
		die("prepare", "no memory");
	text_of(q, rows, &(*at)->text);
	(*at)->stmt = mysql_stmt_init(db);
	if (mysql_stmt_prepare((*at)->stmt, (*at)->text.sql, (*at)->text.n))
		die(statements[q].name, mysql_stmt_error((*at)->stmt));
	return *at;
}

/* What the last statement gave: values in a row of text. */
static const char *result[WORK_ROWS][WORK_COLUMNS];
static char texts[TEXT_MAX];
static size_t texts_n;

/* A value stays where it is until the next statement that gives rows. */
static const char *
keep(const char *value, unsigned long n)
{
	char *at = texts + texts_n;

	if (n + 1 > TEXT_MAX - texts_n)
		die("result", "too much text");
	memcpy(at, value, n);
	at[n] = '\0';
	texts_n += n + 1;
	return at;
}

/* All rows into result; how many there are. */
static unsigned
fetch(MYSQL_STMT *st, const char *name)
{
	static char value[WORK_COLUMNS][VALUE_MAX];
	unsigned columns = mysql_stmt_field_count(st), rows = 0;
	my_bool null[WORK_COLUMNS] = { 0 };
	unsigned long n[WORK_COLUMNS];
	MYSQL_BIND out[WORK_COLUMNS];
	int got;

	if (columns == 0)
		return 0;
	if (columns > WORK_COLUMNS)
		die(name, "too many columns");
	texts_n = 0;
	memset(out, 0, sizeof(out));
	for (unsigned i = 0; i < columns; i++) {
		out[i].buffer_type = MYSQL_TYPE_STRING;
		out[i].buffer = value[i];
		out[i].buffer_length = VALUE_MAX - 1;
		out[i].length = &n[i];
		out[i].is_null = &null[i];
	}
	if (mysql_stmt_bind_result(st, out) != 0)
		die(name, mysql_stmt_error(st));
	while ((got = mysql_stmt_fetch(st)) == 0 && rows < WORK_ROWS) {
		for (unsigned i = 0; i < columns; i++)
			result[rows][i] = keep(value[i], null[i] ? 0 : n[i]);
		rows++;
	}
	if (got != 0 && got != MYSQL_NO_DATA)
		die(name, "cannot be read");
	mysql_stmt_free_result(st);
	return rows;
}

/* A transaction that met another's is done once more. */
static bool met;
static unsigned affected;

unsigned
run(enum query q, unsigned rows, const struct value *values)
{
	struct statement_of *s;
	MYSQL_BIND in[MAX_PARAMS];
	unsigned e;

	if (met)
		return 0;
	s = prepare(q, rows);
	memset(in, 0, sizeof(in));
	for (unsigned i = 0; i < s->text.n_of; i++) {
		const struct value *v = &values[s->text.of[i]];

		in[i].buffer_type = v->type;
		in[i].buffer = v->type == MYSQL_TYPE_LONGLONG ?
		    (void *)(uintptr_t)&v->i : (void *)(uintptr_t)v->s;
		in[i].buffer_length = v->n;
	}
	if (mysql_stmt_bind_param(s->stmt, in) != 0)
		die(statements[q].name, mysql_stmt_error(s->stmt));
	if (mysql_stmt_execute(s->stmt) != 0) {
		e = mysql_stmt_errno(s->stmt);
		if (e != 1213 && e != 1205 && e != 1020)
			die(statements[q].name, mysql_stmt_error(s->stmt));
		met = true;
		return 0;
	}
	affected = (unsigned)mysql_stmt_affected_rows(s->stmt);
	return fetch(s->stmt, statements[q].name);
}

unsigned
changed(void)
{
	return affected;
}

long long
made_id(enum query q)
{
	return (long long)mysql_stmt_insert_id(prepare(q, 1)->stmt);
}

static void
plain(const char *sql)
{
	if (mysql_query(db, sql) != 0)
		die(sql, mysql_error(db));
}

void
begin(void)
{
	plain("START TRANSACTION");
}

bool
commit(void)
{
	if (!met) {
		plain("COMMIT");
		return true;
	}
	plain("ROLLBACK");
	met = false;
	return false;
}

void
set_now(void)
{
	struct timespec t;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	n = strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(now + n, sizeof(now) - n, ".%06ld", t.tv_nsec / 1000);
	memcpy(day, now, 10);
	now_us = t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

const char *
work_value(unsigned row, unsigned column)
{
	return result[row][column] != NULL ? result[row][column] : "";
}

long long
work_number(unsigned row, unsigned column)
{
	return atoll(work_value(row, column));
}

void
move(const struct entry *e)
{
	RUN(Q_ACCOUNT_MOVE, I(e->amount), S(e->organization), S(e->kind),
	    S(e->owner), S(e->currency));
	if (changed() == 0)
		open_with(e);
}

void
open_with(const struct entry *e)
{
	RUN(Q_ACCOUNT_OPEN, S(e->organization), S(e->kind), S(e->owner),
	    S(e->currency), I(1), S(e->guard), I(e->amount));
}

long long
post(const char *organization, const char *kind, const char *subject,
    const struct entry *e, unsigned n)
{
	struct value v[4 * 7], *at = v;
	long long journal = TAKE(Q_JOURNAL_INSERT, S(organization), S(kind),
	    S(subject), NONE, S(now));

	for (unsigned i = 0; i < n; i++, e++) {
		const struct value row[] = { I(journal), I(i + 1),
		    S(e->organization), S(e->kind), S(e->owner),
		    S(e->currency), I(e->amount) };

		memcpy(at, row, sizeof(row));
		at += 7;
	}
	run(Q_ENTRY_INSERT, n, v);
	return journal;
}

/* The peers run the same ones, by their names and numbers of rows. */
static const struct {
	enum query q;
	unsigned rows;
} peers[] = {
	{ Q_IDENTITY_SESSION, 1 }, { Q_PLACEMENT_GET, 1 },
	{ Q_REFERRER_OF, 1 }, { Q_PLACEMENT_LIST, 1 },
	{ Q_PLACEMENT_BY_CODE, 1 }, { Q_CLICK_INSERT, 1 },
	{ Q_COUNT_TOTAL, 1 }, { Q_COUNT_DAY, 1 }, { Q_PAYMENT_FACTS, 1 },
	{ Q_PAYMENT_PAID, 1 }, { Q_SALE_INSERT, 1 }, { Q_ACCOUNT_MOVE, 1 },
	{ Q_JOURNAL_INSERT, 2 }, { Q_ENTRY_INSERT, 6 },
	{ Q_TOKEN_INSERT, 1 }, { Q_EARNING_INSERT, 1 },
	{ Q_JOURNAL_INSERT, 1 },
	{ Q_BROUGHT_TOTAL, 1 }, { Q_BROUGHT_SALES, 1 },
	{ Q_REPORT_BROUGHT, 1 }, { Q_REPORT_CLICKED, 1 },
	{ Q_EVENT_INSERT, 2 },
	/* of a stop */
	{ Q_CAMPAIGN_LOCK, 1 }, { Q_CAMPAIGN_MOVE, 1 },
	{ Q_CAMPAIGN_MONEY, 1 }, { Q_HISTORY_LAST, 1 },
	{ Q_HISTORY_INSERT, 1 }, { Q_EVENT_INSERT, 1 }, { Q_LINE_LIST, 1 },
	{ Q_INVOICE_LIST, 1 }, { Q_INVOICE_LINES, 1 },
	{ Q_ACCOUNT_BALANCE, 1 }, { Q_ACCOUNT_BALANCE_LOCKED, 1 },
	{ Q_ACCOUNT_OPEN, 1 }, { Q_ENTRY_INSERT, 3 }, { Q_LINE_END, 1 },
	{ Q_PLACEMENT_END_CAMPAIGN, 1 },
	{ Q_PLACEMENT_END_CAMPAIGN_EVENTS, 1 },
	/* of a deletion of many */
	{ Q_REFERRAL_BATCH_HOLD, 1 }, { Q_EARNING_UNPAID, 1 },
	{ Q_EARNING_TAKE_BACK, 1 }, { Q_EARNING_MARK_TAKEN, 1 },
	{ Q_ACCOUNT_ID, 1 }, { Q_JOURNAL_INSERT, 32 }, { Q_JOURNAL_INSERT, 26 },
	{ Q_ENTRY_INSERT_AT, 64 }, { Q_ENTRY_INSERT_AT, 52 },
	{ Q_REPORT_ACTIVE, 1 },
	{ Q_BROUGHT_ACTIVE, 1 }, { Q_BROUGHT_ACTIVE_PROMOTERS, 1 },
	{ Q_REFERRAL_BATCH_DELETE, 1 }, { Q_REFERRAL_BATCH_ORIGINS, 1 },
	{ Q_EVENT_INSERT, 50 },
};

/* No statement has a quotation mark or a backslash; lines become spaces. */
void
work_print_statements(void)
{
	struct text t;

	for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++) {
		text_of(peers[i].q, peers[i].rows, &t);
		for (char *p = t.sql; *p != '\0'; p++)
			if (*p == '\n' || *p == '\t')
				*p = ' ';
		printf("%s\"%s", i > 0 ? ",\n" : "{\n",
		    statements[peers[i].q].name);
		if (peers[i].rows > 1)
			printf("_%u", peers[i].rows);
		printf("\": {\"sql\": \"%s\", \"args\": [", t.sql);
		for (unsigned j = 0; j < t.n_of; j++)
			printf("%s%u", j > 0 ? "," : "", t.of[j]);
		printf("]}");
	}
	puts("\n}");
}
