/* Withdrawals: the money first moves in the ledger, guarded, then the state. */
#include "model/referral/withdrawal.h"

#include "base/settings.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/people/organization.h"
#include "base/banned.h"

SHAPE(withdrawal_row, struct withdrawal, NULL,
    COLUMN(struct withdrawal, id),
    COLUMN(struct withdrawal, referrer_id),
    COLUMN(struct withdrawal, organization_id),
    COLUMN(struct withdrawal, user_id),
    COLUMN(struct withdrawal, decided_by),
    COLUMN(struct withdrawal, status, .labels = earning_status_labels),
    COLUMN(struct withdrawal, amount),
    COLUMN(struct withdrawal, currency),
    COLUMN(struct withdrawal, reference),
    COLUMN(struct withdrawal, reason),
    COLUMN(struct withdrawal, created_at),
    COLUMN(struct withdrawal, decided_at),
    COLUMN(struct withdrawal, paid_at));

/* From one account of the referrer to another; covered: as far as it goes. */
static enum err
move(struct db *db, struct arena *a, const struct withdrawal *w,
    enum journal_kind kind, enum account_kind from, enum account_kind to,
    struct when now)
{
	struct posting p[] = {
		{ .organization_id = HOUSE_ID, .kind = from,
		  .owner_id = w->referrer_id, .currency = w->currency,
		  .amount = -w->amount, .covered = true },
		{ .organization_id = HOUSE_ID, .kind = to,
		  .owner_id = w->referrer_id, .currency = w->currency,
		  .amount = w->amount },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = HOUSE_ID, .kind = kind, .subject_id = w->id,
	    .at = now }, p, LEN(p), NULL);
}

static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const struct withdrawal *w, const char *type)
{
	return event_write(db, a, &(struct event){ w->organization_id, type,
	    w->id, who->user_id, who->now },
	    "\"amount\":%lld,\"currency\":\"%.*s\"", (long long)w->amount,
	    STR_ARG(w->currency));
}

enum err
withdrawal_request(struct db *db, struct arena *a, const struct actor *who,
    struct withdrawal *w)
{
	struct referrer r = { 0 };

	TRY(referrer_active(db, a, who->organization_id, &r));
	if (w->amount < settings->least_withdrawal)
		return ERR_LIMIT;
	w->referrer_id = r.id;
	w->organization_id = who->organization_id;
	w->user_id = who->user_id;
	w->status = EARNING_REQUESTED;
	w->created_at = who->now;
	TRY(db_exec(db, Q_WITHDRAWAL_EARNING, ARGS(HOUSE_ID, w->referrer_id,
	    w->amount, w->currency, who->now), NULL, &w->id));
	TRY(db_exec(db, Q_WITHDRAWAL_INSERT, ARGS(w->id, w->organization_id,
	    w->user_id, who->now), NULL, NULL));
	TRY(move(db, a, w, JOURNAL_withdrawal_requested,
	    ACCOUNT_earnings_available, ACCOUNT_earnings_requested, who->now));
	return event(db, a, who, w, "withdrawal.requested");
}

/*
 * One guarded update to the state; *moved: false where it was in that state
 * before.  ERR_CONFLICT: in another.  w is read after it.  Who records that it
 * was paid has decided nothing.
 */
static enum err
decide(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    enum query step, int status, struct withdrawal *w, bool *moved)
{
	uint64_t rows;

	TRY(db_exec(db, step, ARGS(id), &rows, NULL));
	*moved = rows == 1;
	if (*moved)
		TRY(db_exec(db, Q_WITHDRAWAL_STATUS, ARGS(
		    LABEL(earning_status_labels, status), id), NULL, NULL));
	if (*moved && status != EARNING_PAID)
		TRY(db_exec(db, Q_WITHDRAWAL_DECIDED, ARGS(who->user_id,
		    who->now, id), NULL, NULL));
	TRY(withdrawal_get(db, a, id, w));
	return *moved || w->status == status ? OK : ERR_CONFLICT;
}

enum err
withdrawal_approve(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct withdrawal *w)
{
	bool moved;

	TRY(decide(db, a, who, id, Q_WITHDRAWAL_APPROVE, EARNING_APPROVED, w,
	    &moved));
	return moved ? event(db, a, who, w, "withdrawal.approved") : OK;
}

enum err
withdrawal_refuse(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct str reason, struct withdrawal *w)
{
	bool moved;

	TRY(decide(db, a, who, id, Q_WITHDRAWAL_REFUSE, EARNING_REFUSED, w,
	    &moved));
	if (!moved)
		return OK;
	w->reason = reason;
	TRY(db_exec(db, Q_WITHDRAWAL_REASON, ARGS(reason, id), NULL, NULL));
	TRY(move(db, a, w, JOURNAL_withdrawal_refused,
	    ACCOUNT_earnings_requested, ACCOUNT_earnings_available, who->now));
	return event(db, a, who, w, "withdrawal.refused");
}

enum err
withdrawal_paid(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, struct str reference, struct withdrawal *w)
{
	bool moved;
	enum err e;

	TRY(decide(db, a, who, id, Q_WITHDRAWAL_PAY, EARNING_PAID, w, &moved));
	if (!moved)
		return str_eq(w->reference, reference) ? OK : ERR_CONFLICT;
	w->reference = reference;
	w->paid_at = who->now;
	e = db_exec(db, Q_WITHDRAWAL_PAID, ARGS(reference, who->now, id), NULL,
	    NULL);
	if (e != OK)
		return e == ERR_CONFLICT ? ERR_REFERENCE_TAKEN : e;
	TRY(move(db, a, w, JOURNAL_withdrawal_paid,
	    ACCOUNT_earnings_requested, ACCOUNT_earnings_paid, who->now));
	return event(db, a, who, w, "withdrawal.paid");
}

enum err
withdrawal_get(struct db *db, struct arena *a, uint64_t id,
    struct withdrawal *w)
{
	return db_row(db, a, Q_WITHDRAWAL_GET, ARGS(id), &withdrawal_row, w);
}

enum err
withdrawal_list(struct db *db, struct arena *a, int status,
    uint64_t organization_id, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_WITHDRAWAL_LIST_WHERE_AFTER_DESC,
		Q_WITHDRAWAL_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_WITHDRAWAL_LIST };
	struct arg_list args = { 0 };

	if (status >= 0) {
		q.wheres |= Q_WITHDRAWAL_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(earning_status_labels, status));
	}
	if (organization_id != 0) {
		q.wheres |= Q_WITHDRAWAL_LIST_WHERE_ORGANIZATION;
		arg_push(&args, ARG(organization_id));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &withdrawal_row, out);
}
