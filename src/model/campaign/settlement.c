/* Facts of a campaign to books, and the difference to the ledger. */
#include "model/campaign/settlement.h"

#include "base/money.h"
#include "ledger/ledger.h"
#include "base/banned.h"

SHAPE(invoice_row, struct invoice, NULL,
    COLUMN(struct invoice, id),
    COLUMN(struct invoice, month),
    COLUMN(struct invoice, amount),
    COLUMN(struct invoice, applied),
    COLUMN(struct invoice, credited),
    COLUMN(struct invoice, created_at));

SHAPE(invoice_line_row, struct invoice_line, NULL,
    COLUMN(struct invoice_line, invoice_id),
    COLUMN(struct invoice_line, line_id),
    COLUMN(struct invoice_line, amount),
    COLUMN(struct invoice_line, tax),
    COLUMN(struct invoice_line, credited));

static enum err
read_rows(struct db *db, struct arena *a, const struct campaign *c,
    struct day at, struct books *b)
{
	struct list rows;

	*b = (struct books){ 0 };
	TRY(line_list(db, a, c, at, &rows));
	b->lines = rows.items;
	b->n_lines = rows.n;
	TRY(db_rows(db, a, Q_INVOICE_LIST, ARGS(c->id), &invoice_row, &rows));
	b->invoices = rows.items;
	b->n_invoices = rows.n;
	TRY(db_rows(db, a, Q_INVOICE_LINES, ARGS(c->id), &invoice_line_row,
	    &rows));
	b->billed = rows.items;
	b->n_billed = rows.n;
	return c->advertiser_id == 0 || c->currency.p == NULL ? OK :
	    ledger_balance(db, a, c->organization_id,
	    ACCOUNT_advertiser_credit, c->advertiser_id, c->currency,
	    &b->on_account, &b->has_account);
}

static int64_t
whole(const struct line *l)
{
	return l->amount + l->tax;
}

static int64_t
gained(const struct line *l)
{
	return l->earned + l->earned_tax;
}

/* Of a line that has ended. */
static enum err
end_line(struct line *l, struct day end)
{
	const struct delivery d = { (enum price)l->price, l->starts_on,
	    l->ends_on, l->booked, l->done };
	struct part p = earned_part(&d, end);

	l->ended_on = end.n < l->ends_on.n ? end : l->ends_on;
	l->counted = p.done;
	TRY(earned_amount(l->amount, p, &l->earned));
	return earned_amount(l->tax, p, &l->earned_tax);
}

/*
 * over: the campaign has ended, as of end; otherwise the lines have whose last
 * day was before today.
 */
static enum err
end_lines(struct books *b, bool over, struct day end, struct day today)
{
	for (size_t i = 0; i < b->n_lines; i++)
		if (over || b->lines[i].ends_on.n < today.n)
			TRY(end_line(&b->lines[i], over ? end :
			    b->lines[i].ends_on));
	return OK;
}

static struct line *
find_line(const struct books *b, uint64_t id)
{
	for (size_t i = 0; i < b->n_lines; i++)
		if (b->lines[i].id == id)
			return &b->lines[i];
	INVARIANT(!"a line of an invoice is the campaign's");
	return NULL;
}

