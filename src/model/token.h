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
/* Records what a journal did to the available tokens. */
MUST_CHECK enum err token_record(struct db *, uint64_t org, uint64_t payment_id,
    const struct token_transaction *);
MUST_CHECK enum err token_get(struct db *, struct arena *, uint64_t org,
    uint64_t id, struct token_transaction *);
/* type -1: any.  Orders: created desc, asc, amount desc, asc. */
MUST_CHECK enum err token_list(struct db *, struct arena *, uint64_t org,
    int type, const struct paging *, struct list *);

#endif
