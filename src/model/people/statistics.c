/* Counted where they stand: nothing is kept that could differ. */
#include "model/people/statistics.h"

#include "base/banned.h"

SHAPE(statistics_row, struct statistics, NULL,
    COLUMN(struct statistics, organization_id),
    COLUMN(struct statistics, created_at),
    COLUMN(struct statistics, members),
    COLUMN(struct statistics, api_keys),
    COLUMN(struct statistics, checkout_sessions));

SHAPE(campaigns_row, struct statistics, NULL,
    FIELD(struct statistics, campaigns.total, "total"),
    FIELD(struct statistics, campaigns.active, "active"),
    COLUMN(struct statistics, clicks),
    COLUMN(struct statistics, referrals),
    COLUMN(struct statistics, conversions));

struct paid {
	struct str currency;
	int64_t amount, payments;
};

SHAPE(paid_row, struct paid, NULL,
    COLUMN(struct paid, currency),
    COLUMN(struct paid, amount),
    COLUMN(struct paid, payments));

static enum err
add_payments(struct db *db, struct arena *a, struct statistics *s)
{
	const struct paid *paid;
	struct money_of *m;
	struct list rows;

	TRY(db_rows(db, a, Q_STATISTICS_PAYMENTS, ARGS(s->organization_id),
	    &paid_row, &rows));
	paid = rows.items;
	m = arena_array(a, rows.n, sizeof(*m));
	for (size_t i = 0; i < rows.n; i++) {
		m[i] = (struct money_of){ paid[i].currency, paid[i].amount };
		s->payments.count += paid[i].payments;
	}
	s->payments.amounts = (struct list){ m, rows.n };
	return OK;
}

enum err
organization_statistics(struct db *db, struct arena *a, uint64_t org,
    struct statistics *s)
{
	TRY(db_row(db, a, Q_STATISTICS_ORGANIZATION, ARGS(org),
	    &statistics_row, s));
	TRY(db_row(db, a, Q_STATISTICS_CAMPAIGNS, ARGS(HOUSE_ID, org),
	    &campaigns_row, s));
	TRY(add_payments(db, a, s));
	return token_balance(db, a, org, &s->tokens);
}
