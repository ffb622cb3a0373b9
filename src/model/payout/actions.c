/* What batches do to payouts: paid, unpaid, destroyed, made. */
#include "model/payout/actions.h"

#include <stdlib.h>

#include "ledger/ledger.h"
#include "model/event/event.h"
#include "model/payout/payout.h"
#include "model/referral/commission.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

struct held_payout {
	uint64_t id, organization_id, referrer_id, batch_id;
	int status, method;
	int64_t amount;
	struct str currency;
};

SHAPE(payout_hold_row, struct held_payout, NULL,
    COLUMN(struct held_payout, id),
    COLUMN(struct held_payout, organization_id),
    COLUMN(struct held_payout, referrer_id),
    COLUMN(struct held_payout, currency),
    COLUMN(struct held_payout, amount),
    COLUMN(struct held_payout, status, .labels = payout_status_labels),
    COLUMN(struct held_payout, batch_id),
    COLUMN(struct held_payout, method, .labels = payout_method_labels));

static enum err
unless_pending(const void *row)
{
	const struct held_payout *h = row;

	return h->status == PAYOUT_PENDING ? OK : ERR_PAYOUT_PAID;
}

static enum err
unless_paid(const void *row)
{
	const struct held_payout *h = row;

	return h->status == PAYOUT_COMPLETED ? OK : ERR_PAYOUT_PENDING;
}

struct step {
	enum journal_kind kind;
	enum account_kind from, to;
	const char *event;
	const char *change;	/* members of its data, as the face says it */
	enum err (*refuse)(const void *row);
	enum err (*write)(struct db *, const struct actor *, struct str ids);
};

static enum err
post(struct db *db, struct arena *a, const struct actor *by,
    const struct step *s, const struct held_payout *h, size_t n)
{
	struct journal_lines *l = arena_array(a, n, sizeof(*l));
	struct posting (*p)[2] = arena_array(a, n, sizeof(*p));

	for (size_t i = 0; i < n; i++) {
		const struct posting one = {
		    .organization_id = h[i].organization_id,
		    .owner_id = h[i].referrer_id,
		    .currency = h[i].currency };

		p[i][0] = p[i][1] = one;
		p[i][0].kind = s->from;
		p[i][0].amount = -h[i].amount;
		p[i][1].kind = s->to;
		p[i][1].amount = h[i].amount;
		l[i] = (struct journal_lines){ {
		    .organization_id = h[i].organization_id, .kind = s->kind,
		    .subject_id = h[i].id, .at = by->now }, p[i], 2 };
	}
	return ledger_post_all(db, a, l, n);
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *by,
    const struct step *s, const struct held_payout *h, size_t n)
{
	struct event_data *e = arena_array(a, n, sizeof(*e));

	for (size_t i = 0; i < n; i++)
		e[i] = (struct event_data){ { by->organization_id, s->event,
		    h[i].id, by->user_id, by->now }, str_printf(a,
		    "\"promoterId\":\"%llu\",\"amount\":%lld,"
		    "\"currency\":\"%.*s\"%s", LLU(h[i].referrer_id),
		    (long long)h[i].amount, STR_ARG(h[i].currency),
		    s->change) };
	return event_write_all(db, a, e, n);
}

/* With those that are not refused: rows, what the ledger says, what is told. */
static enum err
run(struct db *db, struct arena *a, const struct actor *by,
    const struct step *s, struct batch_item *item, size_t n)
{
	struct list rows;
	struct str ids;

	TRY(batch_hold(db, a, by, Q_PAYOUT_BATCH_HOLD, &payout_hold_row,
	    s->refuse, item, n, &rows));
	if (rows.n == 0)
		return OK;
	ids = batch_ids_well(a, item, n);
	TRY(payout_count(db, -1, ids));
	TRY(s->write(db, by, ids));
	TRY(payout_count(db, 1, ids));
	TRY(post(db, a, by, s, rows.items, rows.n));
	return tell(db, a, by, s, rows.items, rows.n);
}

static enum err
write_paid(struct db *db, const struct actor *by, struct str ids)
{
	TRY(db_exec(db, Q_PAYOUT_BATCH_PAID, ARGS(ids, by->now, by->user_id),
	    NULL, NULL));
	TRY(db_exec(db, Q_PAYOUT_BATCH_EARNINGS, ARGS(ids, by->now), NULL,
	    NULL));
	return db_exec(db, Q_REPORT_PAID, ARGS(1, by->now, ids), NULL, NULL);
}

static const struct step paid_step = { JOURNAL_payout_paid,
	ACCOUNT_earnings_requested, ACCOUNT_earnings_paid, "payout.paid",
	",\"changes\":{\"status\":[\"pending\",\"completed\"]}",
	unless_pending, write_paid };

static enum err
run_paid(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return run(db, a, by, &paid_step, item, n);
}

const struct batch_action payout_mark_paid = {
	.label = "payout/mark_as_paid", .run = run_paid,
	.scope = SCOPE_EARNINGS_WRITE,
};

