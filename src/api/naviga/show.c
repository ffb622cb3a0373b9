/* A campaign in whole: its lines, its invoices, its money. */
#include "api/naviga/routes.h"

#include "model/campaign/billing.h"
#include "base/banned.h"

#define ROWS_MAX 100000

struct line_out {
	uint64_t id;
	struct str external, product;
	int price;
	struct day starts_on, ends_on, delivered_on;
	struct list insertions;
	int64_t quantity, impressions, clicks;
	struct decimal amount, tax, total, invoiced, earned;
	struct decimal due, due_tax, refunded, refunded_tax;
	struct str link;
};

SHAPE(nv_line, struct line_out, "Line",
    FIELD(struct line_out, id, "ID"),
    FIELD(struct line_out, external, "ThirdPartyLineID", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct line_out, product, "ProductID", .max = 64),
    FIELD(struct line_out, price, "PriceType", .labels = price_labels),
    FIELD(struct line_out, starts_on, "StartDate"),
    FIELD(struct line_out, ends_on, "EndDate"),
    FIELD(struct line_out, insertions, "InsertionDates"),
    FIELD(struct line_out, quantity, "Quantity",
	.doc = "Impressions, clicks or insertions that are booked; else 1"),
    FIELD(struct line_out, amount, "Amount", .doc = "Without tax"),
    FIELD(struct line_out, tax, "TaxAmount"),
    FIELD(struct line_out, total, "TotalWithTax"),
    FIELD(struct line_out, impressions, "Impressions",
	.doc = "Delivered, as last reported"),
    FIELD(struct line_out, clicks, "Clicks",
	.doc = "Delivered, as last reported, or as the Link counted them"),
    FIELD(struct line_out, link, "Link", .flags = F_NULLABLE, .max = 2100,
	.doc = "Leads to the LandingURL and counts the clicks"),
    FIELD(struct line_out, delivered_on, "AsOf", .flags = F_NULLABLE,
	.doc = "The day of the last report"),
    FIELD(struct line_out, invoiced, "Invoiced",
	.doc = "With tax, less what was credited"),
    FIELD(struct line_out, earned, "Earned",
	.doc = "Without tax: up to its end, or up to today"),
    FIELD(struct line_out, due, "RefundDue",
	.doc = "What is still to be paid back, without tax"),
    FIELD(struct line_out, due_tax, "TaxRefundDue"),
    FIELD(struct line_out, refunded, "Refunded",
	.doc = "What was paid back, without tax"),
    FIELD(struct line_out, refunded_tax, "TaxRefunded"));

struct prepayment_out {
	uint64_t id;
	int type;
	struct day deposited_on;
	struct decimal amount, reversed;
	struct str reference;
	struct when created_at;
};

SHAPE(prepayment_row_out, struct prepayment_out, "Prepayment",
    FIELD(struct prepayment_out, id, "ID"),
    FIELD(struct prepayment_out, type, "Type", .labels = prepayment_labels),
    FIELD(struct prepayment_out, deposited_on, "DepositDate"),
    FIELD(struct prepayment_out, amount, "Amount"),
    FIELD(struct prepayment_out, reversed, "Reversed",
	.doc = "By a deletion of the campaign"),
    FIELD(struct prepayment_out, reference, "Reference", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct prepayment_out, created_at, "CreatedAt"));

struct invoice_out {
	uint64_t id;
	struct str month;
	struct decimal amount, applied, credited, open;
	struct when created_at;
};

SHAPE(invoice_row_out, struct invoice_out, "Invoice",
    FIELD(struct invoice_out, id, "ID"),
    FIELD(struct invoice_out, month, "Month", .max = 7,
	.flags = F_NULLABLE, .example = "\"2026-02\""),
    FIELD(struct invoice_out, amount, "TotalWithTax"),
    FIELD(struct invoice_out, applied, "Applied",
	.doc = "Of the money that came in"),
    FIELD(struct invoice_out, credited, "Credited"),
    FIELD(struct invoice_out, open, "Open"),
    FIELD(struct invoice_out, created_at, "CreatedAt"));

