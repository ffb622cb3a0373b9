/* Adjustments: a journal, and beside it the reason. */
#include "model/token/adjustment.h"

#include "base/money.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/token/lot.h"
#include "model/people/organization.h"
#include "model/token/token.h"

#include "base/banned.h"

SHAPE(adjustment_row, struct adjustment, NULL,
    COLUMN(struct adjustment, id),
    COLUMN(struct adjustment, organization_id),
    COLUMN(struct adjustment, user_id),
    COLUMN(struct adjustment, amount),
    COLUMN(struct adjustment, balance_after),
    COLUMN(struct adjustment, reason),
    COLUMN(struct adjustment, created_at));

static enum err
post(struct db *db, struct arena *a, const struct adjustment *t)
{
	struct posting line[] = {
		{ .organization_id = HOUSE_ID, .kind = ACCOUNT_tokens_issued,
		  .currency = TOKEN_CURRENCY, .amount = -t->amount },
		{ .organization_id = t->organization_id,
		  .kind = ACCOUNT_tokens_available, .covered = t->amount < 0,
		  .currency = TOKEN_CURRENCY, .amount = t->amount },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = HOUSE_ID, .kind = JOURNAL_token_adjusted,
	    .subject_id = t->id, .at = t->created_at }, line, LEN(line), NULL);
}

/* The balance is locked first, so that the row can say what it becomes. */
static enum err
insert(struct db *db, struct arena *a, struct adjustment *t)
{
	int64_t before;

	TRY(ledger_balance_locked(db, a, t->organization_id,
	    ACCOUNT_tokens_available, 0, TOKEN_CURRENCY, &before));
	TRY(money_add(before, t->amount, &t->balance_after));
	if (t->balance_after < 0)
		return ERR_FUNDS;
	if (t->balance_after > MONEY_MAX)
		return ERR_OVERFLOW;
	return db_exec(db, Q_ADJUSTMENT_INSERT, ARGS(t->organization_id,
	    t->user_id, t->amount, t->balance_after, t->reason,
	    t->created_at), NULL, &t->id);
}

enum err
adjustment_create(struct db *db, struct arena *a, const struct actor *who,
    struct adjustment *t)
{
	t->user_id = who->user_id;
	t->created_at = who->now;
	TRY(insert(db, a, t));
	TRY(post(db, a, t));
	if (t->amount < 0)
		TRY(lot_take(db, a, &(struct lot_taker){
		    .organization_id = t->organization_id }, -t->amount));
	TRY(token_record(db, t->organization_id, 0,
	    &(struct token_transaction){ .type = TOKEN_ADJUSTMENT,
	    .amount = t->amount, .balance_after = t->balance_after,
	    .created_at = t->created_at, .reference = str_printf(a,
	    "adjustment %llu", (unsigned long long)t->id) }));
	return event_write(db, a, &(struct event){ t->organization_id,
	    "token_adjustment.created", t->id, who->user_id, who->now },
	    "\"amount\":%lld", (long long)t->amount);
}

enum err
adjustment_list(struct db *db, struct arena *a, uint64_t organization,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_ADJUSTMENT_LIST_WHERE_AFTER_DESC,
		Q_ADJUSTMENT_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_ADJUSTMENT_LIST };
	struct arg_list args = { 0 };

	if (organization != 0) {
		q.wheres |= Q_ADJUSTMENT_LIST_WHERE_ORGANIZATION;
		arg_push(&args, ARG(organization));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &adjustment_row, out);
}
