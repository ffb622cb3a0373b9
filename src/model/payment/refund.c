/*
 * Refunds and disputes.
 *
 * Each step begins with a guarded update of the refund's row, so that a second
 * call finds nothing to do; then the payment's row is locked, and all refunds
 * of one payment come one after the other.
 */
#include "model/payment/refund.h"

#include "base/money.h"
#include "ledger/ledger.h"
#include "model/referral/earning.h"
#include "model/referral/placement.h"
#include "model/event/event.h"
#include "model/token/lot.h"
#include "model/people/organization.h"
#include "model/token/token.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

const char *const refund_kind_labels[] = { "refund", "dispute", NULL };
const char *const refund_status_labels[] = {
	"pending", "done", "failed", "reinstated", NULL
};

SHAPE(refund_row, struct refund, NULL,
    COLUMN(struct refund, id),
    COLUMN(struct refund, organization_id),
    COLUMN(struct refund, payment_id),
    COLUMN(struct refund, kind, .labels = refund_kind_labels),
    COLUMN(struct refund, status, .labels = refund_status_labels),
    COLUMN(struct refund, amount),
    COLUMN(struct refund, tokens),
    COLUMN(struct refund, reference),
    COLUMN(struct refund, reason),
    COLUMN(struct refund, user_id),
    COLUMN(struct refund, created_at),
    COLUMN(struct refund, done_at));

struct facts {
	uint64_t id, organization_id, payment_id;
	int64_t amount, tokens;			/* of the refund */
	int64_t paid, bought;			/* by the payment */
	int64_t refunded_amount, refunded_tokens;	/* before this one */
	struct str currency;
};

SHAPE(facts_row, struct facts, NULL,
    COLUMN(struct facts, id),
    COLUMN(struct facts, organization_id),
    COLUMN(struct facts, payment_id),
    COLUMN(struct facts, amount),
    COLUMN(struct facts, tokens),
    COLUMN(struct facts, paid),
    COLUMN(struct facts, bought),
    COLUMN(struct facts, refunded_amount),
    COLUMN(struct facts, refunded_tokens),
    COLUMN(struct facts, currency));

static enum err
event(struct db *db, struct arena *a, const struct facts *f, const char *type,
    struct when now)
{
	return event_write(db, a, &(struct event){ f->organization_id, type,
	    f->payment_id, 0, now },
	    "\"refundId\":\"%llu\",\"amount\":%lld,\"currency\":\"%.*s\"",
	    LLU(f->id), (long long)f->amount, STR_ARG(f->currency));
}

enum err
refund_request(struct db *db, struct arena *a, struct when now,
    struct refund *r)
{
	uint64_t rows;

	(void)a;
	TRY(db_exec(db, Q_REFUND_RESERVE, ARGS(r->amount, r->payment_id),
	    &rows, NULL));
	if (rows == 0)
		return ERR_CONFLICT;
	r->status = REFUND_PENDING;
	r->created_at = now;
	return db_exec(db, Q_REFUND_INSERT, ARGS(
	    LABEL(refund_kind_labels, r->kind), r->amount, r->reference,
	    r->reason, r->user_id, now, r->payment_id), NULL, &r->id);
}

/*
 * tokens: to take back; below zero: to give again.  Lines without an amount
 * are left out.
 */
static enum err
post(struct db *db, struct arena *a, const struct facts *f, int64_t money,
    struct token_split tokens, struct when now, int64_t *available_after)
{
	int64_t issued = tokens.available + tokens.owed;
	const struct posting all[] = {
		{ .organization_id = HOUSE_ID,
		  .kind = ACCOUNT_provider_clearing,
		  .currency = f->currency, .amount = -money },
		{ .organization_id = HOUSE_ID, .kind = ACCOUNT_revenue,
		  .currency = f->currency, .amount = money },
		{ .organization_id = HOUSE_ID, .kind = ACCOUNT_tokens_issued,
		  .currency = TOKEN_CURRENCY, .amount = issued },
		{ .organization_id = f->organization_id,
		  .kind = ACCOUNT_tokens_owed,
		  .currency = TOKEN_CURRENCY, .amount = -tokens.owed },
		{ .organization_id = f->organization_id,
		  .kind = ACCOUNT_tokens_available,
		  .currency = TOKEN_CURRENCY, .amount = -tokens.available },
	};
	struct posting line[LEN(all)];
	size_t n = 0;

	for (size_t i = 0; i < LEN(all); i++)
		if (all[i].amount != 0)
			line[n++] = all[i];
	TRY(ledger_post(db, a, &(struct journal){ .organization_id = HOUSE_ID,
	    .kind = money > 0 ? JOURNAL_payment_refunded :
	    JOURNAL_payment_reinstated, .subject_id = f->id, .at = now },
	    line, n, NULL));
	*available_after = line[n - 1].balance;
	return OK;
}

/* tokens: as in post(). */
static enum err
split(struct db *db, struct arena *a, const struct facts *f, int64_t tokens,
    struct token_split *out)
{
	if (tokens >= 0)
		return token_split_debit(db, a, f->organization_id, tokens,
		    out);
	TRY(token_split_credit(db, a, f->organization_id, -1, -tokens, out));
	out->available = -out->available;
	out->owed = -out->owed;
	return OK;
}

