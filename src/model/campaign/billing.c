/* Prepayments and invoices. */
#include "model/campaign/billing.h"

#include "base/money.h"
#include "ledger/ledger.h"
#include "model/event/event.h"
#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))
#define LL(v) ((long long)(v))

const char *const prepayment_labels[] = { "CA", "CC", "CK", "OA", NULL };

SHAPE(prepayment_row, struct prepayment, NULL,
    COLUMN(struct prepayment, id),
    COLUMN(struct prepayment, type, .labels = prepayment_labels),
    COLUMN(struct prepayment, amount),
    COLUMN(struct prepayment, reversed),
    COLUMN(struct prepayment, deposited_on),
    COLUMN(struct prepayment, reference),
    COLUMN(struct prepayment, created_at));

static enum err
event(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const char *type, uint64_t id, int64_t amount)
{
	return event_write(db, a, &(struct event){ c->organization_id, type,
	    c->id, who->user_id, who->now },
	    "\"id\":\"%llu\",\"amount\":%lld,\"currency\":\"%.*s\"", LLU(id),
	    LL(amount), STR_ARG(c->currency));
}

static enum err
post_paid(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const struct prepayment *p)
{
	const bool drawn = p->type == PREPAYMENT_ACCOUNT;
	struct posting line[] = {
		{ .organization_id = c->organization_id,
		  .kind = drawn ? ACCOUNT_advertiser_credit :
		  ACCOUNT_advertiser_money,
		  .owner_id = drawn ? c->advertiser_id : 0,
		  .currency = c->currency, .amount = -p->amount },
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_campaign_reserved, .owner_id = c->id,
		  .currency = c->currency, .amount = p->amount,
		  .first = c->paid == p->amount },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = c->organization_id,
	    .kind = drawn ? JOURNAL_credit_drawn : JOURNAL_prepaid,
	    .subject_id = p->id, .at = who->now }, line, LEN(line), NULL);
}

enum err
prepayment_add(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, struct prepayment *p)
{
	if (c->status == CAMPAIGN_DELETED || c->advertiser_id == 0 ||
	    c->currency.p == NULL)
		return ERR_CONFLICT;
	TRY(money_add(c->paid, p->amount, &c->paid));
	p->created_at = who->now;
	TRY(db_exec(db, Q_PREPAYMENT_INSERT, ARGS(c->organization_id, c->id,
	    LABEL(prepayment_labels, p->type), p->amount, p->deposited_on,
	    p->reference, who->user_id, who->now), NULL, &p->id));
	TRY(post_paid(db, a, who, c, p));
	TRY(campaign_store_money(db, who, c));
	TRY(campaign_note(db, a, who, c, "prepay", STR_NULL,
	    "\"prepayment\":\"%llu\",\"amount\":%lld", LLU(p->id),
	    LL(p->amount)));
	TRY(event(db, a, who, c, "campaign.prepaid", p->id, p->amount));
	return settle(db, a, who, c);
}

enum err
prepayment_list(struct db *db, struct arena *a, const struct campaign *c,
    struct list *out)
{
	return db_rows(db, a, Q_PREPAYMENT_LIST, ARGS(c->id), &prepayment_row,
	    out);
}

/* The part of a line's days that is over by the end of a month. */
static struct part
month_part(const struct line *l, struct day month)
{
	struct delivery d = { PRICE_CPD, l->starts_on, l->ends_on, 1, 0 };
	int y, m, day;

	if (l->ended_on.n != DAY_NONE.n && l->ended_on.n < d.ends_on.n)
		d.ends_on = l->ended_on.n < d.starts_on.n ? d.starts_on :
		    l->ended_on;
	day_split(month, &y, &m, &day);
	month = m == 12 ? day_from(y + 1, 1, 1) : day_from(y, m + 1, 1);
	return earned_part(&d, (struct day){ month.n - 1 });
}

/* What of a line is to be billed now. */
static enum err
unbilled(const struct line *l, bool over, struct day month,
    struct invoice_line *out)
{
	int64_t amount = l->amount, tax = l->tax, all;

