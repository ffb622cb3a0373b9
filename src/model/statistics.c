/*
 * Members, keys and campaigns are counted in their indexes.  What grows with
 * every sale and click is summed up by the jobs role (model/referral/rollup.h);
 * what came since is added to it.
 */
#include "model/statistics.h"

#include "model/referral/referrer.h"

#include "base/banned.h"

SHAPE(statistics_row, struct statistics, NULL,
    COLUMN(struct statistics, organization_id),
    COLUMN(struct statistics, created_at),
    COLUMN(struct statistics, members),
    COLUMN(struct statistics, api_keys));

struct campaigns {
	uint64_t referrer_id;
	struct campaign_counts n;
};

SHAPE(campaigns_row, struct campaigns, NULL,
    COLUMN(struct campaigns, referrer_id),
    FIELD(struct campaigns, n.total, "total"),
    FIELD(struct campaigns, n.active, "active"));

struct bought {
	struct str currency;
	int64_t sessions, payments, amount;
};

SHAPE(bought_row, struct bought, NULL,
    COLUMN(struct bought, currency),
    COLUMN(struct bought, sessions),
    COLUMN(struct bought, payments),
    COLUMN(struct bought, amount));

static enum err
add_campaigns(struct db *db, struct arena *a, struct statistics *s)
{
	struct campaigns of = { 0 };
	struct count_day t = { .clicks = 0 };
	enum err e = db_row(db, a, Q_STATISTICS_CAMPAIGNS, ARGS(HOUSE_ID,
	    s->organization_id), &campaigns_row, &of);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	s->campaigns = of.n;
	TRY(referrer_totals(db, a, of.referrer_id, &t));
	s->clicks = t.clicks;
	s->referrals = t.referrals;
	s->conversions = t.conversions;
	return OK;
}

static enum err
add_bought(struct db *db, struct arena *a, struct statistics *s)
{
	const struct bought *b;
	struct money_of *m;
	struct list rows;
	size_t n = 0;

	TRY(db_rows(db, a, Q_STATISTICS_BOUGHT, ARGS(s->organization_id),
	    &bought_row, &rows));
	b = rows.items;
	m = arena_array(a, rows.n, sizeof(*m));
	for (size_t i = 0; i < rows.n; i++) {
		s->checkout_sessions += b[i].sessions;
		s->payments.count += b[i].payments;
		if (b[i].payments > 0)
			m[n++] = (struct money_of){ b[i].currency,
			    b[i].amount };
	}
	s->payments.amounts = (struct list){ m, n };
	return OK;
}

enum err
organization_statistics(struct db *db, struct arena *a, uint64_t org,
    struct statistics *s)
{
	TRY(db_row(db, a, Q_STATISTICS_ORGANIZATION, ARGS(org),
	    &statistics_row, s));
	TRY(add_campaigns(db, a, s));
	TRY(add_bought(db, a, s));
	return token_balance(db, a, org, &s->tokens);
}
