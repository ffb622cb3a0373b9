/*
 * The double-entry ledger: every movement of money and tokens is a journal of
 * entries that sum to zero per currency.
 *
 * ledger_post() is the only writer.  It runs in the caller's transaction:
 * balances first, in the order of their places (so that two postings cannot
 * deadlock), then the journal and its entries.  Rows are never changed; a
 * correction is a new journal that names the one it reverses.
 */
#ifndef AFF_LEDGER_LEDGER_H
#define AFF_LEDGER_LEDGER_H

#include "db/db.h"

enum account_kind {
#define ACCOUNT(name, kept, guard) ACCOUNT_##name,
#include "ledger/kinds.def"
	ACCOUNT_KINDS
};

enum journal_kind {
#define JOURNAL(name, subject) JOURNAL_##name,
#include "ledger/kinds.def"
	JOURNAL_KINDS
};

extern const char *const account_labels[];
extern const char *const journal_labels[];
extern const char *const guard_labels[];

/* Of a balance: never below zero, never above, or free. */
enum guard { GUARD_FREE, GUARD_FLOOR, GUARD_CEILING };

/* One side of a journal.  The account is opened at its first use. */
struct posting {
	uint64_t organization_id;	/* whose book */
	enum account_kind kind;
	uint64_t owner_id;		/* referrer...; 0: the book's own */
	struct str currency;
	int64_t amount;			/* not zero */
	bool covered;			/* of a kept one: never below zero */
	bool first;			/* of its account, probably */
	int64_t balance;		/* set: after this journal, if kept */
	uint64_t account_id;		/* the ledger's own */
};

#define LEDGER_MAX_POSTINGS 16

struct journal {
	uint64_t organization_id;	/* the book it is listed in */
	enum journal_kind kind;
	uint64_t subject_id;		/* payment, earning...: by kind */
	uint64_t reverses;		/* 0: none */
	struct when at;
};

/*
 * ERR_FUNDS: a balance would go beyond its guard.  ERR_OVERFLOW.
 * ERR_CONFLICT: the journal that it reverses was reversed before.
 * A journal that does not sum to zero, or whose kind has no such flow, breaks
 * an invariant.
 */
MUST_CHECK enum err ledger_post(struct db *, struct arena *,
    const struct journal *, struct posting *, size_t n, uint64_t *journal_id);

/* A journal and its postings. */
struct journal_lines {
	struct journal journal;
	struct posting *p;
	size_t n;
};
/*
 * Several by few statements: a balance moves once by the sum of what they move
 * there, all of them in the order of their places.
 */
MUST_CHECK enum err ledger_post_all(struct db *, struct arena *,
    struct journal_lines *, size_t n);

/* Balance of an account, 0 where it was never opened; open: was it, or NULL. */
MUST_CHECK enum err ledger_balance(struct db *, struct arena *,
    uint64_t organization_id, enum account_kind, uint64_t owner_id,
    struct str currency, int64_t *balance, bool *open);
/* The same as it is now, and stays until the transaction ends. */
MUST_CHECK enum err ledger_balance_locked(struct db *, struct arena *,
    uint64_t organization_id, enum account_kind, uint64_t owner_id,
    struct str currency, int64_t *balance);

/* Is such an entry legal?  For verify. */
bool ledger_flow_legal(enum journal_kind, enum account_kind, int sign);
bool ledger_kind_kept(enum account_kind);
enum guard ledger_kind_guard(enum account_kind);

#endif
