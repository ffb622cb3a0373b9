/* Referrers of the house's program. */
#include "model/referrer.h"

#include "ledger/ledger.h"
#include "model/event.h"
#include "model/organization.h"
#include "base/banned.h"

const char *const referrer_status_labels[] = {
	"pending", "active", "blocked", NULL
};

SHAPE(referrer_row, struct referrer, NULL,
    COLUMN(struct referrer, id),
    COLUMN(struct referrer, status, .labels = referrer_status_labels),
    COLUMN(struct referrer, joined_at));

SHAPE(count_day_row, struct count_day, NULL,
    COLUMN(struct count_day, day),
    COLUMN(struct count_day, clicks),
    COLUMN(struct count_day, unique_clicks),
    COLUMN(struct count_day, bot_clicks),
    COLUMN(struct count_day, referrals),
    COLUMN(struct count_day, conversions));

enum err
referrer_of(struct db *db, struct arena *a, uint64_t member,
    struct referrer *r)
{
	return db_row(db, a, Q_REFERRER_OF, ARGS(HOUSE_ID, member),
	    &referrer_row, r);
}

enum err
referrer_join(struct db *db, struct arena *a, uint64_t member,
    uint64_t user_id, struct when now, struct referrer *r, bool *joined)
{
	enum err e;

	e = db_exec(db, Q_REFERRER_INSERT, ARGS(HOUSE_ID, member, now), NULL,
	    NULL);
	*joined = e == OK;
	if (e != OK && e != ERR_CONFLICT)
		return e;
	TRY(referrer_of(db, a, member, r));
	if (!*joined)
		return OK;
	return event_write(db, a, &(struct event){ member, "referrer.joined",
	    r->id, user_id, now }, NULL);
}

enum err
referrer_totals(struct db *db, struct arena *a, uint64_t referrer_id,
    struct count_day *t)
{
	return db_row(db, a, Q_REFERRER_TOTALS, ARGS(referrer_id),
	    &count_day_row, t);
}

struct list
count_days_filled(struct arena *a, struct list days, struct day first,
    struct day last)
{
	size_t n = last.n >= first.n ? (size_t)(last.n - first.n) + 1 : 0;
	struct count_day *all = arena_array(a, n, sizeof(*all));
	const struct count_day *some = days.items;

	for (size_t i = 0; i < n; i++)
		all[i].day.n = first.n + (int32_t)i;
	for (size_t i = 0; i < days.n; i++)
		all[some[i].day.n - first.n] = some[i];
	return (struct list){ all, n };
}

enum err
referrer_days(struct db *db, struct arena *a, uint64_t referrer_id,
    struct day first, struct day last, struct list *out)
{
	struct list some;

	TRY(db_rows(db, a, Q_REFERRER_DAYS, ARGS(referrer_id, first, last),
	    &count_day_row, &some));
	*out = count_days_filled(a, some, first, last);
	return OK;
}

struct balance {
	int kind;
	struct str currency;
	int64_t balance;
};

SHAPE(balances_row, struct balance, NULL,
    COLUMN(struct balance, kind, .labels = account_labels),
    COLUMN(struct balance, currency),
    COLUMN(struct balance, balance));

static void
put_balance(struct earned *e, const struct balance *b)
{
	if (b->kind == ACCOUNT_earnings_pending)
		e->pending = b->balance;
	else if (b->kind == ACCOUNT_earnings_available)
		e->available = b->balance;
	else if (b->kind == ACCOUNT_earnings_requested)
		e->requested = b->balance;
	else if (b->kind == ACCOUNT_earnings_paid)
		e->withdrawn = b->balance;
}

enum err
referrer_earned(struct db *db, struct arena *a, uint64_t referrer_id,
    struct list *out)
{
	const struct balance *b;
	struct earned *e;
	struct list rows;
	size_t n = 0;

	TRY(db_rows(db, a, Q_ACCOUNT_BALANCES, ARGS(HOUSE_ID, referrer_id),
	    &balances_row, &rows));
	b = rows.items;
	e = arena_array(a, rows.n, sizeof(*e));
	for (size_t i = 0; i < rows.n; i++) {	/* sorted by currency */
		if (n == 0 || !str_eq(e[n - 1].currency, b[i].currency))
			e[n++].currency = b[i].currency;
		put_balance(&e[n - 1], &b[i]);
	}
	*out = (struct list){ e, n };
	return OK;
}
