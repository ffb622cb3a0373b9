/* What can be done with tokens, for their tests: a database, and its root. */
#ifndef AFF_TESTS_DB_TOKEN_WORLD_H
#define AFF_TESTS_DB_TOKEN_WORLD_H

#include "ground.h"

#include "model/payment/payment.h"
#include "model/token/reservation.h"
#include "model/token/token.h"

#define LLU(v) ((unsigned long long)(v))
#define DAY 86400

int token_world_start(void **state);

/* One piece of work in a transaction, by whoever. */
struct work {
	struct arena *arena;
	uint64_t org, id;	/* id: of a payment */
	int64_t n;
	struct reservation r;
	struct payment p;
	enum err (*run)(struct db *, struct work *);
	struct when now;
};

enum err in_tx(struct db *, struct work *,
    enum err (*fn)(struct db *, struct work *));
enum err settle_payment(struct db *, struct work *);	/* .p */
enum err reserve_run(struct db *, struct work *);	/* .org, .n to .r */
enum err settle_run(struct db *, struct work *);	/* .r, .n */
enum err release_run(struct db *, struct work *);	/* .r */
enum err adjust_run(struct db *, struct work *);	/* .org, .n */

/* The same one by one. */
uint64_t new_organization(void);
enum valid { FOREVER, MONTH = 30, YEAR = 365 };
/* A payment of quantity * 100 tokens, as it is read before it is settled. */
struct work begin_buying(uint64_t org, enum valid, int64_t quantity);
uint64_t buy(uint64_t org, enum valid, int64_t quantity);
struct reservation reserve(uint64_t org, int64_t n);
enum err settle(struct reservation *, int64_t n);
enum err release(struct reservation *);
enum err adjust(uint64_t org, int64_t n);
/* The price of n tokens of the payment goes back, and they with it. */
uint64_t refund(uint64_t payment, int64_t n);
void undo_refund(uint64_t id);

#endif
