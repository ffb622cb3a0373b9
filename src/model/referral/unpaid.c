/* Unpaid commissions, set by set. */
#include "model/referral/unpaid.h"

#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/referral/earning.h"

#include "base/banned.h"

#define PARTS_MAX	255	/* of a sale */
#define LLU(v) ((unsigned long long)(v))

SHAPE(unpaid_row, struct unpaid, NULL,
    COLUMN(struct unpaid, id),
    COLUMN(struct unpaid, organization_id),
    COLUMN(struct unpaid, referrer_id),
    COLUMN(struct unpaid, member_organization_id),
    COLUMN(struct unpaid, sale_id),
    COLUMN(struct unpaid, placement_id),
    COLUMN(struct unpaid, referral_id),
    COLUMN(struct unpaid, part),
    COLUMN(struct unpaid, last_part),
    COLUMN(struct unpaid, amount),
    COLUMN(struct unpaid, reversed_amount),
    COLUMN(struct unpaid, tier),
    COLUMN(struct unpaid, status, .labels = earning_status_labels),
    COLUMN(struct unpaid, currency));

enum err
unpaid_hold(struct db *db, struct arena *a, uint64_t org,
    struct str referrals, struct list *out)
{
	return db_rows(db, a, Q_EARNING_UNPAID, ARGS(referrals, org),
	    &unpaid_row, out);
}

