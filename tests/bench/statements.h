/*
 * The program's own statements (sql/queries), prepared on one connection of
 * this process, for the work that is measured.  Whatever fails ends the
 * process.
 */
#ifndef AFF_BENCH_STATEMENTS_H
#define AFF_BENCH_STATEMENTS_H

#include <mysql.h>
#include <stdbool.h>
#include <string.h>

#include "db/statement.h"
#include "work.h"

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

/* The time of the request: as the database has it, its day, microseconds. */
extern char now[32], day[11];
extern long long now_us;
void set_now(void);

/*
 * The values stand in the order in which the statement names them for the
 * first time; rows: of a statement that takes several.  How many rows it gave,
 * which work_value() has then.
 */
unsigned run(enum query, unsigned rows, const struct value *);
#define ROWS(q, rows, ...) run((q), (rows), (const struct value[]){ \
	__VA_ARGS__ })
#define RUN(q, ...) ROWS(q, 1, __VA_ARGS__)

/* How many rows the last one changed, or found as they should be. */
unsigned changed(void);
/* The id that an INSERT made, or that it says (RETURNING). */
long long made_id(enum query);
#define MAKE(q, ...) (RUN(q, __VA_ARGS__), made_id(q))
#define TAKE(q, ...) (RUN(q, __VA_ARGS__), work_number(0, 0))

void begin(void);
/* false: it met another's transaction, and is to be done once more. */
bool commit(void);

/* An amount that an account gets, opened where it is not there. */
struct entry {
	const char *organization, *kind, *owner, *currency;
	long long amount;
	int kept;
	const char *guard;
};

void move(const struct entry *);
void open_with(const struct entry *);	/* an account that is new */
/* A journal of up to four entries. */
long long post(const char *organization, const char *kind, const char *subject,
    const struct entry *, unsigned n);

#endif
