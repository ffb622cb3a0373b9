/* The ledger as an organization sees it: the accounts of its own book. */
#ifndef AFF_MODEL_STATEMENT_H
#define AFF_MODEL_STATEMENT_H

#include "db/paging.h"

struct ledger_account {
	uint64_t id;
	int kind;			/* enum account_kind */
	uint64_t owner_id;	/* referrer, campaign...; 0: the book's own */
	struct str currency;
	int64_t balance;
	bool kept;		/* else it was summed up to that journal */
	uint64_t summed_to;
};

struct account_filter {
	int kind;			/* -1: any */
	uint64_t owner_id;		/* 0: any */
};

/* In the order in which they were opened; as of one moment in a tx_read. */
MUST_CHECK enum err ledger_account_list(struct db *, struct arena *,
    uint64_t org, const struct account_filter *, const struct paging *,
    struct list *);

struct statement_entry {
	uint64_t journal_id, subject_id;
	int kind;			/* enum journal_kind */
	int64_t amount;
	int64_t balance, before;	/* of the account: after it, before */
	struct when created_at;
};

/*
 * Entries of an account, the newest first; each balance follows from the one
 * above it, up to what the account holds.  The cursor's key is the balance at
 * which it goes on.  To be called in a tx_read, which makes the account and its
 * entries fit.  ERR_NOT_FOUND: no account of this book.
 */
MUST_CHECK enum err ledger_statement(struct db *, struct arena *,
    uint64_t org, uint64_t account_id, const struct paging *, struct list *);

struct book_proof {
	bool clean;
	int64_t accounts;
	struct list wrong;	/* struct ledger_account: not what its entries
				 * sum to; at most 100 */
	struct list sums;	/* struct money_of: of all balances */
};

/*
 * Balances against entries; and every currency sums to zero, but for tokens,
 * whose other side is in the house's book.
 */
MUST_CHECK enum err book_prove(struct db *, struct arena *, uint64_t org,
    struct book_proof *);

#endif