static struct invoice *
find_invoice(const struct books *b, uint64_t id)
{
	for (size_t i = 0; i < b->n_invoices; i++)
		if (b->invoices[i].id == id)
			return &b->invoices[i];
	INVARIANT(!"an invoice of a line is the campaign's");
	return NULL;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * What is billed of lines beyond what they earned, the latest first; only at
 * the end, since until then more delivery may be reported.
 */
static void
credit(struct books *b)
{
	for (size_t i = b->n_billed; i-- > 0;) {
		struct invoice_line *n = &b->billed[i];
		struct line *l = find_line(b, n->line_id);
		int64_t rest = n->amount + n->tax - n->credited;
		int64_t excess = least(l->billed - gained(l), rest);

		if (excess <= 0)
			continue;
		n->credited += excess;
		l->billed -= excess;
		find_invoice(b, n->invoice_id)->credited += excess;
	}
}

/* The money there is to what is left of the invoices; the first first. */
static void
apply(struct books *b, int64_t money)
{
	for (size_t i = 0; i < b->n_invoices; i++) {
		struct invoice *n = &b->invoices[i];

		n->applied = least(n->amount - n->credited, money);
		money -= n->applied;
	}
}

/*
 * Earned and released, from what the lines earned.  What was released and is
 * neither refunded nor drawn comes back where more was earned after all.
 */
static void
share_money(const struct books *b, bool over, struct campaign *c)
{
	int64_t here = c->paid - c->released;
	int64_t lacking = b->earned - here;

	if (lacking > 0) {
		int64_t back = least(lacking, least(c->released - c->refunded,
		    b->on_account));

		c->released -= back;
		here += back;
	}
	c->earned = least(b->earned, here);
	if (over)
		c->released = c->paid - c->earned;
}

static void
add_up(struct books *b)
{
	b->earned = b->undelivered = 0;
	for (size_t i = 0; i < b->n_lines; i++) {
		const struct line *l = &b->lines[i];

		if (l->ended_on.n == DAY_NONE.n)
			continue;
		b->earned += gained(l);
		b->undelivered += whole(l) - gained(l);
	}
}

/* Sums of the invoices. */
struct claims {
	int64_t open, applied, credited;
};

static struct claims
claims_of(const struct books *b)
{
	struct claims s = { 0, 0, 0 };

	for (size_t i = 0; i < b->n_invoices; i++) {
		const struct invoice *n = &b->invoices[i];

		s.open += n->amount - n->applied - n->credited;
		s.applied += n->applied;
		s.credited += n->credited;
	}
	return s;
}

static void
sum_due(const struct campaign *c, struct books *b)
{
	const struct claims of = claims_of(b);
	int64_t had = of.open + of.applied;

	b->due = b->due_tax = b->refunded = b->refunded_tax = 0;
	for (size_t i = 0; i < b->n_lines; i++) {
		b->due += b->lines[i].due;
		b->due_tax += b->lines[i].due_tax;
		b->refunded += b->lines[i].refunded;
		b->refunded_tax += b->lines[i].refunded_tax;
	}
	b->open = of.open;
	if (had < c->earned)
		had = c->earned;
	b->unbilled = b->earned > had ? b->earned - had : 0;
}

static int64_t
gone_back(const struct line *l)
{
	return l->refunded + l->refunded_tax;
}

/* In the proportion of what is left of both; what was refunded stays due. */
static enum err
set_due(struct line *l, int64_t given)
{
	int64_t rest = whole(l) - gained(l), room = given - gone_back(l);

	l->due = l->refunded;
	l->due_tax = l->refunded_tax;
	if (room <= 0)
		return OK;
	TRY(money_share(l->amount - l->earned, given, rest, &l->due));
	if (l->due < l->refunded)
		l->due = l->refunded;
	if (l->due > l->refunded + room)
		l->due = l->refunded + room;
	l->due_tax = given - l->due;
	return OK;
}

/*
 * What is due, by line.  Where more went back of one than it would be given
 * now, after a correction, there is that much less for the others.
 */
static void
share_due(const struct campaign *c, const struct books *b, int64_t *weights,
    bool *closed, int64_t *given)
{
	int64_t money = c->released, rest = b->undelivered;
	bool again = true;

	while (again) {
		allot(least(rest, money), weights, b->n_lines, given);
		again = false;
		for (size_t i = 0; i < b->n_lines; i++) {
			int64_t gone = gone_back(&b->lines[i]);

			if (closed[i] || gone <= given[i])
				continue;
			closed[i] = again = true;
			money -= gone;
			rest -= weights[i];
			weights[i] = 0;
		}
	}
}

static enum err
advise(struct arena *a, const struct campaign *c, struct books *b)
{
	int64_t *weights = arena_array(a, b->n_lines + 1, sizeof(*weights));
	int64_t *given = arena_array(a, b->n_lines + 1, sizeof(*given));
	bool *closed = arena_array(a, b->n_lines + 1, sizeof(*closed));

	for (size_t i = 0; i < b->n_lines; i++)
		weights[i] = whole(&b->lines[i]) - gained(&b->lines[i]);
	share_due(c, b, weights, closed, given);
	for (size_t i = 0; i < b->n_lines; i++)
		TRY(set_due(&b->lines[i], given[i]));
	return OK;
}

static enum err
work_out(struct arena *a, struct campaign *c, struct books *b, bool over,
    struct day today)
{
	TRY(end_lines(b, over, c->ended_on, today));
	add_up(b);
	if (over)
		credit(b);
	share_money(b, over, c);
	apply(b, c->paid - c->released);
	if (over)
		TRY(advise(a, c, b));
	sum_due(c, b);
	return OK;
}

/* One journal of all differences, if there are any. */
static enum err
post(struct db *db, struct arena *a, const struct campaign *was,
    const struct campaign *c, const struct claims *before,
    const struct books *b, struct when now)
{
	const struct claims after = claims_of(b);
	const struct {
		enum account_kind kind;
		uint64_t owner;
		int64_t amount;
		bool first;
	} all[] = {
		{ ACCOUNT_campaign_reserved, c->id, (was->earned +
		    was->released) - (c->earned + c->released), false },
		{ ACCOUNT_campaign_earned, c->id, c->earned - was->earned,
		    was->earned == 0 },
		{ ACCOUNT_advertiser_credit, c->advertiser_id,
		    c->released - was->released, !b->has_account },
		{ ACCOUNT_invoice_open, c->id, after.open - before->open,
		    false },
		{ ACCOUNT_invoice_applied, c->id,
		    after.applied - before->applied, before->applied == 0 },
		{ ACCOUNT_invoice_credited, c->id,
		    after.credited - before->credited,
		    before->credited == 0 },
	};
	struct posting p[LEN(all)];
	size_t n = 0;

	for (size_t i = 0; i < LEN(all); i++)
		if (all[i].amount != 0)
			p[n++] = (struct posting){
			    .organization_id = c->organization_id,
			    .kind = all[i].kind, .owner_id = all[i].owner,
			    .currency = c->currency, .amount = all[i].amount,
			    .first = all[i].first };
	return n == 0 ? OK : ledger_post(db, a, &(struct journal){
	    .organization_id = c->organization_id,
	    .kind = JOURNAL_campaign_settled, .subject_id = c->id,
	    .at = now }, p, n, NULL);
}

static enum err
store(struct db *db, const struct books *b)
{
	for (size_t i = 0; i < b->n_lines; i++)
		if (b->lines[i].ended_on.n != DAY_NONE.n)
			TRY(line_store_end(db, &b->lines[i]));
	for (size_t i = 0; i < b->n_invoices; i++)
		TRY(db_exec(db, Q_INVOICE_STORE, ARGS(b->invoices[i].applied,
		    b->invoices[i].credited, b->invoices[i].id), NULL, NULL));
	for (size_t i = 0; i < b->n_billed; i++)
		TRY(db_exec(db, Q_INVOICE_LINE_STORE, ARGS(
		    b->billed[i].credited, b->billed[i].invoice_id,
		    b->billed[i].line_id), NULL, NULL));
	return OK;
}

static struct day
count_to(const struct campaign *c, struct when now)
{
	return c->ended_on.n != DAY_NONE.n ? c->ended_on : day_of(now);
}

/* Its end has come, so that it can be worked out. */
static bool
ripe(const struct campaign *c, struct when now)
{
	return campaign_over(c) && c->ended_on.n <= day_of(now).n;
}

/*
 * The account is looked at last, and kept: others draw from it as well.  One
 * that is not there is not locked: that would keep its neighbours out.
 */
static enum err
hold_account(struct db *db, struct arena *a, const struct campaign *c,
    struct books *b)
{
	return !b->has_account ? OK :
	    ledger_balance_locked(db, a, c->organization_id,
	    ACCOUNT_advertiser_credit, c->advertiser_id, c->currency,
	    &b->on_account);
}

static enum err
conclude(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *was, struct campaign *c,
    const struct claims *before, const struct books *b)
{
	TRY(post(db, a, was, c, before, b, who->now));
	TRY(store(db, b));
	return campaign_store_money(db, who, c);
}

enum err
settle(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c)
{
	const struct campaign was = *c;
	struct claims before;
	struct books b;

	if (c->status == CAMPAIGN_DELETED)
		return ERR_CONFLICT;
	TRY(read_rows(db, a, c, count_to(c, who->now), &b));
	TRY(hold_account(db, a, c, &b));
	before = claims_of(&b);
	c->settled = ripe(c, who->now);
	/* a quote has no end */
	TRY(work_out(a, c, &b, c->settled, c->status == CAMPAIGN_DRAFT ?
	    (struct day){ 0 } : day_of(who->now)));
	return conclude(db, a, who, &was, c, &before, &b);
}

enum err
books_read(struct db *db, struct arena *a, const struct campaign *c,
    struct day at, struct books *b)
{
	TRY(read_rows(db, a, c, at, b));
	add_up(b);
	sum_due(c, b);
	return OK;
}

enum err
books_foresee(struct db *db, struct arena *a, struct campaign c,
    struct day at, struct books *b)
{
	TRY(read_rows(db, a, &c, at, b));
	c.ended_on = at;
	return work_out(a, &c, b, true, at);
}

/* So much more of an invoice is credited: of its lines, the last one first. */
static void
credit_lines(struct books *b, uint64_t invoice, int64_t more)
{
	for (size_t i = b->n_billed; i-- > 0;) {
		struct invoice_line *n = &b->billed[i];
		int64_t rest = n->amount + n->tax - n->credited;

		if (n->invoice_id != invoice)
			continue;
		n->credited += least(rest, more);
		more -= least(rest, more);
	}
}

/* As if it had not been: nothing is earned, but for what stays paid. */
static void
undo(struct campaign *c, struct books *b, bool unapply)
{
	int64_t kept = 0;

	for (size_t i = 0; i < b->n_invoices; i++) {
		struct invoice *n = &b->invoices[i];
		int64_t before = n->credited;

		if (unapply)
			n->applied = 0;
		n->credited = n->amount - n->applied;
		credit_lines(b, n->id, n->credited - before);
		kept += n->applied;
	}
	for (size_t i = 0; i < b->n_lines; i++) {
		struct line *l = &b->lines[i];

		l->counted = l->earned = l->earned_tax = 0;
		l->due = l->refunded;
		l->due_tax = l->refunded_tax;
		if (l->ended_on.n == DAY_NONE.n)
			l->ended_on = c->ended_on;
	}
	c->earned = kept;
	c->released = c->paid - kept;
}

enum err
settle_undone(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, const struct undoing *how)
{
	const struct campaign was = *c;
	struct claims before;
	struct books b;

	TRY(read_rows(db, a, c, count_to(c, who->now), &b));
	before = claims_of(&b);
	undo(c, &b, how->unapply);
	c->settled = true;
	return conclude(db, a, who, &was, c, &before, &b);
}
