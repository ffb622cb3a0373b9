/*
 * Posting: the one way in which anything is written to the ledger.
 *
 * Three statements for a journal of two entries: the balance, the journal, all
 * its entries at once.  Accounts are named by their place (book, kind, owner,
 * currency), never by an id kept in memory, so that nothing here can be stale
 * after a rollback.  An account that is not there yet is opened on the way: an
 * UPDATE that finds no row locks the gap where it would be, and two that did
 * so can't both insert there.  So what is probably an account's first posting
 * is inserted, and moves the balance only where the row was there.
 */
#include "ledger/ledger.h"

#include <stdlib.h>

#include "base/money.h"
#include "base/banned.h"

const char *const account_labels[] = {
#define ACCOUNT(name, kept, guard) #name,
#include "ledger/kinds.def"
	NULL
};

const char *const journal_labels[] = {
#define JOURNAL(name, subject) #name,
#include "ledger/kinds.def"
	NULL
};

const char *const guard_labels[] = { "free", "floor", "ceiling", NULL };

static const struct {
	bool kept;
	enum guard guard;
} kinds[] = {
#define ACCOUNT(name, kept, guard) { kept, GUARD_##guard },
#include "ledger/kinds.def"
};

static const struct {
	enum journal_kind journal;
	enum account_kind account;
	int sign;
} flows[] = {
#define FLOW(journal, account, sign) \
	{ JOURNAL_##journal, ACCOUNT_##account, sign },
#include "ledger/kinds.def"
};

bool
ledger_kind_kept(enum account_kind k)
{
	return kinds[k].kept;
}

enum guard
ledger_kind_guard(enum account_kind k)
{
	return kinds[k].guard;
}

bool
ledger_flow_legal(enum journal_kind journal, enum account_kind account,
    int sign)
{
	for (size_t i = 0; i < LEN(flows); i++)
		if (flows[i].journal == journal &&
		    flows[i].account == account && flows[i].sign == sign)
			return true;
	return false;
}

static void
check(const struct journal *j, const struct posting *p, size_t n)
{
	INVARIANT(n >= 2 && n <= LEDGER_MAX_POSTINGS);
	for (size_t i = 0; i < n; i++) {
		int64_t sum = 0;

		INVARIANT(p[i].amount != 0);
		INVARIANT(ledger_flow_legal(j->kind, p[i].kind,
		    p[i].amount > 0 ? 1 : -1));
		for (size_t k = 0; k < n; k++)
			if (str_eq(p[k].currency, p[i].currency))
				INVARIANT(money_add(sum, p[k].amount,
				    &sum) == OK);
		INVARIANT(sum == 0);
	}
}

/* The house's book comes last: there most postings meet. */
static int
compare_place(const struct posting *a, const struct posting *b)
{
	if (a->organization_id != b->organization_id)
		return a->organization_id > b->organization_id ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->owner_id != b->owner_id)
		return a->owner_id < b->owner_id ? -1 : 1;
	return memcmp(a->currency.p, b->currency.p, 3);
}

/* The same order in every posting: no two can wait for each other. */
static int
by_place(const void *a, const void *b)
{
	return compare_place(*(struct posting *const *)a,
	    *(struct posting *const *)b);
}

/* *opened: false where it is there, or its guard does not allow the sum. */
static enum err
open_with(struct db *db, const struct posting *at, int64_t sum, bool *opened)
{
	uint64_t rows;

	TRY(db_exec(db, Q_ACCOUNT_OPEN, ARGS(at->organization_id,
	    LABEL(account_labels, at->kind), (int64_t)at->owner_id,
	    at->currency, kinds[at->kind].kept,
	    LABEL(guard_labels, kinds[at->kind].guard), sum), &rows, NULL));
	*opened = rows == 1;
	return OK;
}

static enum err
open_account(struct db *db, const struct posting *p)
{
	bool opened;

	return open_with(db, p, 0, &opened);
}

/* What is not there has the sum as its balance from then on. */
static enum err
move_or_open(struct db *db, const struct posting *at, int64_t sum,
    bool covered, bool first, int64_t *balance)
{
	const struct args args = ARGS(sum, at->organization_id,
	    LABEL(account_labels, at->kind), (int64_t)at->owner_id,
	    at->currency);
	const enum query move = covered ? Q_ACCOUNT_MOVE_COVERED :
	    Q_ACCOUNT_MOVE;
	bool opened = false;
	uint64_t rows, id;

	*balance = sum;
	if (first)
		TRY(open_with(db, at, sum, &opened));
	if (opened)
		return OK;
	TRY(db_exec(db, move, args, &rows, &id));
	if (rows == 0 && !covered && !first) {
		TRY(open_with(db, at, sum, &opened));
		if (opened)
			return OK;
		TRY(db_exec(db, move, args, &rows, &id));
	}
	*balance = (int64_t)id;		/* the statement's LAST_INSERT_ID() */
	return rows == 0 ? ERR_FUNDS : OK;
}

