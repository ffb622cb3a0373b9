/* Tokens: what organizations bought and spend. */
#ifndef AFF_MODEL_TOKEN_TOKEN_H
#define AFF_MODEL_TOKEN_TOKEN_H

#include "db/paging.h"

#define TOKEN_CURRENCY STR("TOK")

extern const char *const token_type_labels[];
enum { TOKEN_PURCHASE, TOKEN_SPEND, TOKEN_RESERVE, TOKEN_RELEASE,
	TOKEN_ADJUSTMENT, TOKEN_EXPIRY, TOKEN_REFUND };

struct token_transaction {
	uint64_t id;
	int type;
	int64_t amount, balance_after;
	struct str reference;
	struct when created_at;
};

#define TOKEN_EXPIRING 10	/* lots that a balance tells of */

struct token_balance {
	int64_t balance, reserved, available;	/* balance: both together */
	int64_t owed;		/* refunded, but spent before */
	struct str currency;
	struct list expiring;	/* struct lot: the next to run out */
};

struct token_filter {
	int type;			/* -1: any */
	struct str reference;		/* absent: any */
	struct when since, before;	/* absent: from the first, to now */
};

MUST_CHECK enum err token_balance(struct db *, struct arena *, uint64_t org,
    struct token_balance *);
/* Records what a journal did to the available tokens. */
MUST_CHECK enum err token_record(struct db *, uint64_t org, uint64_t payment_id,
    const struct token_transaction *);
MUST_CHECK enum err token_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct token_transaction *);
/* Orders: created desc, asc, amount desc, asc. */
MUST_CHECK enum err token_list(struct db *, struct arena *, uint64_t org,
    const struct token_filter *, const struct paging *, struct list *);

/*
 * How tokens that come in or are taken back fall on what is available and on
 * what is owed: both parts are 0 or more.  The caller posts the journal with
 * lines for the parts that are not 0, and records the transactions.
 */
struct token_split {
	int64_t available, owed;
	int64_t before;		/* available, locked; not set without a lock */
};

/*
 * n tokens come in by a purchase: a debt is settled first.  In a transaction.
 * owed_before: what a read before the transaction said (0: no lock needed).
 */
MUST_CHECK enum err token_split_credit(struct db *, struct arena *,
    uint64_t org, int64_t owed_before, int64_t n, struct token_split *);
/* n tokens of a payment are taken back, as far as they are there. */
MUST_CHECK enum err token_split_debit(struct db *, struct arena *, uint64_t org,
    int64_t n, struct token_split *);

#endif
