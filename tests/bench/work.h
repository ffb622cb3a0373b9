/*
 * The statements of each kind of request that is measured, from sql/queries,
 * on one connection of this process: no HTTP, no JSON, no token.  Whatever
 * fails ends the process.
 */
#ifndef AFF_BENCH_WORK_H
#define AFF_BENCH_WORK_H

#include <stdbool.h>

#define WORK_ROWS 250
#define WORK_COLUMNS 44

_Noreturn void die(const char *what, const char *why);

/* Where the database is: BENCH_SOCKET, BENCH_USER, BENCH_PASSWORD. */
void work_connect(void);

/*
 * Each leaves the rows that it read last in work_value(); false: there was
 * none.  Ids are texts of digits.
 */
bool work_read(const char *session, const char *user, const char *campaign,
    const char *organization);
unsigned work_list(const char *session, const char *user,
    const char *organization);
/* Stores a click: 0 is where it leads to, in column 5. */
bool work_click(const char *code);
/* A payment by its secret name: the sale, tokens, the commission, events. */
bool work_pay(const char *token);

struct order {
	const char *session, *user, *organization;
	const char *product, *currency, *success, *cancel;
	long long quantity;
	const char *key;	/* of idempotency, or NULL */
	const char *request;	/* all that the key stands for */
};

/* Begins to buy: the answer as JSON, or NULL. */
const char *work_order(const struct order *);

/* The stop of a campaign of fifty lines; the last rows read are its lines. */
bool work_stop(const char *session, const char *user,
    const char *organization, const char *campaign);
/* Deletes referrals and takes their commissions back: a JSON array of 250. */
bool work_delete(const char *user, const char *organization, const char *ids);

/* "" is also NULL; valid until the next call of the above. */
const char *work_value(unsigned row, unsigned column);
long long work_number(unsigned row, unsigned column);

/* As JSON: each statement as the peers take it, see peers/. */
void work_print_statements(void);

#endif