/* By the sum of n postings at one place; each gets the balance after it. */
static enum err
move_balance(struct db *db, struct posting *const *p, size_t n)
{
	bool covered = false, first = false;
	int64_t sum = 0, balance;

	for (size_t i = 0; i < n; i++) {
		TRY(money_add(sum, p[i]->amount, &sum));
		covered |= p[i]->covered;
		first |= p[i]->first;
	}
	TRY(move_or_open(db, p[0], sum, covered, first && !covered,
	    &balance));
	for (size_t i = n; i-- > 0; balance -= p[i]->amount)
		p[i]->balance = balance;
	return OK;
}

/* They are in the order of their places. */
static enum err
move_balances(struct db *db, struct posting *const *p, size_t n)
{
	size_t same;

	for (size_t i = 0; i < n; i += same) {
		for (same = 1; i + same < n &&
		    compare_place(p[i], p[i + same]) == 0; same++)
			;
		TRY(move_balance(db, p + i, same));
	}
	return OK;
}

#define FEW_JOURNALS	8	/* more look their accounts up beforehand */
#define JOURNALS_A_TIME	32	/* a statement of this size is kept */
#define JOURNAL_ARGS	5
#define ENTRY_ARGS	7

static enum err
insert_journals(struct db *db, struct arena *a, const struct journal_lines *l,
    size_t n, uint64_t *ids)
{
	struct arg *v = arena_array(a, n * JOURNAL_ARGS, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		const struct journal *j = &l[i].journal;
		const struct arg row[JOURNAL_ARGS] = {
			ARG(j->organization_id),
			LABEL(journal_labels, j->kind),
			ARG((int64_t)j->subject_id), ARG(j->reverses),
			ARG(j->at),
		};

		memcpy(v + i * JOURNAL_ARGS, row, sizeof(row));
	}
	return db_exec_rows(db, Q_JOURNAL_INSERT, v, n, NULL, ids);
}

static size_t
count_postings(const struct journal_lines *l, size_t n)
{
	size_t postings = 0;

	for (size_t i = 0; i < n; i++)
		postings += l[i].n;
	return postings;
}

static void
entry_args(struct arg *v, uint64_t journal, const struct posting *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct arg row[ENTRY_ARGS] = {
			ARG(journal), ARG((int64_t)i + 1),
			ARG(p[i].organization_id),
			LABEL(account_labels, p[i].kind),
			ARG((int64_t)p[i].owner_id), ARG(p[i].currency),
			ARG(p[i].amount),
		};

		memcpy(v + i * ENTRY_ARGS, row, sizeof(row));
	}
}

/* The statement looks the accounts up. */
static enum err
insert_by_place(struct db *db, struct arena *a, const struct journal_lines *l,
    size_t n, uint64_t *ids)
{
	size_t postings = count_postings(l, n);
	struct arg *v = arena_array(a, postings * ENTRY_ARGS, sizeof(*v));
	struct arg *at = v;
	enum err e;

	TRY(insert_journals(db, a, l, n, ids));
	for (size_t i = 0; i < n; at += l[i++].n * ENTRY_ARGS)
		entry_args(at, ids[i], l[i].p, l[i].n);
	e = db_exec_rows(db, Q_ENTRY_INSERT, v, postings, NULL, NULL);
	if (e != ERR_NOT_FOUND)
		return e;
	/* A system account's first entry. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < l[i].n; k++)
			if (!kinds[l[i].p[k].kind].kept)
				TRY(open_account(db, &l[i].p[k]));
	return db_exec_rows(db, Q_ENTRY_INSERT, v, postings, NULL, NULL);
}

/* Of a system account it may be the first entry. */
static enum err
find_account(struct db *db, struct arena *a, const struct posting *p,
    uint64_t *id)
{
	const struct args args = ARGS(p->organization_id,
	    LABEL(account_labels, p->kind), (int64_t)p->owner_id, p->currency);
	struct id_row row = { 0 };
	enum err e = db_row(db, a, Q_ACCOUNT_ID, args, &id_row, &row);

	if (e == ERR_NOT_FOUND) {
		TRY(open_account(db, p));
		e = db_row(db, a, Q_ACCOUNT_ID, args, &id_row, &row);
	}
	*id = row.id;
	return e;
}

/* They are in the order of their places; each is looked up once. */
static enum err
find_accounts(struct db *db, struct arena *a, struct posting **p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && compare_place(p[i - 1], p[i]) == 0)
			p[i]->account_id = p[i - 1]->account_id;
		else
			TRY(find_account(db, a, p[i], &p[i]->account_id));
	}
	return OK;
}

