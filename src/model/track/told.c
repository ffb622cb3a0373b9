/* What answers of tracking tell: read after everything is written. */
#include "model/track/told.h"

#include "base/money.h"
#include "model/program/program.h"
#include "model/referral/commission.h"
#include "model/reward/unit.h"
#include "base/banned.h"

SHAPE(told_refund_row, struct told_refund, NULL,
    COLUMN(struct told_refund, id),
    COLUMN(struct told_refund, promoter_id),
    COLUMN(struct told_refund, status, .labels = commission_status_labels),
    COLUMN(struct told_refund, amount),
    COLUMN(struct told_refund, tier),
    COLUMN(struct told_refund, currency),
    COLUMN(struct told_refund, created_at));

enum err
told_refund(struct db *db, struct arena *a, uint64_t org, struct str event,
    struct told_refund *out)
{
	const struct told_refund *r;
	struct list rows;

	TRY(db_rows(db, a, Q_TOLD_REFUND, ARGS(org, event), &told_refund_row,
	    &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	r = rows.items;
	*out = r[0];
	out->unit = str_of(unit_labels[unit_of(out->currency)]);
	for (size_t i = 1; i < rows.n; i++)
		if (r[i].promoter_id == out->promoter_id &&
		    str_eq(r[i].currency, out->currency))
			TRY(money_add(out->amount, r[i].amount, &out->amount));
	return OK;
}

SHAPE(told_promoter_row, struct told_promoter, NULL,
    COLUMN(struct told_promoter, id),
    COLUMN(struct told_promoter, default_promotion_id),
    COLUMN(struct told_promoter, parent_promoter_id),
    COLUMN(struct told_promoter, status, .labels = referrer_status_labels),
    COLUMN(struct told_promoter, customer),
    COLUMN(struct told_promoter, email),
    COLUMN(struct told_promoter, code),
    COLUMN(struct told_promoter, note),
    COLUMN(struct told_promoter, auth_token),
    COLUMN(struct told_promoter, created_at),
    FIELD(struct told_promoter, current.cash, "current_cash"),
    FIELD(struct told_promoter, paid.cash, "paid_cash"));

enum err
told_promoter(struct db *db, struct arena *a, uint64_t org,
    uint64_t placement_id, struct told_promoter *p)
{
	struct program program = { 0 };

	*p = (struct told_promoter){ 0 };
	TRY(program_get(db, a, org, &program));
	TRY(db_row(db, a, Q_TOLD_PROMOTER, ARGS(program.currency, placement_id,
	    org), &told_promoter_row, p));
	return money_add(p->current.cash, p->paid.cash, &p->earnings.cash);
}