	if (over) {
		amount = l->earned;
		tax = l->earned_tax;
	}
	if (month.n != DAY_NONE.n) {
		const struct part p = month_part(l, month);

		TRY(earned_amount(amount, p, &amount));
		TRY(earned_amount(tax, p, &tax));
	}
	all = amount + tax - l->billed;
	*out = (struct invoice_line){ .line_id = l->id };
	if (all <= 0)
		return OK;
	TRY(money_share(amount, all, amount + tax, &out->amount));
	out->tax = all - out->amount;
	return OK;
}

static bool
is_wanted(const struct billing *w, uint64_t line)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->lines[i] == line)
			return true;
	return w->n == 0;
}

static enum err
collect(struct arena *a, const struct books *b, bool over,
    const struct billing *w, struct list *out)
{
	struct invoice_line *rows = arena_array(a, b->n_lines + 1,
	    sizeof(*rows));
	size_t wanted = 0;

	*out = (struct list){ rows, 0 };
	for (size_t i = 0; i < b->n_lines; i++) {
		if (!is_wanted(w, b->lines[i].id))
			continue;
		wanted++;
		TRY(unbilled(&b->lines[i], over, w->month, &rows[out->n]));
		if (rows[out->n].amount + rows[out->n].tax > 0)
			out->n++;
	}
	if (wanted < w->n)
		return ERR_NOT_FOUND;
	return out->n == 0 ? ERR_NOTHING_TO_BILL : OK;
}

static enum err
insert(struct db *db, const struct actor *who, const struct campaign *c,
    struct invoice *n, struct list lines)
{
	struct invoice_line *l = lines.items;

	TRY(db_exec(db, Q_INVOICE_INSERT, ARGS(c->organization_id, c->id,
	    n->month, n->amount, who->user_id, who->now), NULL, &n->id));
	for (size_t i = 0; i < lines.n; i++) {
		l[i].invoice_id = n->id;
		TRY(db_exec(db, Q_INVOICE_LINE_INSERT, ARGS(n->id,
		    l[i].line_id, l[i].amount, l[i].tax), NULL, NULL));
	}
	return OK;
}

static enum err
post_issued(struct db *db, struct arena *a, const struct actor *who,
    const struct campaign *c, const struct invoice *n, bool first)
{
	struct posting line[] = {
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_invoiced, .currency = c->currency,
		  .amount = -n->amount },
		{ .organization_id = c->organization_id,
		  .kind = ACCOUNT_invoice_open, .owner_id = c->id,
		  .currency = c->currency, .amount = n->amount,
		  .first = first },
	};

	return ledger_post(db, a, &(struct journal){
	    .organization_id = c->organization_id,
	    .kind = JOURNAL_invoice_issued, .subject_id = n->id,
	    .at = who->now }, line, LEN(line), NULL);
}

enum err
invoice_issue(struct db *db, struct arena *a, const struct actor *who,
    struct campaign *c, const struct billing *w, struct invoice *n,
    struct list *lines)
{
	const struct invoice_line *l;
	struct books b;

	if (c->status == CAMPAIGN_DRAFT || c->status == CAMPAIGN_DELETED ||
	    c->currency.p == NULL)
		return ERR_CONFLICT;
	TRY(settle(db, a, who, c));
	TRY(books_read(db, a, c, day_of(who->now), &b));
	TRY(collect(a, &b, c->settled, w, lines));
	*n = (struct invoice){ .month = w->month, .created_at = who->now };
	l = lines->items;
	for (size_t i = 0; i < lines->n; i++)
		TRY(money_add(n->amount, l[i].amount + l[i].tax, &n->amount));
	c->billed = true;
	TRY(insert(db, who, c, n, *lines));
	TRY(post_issued(db, a, who, c, n, b.n_invoices == 0));
	TRY(campaign_note(db, a, who, c, "bill", STR_NULL,
	    "\"invoice\":\"%llu\",\"amount\":%lld", LLU(n->id),
	    LL(n->amount)));
	TRY(event(db, a, who, c, "campaign.billed", n->id, n->amount));
	return settle(db, a, who, c);
}
