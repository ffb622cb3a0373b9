/* Payments batches as text, separated by commas (RFC 4180). */
#include "model/payout/payments.h"

#include "base/csv.h"
#include "base/money.h"
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
put_day(struct buf *b, struct day d)
{
	char text[11];

	day_iso(d, text);
	buf_put(b, text, 10);
}

static void
put_line(struct arena *a, struct buf *b, const struct line *l)
{
	buf_u64(b, l->id);
	buf_char(b, ',');
	csv_cell(b, l->name);
	buf_char(b, ',');
	csv_cell(b, l->email);
	buf_printf(b, ",%.*s,%.*s,", STR_ARG(money_print(a, l->amount,
	    currency_digits(l->currency))), STR_ARG(l->currency));
	put_day(b, l->period_start);
	buf_char(b, ',');
	put_day(b, l->period_end);
	buf_printf(b, ",%s,%s,", payout_status_labels[l->status],
	    l->method < 0 ? "not_set" : payout_method_labels[l->method]);
	csv_cell(b, l->details);
	buf_lit(b, "\r\n");
}

enum err
payments_export(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct str *csv)
{
	struct payments_batch batch = { 0 };
	const struct line *l;
	struct list rows;
	struct buf b;

	TRY(payments_get(db, a, org, id, &batch));
	TRY(db_rows(db, a, Q_PAYMENTS_BATCH_EXPORT, ARGS(id, org),
	    &payments_export_row, &rows));
	l = rows.items;
	buf_init(&b, a, 4096);
	buf_lit(&b, "payout_id,name,email,amount,currency,period_start,"
	    "period_end,status,method,details\r\n");
	for (size_t i = 0; i < rows.n; i++)
		put_line(a, &b, &l[i]);
	*csv = buf_view(&b);
	return OK;
}