enum err
payout_pay(struct db *db, struct arena *a, const struct actor *by,
    const struct batch_item *item, size_t n)
{
	struct batch_item *copy = arena_array(a, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = item[i];
	return run(db, a, by, &paid_step, copy, n);
}

static enum err
write_unpaid(struct db *db, const struct actor *by, struct str ids)
{
	TRY(db_exec(db, Q_PAYOUT_BATCH_UNPAID, ARGS(ids), NULL, NULL));
	TRY(db_exec(db, Q_PAYOUT_BATCH_EARNINGS, ARGS(ids,
	    (struct when){ 0 }), NULL, NULL));
	return db_exec(db, Q_REPORT_PAID, ARGS(-1, by->now, ids), NULL, NULL);
}

static const struct step unpaid_step = { JOURNAL_payout_unpaid,
	ACCOUNT_earnings_paid, ACCOUNT_earnings_requested, "payout.unpaid",
	",\"changes\":{\"status\":[\"completed\",\"pending\"]}",
	unless_paid, write_unpaid };

static enum err
run_unpaid(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return run(db, a, by, &unpaid_step, item, n);
}

const struct batch_action payout_mark_unpaid = {
	.label = "payout/mark_as_unpaid", .run = run_unpaid,
	.scope = SCOPE_EARNINGS_WRITE,
};

static enum err
write_destroyed(struct db *db, const struct actor *by, struct str ids)
{
	TRY(db_exec(db, Q_PAYOUT_BATCH_RELEASE, ARGS(ids), NULL, NULL));
	return db_exec(db, Q_PAYOUT_BATCH_DESTROY, ARGS(ids, by->now), NULL,
	    NULL);
}

static const struct step destroyed_step = { JOURNAL_payout_destroyed,
	ACCOUNT_earnings_requested, ACCOUNT_earnings_available,
	"payout.destroyed", "", unless_pending, write_destroyed };

static enum err
run_destroy(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return run(db, a, by, &destroyed_step, item, n);
}

const struct batch_action payout_destroy = {
	.label = "payout/destroy", .run = run_destroy,
	.scope = SCOPE_EARNINGS_WRITE,
};

/* --- payouts of commissions that somebody chose --- */

struct chosen {
	uint64_t id, referrer_id;
	struct commission_state is;
	int status;
	struct str currency;
};

SHAPE(payout_chosen_row, struct chosen, NULL,
    COLUMN(struct chosen, id),
    COLUMN(struct chosen, referrer_id),
    FIELD(struct chosen, is.payout_id, "payout_id"),
    FIELD(struct chosen, is.refund_id, "refund_id"),
    FIELD(struct chosen, is.type, "type", .labels = earning_type_labels),
    FIELD(struct chosen, is.standing, "standing",
	.labels = commission_standing_labels),
    COLUMN(struct chosen, status, .labels = earning_status_labels),
    COLUMN(struct chosen, currency));

/*
 * Some commissions, which are all that were chosen, or a chunk of a batch.
 * What a promoter owes is taken from all that were chosen of his, wherever in
 * the batch they stand: where a chunk's are not enough, those behind it go
 * along, and are found in a payout of their own batch later.
 */
struct choice {
	const struct actor *by;
	uint64_t batch_id;		/* 0: none */
	struct batch_item *item;
	size_t n;
	struct list rest;		/* behind the chunk; NULL: not read */
};

/* Approved, out of its hold, of money, and as it was made; even if refunded. */
static bool
fits_payout(const struct chosen *c)
{
	return commission_is_whole(&c->is) && c->is.payout_id == 0 &&
	    c->is.standing == STANDS_DUE &&
	    (c->status == EARNING_AVAILABLE || c->status == EARNING_REVERSED);
}

/* What a refund took back goes along with what it belongs to, or is owed. */
static bool
goes_along(const struct chosen *c)
{
	return c->is.refund_id != 0 && c->is.payout_id == 0 &&
	    c->is.standing == STANDS_DUE;
}

static int
by_payee(const void *a, const void *b)
{
	const struct chosen *x = a, *y = b;
	int c;

	if (x->referrer_id != y->referrer_id)
		return x->referrer_id < y->referrer_id ? -1 : 1;
	c = memcmp(x->currency.p, y->currency.p, 3);
	return c != 0 ? c : x->id < y->id ? -1 : x->id > y->id;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Among ids, which are in ascending order. */
static bool
is_among(const struct list *ids, uint64_t id)
{
	return ids->n > 0 && bsearch(&id, ids->items, ids->n, sizeof(id),
	    by_number) != NULL;
}

/* Adds those of the same promoter and currency that come later. */
static enum err
add_rest(struct db *db, struct arena *a, struct choice *w,
    struct payout_making *m)
{
	uint64_t last = w->item[w->n - 1].id, *ids;
	const struct id_row *c;
	struct list rows;

	if (w->rest.items == NULL)
		TRY(batch_rest(db, a, w->batch_id, last, &w->rest));
	if (w->rest.n == 0)
		return OK;
	TRY(db_rows(db, a, Q_PAYOUT_CHOOSABLE, ARGS(m->referrer_id, last,
	    m->organization_id, m->currency), &id_row, &rows));
	c = rows.items;
	ids = arena_array(a, m->ids.n + rows.n, sizeof(*ids));
	memcpy(ids, m->ids.items, m->ids.n * sizeof(*ids));
	m->ids.items = ids;
	for (size_t i = 0; i < rows.n; i++)
		if (is_among(&w->rest, c[i].id))
			ids[m->ids.n++] = c[i].id;
	return OK;
}

/* Of refunds that were chosen: which of them went along? */
static enum err
look_along(struct db *db, struct arena *a, struct choice *w,
    const struct chosen *c, size_t n, struct str ids)
{
	struct list rows;
	size_t along = 0;

	for (size_t i = 0; i < n; i++)
		along += goes_along(&c[i]);
	if (along == 0)
		return OK;
	TRY(db_rows(db, a, Q_PAYOUT_CHOSEN, ARGS(ids,
	    w->by->organization_id), &payout_chosen_row, &rows));
	c = rows.items;
	for (size_t i = 0; i < rows.n; i++)
		if (c[i].is.payout_id == 0)
			batch_item_of(w->item, w->n, c[i].id)->result =
			    commission_refusal(&c[i].is, c[i].status);
	return OK;
}

/* One payout of n commissions of one promoter in one currency. */
static enum err
pay_out(struct db *db, struct arena *a, struct choice *w,
    const struct chosen *c, size_t n)
{
	struct payout_making m = { .organization_id = w->by->organization_id,
	    .referrer_id = c->referrer_id, .currency = c->currency,
	    .end = day_of(w->by->now), .due = day_of(w->by->now),
	    .batch_id = w->batch_id };
	uint64_t *ids = arena_array(a, n, sizeof(*ids)), made;

	for (size_t i = 0; i < n; i++)
		ids[i] = c[i].id;
	m.ids = (struct list){ ids, n };
	TRY(payout_make(db, a, w->by, &m, &made));
	if (made == 0 && w->batch_id != 0)
		TRY(add_rest(db, a, w, &m));
	if (made == 0 && m.ids.n > n)
		TRY(payout_make(db, a, w->by, &m, &made));
	if (made != 0)
		return look_along(db, a, w, c, n, ids_json(a, ids, n));
	for (size_t i = 0; i < n; i++)
		batch_item_of(w->item, w->n, ids[i])->result = ERR_FUNDS;
	return OK;
}

/* Which of them went along with an earlier chunk. */
static enum err
find_done(struct db *db, struct arena *a, const struct choice *w,
    struct str ids, const struct list *rows, struct list *done)
{
	const struct chosen *c = rows->items;

	*done = (struct list){ NULL, 0 };
	for (size_t i = 0; i < rows->n; i++)
		if (w->batch_id != 0 && c[i].is.payout_id != 0)
			return db_rows(db, a, Q_PAYOUT_MADE_IN, ARGS(ids,
			    w->batch_id, w->by->organization_id),
			    &id_row, done);
	return OK;
}

/* Says of each whether it can be chosen; *rows: those of which it can. */
static enum err
choose(struct db *db, struct arena *a, struct choice *w, struct list *rows)
{
	struct str ids = batch_ids(a, w->item, w->n);
	struct list before;
	struct chosen *c;
	size_t well = 0;

	for (size_t i = 0; i < w->n; i++)
		w->item[i].result = ERR_NOT_FOUND;
	TRY(db_rows(db, a, Q_PAYOUT_CHOSEN, ARGS(ids,
	    w->by->organization_id), &payout_chosen_row, rows));
	TRY(find_done(db, a, w, ids, rows, &before));
	c = rows->items;
	for (size_t i = 0; i < rows->n; i++) {
		bool done = is_among(&before, c[i].id);
		bool fits = fits_payout(&c[i]) || goes_along(&c[i]);

		batch_item_of(w->item, w->n, c[i].id)->result =
		    done || fits ? OK :
		    commission_refusal(&c[i].is, c[i].status);
		if (fits)
			c[well++] = c[i];
	}
	rows->n = well;
	if (well > 0)
		qsort(c, well, sizeof(*c), by_payee);
	return OK;
}

static enum err
pay_out_in(struct db *db, struct arena *a, const struct actor *by,
    uint64_t batch_id, struct batch_item *item, size_t n)
{
	struct choice w = { by, batch_id, item, n, { NULL, 0 } };
	const struct chosen *c;
	struct list rows;
	size_t same;

	TRY(choose(db, a, &w, &rows));
	c = rows.items;
	for (size_t i = 0; i < rows.n; i += same) {
		for (same = 1; i + same < rows.n &&
		    c[i + same].referrer_id == c[i].referrer_id &&
		    str_eq(c[i + same].currency, c[i].currency); same++)
			;
		TRY(pay_out(db, a, &w, c + i, same));
	}
	return OK;
}

static enum err
run_pay_out(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return pay_out_in(db, a, by, 0, item, n);
}

const struct batch_action commission_pay_out = {
	.label = "commission/generate_payouts", .run = run_pay_out,
	.run_in = pay_out_in,
	.scope = SCOPE_EARNINGS_WRITE,
};
