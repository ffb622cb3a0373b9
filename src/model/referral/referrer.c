/* Referrers of the house's program. */
#include "model/referral/referrer.h"

#include "base/settings.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/people/organization.h"
#include "base/banned.h"

const char *const referrer_status_labels[] = {
	"pending", "active", "blocked", NULL
};

SHAPE(referrer_row, struct referrer, NULL,
    COLUMN(struct referrer, id),
    COLUMN(struct referrer, organization_id),
    COLUMN(struct referrer, status, .labels = referrer_status_labels),
    COLUMN(struct referrer, terms),
    COLUMN(struct referrer, joined_at),
    COLUMN(struct referrer, decided_at),
    COLUMN(struct referrer, organization_name),
    COLUMN(struct referrer, reason));

SHAPE(count_day_row, struct count_day, NULL,
    COLUMN(struct count_day, day),
    COLUMN(struct count_day, clicks),
    COLUMN(struct count_day, unique_clicks),
    COLUMN(struct count_day, bot_clicks),
    COLUMN(struct count_day, referrals),
    COLUMN(struct count_day, conversions),
    COLUMN(struct count_day, cancellations));

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
	uint64_t id;
	enum err e;

	e = db_exec(db, Q_REFERRER_INSERT, ARGS(HOUSE_ID, member,
	    LABEL(referrer_status_labels, settings->join_approval ?
	    REFERRER_PENDING : REFERRER_ACTIVE), settings->terms, user_id,
	    now), NULL, &id);
	*joined = e == OK;
	if (e == OK)
		e = db_exec(db, Q_PROMOTER_TOTAL_INSERT, ARGS(id), NULL, NULL);
	if (e != OK && e != ERR_CONFLICT)
		return e;
	TRY(referrer_of(db, a, member, r));
	if (!*joined)
		return OK;
	return event_write(db, a, &(struct event){ member, "referrer.joined",
	    r->id, user_id, now }, NULL);
}

enum err
referrer_active(struct db *db, struct arena *a, uint64_t member,
    struct referrer *r)
{
	enum err e = referrer_of(db, a, member, r);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_NOT_A_REFERRER : e;
	if (r->status == REFERRER_PENDING)
		return ERR_REFERRER_PENDING;
	return r->status == REFERRER_BLOCKED ? ERR_REFERRER_BLOCKED : OK;
}

enum err
referrer_decide(struct db *db, struct arena *a, uint64_t id, int status,
    struct str reason, uint64_t user_id, struct when now, struct referrer *r)
{
	uint64_t rows;

	TRY(db_exec(db, Q_REFERRER_DECIDE, ARGS(
	    LABEL(referrer_status_labels, status), reason, user_id, now, id,
	    HOUSE_ID), &rows, NULL));
	TRY(referrer_get(db, a, id, r));
	if (rows == 0)
		return OK;
	return event_write(db, a, &(struct event){ r->organization_id,
	    status == REFERRER_ACTIVE ? "referrer.approved" :
	    "referrer.blocked", id, user_id, now }, NULL);
}

enum err
referrer_get(struct db *db, struct arena *a, uint64_t id, struct referrer *r)
{
	return db_row(db, a, Q_REFERRER_GET, ARGS(id, HOUSE_ID), &referrer_row,
	    r);
}

enum err
referrer_list(struct db *db, struct arena *a, int status,
    const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
		Q_REFERRER_LIST_WHERE_AFTER_DESC,
		Q_REFERRER_LIST_WHERE_AFTER_ASC,
	};
	struct list_query q = { .q = Q_REFERRER_LIST };
	struct arg_list args = { 0 };

	arg_push(&args, ARG(HOUSE_ID));
	if (status >= 0) {
		q.wheres |= Q_REFERRER_LIST_WHERE_STATUS;
		arg_push(&args, LABEL(referrer_status_labels, status));
	}
	paging_args(p, &q, &args, after[p->order],
	    ARG((struct when){ p->after_key }));
	return db_list(db, a, &q, ARG_LIST(args), &referrer_row, out);
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

enum err
referrer_itself(struct db *db, struct arena *a, const struct actor *who,
    uint64_t *id)
{
	struct id_row r = { 0 };
	enum err e = db_row(db, a, Q_REFERRER_ITSELF,
	    ARGS(who->organization_id), &id_row, &r);

	*id = r.id;
	return e != ERR_NOT_FOUND ? e : db_exec(db, Q_REFERRER_INSERT, ARGS(
	    who->organization_id, who->organization_id,
	    LABEL(referrer_status_labels, REFERRER_ACTIVE), STR(""),
	    who->user_id, who->now), NULL, id);
}
