/* Lots: taken from, given back to, and run out. */
#include "model/token/lot.h"

#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/token/token.h"

#include "base/banned.h"

#define DAY_SECONDS INT64_C(86400)
#define DAYS_MAX INT64_C(36500)	/* a time that can still be written */
#define BATCH INT64_C(50)	/* lots that are read at once */
#define LLU(v) ((unsigned long long)(v))

SHAPE(lot_row, struct lot, NULL,
    COLUMN(struct lot, id),
    COLUMN(struct lot, amount),
    COLUMN(struct lot, expires_at));

enum err
lot_create(struct db *db, uint64_t org, uint64_t payment_id, int64_t n,
    struct when now, int64_t days)
{
	if (days > DAYS_MAX)
		days = DAYS_MAX;
	return db_exec(db, Q_LOT_INSERT, ARGS(org, payment_id, n, now,
	    when_add(now, days * DAY_SECONDS)), NULL, NULL);
}

enum err
lot_next(struct db *db, struct arena *a, uint64_t org, int64_t limit,
    struct list *out)
{
	return db_rows(db, a, Q_LOT_OPEN, ARGS(org, limit), &lot_row, out);
}

static enum err
move(struct db *db, uint64_t org, uint64_t id, int64_t n)
{
	uint64_t rows;

	TRY(db_exec(db, Q_LOT_MOVE, ARGS(n, id, org), &rows, NULL));
	INVARIANT(rows == 1);
	return OK;
}

#define PART_ARGS 3

/* From these lots, in their order, until *n is there. */
static enum err
take_from(struct db *db, struct arena *a, const struct lot_taker *who,
    struct list lots, int64_t *n)
{
	struct arg *parts = arena_array(a, lots.n * PART_ARGS, sizeof(*parts));
	const bool refunds = who->refund_id != 0;
	const uint64_t by = refunds ? who->refund_id : who->reservation_id;
	const struct lot *lot = lots.items;
	size_t taken = 0;

	for (; taken < lots.n && *n > 0; taken++) {
		int64_t part = lot[taken].amount < *n ? lot[taken].amount : *n;

		TRY(move(db, who->organization_id, lot[taken].id, -part));
		parts[taken * PART_ARGS] = ARG(by);
		parts[taken * PART_ARGS + 1] = ARG(lot[taken].id);
		parts[taken * PART_ARGS + 2] = ARG(part);
		*n -= part;
	}
	if (by == 0 || taken == 0)
		return OK;
	return db_exec_rows(db, refunds ? Q_REFUND_LOT_INSERT :
	    Q_RESERVATION_LOT_INSERT, parts, taken, NULL, NULL);
}

enum err
lot_take(struct db *db, struct arena *a, const struct lot_taker *who,
    int64_t n)
{
	struct list lots = { .n = BATCH };

	if (who->payment_id != 0) {
		TRY(db_rows(db, a, Q_LOT_OF_PAYMENT, ARGS(who->payment_id,
		    who->organization_id), &lot_row, &lots));
		TRY(take_from(db, a, who, lots, &n));
		lots.n = BATCH;
	}
	while (n > 0 && lots.n == BATCH) {
		TRY(lot_next(db, a, who->organization_id, BATCH, &lots));
		TRY(take_from(db, a, who, lots, &n));
	}
	return OK;
}

/* All but what is spent. */
static enum err
give_back(struct db *db, uint64_t org, struct list parts, int64_t spent)
{
	const struct lot *part = parts.items;

	for (size_t i = 0; i < parts.n; i++) {
		int64_t kept = part[i].amount < spent ? part[i].amount : spent;

		spent -= kept;
		if (part[i].amount > kept)
			TRY(move(db, org, part[i].id, part[i].amount - kept));
	}
	return OK;
}

enum err
lot_give_back(struct db *db, struct arena *a, uint64_t org,
    uint64_t reservation_id, int64_t spent)
{
	struct list parts;

	TRY(db_rows(db, a, Q_LOT_OF_RESERVATION, ARGS(reservation_id, org),
	    &lot_row, &parts));
	return give_back(db, org, parts, spent);
}

enum err
lot_reinstate(struct db *db, struct arena *a, uint64_t org,
    uint64_t refund_id, int64_t n)
{
	const struct lot *part;
	struct list parts;
	int64_t taken = 0;

	TRY(db_rows(db, a, Q_LOT_OF_REFUND, ARGS(refund_id, org), &lot_row,
	    &parts));
	part = parts.items;
	for (size_t i = 0; i < parts.n; i++)
		taken += part[i].amount;
	return give_back(db, org, parts, taken > n ? taken - n : 0);
}

struct due {
	uint64_t id, organization_id, payment_id;
};

SHAPE(lot_due_row, struct due, NULL,
    COLUMN(struct due, id),
    COLUMN(struct due, organization_id),
    COLUMN(struct due, payment_id));

struct expiring {
	struct arena *arena;
	const struct due *lot;
	struct when now;
};

static enum err
book(struct db *db, struct arena *a, const struct due *lot, int64_t n,
    struct when now)
{
	struct posting line[] = {
		{ .organization_id = lot->organization_id,
		  .kind = ACCOUNT_tokens_available, .covered = true,
		  .currency = TOKEN_CURRENCY, .amount = -n },
		{ .organization_id = lot->organization_id,
		  .kind = ACCOUNT_tokens_expired,
		  .currency = TOKEN_CURRENCY, .amount = n },
	};

	TRY(ledger_post(db, a, &(struct journal){
	    .organization_id = lot->organization_id,
	    .kind = JOURNAL_token_expired, .subject_id = lot->id, .at = now },
	    line, LEN(line), NULL));
	TRY(token_record(db, lot->organization_id, 0,
	    &(struct token_transaction){ .type = TOKEN_EXPIRY, .amount = -n,
	    .balance_after = line[0].balance, .created_at = now,
	    .reference = str_printf(a, "payment %llu",
	    LLU(lot->payment_id)) }));
	return event_write(db, a, &(struct event){ lot->organization_id,
	    "token_lot.expired", lot->id, 0, now },
	    "\"amount\":%lld,\"paymentId\":\"%llu\"", (long long)n,
	    LLU(lot->payment_id));
}

/* The balance is locked first, as in every other change of a lot. */
static enum err
expire(struct db *db, void *arg)
{
	const struct expiring *x = arg;
	const struct due *lot = x->lot;
	uint64_t rows, remained;
	int64_t balance;

	TRY(ledger_balance_locked(db, x->arena, lot->organization_id,
	    ACCOUNT_tokens_available, 0, TOKEN_CURRENCY, &balance));
	TRY(db_exec(db, Q_LOT_EXPIRE, ARGS(lot->id, lot->organization_id,
	    x->now), &rows, &remained));
	if (rows == 0)
		return OK;	/* spent, or another process was faster */
	return book(db, x->arena, lot, (int64_t)remained, x->now);
}

enum err
lot_expire_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	const struct due *lot;
	struct list rows;

	TRY(db_rows(db, a, Q_LOT_DUE, ARGS(now), &lot_due_row, &rows));
	*count = rows.n;
	lot = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		TRY(tx_run(db, a, expire,
		    &(struct expiring){ a, &lot[i], now }));
	return OK;
}