struct campaign_out {
	uint64_t id;
	struct str name, advertiser, brand, product_group, currency;
	int type, status, state;
	struct day starts_on, ends_on, ended_on;
	struct list lines, invoices, prepayments;
	struct decimal amount, tax, invoiced, credited, applied, open;
	struct decimal prepaid, reserved, earned, earned_paid, released;
	struct decimal unbilled, due, due_tax, refunded, refunded_tax;
	struct decimal on_account;
	struct when created_at, updated_at;
};

SHAPE(nv_campaign, struct campaign_out, "Campaign",
    FIELD(struct campaign_out, id, "CampaignID"),
    FIELD(struct campaign_out, name, "Name", .max = 120),
    FIELD(struct campaign_out, advertiser, "AdvertiserID", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, brand, "BrandID", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, product_group, "ProductGroupID", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, type, "CampaignType", .flags = F_NULLABLE,
	.labels = campaign_type_labels),
    FIELD(struct campaign_out, status, "Status", .labels = nv_status_labels,
	.doc = "Q1 a quote, CO confirmed, ST stopped, KI cancelled after "
	    "billing, AC deleted after it, DE deleted or cancelled before it"),
    FIELD(struct campaign_out, state, "State",
	.labels = campaign_status_labels,
	.doc = "More closely: what it does now"),
    FIELD(struct campaign_out, starts_on, "StartDate", .flags = F_NULLABLE),
    FIELD(struct campaign_out, ends_on, "EndDate", .flags = F_NULLABLE),
    FIELD(struct campaign_out, ended_on, "StopDate", .flags = F_NULLABLE,
	.doc = "The day as of which it ended"),
    FIELD(struct campaign_out, currency, "Currency", .max = 3,
	.flags = F_NULLABLE),
    FIELD(struct campaign_out, amount, "Amount",
	.doc = "Of all lines, without tax"),
    FIELD(struct campaign_out, tax, "TaxAmount"),
    FIELD(struct campaign_out, invoiced, "Invoiced",
	.doc = "All invoices, with tax: applied, credited and open"),
    FIELD(struct campaign_out, applied, "Applied",
	.doc = "Of the money that came in, to invoices"),
    FIELD(struct campaign_out, credited, "Credited"),
    FIELD(struct campaign_out, open, "Open"),
    FIELD(struct campaign_out, prepaid, "Prepaid", .doc = "All money that "
	"came in or was drawn from the account, less what was reversed: "
	"reserved, earned and paid, and released"),
    FIELD(struct campaign_out, reserved, "Reserved"),
    FIELD(struct campaign_out, earned_paid, "EarnedAndPaid",
	.doc = "By lines that have ended, with tax"),
    FIELD(struct campaign_out, released, "Released",
	.doc = "To the advertiser's account, when it ended"),
    FIELD(struct campaign_out, earned, "Earned",
	.doc = "By all lines, without tax"),
    FIELD(struct campaign_out, unbilled, "Unbilled",
	.doc = "Earned, with tax, and on no invoice and not paid: what was "
	    "reported after a refund"),
    FIELD(struct campaign_out, due, "RefundDue",
	.doc = "What is still to be paid back, without tax"),
    FIELD(struct campaign_out, due_tax, "TaxRefundDue"),
    FIELD(struct campaign_out, refunded, "Refunded",
	.doc = "What was paid back, without tax"),
    FIELD(struct campaign_out, refunded_tax, "TaxRefunded"),
    FIELD(struct campaign_out, on_account, "OnAccount",
	.doc = "What the advertiser has on account, of all campaigns in this "
	    "currency"),
    FIELD(struct campaign_out, lines, "Lines", .of = &nv_line),
    FIELD(struct campaign_out, invoices, "Invoices", .of = &invoice_row_out,
	.max = ROWS_MAX),
    FIELD(struct campaign_out, prepayments, "Prepayments",
	.of = &prepayment_row_out, .max = ROWS_MAX),
    FIELD(struct campaign_out, created_at, "CreatedAt"),
    FIELD(struct campaign_out, updated_at, "UpdatedAt"));