static struct str
ids_of(struct arena *a, const struct unpaid *u, size_t n)
{
	struct buf b;

	buf_init(&b, a, 12 * n + 2);
	for (size_t i = 0; i < n; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		buf_u64(&b, u[i].id);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

/* to: what the referrer gets; below zero: what he loses. */
static void
fill(struct journal_lines *l, struct posting p[2], const struct unpaid *u,
    uint64_t referrer, uint64_t earning, int status, int64_t to,
    struct when now)
{
	p[0] = (struct posting){ .organization_id = u->organization_id,
	    .kind = ACCOUNT_commission_expense, .currency = u->currency,
	    .amount = -to };
	p[1] = (struct posting){ .organization_id = u->organization_id,
	    .kind = status == EARNING_PENDING ? ACCOUNT_earnings_pending :
	    ACCOUNT_earnings_available, .owner_id = referrer,
	    .currency = u->currency, .amount = to };
	*l = (struct journal_lines){ { .organization_id = u->organization_id,
	    .kind = to > 0 ? JOURNAL_commission : JOURNAL_commission_reversed,
	    .subject_id = earning, .at = now }, p, 2 };
}

static struct event_data
reversed(struct arena *a, const struct actor *by, const struct unpaid *u,
    uint64_t earning, int64_t amount)
{
	return (struct event_data){ { u->member_organization_id,
	    "commission.reversed", earning, by->user_id, by->now },
	    str_printf(a, "\"commissionId\":\"%llu\",\"amount\":%lld,"
	    "\"currency\":\"%.*s\"", LLU(u->id), (long long)amount,
	    STR_ARG(u->currency)) };
}

/*
 * reversal: the row that takes back what was left of each.  A promoter who is
 * no organization here reads no events, and the company's own say it of the
 * referral.
 */
static enum err
book_back(struct db *db, struct arena *a, const struct actor *by,
    const struct unpaid *u, const struct id_row *reversal, size_t n)
{
	struct journal_lines *l = arena_array(a, n, sizeof(*l));
	struct posting (*p)[2] = arena_array(a, n, sizeof(*p));
	struct event_data *e = arena_array(a, n, sizeof(*e));
	size_t events = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t to = u[i].reversed_amount - u[i].amount;

		fill(&l[i], p[i], &u[i], u[i].referrer_id, reversal[i].id,
		    u[i].status, to, by->now);
		if (u[i].member_organization_id != 0)
			e[events++] = reversed(a, by, &u[i], reversal[i].id,
			    to);
	}
	TRY(ledger_post_all(db, a, l, n));
	return event_write_all(db, a, e, events);
}

enum err
unpaid_take_back(struct db *db, struct arena *a, const struct actor *by,
    const struct unpaid *u, size_t n)
{
	struct str ids = ids_of(a, u, n);
	bool adjusted = false;
	struct list rows;

	if (n == 0)
		return OK;
	for (size_t i = 0; i < n; i++)
		adjusted |= u[i].reversed_amount != 0;
	TRY(db_rows(db, a, Q_EARNING_TAKE_BACK, ARGS(by->now, ids),
	    &id_row, &rows));
	INVARIANT(rows.n == n);
	TRY(db_exec(db, Q_EARNING_MARK_TAKEN, ARGS(ids, by->now), NULL,
	    NULL));
	if (adjusted)
		TRY(db_exec(db, Q_EARNING_MARK_ADJUSTED, ARGS(ids, by->now),
		    NULL, NULL));
	return book_back(db, a, by, u, rows.items, n);
}

/* Each gets the next number that its sale has free. */
static enum err
number_parts(struct arena *a, const struct unpaid *u,
    const uint64_t *referral, size_t n, struct str *parts)
{
	struct buf b;

	buf_init(&b, a, 32 * n + 2);
	for (size_t i = 0; i < n; i++) {
		int64_t part = u[i].last_part + 1;

		for (size_t k = 0; k < i; k++)
			part += u[k].sale_id == u[i].sale_id;
		if (part > PARTS_MAX)
			return ERR_LIMIT;
		buf_printf(&b, "%c[%llu,%lld,%llu]", i == 0 ? '[' : ',',
		    LLU(u[i].id), (long long)part, LLU(referral[i]));
	}
	buf_char(&b, ']');
	*parts = buf_view(&b);
	return OK;
}

struct handed {
	uint64_t id, refund_id;
	int type, status;
	int64_t amount;
	struct str currency;
};

SHAPE(handed_row, struct handed, NULL,
    COLUMN(struct handed, id),
    COLUMN(struct handed, refund_id),
    COLUMN(struct handed, type, .labels = earning_type_labels),
    COLUMN(struct handed, status, .labels = earning_status_labels),
    COLUMN(struct handed, amount),
    COLUMN(struct handed, currency));

static enum err
book_handed(struct db *db, struct arena *a, const struct actor *by,
    const struct handed *h, size_t n, const struct unpaid_heir *to)
{
	struct journal_lines *l = arena_array(a, n, sizeof(*l));
	struct posting (*p)[2] = arena_array(a, n, sizeof(*p));
	struct event_data *e = arena_array(a, n, sizeof(*e));
	size_t events = 0;

	for (size_t i = 0; i < n; i++) {
		const struct unpaid at = { .organization_id =
		    by->organization_id, .currency = h[i].currency };

		fill(&l[i], p[i], &at, to->referrer_id, h[i].id, h[i].status,
		    h[i].amount, by->now);
		if (h[i].refund_id != 0 || to->member_organization_id == 0)
			continue;
		e[events++] = (struct event_data){ {
		    to->member_organization_id, "commission.created",
		    h[i].id, by->user_id, by->now },
		    str_printf(a, "\"campaignId\":\"%llu\",\"amount\":%lld,"
		    "\"currency\":\"%.*s\"", LLU(to->placement_id),
		    (long long)h[i].amount, STR_ARG(h[i].currency)) };
	}
	TRY(ledger_post_all(db, a, l, n));
	return event_write_all(db, a, e, events);
}

enum err
unpaid_hand_over(struct db *db, struct arena *a, const struct actor *by,
    const struct unpaid *u, const uint64_t *referral, size_t n,
    const struct unpaid_heir *to)
{
	struct list rows;
	struct str parts;

	if (n == 0)
		return OK;
	TRY(number_parts(a, u, referral, n, &parts));
	TRY(db_rows(db, a, Q_EARNING_HAND_OVER, ARGS(to->referrer_id,
	    to->campaign_id, to->placement_id, by->now, parts), &handed_row,
	    &rows));
	TRY(book_handed(db, a, by, rows.items, rows.n, to));
	return unpaid_take_back(db, a, by, u, n);
}
