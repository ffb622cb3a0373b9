/* Tokens: what organizations bought and spend. */
#ifndef AFF_MODEL_TOKEN_H
#define AFF_MODEL_TOKEN_H

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

struct token_balance {
	int64_t balance, reserved, available;	/* balance: both together */
	struct str currency;
};

MUST_CHECK enum err token_balance(struct db *, struct arena *, uint64_t org,
    struct token_balance *);
/* How tokens that come in or are taken back fall to balance and debt. */
struct token_split {
	int64_t available, owed;
};
/*
 * n tokens come in: a debt is settled first.  owed_before: the balance of the
 * debt as a read before the transaction said, below zero where there is one.
 */
MUST_CHECK enum err token_split_credit(struct db *, struct arena *,
    uint64_t org, int64_t owed_before, int64_t n, struct token_split *);
/* n tokens are taken back as far as they are there; the rest is owed. */
MUST_CHECK enum err token_split_debit(struct db *, struct arena *,
    uint64_t org, int64_t n, struct token_split *);

/* Records what a journal did to the available tokens. */
MUST_CHECK enum err token_record(struct db *, uint64_t org, uint64_t payment_id,
    const struct token_transaction *);
MUST_CHECK enum err token_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct token_transaction *);
/* type -1: any.  Orders: created desc, asc, amount desc, asc. */
MUST_CHECK enum err token_list(struct db *, struct arena *, uint64_t org,
    int type, const struct paging *, struct list *);

#endif