/* What an answer is made of. */
struct view {
	struct arena *arena;
	const struct campaign *c;
	struct books b;
	struct day today;
	const struct insertion *dates;	/* of the lines that come */
	size_t n_dates;
};

static struct decimal
money(const struct view *v, int64_t minor)
{
	return nv_money(v->arena, v->c, minor);
}

static void
pass_dates(struct view *v, size_t n)
{
	v->dates += n;
	v->n_dates -= n;
}

/* Lines and dates are in the same order. */
static struct list
dates_of(struct view *v, uint64_t line)
{
	struct str *out;
	size_t n = 0;

	while (v->n_dates > 0 && v->dates->line_id < line)
		pass_dates(v, 1);
	while (n < v->n_dates && v->dates[n].line_id == line)
		n++;
	out = arena_array(v->arena, n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		char text[11];

		day_iso(v->dates[i].day, text);
		out[i] = str_dup(v->arena, str_of(text));
	}
	pass_dates(v, n);
	return (struct list){ out, n };
}

/* Kept once the line has ended; before that as of today. */
static enum err
earned(const struct view *v, const struct line *l, int64_t *out)
{
	const struct delivery d = { (enum price)l->price, l->starts_on,
	    l->ends_on, l->booked, l->done };

	*out = l->earned;
	if (l->ended_on.n != DAY_NONE.n || v->c->launched_at.us == 0)
		return OK;
	return earned_amount(l->amount, earned_part(&d, v->today), out);
}

static enum err
show_line(struct view *v, const struct line *l, struct line_out *out,
    int64_t *sum)
{
	int64_t gained;

	TRY(earned(v, l, &gained));
	*sum += gained;
	*out = (struct line_out){
		.id = l->id, .external = l->external_id,
		.product = l->product, .price = l->price,
		.starts_on = l->starts_on, .ends_on = l->ends_on,
		.delivered_on = l->delivered_on,
		.insertions = dates_of(v, l->id), .quantity = l->booked,
		.impressions = l->impressions,
		.clicks = l->code.p != NULL ? l->done : l->clicks,
		.link = l->code.p == NULL ? STR_NULL :
		    link_of_code(v->arena, l->code),
		.amount = money(v, l->amount), .tax = money(v, l->tax),
		.total = money(v, l->amount + l->tax),
		.invoiced = money(v, l->billed), .earned = money(v, gained),
		.due = money(v, l->due - l->refunded),
		.due_tax = money(v, l->due_tax - l->refunded_tax),
		.refunded = money(v, l->refunded),
		.refunded_tax = money(v, l->refunded_tax),
	};
	return OK;
}

static enum err
show_lines(struct view *v, struct campaign_out *out)
{
	struct line_out *line = arena_array(v->arena, v->b.n_lines + 1,
	    sizeof(*line));
	int64_t amount = 0, tax = 0, gained = 0;

	for (size_t i = 0; i < v->b.n_lines; i++) {
		TRY(show_line(v, &v->b.lines[i], &line[i], &gained));
		amount += v->b.lines[i].amount;
		tax += v->b.lines[i].tax;
	}
	out->lines = (struct list){ line, v->b.n_lines };
	out->amount = money(v, amount);
	out->tax = money(v, tax);
	out->earned = money(v, gained);
	return OK;
}