static enum err
insert_by_account(struct db *db, struct arena *a, const struct journal_lines *l,
    size_t n, uint64_t *ids)
{
	enum { COLUMNS = 4 };
	struct arg *v = arena_array(a, count_postings(l, n) * COLUMNS,
	    sizeof(*v));
	size_t at = 0;

	TRY(insert_journals(db, a, l, n, ids));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < l[i].n; k++, at++) {
			v[at * COLUMNS] = ARG(ids[i]);
			v[at * COLUMNS + 1] = ARG((int64_t)k + 1);
			v[at * COLUMNS + 2] = ARG(l[i].p[k].account_id);
			v[at * COLUMNS + 3] = ARG(l[i].p[k].amount);
		}
	return db_exec_rows(db, Q_ENTRY_INSERT_AT, v, at, NULL, NULL);
}

static enum err
post(struct db *db, struct arena *a, struct journal_lines *l, size_t n,
    uint64_t *ids)
{
	struct posting **all = arena_array(a, count_postings(l, n),
	    sizeof(struct posting *));
	struct posting **kept = arena_array(a, count_postings(l, n),
	    sizeof(struct posting *));
	size_t postings = 0, some = 0;

	for (size_t i = 0; i < n; i++) {
		check(&l[i].journal, l[i].p, l[i].n);
		for (size_t k = 0; k < l[i].n; k++)
			all[postings++] = &l[i].p[k];
	}
	qsort(all, postings, sizeof(*all), by_place);
	for (size_t i = 0; i < postings; i++)
		if (kinds[all[i]->kind].kept)
			kept[some++] = all[i];
	TRY(move_balances(db, kept, some));
	if (n <= FEW_JOURNALS)
		return insert_by_place(db, a, l, n, ids);
	TRY(find_accounts(db, a, all, postings));
	for (size_t i = 0; i < n; i += some) {
		some = n - i < JOURNALS_A_TIME ? n - i : JOURNALS_A_TIME;
		TRY(insert_by_account(db, a, l + i, some, ids + i));
	}
	return OK;
}

enum err
ledger_post(struct db *db, struct arena *a, const struct journal *j,
    struct posting *p, size_t n, uint64_t *journal_id)
{
	struct journal_lines l = { *j, p, n };
	uint64_t id;

	TRY(post(db, a, &l, 1, &id));
	if (journal_id != NULL)
		*journal_id = id;
	return OK;
}

enum err
ledger_post_all(struct db *db, struct arena *a, struct journal_lines *l,
    size_t n)
{
	return n == 0 ? OK : post(db, a, l, n, arena_array(a, n,
	    sizeof(uint64_t)));
}

struct balance_row {
	int64_t balance;
};

SHAPE(balance_row, struct balance_row, NULL,
    COLUMN(struct balance_row, balance));

static enum err
read_balance(struct db *db, struct arena *a, enum query q,
    const struct posting *place, int64_t *balance, bool *open)
{
	struct balance_row row = { 0 };
	enum err e;

	e = db_row(db, a, q, ARGS(place->organization_id,
	    LABEL(account_labels, place->kind), (int64_t)place->owner_id,
	    place->currency), &balance_row, &row);
	*balance = row.balance;
	if (open != NULL)
		*open = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
ledger_balance(struct db *db, struct arena *a, uint64_t organization_id,
    enum account_kind kind, uint64_t owner_id, struct str currency,
    int64_t *balance, bool *open)
{
	return read_balance(db, a, Q_ACCOUNT_BALANCE, &(struct posting){
	    .organization_id = organization_id, .kind = kind,
	    .owner_id = owner_id, .currency = currency }, balance, open);
}

enum err
ledger_balance_locked(struct db *db, struct arena *a,
    uint64_t organization_id, enum account_kind kind, uint64_t owner_id,
    struct str currency, int64_t *balance)
{
	return read_balance(db, a, Q_ACCOUNT_BALANCE_LOCKED, &(struct posting){
	    .organization_id = organization_id, .kind = kind,
	    .owner_id = owner_id, .currency = currency }, balance, NULL);
}
