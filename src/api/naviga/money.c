/* Money that comes in for a campaign, and its invoices. */
#include "api/naviga/routes.h"

#include "base/money.h"
#include "model/campaign/billing.h"
#include "base/banned.h"

struct prepayment_in {
	int type;
	struct day deposited_on;
	struct decimal amount;
	struct str reference;
};

SHAPE(prepayment_in, struct prepayment_in, "PrepaymentCreate",
    FIELD(struct prepayment_in, type, "Type", .flags = F_REQUIRED,
	.labels = prepayment_labels, .doc = "CA cash, CC card, CK check; OA "
	    "from what the advertiser has on account"),
    FIELD(struct prepayment_in, deposited_on, "DepositDate",
	.flags = F_REQUIRED, .example = "\"2026-02-01\""),
    FIELD(struct prepayment_in, amount, "Amount", .flags = F_REQUIRED,
	.example = "100.10"),
    FIELD(struct prepayment_in, reference, "Reference", .min = 1, .max = 64,
	.flags = F_NULLABLE | F_LOOSE));

struct prepayment_made {
	uint64_t campaign_id, id;
	int type;
	struct day deposited_on;
	struct decimal amount, prepaid, on_account;
	struct str reference;
};

SHAPE(prepayment_made, struct prepayment_made, "PrepaymentCreated",
    FIELD(struct prepayment_made, campaign_id, "CampaignID"),
    FIELD(struct prepayment_made, id, "ID"),
    FIELD(struct prepayment_made, type, "Type", .labels = prepayment_labels),
    FIELD(struct prepayment_made, deposited_on, "DepositDate"),
    FIELD(struct prepayment_made, amount, "Amount"),
    FIELD(struct prepayment_made, reference, "Reference", .max = 64,
	.flags = F_NULLABLE),
    FIELD(struct prepayment_made, prepaid, "Prepaid",
	.doc = "Of the campaign, all in all"),
    FIELD(struct prepayment_made, on_account, "OnAccount",
	.doc = "What the advertiser has on account"));

static enum err
answer_prepayment(struct request *rq, const struct campaign *c,
    const struct prepayment *p)
{
	struct prepayment_made *out = ARENA_NEW(rq->arena,
	    struct prepayment_made);
	struct books b;

	TRY(books_read(rq->db, rq->arena, c, nv_today(rq, c), &b));
	*out = (struct prepayment_made){
		.campaign_id = c->id, .id = p->id, .type = p->type,
		.deposited_on = p->deposited_on,
		.amount = nv_money(rq->arena, c, p->amount),
		.reference = p->reference,
		.prepaid = nv_money(rq->arena, c, c->paid),
		.on_account = nv_money(rq->arena, c, b.on_account),
	};
	rq->out = out;
	return OK;
}

static enum err
prepay(struct request *rq)
{
	const struct prepayment_in *in = rq->in;
	struct prepayment p = { .type = in->type, .reference = in->reference,
	    .deposited_on = in->deposited_on };
	struct campaign c;

	TRY(nv_lock(rq, &c));
	if (c.currency.p == NULL)
		return campaign_told(rq, &c, ERR_CONFLICT);
	p.amount = nv_positive(rq, STR("Amount"), in->amount, nv_digits(&c));
	if (rq->wrong.n > 0)
		return ERR_INVALID;
	if (c.paid > MONEY_MAX - p.amount)
		return ERR_OVERFLOW;
	TRY(campaign_told(rq, &c, prepayment_add(rq->db, rq->arena, ACTOR(rq),
	    &c, &p)));
	return answer_prepayment(rq, &c, &p);
}

struct invoice_in {
	struct list lines;
	struct str month;
};

SHAPE(invoice_in, struct invoice_in, "InvoiceCreate",
    FIELD(struct invoice_in, lines, "Lines", .min = 1,
	.flags = F_LOOSE, .doc = "Ids of lines; all where absent",
	.example = "[\"8486\"]"),
    FIELD(struct invoice_in, month, "Month", .min = 1, .max = 7,
	.doc = "Of each line only what belongs to its days up to the end of "
	    "this month", .example = "\"2026-02\""));

struct invoice_line_out {
	uint64_t id;
	struct decimal amount, tax, total;
};

SHAPE(invoice_line_out, struct invoice_line_out, "InvoiceLine",
    FIELD(struct invoice_line_out, id, "ID", .doc = "Of the line"),
    FIELD(struct invoice_line_out, amount, "Amount"),
    FIELD(struct invoice_line_out, tax, "TaxAmount"),
    FIELD(struct invoice_line_out, total, "TotalWithTax"));

struct invoice_made {
	uint64_t campaign_id, id;
	struct str month;
	struct list lines;
	struct decimal total, applied, open;
};

