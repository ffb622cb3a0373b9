/*
 * The other side of the benchmark: the statements of one kind of request, run
 * by processes that do nothing else.  No HTTP, no JSON, no token is checked.
 * The statements are those of the program, from sql/queries.
 *
 *	bare KIND SECONDS PROCESSES VALUE...
 *
 * Where the database is stands in BENCH_SOCKET, BENCH_USER, BENCH_PASSWORD.
 * Prints requests a second, and the latencies p50 and p99 in microseconds.
 */
#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "db/statement.h"

#define MAX_PROCESSES 64
#define MAX_SAMPLES 200000
#define MAX_PARAMS 64
#define COLUMNS 40

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

static MYSQL *db;
static MYSQL_STMT *prepared[QUERY_COUNT];
static char column[COLUMNS][4096];
static char now[32];

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "bare: %s: %s\n", what, why);
	exit(1);
}

static void
connect_db(void)
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

/* Statements with fragments: the one that is asked for, behind the head. */
static const unsigned fragment[QUERY_COUNT] = {
	[Q_PAYMENT_FACTS] = Q_PAYMENT_FACTS_WHERE_TOKEN,
};

/* The part of a statement that has its parameters. */
static const struct sql_part *
prepare(enum query q, unsigned rows)
{
	const struct statement *s = &statements[q];
	const struct sql_part *row = s->rows ? &s->parts[1] : fragment[q] ?
	    &s->parts[__builtin_ffs((int)fragment[q])] : &s->parts[0];
	char sql[8192];
	size_t n;

	if (prepared[q] != NULL)
		return row;
	n = (size_t)snprintf(sql, sizeof(sql), "%s", s->parts[0].sql);
	for (unsigned i = 0; row != s->parts && i < rows; i++)
		n += (size_t)snprintf(sql + n, sizeof(sql) - n, "%s %s",
		    i > 0 ? "," : "", row->sql);
	prepared[q] = mysql_stmt_init(db);
	if (mysql_stmt_prepare(prepared[q], sql, n) != 0)
		die(s->name, mysql_stmt_error(prepared[q]));
	return row;
}

static void
fetch(MYSQL_STMT *st, const char *name)
{
	unsigned n = mysql_stmt_field_count(st);
	MYSQL_BIND out[COLUMNS];

	if (n == 0)
		return;
	memset(out, 0, sizeof(out));
	for (unsigned i = 0; i < n; i++) {
		out[i].buffer_type = MYSQL_TYPE_STRING;
		out[i].buffer = column[i];
		out[i].buffer_length = sizeof(column[i]);
	}
	if (mysql_stmt_bind_result(st, out) != 0 ||
	    mysql_stmt_store_result(st) != 0 || mysql_stmt_fetch(st) != 0)
		die(name, "no row");
	mysql_stmt_free_result(st);
}

/* values: by the number of the parameter's name, for each row. */
static unsigned long long
run(enum query q, const struct value *values, unsigned names, unsigned rows)
{
	const struct sql_part *part = prepare(q, rows);
	MYSQL_STMT *st = prepared[q];
	MYSQL_BIND in[MAX_PARAMS];
	unsigned n = 0;

	memset(in, 0, sizeof(in));
	for (unsigned r = 0; r < rows; r++)
		for (unsigned i = 0; i < part->n; i++, n++) {
			const struct value *v = &values[r * names +
			    (unsigned char)part->params[i]];

			in[n].buffer_type = v->type;
			in[n].buffer = v->type == MYSQL_TYPE_LONGLONG ?
			    (void *)(uintptr_t)&v->i :
			    (void *)(uintptr_t)v->s;
			in[n].buffer_length = v->n;
		}
	if (mysql_stmt_bind_param(st, in) != 0 || mysql_stmt_execute(st) != 0)
		die(statements[q].name, mysql_stmt_error(st));
	fetch(st, statements[q].name);
	return mysql_stmt_insert_id(st);
}

#define RUN(q, ...) run((q), (const struct value[]){ __VA_ARGS__ }, \
	sizeof((const struct value[]){ __VA_ARGS__ }) / \
	sizeof(struct value), 1)

