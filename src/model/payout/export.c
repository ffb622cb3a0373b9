/* Payments batches for a bank: a line for each payout. */
#include "model/payout/payments.h"

#include "base/csv.h"
#include "base/banned.h"

struct line {
	uint64_t id;
	int64_t amount;
	struct str currency, name, email, details;
	struct day period_start, period_end;
	int status, method;
};

SHAPE(payments_export_row, struct line, NULL,
    COLUMN(struct line, id),
    COLUMN(struct line, amount),
    COLUMN(struct line, currency),
    COLUMN(struct line, period_start),
    COLUMN(struct line, period_end),
    COLUMN(struct line, status, .labels = payout_status_labels),
    COLUMN(struct line, name),
    COLUMN(struct line, email),
    COLUMN(struct line, method, .labels = payout_method_labels),
    COLUMN(struct line, details));

static void
put_line(struct csv *c, const struct line *l)
{
	csv_id(c, l->id);
	csv_text(c, l->name);
	csv_text(c, l->email);
	csv_money(c, l->amount, l->currency);
	csv_day(c, l->period_start);
	csv_day(c, l->period_end);
	csv_word(c, payout_status_labels[l->status]);
	csv_word(c, l->method < 0 ? "not_set" :
	    payout_method_labels[l->method]);
	csv_text(c, l->details);
	csv_end(c);
}

enum err
payments_export(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct str *csv)
{
	struct payments_batch batch = { 0 };
	const struct line *l;
	struct list rows;
	struct csv c;

	TRY(payments_get(db, a, org, id, &batch));
	TRY(db_rows(db, a, Q_PAYMENTS_BATCH_EXPORT, ARGS(id, org),
	    &payments_export_row, &rows));
	l = rows.items;
	csv_init(&c, a, 4096);
	csv_line(&c, "payout_id,name,email,amount,currency,period_start,"
	    "period_end,status,method,details");
	for (size_t i = 0; i < rows.n; i++)
		put_line(&c, &l[i]);
	*csv = buf_view(&c.buf);
	return OK;
}
