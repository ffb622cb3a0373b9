/*
 * Reservations.  Each ends once: with a guarded update of its row, which is
 * the first statement of the transaction that moves the tokens.
 */
#include "model/token/reservation.h"

#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/token/lot.h"
#include "model/token/token.h"

#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

const char *const reservation_status_labels[] = {
	"held", "settled", "released", "expired", NULL
};

SHAPE(reservation_row, struct reservation, NULL,
    COLUMN(struct reservation, id),
    COLUMN(struct reservation, organization_id),
    COLUMN(struct reservation, status, .labels = reservation_status_labels),
    COLUMN(struct reservation, amount),
    COLUMN(struct reservation, settled_amount),
    COLUMN(struct reservation, reference),
    COLUMN(struct reservation, created_at),
    COLUMN(struct reservation, expires_at));

static struct posting
line_of(const struct reservation *r, enum account_kind kind, int64_t amount)
{
	return (struct posting){ .organization_id = r->organization_id,
	    .kind = kind, .currency = TOKEN_CURRENCY, .amount = amount,
	    .covered = amount < 0 };
}

static enum err
post(struct db *db, struct arena *a, const struct reservation *r,
    enum journal_kind kind, struct when now, struct posting *line, size_t n)
{
	return ledger_post(db, a, &(struct journal){
	    .organization_id = r->organization_id, .kind = kind,
	    .subject_id = r->id, .at = now }, line, n, NULL);
}

static enum err
record(struct db *db, struct arena *a, const struct reservation *r, int type,
    int64_t amount, int64_t after, struct when now)
{
	return token_record(db, r->organization_id, 0,
	    &(struct token_transaction){ .type = type, .amount = amount,
	    .balance_after = after, .created_at = now,
	    .reference = str_printf(a, "reservation %llu", LLU(r->id)) });
}

enum err
reservation_create(struct db *db, struct arena *a, const struct actor *who,
    struct reservation *r)
{
	struct posting line[2];

	r->organization_id = who->organization_id;
	r->status = RESERVATION_HELD;
	r->created_at = who->now;
	TRY(db_exec(db, Q_RESERVATION_INSERT, ARGS(r->organization_id,
	    r->amount, r->reference, r->created_at, r->expires_at), NULL,
	    &r->id));
	line[0] = line_of(r, ACCOUNT_tokens_available, -r->amount);
	line[1] = line_of(r, ACCOUNT_tokens_reserved, r->amount);
	TRY(post(db, a, r, JOURNAL_token_reserved, who->now, line, LEN(line)));
	TRY(lot_take(db, a, &(struct lot_taker){
	    .organization_id = r->organization_id, .reservation_id = r->id },
	    r->amount));
	TRY(record(db, a, r, TOKEN_RESERVE, -r->amount, line[0].balance,
	    who->now));
	return event_write(db, a, &(struct event){ r->organization_id,
	    "token_reservation.created", r->id, who->user_id, who->now },
	    "\"amount\":%lld", (long long)r->amount);
}

enum err
reservation_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct reservation *r)
{
	return db_row(db, a, Q_RESERVATION_GET, ARGS(id, org),
	    &reservation_row, r);
}

enum err
reservation_list(struct db *db, struct arena *a, uint64_t org, int status,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_RESERVATION_LIST_WHERE_AFTER_DESC,
		Q_RESERVATION_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_RESERVATION_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(org));
	if (status >= 0) {
		q.wheres |= Q_RESERVATION_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(reservation_status_labels, status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &reservation_row, out);
}

/* What is held leaves: spent in part or not at all, the rest comes back. */
static enum err
end(struct db *db, struct arena *a, const struct reservation *r,
    int64_t spent, struct when now)
{
	const int64_t back = r->amount - spent;
	struct posting line[3];
	int64_t before;
	size_t n = 0;

	TRY(ledger_balance_locked(db, a, r->organization_id,
	    ACCOUNT_tokens_available, 0, TOKEN_CURRENCY, &before));
	line[n++] = line_of(r, ACCOUNT_tokens_reserved, -r->amount);
	if (back > 0)
		line[n++] = line_of(r, ACCOUNT_tokens_available, back);
	if (spent > 0)
		line[n++] = line_of(r, ACCOUNT_tokens_spent, spent);
	TRY(post(db, a, r, spent > 0 ? JOURNAL_token_settled :
	    JOURNAL_token_released, now, line, n));
	if (back > 0)
		TRY(lot_give_back(db, a, r->organization_id, r->id, spent));
	TRY(record(db, a, r, TOKEN_RELEASE, r->amount, before + r->amount,
	    now));
	return spent == 0 ? OK : record(db, a, r, TOKEN_SPEND, -spent,
	    before + back, now);
}

enum err
reservation_settle(struct db *db, struct arena *a, const struct actor *who,
    int64_t amount, struct reservation *r)
{
	const int64_t spent = amount != 0 ? amount : r->amount;
	uint64_t rows;

	if (spent > r->amount)
		return ERR_FUNDS;
	TRY(db_exec(db, Q_RESERVATION_SETTLE, ARGS(spent, who->now, r->id,
	    r->organization_id), &rows, NULL));
	if (rows == 0) {
		TRY(reservation_get(db, a, r->organization_id, r->id, r));
		return r->status == RESERVATION_SETTLED &&
		    r->settled_amount == spent ? OK : ERR_CONFLICT;
	}
	r->status = RESERVATION_SETTLED;
	r->settled_amount = spent;
	TRY(end(db, a, r, spent, who->now));
	return event_write(db, a, &(struct event){ r->organization_id,
	    "token_reservation.settled", r->id, who->user_id, who->now },
	    "\"amount\":%lld,\"released\":%lld", (long long)spent,
	    (long long)(r->amount - spent));
}

enum err
reservation_release(struct db *db, struct arena *a, const struct actor *who,
    struct reservation *r)
{
	uint64_t rows;

	TRY(db_exec(db, Q_RESERVATION_RELEASE, ARGS(who->now, r->id,
	    r->organization_id), &rows, NULL));
	if (rows == 0) {
		TRY(reservation_get(db, a, r->organization_id, r->id, r));
		return r->status == RESERVATION_SETTLED ? ERR_CONFLICT : OK;
	}
	r->status = r->expires_at.us > who->now.us ? RESERVATION_RELEASED :
	    RESERVATION_EXPIRED;
	TRY(end(db, a, r, 0, who->now));
	return event_write(db, a, &(struct event){ r->organization_id,
	    r->status == RESERVATION_EXPIRED ? "token_reservation.expired" :
	    "token_reservation.released", r->id, who->user_id, who->now },
	    "\"amount\":%lld", (long long)r->amount);
}

struct expiring {
	struct arena *arena;
	struct reservation reservation;
	struct when now;
};

static enum err
expire(struct db *db, void *arg)
{
	struct expiring *x = arg;
	struct actor nobody = { x->reservation.organization_id, 0, x->now };

	return reservation_release(db, x->arena, &nobody, &x->reservation);
}

enum err
reservation_expire_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	const struct reservation *due;
	struct list rows;

	TRY(db_rows(db, a, Q_RESERVATION_DUE, ARGS(now), &reservation_row,
	    &rows));
	*count = rows.n;
	due = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		enum err e = tx_run(db, a, expire,
		    &(struct expiring){ a, due[i], now });

		if (e != OK && e != ERR_CONFLICT)	/* settled meanwhile */
			return e;
	}
	return OK;
}