static void
plain(const char *sql)
{
	if (mysql_query(db, sql) != 0)
		die(sql, mysql_error(db));
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
}

/* VALUES: session, user, campaign, organization */
static void
read_campaign(char **v)
{
	RUN(Q_IDENTITY_SESSION, S(v[0]), S(v[1]), S(now));
	RUN(Q_PLACEMENT_GET, S(v[2]), S("1"), S(v[3]));
}

/* VALUES: code, campaign */
static void
click(char **v)
{
	unsigned char random[40];
	char day[11];

	memcpy(day, now, 10);
	day[10] = '\0';
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		die("getrandom", "too little");
	RUN(Q_PLACEMENT_BY_CODE, S("ref"), I(60), S(now), S(v[0]));
	plain("START TRANSACTION");
	RUN(Q_CLICK_INSERT, S(v[1]), B(random, 16), B(random + 16, 16),
	    B(random + 32, 8), S("person"), S("direct"), I(1), S(now));
	RUN(Q_COUNT_TOTAL, I(1), I(1), I(0), I(0), I(0), S(v[1]));
	RUN(Q_COUNT_DAY, S(v[1]), S(day), S(column[3]), I(1), I(1), I(0), I(0),
	    I(0));
	plain("COMMIT");
}

#define ENTRY(journal, line, org, kind, owner, currency, amount) \
	I(journal), I(line), I(org), S(kind), I(owner), S(currency), I(amount)

static long long
commission(long long sale, long long referral, long long referrer,
    long long campaign, const char *placement, long long amount)
{
	long long part = amount / 5;
	long long id, journal;

	RUN(Q_REFERRAL_CUSTOMER, S(now), I(referral));
	id = (long long)RUN(Q_EARNING_INSERT, I(1), I(referrer), I(campaign),
	    S(placement), I(sale), I(0), S("available"), I(part), S("USD"),
	    I(200000), I(0), I(1), NONE, I(referral), NONE, S(now), S(now));
	RUN(Q_ACCOUNT_MOVE, I(part), I(1), S("earnings_available"),
	    I(referrer), S("USD"));
	journal = (long long)RUN(Q_JOURNAL_INSERT, I(1), S("commission"),
	    I(id), NONE, S(now));
	const struct value lines[] = {
		ENTRY(journal, 1, 1, "commission_expense", 0, "USD", -part),
		ENTRY(journal, 2, 1, "earnings_available", referrer, "USD",
		    part),
	};
	/* a statement of another number of rows is another statement */
	MYSQL_STMT *of_four = prepared[Q_ENTRY_INSERT];
	static MYSQL_STMT *of_two;
	prepared[Q_ENTRY_INSERT] = of_two;
	run(Q_ENTRY_INSERT, lines, 7, 2);
	of_two = prepared[Q_ENTRY_INSERT];
	prepared[Q_ENTRY_INSERT] = of_four;
	return id;
}

/*
 * VALUES: prefix of the tokens, file with "org referral referrer placement"
 * lines, amount, tokens.  Each process takes every n-th token.
 */
struct buyer {
	long long org, referral, referrer;
	char placement[24];
};

static struct buyer buyers[256];
static unsigned n_buyers;

static void
read_buyers(const char *file)
{
	FILE *f = fopen(file, "r");

	if (f == NULL)
		die(file, "cannot be read");
	while (n_buyers < 256 && fscanf(f, "%lld %lld %lld %23s",
	    &buyers[n_buyers].org, &buyers[n_buyers].referral,
	    &buyers[n_buyers].referrer, buyers[n_buyers].placement) == 4)
		n_buyers++;
	fclose(f);
}