static enum err
move_tokens(struct db *db, struct arena *a, const struct facts *f,
    int64_t money, int64_t tokens, struct when now)
{
	struct token_transaction t = { .type = TOKEN_REFUND,
	    .created_at = now,
	    .reference = str_printf(a, "payment %llu", LLU(f->payment_id)) };
	struct token_split parts;

	TRY(split(db, a, f, tokens, &parts));
	TRY(post(db, a, f, money, parts, now, &t.balance_after));
	t.amount = -parts.available;
	if (t.amount < 0)
		TRY(lot_take(db, a, &(struct lot_taker){
		    .organization_id = f->organization_id,
		    .payment_id = f->payment_id, .refund_id = f->id },
		    parts.available));
	if (t.amount > 0)
		TRY(lot_reinstate(db, a, f->organization_id, f->id, t.amount));
	return t.amount == 0 ? OK :
	    token_record(db, f->organization_id, 0, &t);
}

struct sale_row {
	uint64_t id, referral_id, placement_id, referrer_id;
};

SHAPE(sale_row, struct sale_row, NULL,
    COLUMN(struct sale_row, id),
    COLUMN(struct sale_row, referral_id),
    COLUMN(struct sale_row, placement_id),
    COLUMN(struct sale_row, referrer_id));

/*
 * money: what goes back to the buyer by this refund; below zero: what comes
 * again.  reserved: how much of it was reserved.
 */
static enum err
apply(struct db *db, struct arena *a, const struct facts *f, int64_t money,
    int64_t reserved, struct when now)
{
	struct sale_part part = { .refund_id = f->id, .sale_amount = f->paid,
	    .refunded = f->refunded_amount + money };
	struct sale_row sale = { 0 };
	int64_t target, tokens;

	TRY(money_share(f->bought, part.refunded, f->paid, &target));
	tokens = target - f->refunded_tokens;
	TRY(db_exec(db, Q_REFUND_MOVE, ARGS(money, reserved, tokens,
	    f->payment_id), NULL, NULL));
	TRY(db_exec(db, Q_REFUND_TOKENS, ARGS(f->tokens + tokens, f->id), NULL,
	    NULL));
	TRY(move_tokens(db, a, f, money, tokens, now));
	TRY(db_row(db, a, Q_REFUND_SALE, ARGS(f->payment_id), &sale_row,
	    &sale));
	part.sale_id = sale.id;
	TRY(earning_adjust(db, a, &part, now));
	if (sale.placement_id == 0)
		return OK;
	return placement_brought(db, &(struct brought){
	    .organization_id = HOUSE_ID, .placement_id = sale.placement_id,
	    .referrer_id = sale.referrer_id, .referral_id = sale.referral_id,
	    .at = now, .refunds = money > 0 ? 1 : -1, .revenue = -money,
	    .currency = f->currency });
}

/* Locks the refund and its payment. */
static enum err
facts(struct db *db, struct arena *a, uint64_t id, struct facts *f)
{
	*f = (struct facts){ 0 };
	return db_row(db, a, Q_REFUND_FACTS, ARGS(id), &facts_row, f);
}

enum err
refund_done(struct db *db, struct arena *a, uint64_t id, struct str reference,
    struct when now)
{
	struct facts f;
	uint64_t rows;

	TRY(db_exec(db, Q_REFUND_FINISH, ARGS(now, reference, id), &rows,
	    NULL));
	if (rows == 0)
		return OK;
	TRY(facts(db, a, id, &f));
	TRY(apply(db, a, &f, f.amount, f.amount, now));
	return event(db, a, &f, "payment.refunded", now);
}

enum err
refund_failed(struct db *db, struct arena *a, uint64_t id, struct when now)
{
	struct facts f;
	uint64_t failed, undone = 0;

	TRY(db_exec(db, Q_REFUND_FAIL, ARGS(now, id), &failed, NULL));
	if (failed == 0)
		TRY(db_exec(db, Q_REFUND_UNDO, ARGS(id), &undone, NULL));
	if (failed + undone == 0)
		return OK;
	TRY(facts(db, a, id, &f));
	if (failed == 1) {
		TRY(db_exec(db, Q_REFUND_MOVE, ARGS(INT64_C(0), f.amount,
		    INT64_C(0), f.payment_id), NULL, NULL));
		return event(db, a, &f, "payment.refund_failed", now);
	}
	TRY(apply(db, a, &f, -f.amount, 0, now));
	return event(db, a, &f, "payment.reinstated", now);
}

enum err
refund_told(struct db *db, struct arena *a, struct when now, struct refund *r)
{
	struct refund known = { 0 };
	enum err e = refund_by_reference(db, a, r->reference, &known);

	if (e == OK) {
		*r = known;
		return refund_done(db, a, r->id, r->reference, now);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	TRY(refund_request(db, a, now, r));
	r->status = REFUND_DONE;
	r->done_at = now;
	return refund_done(db, a, r->id, r->reference, now);
}

enum err
refund_get(struct db *db, struct arena *a, uint64_t id, struct refund *r)
{
	return db_row(db, a, Q_REFUND_GET, ARGS(id), &refund_row, r);
}

enum err
refund_by_reference(struct db *db, struct arena *a, struct str reference,
    struct refund *r)
{
	return db_row(db, a, Q_REFUND_BY_REFERENCE, ARGS(reference),
	    &refund_row, r);
}

enum err
refund_list(struct db *db, struct arena *a, uint64_t payment_id,
    struct list *out)
{
	return db_rows(db, a, Q_REFUND_OF_PAYMENT, ARGS(payment_id),
	    &refund_row, out);
}