static void
show_invoices(const struct view *v, struct campaign_out *out)
{
	const struct invoice *n = v->b.invoices;
	struct invoice_out *row = arena_array(v->arena, v->b.n_invoices + 1,
	    sizeof(*row));
	int64_t invoiced = 0, applied = 0, credited = 0;

	for (size_t i = 0; i < v->b.n_invoices; i++) {
		row[i] = (struct invoice_out){
			.id = n[i].id, .month = nv_month(v->arena, n[i].month),
			.amount = money(v, n[i].amount),
			.applied = money(v, n[i].applied),
			.credited = money(v, n[i].credited),
			.open = money(v, n[i].amount - n[i].applied -
			    n[i].credited),
			.created_at = n[i].created_at,
		};
		invoiced += n[i].amount;
		applied += n[i].applied;
		credited += n[i].credited;
	}
	out->invoices = (struct list){ row, v->b.n_invoices };
	out->invoiced = money(v, invoiced);
	out->applied = money(v, applied);
	out->credited = money(v, credited);
	out->open = money(v, invoiced - applied - credited);
}

static enum err
show_prepayments(struct db *db, const struct view *v, struct campaign_out *out)
{
	const struct prepayment *p;
	struct prepayment_out *row;
	struct list rows;

	TRY(prepayment_list(db, v->arena, v->c, &rows));
	p = rows.items;
	row = arena_array(v->arena, rows.n + 1, sizeof(*row));
	for (size_t i = 0; i < rows.n; i++)
		row[i] = (struct prepayment_out){
			.id = p[i].id, .type = p[i].type,
			.deposited_on = p[i].deposited_on,
			.amount = money(v, p[i].amount),
			.reversed = money(v, p[i].reversed),
			.reference = p[i].reference,
			.created_at = p[i].created_at,
		};
	out->prepayments = (struct list){ row, rows.n };
	return OK;
}

static void
show_campaign(const struct view *v, struct campaign_out *out)
{
	const struct campaign *c = v->c;
	const struct books *b = &v->b;

	*out = (struct campaign_out){
		.id = c->id, .name = c->name, .advertiser = c->advertiser,
		.brand = c->brand, .product_group = c->product_group,
		.currency = c->currency, .type = c->type,
		.status = nv_status(c), .state = c->status,
		.starts_on = c->starts_on, .ends_on = c->ends_on,
		.ended_on = c->ended_on, .prepaid = money(v, c->paid),
		.reserved = money(v, c->paid - c->earned - c->released),
		.earned_paid = money(v, c->earned),
		.released = money(v, c->released),
		.unbilled = money(v, b->unbilled),
		.due = money(v, b->due - b->refunded),
		.due_tax = money(v, b->due_tax - b->refunded_tax),
		.refunded = money(v, b->refunded),
		.refunded_tax = money(v, b->refunded_tax),
		.on_account = money(v, b->on_account),
		.created_at = c->created_at, .updated_at = c->updated_at,
	};
}

static enum err
look(struct request *rq, const struct campaign *c, struct view *v)
{
	struct list rows;

	*v = (struct view){ .arena = rq->arena, .c = c,
	    .today = nv_today(rq, c) };
	TRY(books_read(rq->db, rq->arena, c, v->today, &v->b));
	TRY(line_insertions(rq->db, rq->arena, c, &rows));
	v->dates = rows.items;
	v->n_dates = rows.n;
	return OK;
}

enum err
nv_answer(struct request *rq, const struct campaign *c)
{
	struct campaign_out *out = ARENA_NEW(rq->arena, struct campaign_out);
	struct view v;

	TRY(look(rq, c, &v));
	show_campaign(&v, out);
	TRY(show_lines(&v, out));
	show_invoices(&v, out);
	TRY(show_prepayments(rq->db, &v, out));
	rq->out = out;
	return OK;
}

enum err
nv_answer_line(struct request *rq, const struct campaign *c, uint64_t id)
{
	struct line_out *out = ARENA_NEW(rq->arena, struct line_out);
	int64_t gained = 0;
	struct view v;
	size_t i = 0;

	TRY(look(rq, c, &v));
	while (i < v.b.n_lines && v.b.lines[i].id != id)
		i++;
	INVARIANT(i < v.b.n_lines);
	rq->out = out;
	return show_line(&v, &v.b.lines[i], out, &gained);
}
