/* See work.h. */
#include <mysql.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "db/statement.h"
#include "work.h"

#define MAX_PARAMS 80
#define MAX_SQL 8192
#define VALUE_MAX 2048

struct value {
	enum enum_field_types type;
	long long i;
	const char *s;
	unsigned long n;
};

#define I(v) ((struct value){ .type = MYSQL_TYPE_LONGLONG, .i = (v) })
#define S(v) ((struct value){ .type = MYSQL_TYPE_STRING, .s = (v), \
	.n = strlen(v) })
#define B(v, len) ((struct value){ .type = MYSQL_TYPE_BLOB, \
	.s = (const char *)(v), .n = (len) })
#define NONE ((struct value){ .type = MYSQL_TYPE_NULL })

enum { ROWS_MAX = 6 };		/* that a statement is prepared with */

static MYSQL *db;
static char result[WORK_ROWS][WORK_COLUMNS][VALUE_MAX];
static char now[32], day[11];

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
	unsigned short arg[256] = { 0 }, n = 0;

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

/* All rows into result; how many there are. */
static unsigned
fetch(MYSQL_STMT *st, const char *name)
{
	unsigned columns = mysql_stmt_field_count(st), rows = 0;
	my_bool null[WORK_COLUMNS] = { 0 };
	unsigned long n[WORK_COLUMNS];
	MYSQL_BIND out[WORK_COLUMNS];
	int got;

	if (columns == 0)
		return 0;
	if (columns > WORK_COLUMNS)
		die(name, "too many columns");
	do {
		memset(out, 0, sizeof(out));
		for (unsigned i = 0; i < columns; i++) {
			out[i].buffer_type = MYSQL_TYPE_STRING;
			out[i].buffer = result[rows][i];
			out[i].buffer_length = VALUE_MAX - 1;
			out[i].length = &n[i];
			out[i].is_null = &null[i];
		}
		if (mysql_stmt_bind_result(st, out) != 0)
			die(name, mysql_stmt_error(st));
		got = mysql_stmt_fetch(st);
		if (got != 0)
			break;
		for (unsigned i = 0; i < columns; i++)
			result[rows][i][null[i] ? 0 : n[i]] = '\0';
	} while (++rows < WORK_ROWS);
	if (got != 0 && got != MYSQL_NO_DATA)
		die(name, "cannot be read");
	mysql_stmt_free_result(st);
	return rows;
}

/* A transaction that met another's is done once more. */
static bool met;

/* Rows read: of an INSERT that says them, the ids that it made. */
static unsigned
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
	return fetch(s->stmt, statements[q].name);
}

#define ROWS(q, rows, ...) run((q), (rows), (const struct value[]){ \
	__VA_ARGS__ })
#define RUN(q, ...) ROWS(q, 1, __VA_ARGS__)

/* Of the last INSERT. */
static long long
made_id(enum query q)
{
	return (long long)mysql_stmt_insert_id(prepare(q, 1)->stmt);
}

#define MAKE(q, ...) (RUN(q, __VA_ARGS__), made_id(q))
#define TAKE(q, ...) (RUN(q, __VA_ARGS__), atoll(result[0][0]))

static void
plain(const char *sql)
{
	if (mysql_query(db, sql) != 0)
		die(sql, mysql_error(db));
}

/* false: it met another and is to be done once more. */
static bool
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

static void
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
}

const char *
work_value(unsigned row, unsigned column)
{
	return result[row][column];
}

bool
work_read(const char *session, const char *user, const char *campaign,
    const char *organization)
{
	set_now();
	return RUN(Q_IDENTITY_SESSION, S(session), S(user), S(now)) == 1 &&
	    RUN(Q_PLACEMENT_GET, S(campaign), S("1"), S(organization)) == 1;
}

unsigned
work_list(const char *session, const char *user, const char *organization)
{
	set_now();
	if (RUN(Q_IDENTITY_SESSION, S(session), S(user), S(now)) != 1 ||
	    RUN(Q_REFERRER_OF, S("1"), S(organization)) != 1)
		return 0;
	return RUN(Q_PLACEMENT_LIST, I(atoll(result[0][0])), I(11),
	    I(0));
}

bool
work_click(const char *code)
{
	unsigned char random[40];

	set_now();
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		die("getrandom", "too little");
	if (RUN(Q_PLACEMENT_BY_CODE, S("ref"), I(60), S(now), S(code)) != 1)
		return false;
	do {
		plain("START TRANSACTION");
		RUN(Q_CLICK_INSERT, S(result[0][0]), B(random, 16),
		    B(random + 16, 16), B(random + 32, 8), S("person"),
		    S("direct"), NONE, NONE, I(1), S(now));
		RUN(Q_COUNT_TOTAL, I(1), I(1), I(0), S(result[0][0]));
		RUN(Q_COUNT_DAY, S(result[0][0]), S(day), S(result[0][3]),
		    I(1), I(1), I(0));
		RUN(Q_REPORT_CLICKED, S(result[0][1]), S(result[0][0]),
		    S("direct"), NONE, NONE, I(1), S(now));
	} while (!commit());
	return true;
}