SHAPE(invoice_made, struct invoice_made, "InvoiceCreated",
    FIELD(struct invoice_made, campaign_id, "CampaignID"),
    FIELD(struct invoice_made, id, "ID"),
    FIELD(struct invoice_made, month, "Month", .max = 7,
	.flags = F_NULLABLE),
    FIELD(struct invoice_made, lines, "Lines", .of = &invoice_line_out),
    FIELD(struct invoice_made, total, "TotalWithTax"),
    FIELD(struct invoice_made, applied, "Applied",
	.doc = "Of the money that came in"),
    FIELD(struct invoice_made, open, "Open"));

struct str
nv_month(struct arena *a, struct day d)
{
	char text[11];

	if (d.n == DAY_NONE.n)
		return STR_NULL;
	day_iso(d, text);
	return str_printf(a, "%.7s", text);
}

static void
read_month(struct request *rq, struct str text, struct billing *w)
{
	w->month = DAY_NONE;
	if (text.p != NULL && !day_parse(str_printf(rq->arena, "%.*s-01",
	    STR_ARG(text)), &w->month))
		nv_wrong(rq, STR("Month"), "must be a month like 2026-02");
}

static void
check_invoice(struct request *rq)
{
	const struct invoice_in *in = rq->in;
	const struct str *text = in->lines.items;
	struct billing *w = ARENA_NEW(rq->arena, struct billing);
	uint64_t *id = arena_array(rq->arena, in->lines.n + 1, sizeof(*id));

	read_month(rq, in->month, w);
	for (size_t i = 0; i < in->lines.n; i++) {
		struct str field = str_printf(rq->arena, "Lines[%zu]", i);

		if (!str_to_u64(text[i], &id[i]) || id[i] == 0)
			nv_wrong(rq, field, "must be an id");
		for (size_t k = 0; k < i; k++)
			if (id[k] == id[i])
				nv_wrong(rq, field, "stands twice");
	}
	w->lines = id;
	w->n = in->lines.n;
	rq->prepared = w;
}

static enum err
answer_invoice(struct request *rq, const struct campaign *c,
    const struct invoice *n, struct list lines)
{
	struct invoice_made *out = ARENA_NEW(rq->arena, struct invoice_made);
	const struct invoice_line *l = lines.items;
	struct invoice_line_out *row = arena_array(rq->arena, lines.n + 1,
	    sizeof(*row));

	for (size_t i = 0; i < lines.n; i++)
		row[i] = (struct invoice_line_out){ .id = l[i].line_id,
		    .amount = nv_money(rq->arena, c, l[i].amount),
		    .tax = nv_money(rq->arena, c, l[i].tax),
		    .total = nv_money(rq->arena, c, l[i].amount + l[i].tax) };
	*out = (struct invoice_made){
		.campaign_id = c->id, .id = n->id,
		.month = nv_month(rq->arena, n->month),
		.lines = { row, lines.n },
		.total = nv_money(rq->arena, c, n->amount),
		.applied = nv_money(rq->arena, c, n->applied),
		.open = nv_money(rq->arena, c, n->amount - n->applied -
		    n->credited),
	};
	rq->out = out;
	return OK;
}

static enum err
bill(struct request *rq)
{
	struct list lines;
	struct invoice n;
	struct campaign c;
	struct books b;

	TRY(nv_lock(rq, &c));
	TRY(campaign_told(rq, &c, invoice_issue(rq->db, rq->arena, ACTOR(rq),
	    &c, rq->prepared, &n, &lines)));
	TRY(books_read(rq->db, rq->arena, &c, nv_today(rq, &c), &b));
	/* the last one, with what was applied to it at once */
	INVARIANT(b.n_invoices > 0 &&
	    b.invoices[b.n_invoices - 1].id == n.id);
	return answer_invoice(rq, &c, &b.invoices[b.n_invoices - 1], lines);
}

static const enum err prepay_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_FUNDS, ERR_OVERFLOW);
static const enum err bill_errors[] = ERRORS(ERR_NOT_FOUND, ERR_CONFLICT,
    ERR_NOTHING_TO_BILL);

const struct route nv_money_routes[] = {
	{ .op = "addPrepayment", .method = POST,
	  .path = "/{id:campaignId}/prepayments", .handle = prepay,
	  .in = &prepayment_in, .out = &prepayment_made, .status = 201,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_CAMPAIGNS_WRITE,
	  .errors = prepay_errors, .tag = "money",
	  .summary = "Record money that came in for a campaign",
	  .done = "The prepayment" },
	{ .op = "createInvoice", .method = POST,
	  .path = "/{id:campaignId}/invoices", .handle = bill,
	  .check = check_invoice, .in = &invoice_in, .out = &invoice_made,
	  .status = 201, .flags = R_WRITE | R_LIVE | R_BARE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = bill_errors,
	  .tag = "money", .summary = "Bill lines of a campaign; what was "
	      "prepaid is applied to it", .done = "The invoice" },
	{ .op = NULL }
};