static void
pay(char **v, long long number)
{
	const struct buyer *b = &buyers[(unsigned long long)number % n_buyers];
	long long amount = atoll(v[2]), tokens = atoll(v[3]);
	long long id, sale, journal;
	char token[64], text[200], data[200];

	snprintf(token, sizeof(token), "%s-%lld", v[0], number);
	RUN(Q_PAYMENT_FACTS, NONE, S(token));
	id = atoll(column[0]);
	plain("START TRANSACTION");
	RUN(Q_PAYMENT_PAID, S(now), I(id));
	sale = (long long)RUN(Q_SALE_INSERT, I(1), I(id), I(b->referral),
	    I(amount), S("USD"), S(now));
	RUN(Q_ACCOUNT_MOVE, I(tokens), I(b->org), S("tokens_available"), I(0),
	    S("TOK"));
	journal = (long long)RUN(Q_JOURNAL_INSERT, I(1), S("payment"), I(id),
	    NONE, S(now));
	const struct value lines[] = {
		ENTRY(journal, 1, 1, "provider_clearing", 0, "USD", amount),
		ENTRY(journal, 2, 1, "revenue", 0, "USD", -amount),
		ENTRY(journal, 3, 1, "tokens_issued", 0, "TOK", -tokens),
		ENTRY(journal, 4, b->org, "tokens_available", 0, "TOK",
		    tokens),
	};
	run(Q_ENTRY_INSERT, lines, 7, 4);
	snprintf(text, sizeof(text), "payment %lld", id);
	RUN(Q_TOKEN_INSERT, I(b->org), S("purchase"), I(tokens), I(tokens),
	    S(text), I(id), S(now));
	sale = commission(sale, b->referral, b->referrer, 1, b->placement,
	    amount);
	snprintf(text, sizeof(text), "{\"amount\":%lld,\"currency\":\"USD\","
	    "\"tokens\":%lld}", amount, tokens);
	snprintf(data, sizeof(data), "{\"campaignId\":\"%s\",\"amount\":%lld,"
	    "\"currency\":\"USD\"}", b->placement, amount / 5);
	const struct value events[] = {
		I(b->org), S("payment.paid"), I(id), NONE, S(text), S(now),
		I(1), S("commission.created"), I(sale), NONE, S(data), S(now),
	};
	run(Q_EVENT_INSERT, events, 6, 2);
	plain("COMMIT");
}

struct result {
	unsigned n;
	unsigned us[MAX_SAMPLES];
};

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
work(const char *kind, double until, long long number, long long step,
    char **v, struct result *out)
{
	connect_db();
	for (double begun = seconds(), done; begun < until; begun = done) {
		set_now();
		if (strcmp(kind, "read") == 0)
			read_campaign(v);
		else if (strcmp(kind, "click") == 0)
			click(v);
		else
			pay(v, number);
		number += step;
		done = seconds();
		if (out->n < MAX_SAMPLES)
			out->us[out->n++] = (unsigned)((done - begun) * 1e6);
	}
	mysql_close(db);
}

static int
compare(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	struct result *results;
	unsigned *all, total = 0;
	int processes, status, failed = 0;
	double length, begun;

	if (argc < 6)
		die("usage", "bare KIND SECONDS PROCESSES VALUE...");
	length = atof(argv[2]);
	processes = atoi(argv[3]);
	if (processes < 1 || processes > MAX_PROCESSES)
		die("processes", argv[3]);
	if (strcmp(argv[1], "pay") == 0)
		read_buyers(argv[5]);
	results = mmap(NULL, sizeof(*results) * (size_t)processes,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("mmap", "no memory");
	begun = seconds();
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			work(argv[1], begun + length, i, processes, argv + 4,
			    &results[i]);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	length = seconds() - begun;
	for (int i = 0; i < processes; i++)
		total += results[i].n;
	all = malloc(sizeof(*all) * (total + 1));
	if (all == NULL || total == 0 || failed)
		die(argv[1], "failed");
	total = 0;
	for (int i = 0; i < processes; i++) {
		memcpy(all + total, results[i].us,
		    sizeof(*all) * results[i].n);
		total += results[i].n;
	}
	qsort(all, total, sizeof(*all), compare);
	printf("%.0f %u %u\n", total / length, all[total / 2],
	    all[(unsigned long long)total * 99 / 100]);
	free(all);
	return 0;
}