#define ENTRY(journal, line, org, kind, owner, currency, amount) \
	I(journal), I(line), S(org), S(kind), S(owner), S(currency), I(amount)

/* The columns of payment_facts, which are kept while others are read. */
enum { PAYMENT = 0, ORG = 1, AMOUNT = 5, TOKENS = 6, LEAD = 24, CAMPAIGN = 25,
	PLACEMENT = 26, REFERRER = 27 };
#define RATE_PPM 200000	/* what the house's program pays */

static char facts[WORK_COLUMNS][VALUE_MAX];
#define F(column) S(facts[column])

static void
brought(long long amount)
{
	RUN(Q_BROUGHT_TOTAL, F(REFERRER), I(0), I(0), I(0), I(0), I(1),
	    I(amount), S("USD"), I(1), S("USD"), S(now), F(PLACEMENT));
	RUN(Q_REPORT_BROUGHT, I(1), F(PLACEMENT), F(LEAD), S("USD"), I(0),
	    I(0), I(0), I(0), I(1), I(0), I(amount), S(now));
	RUN(Q_BROUGHT_SALES, F(PLACEMENT), S("USD"), S(day), F(REFERRER),
	    I(1), I(amount));
}

static long long
commission(long long sale, long long amount, long long part)
{
	return TAKE(Q_EARNING_INSERT, I(1), F(REFERRER), F(CAMPAIGN),
	    F(PLACEMENT), I(sale), I(amount), I(0), S("available"), I(part),
	    S("USD"), I(RATE_PPM), I(0), I(1), NONE, F(LEAD), NONE, S(now),
	    S(now));
}

static void
post(long long amount, long long tokens, long long part, long long earning)
{
	long long bought, earned;

	RUN(Q_ACCOUNT_MOVE, I(tokens), F(ORG), S("tokens_available"), I(0),
	    S("TOK"));
	RUN(Q_ACCOUNT_MOVE, I(part), I(1), S("earnings_available"),
	    F(REFERRER), S("USD"));
	ROWS(Q_JOURNAL_INSERT, 2,
	    I(1), S("payment"), F(PAYMENT), NONE, S(now),
	    I(1), S("commission"), I(earning), NONE, S(now));
	bought = atoll(result[0][0]);
	earned = atoll(result[1][0]);
	ROWS(Q_ENTRY_INSERT, 6,
	    ENTRY(bought, 1, "1", "provider_clearing", "0", "USD", amount),
	    ENTRY(bought, 2, "1", "revenue", "0", "USD", -amount),
	    ENTRY(bought, 3, "1", "tokens_issued", "0", "TOK", -tokens),
	    ENTRY(bought, 4, facts[ORG], "tokens_available", "0", "TOK",
		tokens),
	    ENTRY(earned, 1, "1", "commission_expense", "0", "USD", -part),
	    ENTRY(earned, 2, "1", "earnings_available", facts[REFERRER],
		"USD", part));
}

static void
pay(void)
{
	long long amount = atoll(facts[AMOUNT]), tokens = atoll(facts[TOKENS]);
	long long part = amount * RATE_PPM / 1000000, sale, earning;
	char text[200], data[200];

	plain("START TRANSACTION");
	RUN(Q_PAYMENT_PAID, S(now), F(PAYMENT));
	sale = MAKE(Q_SALE_INSERT, I(1), F(PAYMENT), F(LEAD), I(amount),
	    S("USD"), S(now));
	earning = commission(sale, amount, part);
	snprintf(text, sizeof(text), "{\"amount\":%lld,\"currency\":\"USD\","
	    "\"tokens\":%lld}", amount, tokens);
	snprintf(data, sizeof(data), "{\"campaignId\":\"%s\",\"amount\":%lld,"
	    "\"currency\":\"USD\"}", facts[PLACEMENT], part);
	ROWS(Q_EVENT_INSERT, 2,
	    F(ORG), S("payment.paid"), F(PAYMENT), NONE, S(text), S(now),
	    I(1), S("commission.created"), I(earning), NONE, S(data), S(now));
	post(amount, tokens, part, earning);
	snprintf(text, sizeof(text), "payment %s", facts[PAYMENT]);
	RUN(Q_TOKEN_INSERT, F(ORG), S("purchase"), I(tokens), I(tokens),
	    S(text), F(PAYMENT), S(now));
	brought(amount);
}

bool
work_pay(const char *token)
{
	set_now();
	if (RUN(Q_PAYMENT_FACTS, S(token)) != 1)
		return false;
	memcpy(facts, result[0], sizeof(facts));
	do
		pay();
	while (!commit());
	return true;
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
	{ Q_BROUGHT_TOTAL, 1 }, { Q_BROUGHT_SALES, 1 },
	{ Q_REPORT_BROUGHT, 1 }, { Q_REPORT_CLICKED, 1 },
	{ Q_EVENT_INSERT, 2 },
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
