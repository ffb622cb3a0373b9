/* Stop and refund, each with a dry run, whose ETag is a quote. */
#include "api/naviga/routes.h"

#include "model/campaign/ending.h"
#include "base/banned.h"

struct stop_in {
	struct day at;
	bool dry;
};

SHAPE(stop_in, struct stop_in, "Stop",
    FIELD(struct stop_in, at, "StopDate", .flags = F_REQUIRED,
	.doc = "The last day that counts", .example = "\"2026-02-15\""),
    FIELD(struct stop_in, dry, "DryRun",
	.doc = "The same answer, and nothing is changed"));

struct stopped_line {
	uint64_t id;
	int price;
	struct decimal amount, earned, due, due_tax;
	struct str formula;
};

SHAPE(stopped_line, struct stopped_line, "StoppedLine",
    FIELD(struct stopped_line, id, "ID"),
    FIELD(struct stopped_line, price, "PriceType", .labels = price_labels),
    FIELD(struct stopped_line, amount, "Amount", .doc = "Without tax"),
    FIELD(struct stopped_line, earned, "Earned", .doc = "Without tax"),
    FIELD(struct stopped_line, due, "RefundDue",
	.doc = "Advised, without tax"),
    FIELD(struct stopped_line, due_tax, "TaxRefundDue",
	.doc = "By the same ratio"),
    FIELD(struct stopped_line, formula, "Formula", .max = 300,
	.doc = "How it was worked out",
	.example = "\"100.00 x (1 - 40000/100000 impressions) = 60.00\""));

struct stopped {
	uint64_t id;
	struct day at;
	int status;
	struct list lines;
	struct decimal due, due_tax, on_account;
};

SHAPE(stopped_out, struct stopped, "Stopped",
    FIELD(struct stopped, id, "CampaignID"),
    FIELD(struct stopped, at, "StopDate"),
    FIELD(struct stopped, status, "Status", .labels = nv_status_labels),
    FIELD(struct stopped, lines, "Lines", .of = &stopped_line),
    FIELD(struct stopped, due, "RefundDue",
	.doc = "Advised in all, without tax"),
    FIELD(struct stopped, due_tax, "TaxRefundDue"),
    FIELD(struct stopped, on_account, "OnAccount",
	.doc = "What the advertiser has on account"));

/* The whole of which counted is a part. */
static int64_t
booked(const struct line *l)
{
	return l->price == PRICE_CPD ?
	    (int64_t)l->ends_on.n - l->starts_on.n + 1 : l->booked;
}

/* "100.00 x (1 - 40000/100000 impressions) = 60.00", and why it is not that. */
static struct str
formula(struct arena *a, const struct campaign *c, const struct line *l)
{
	int64_t rest = l->amount - l->earned;
	struct buf b;

	buf_init(&b, a, 128);
	buf_str(&b, nv_money(a, c, l->amount).text);
	buf_printf(&b, " x (1 - %lld/%lld %s) = ", (long long)l->counted,
	    (long long)booked(l), nv_unit(l->price));
	buf_str(&b, nv_money(a, c, rest).text);
	if (l->due < rest) {
		buf_lit(&b, ", of which was paid: ");
		buf_str(&b, nv_money(a, c, l->due).text);
	} else if (l->due > rest) {
		buf_lit(&b, ", but refunded before: ");
		buf_str(&b, nv_money(a, c, l->due).text);
	}
	return buf_view(&b);
}

static struct list
show_lines(struct arena *a, const struct campaign *c, const struct books *b)
{
	struct stopped_line *out = arena_array(a, b->n_lines + 1,
	    sizeof(*out));

	for (size_t i = 0; i < b->n_lines; i++) {
		const struct line *l = &b->lines[i];

		out[i] = (struct stopped_line){ .id = l->id,
		    .price = l->price, .amount = nv_money(a, c, l->amount),
		    .earned = nv_money(a, c, l->earned),
		    .due = nv_money(a, c, l->due),
		    .due_tax = nv_money(a, c, l->due_tax),
		    .formula = formula(a, c, l) };
	}
	return (struct list){ out, b->n_lines };
}

static enum err
stop(struct request *rq)
{
	const struct stop_in *in = rq->in;
	struct stopped *out = ARENA_NEW(rq->arena, struct stopped);
	struct campaign c;
	struct books b;

	rq->dry = in->dry;
	TRY(nv_lock(rq, &c));
	TRY(campaign_told(rq, &c, campaign_stop(rq->db, rq->arena, ACTOR(rq),
	    &c, in->at)));
	if (c.settled)
		TRY(books_read(rq->db, rq->arena, &c, c.ended_on, &b));
	else
		TRY(books_foresee(rq->db, rq->arena, c, c.ended_on, &b));
	*out = (struct stopped){ .id = c.id, .at = c.ended_on,
	    .status = nv_status(&c), .lines = show_lines(rq->arena, &c, &b),
	    .due = nv_money(rq->arena, &c, b.due),
	    .due_tax = nv_money(rq->arena, &c, b.due_tax),
	    .on_account = nv_money(rq->arena, &c, b.on_account) };
	rq->out = out;
	campaign_quote(rq, &c, &b);
	return OK;
}

struct refund_line_in {
	uint64_t id;
	struct decimal amount;
};

SHAPE(refund_line_in, struct refund_line_in, "RefundLine",
    FIELD(struct refund_line_in, id, "ID", .flags = F_REQUIRED | F_LOOSE),
    FIELD(struct refund_line_in, amount, "Amount", .flags = F_REQUIRED,
	.example = "60.00"));

struct refund_in {
	struct decimal amount;
	struct str reference;
	struct list lines;
	bool dry;
};

SHAPE(nv_refund_in, struct refund_in, "Refund",
    FIELD(struct refund_in, amount, "Amount", .flags = F_REQUIRED,
	.doc = "What was paid back, without tax; its tax is worked out",
	.example = "60.00"),
    FIELD(struct refund_in, reference, "Reference",
	.flags = F_REQUIRED | F_LOOSE, .min = 1, .max = 64,
	.doc = "Of the payment outside: each one once",
	.example = "\"WIRE-7\""),
    FIELD(struct refund_in, lines, "Lines", .of = &refund_line_in, .min = 1,
	.doc = "Of which lines; by what is due of each, where absent"),
    FIELD(struct refund_in, dry, "DryRun",
	.doc = "The same answer, and nothing is changed"));

struct refunded {
	uint64_t id;
	struct decimal refunded, refunded_tax, due, due_tax, on_account;
};

SHAPE(refunded_out, struct refunded, "Refunded",
    FIELD(struct refunded, id, "CampaignID"),
    FIELD(struct refunded, refunded, "Refunded",
	.doc = "So far, without tax"),
    FIELD(struct refunded, refunded_tax, "TaxRefunded"),
    FIELD(struct refunded, due, "RefundDue",
	.doc = "Still to be paid back, without tax"),
    FIELD(struct refunded, due_tax, "TaxRefundDue"),
    FIELD(struct refunded, on_account, "OnAccount",
	.doc = "What the advertiser has on account"));

static void
read_refund(struct request *rq, const struct campaign *c,
    struct campaign_refund *r)
{
	const struct refund_in *in = rq->in;
	const struct refund_line_in *from = in->lines.items;
	int digits = nv_digits(c);
	int64_t sum = 0;

	*r = (struct campaign_refund){ .reference = in->reference,
	    .amount = nv_positive(rq, STR("Amount"), in->amount, digits),
	    .lines = arena_array(rq->arena, in->lines.n + 1,
		sizeof(*r->lines)), .n = in->lines.n };
	for (size_t i = 0; i < r->n; i++) {
		r->lines[i].line_id = from[i].id;
		r->lines[i].amount = nv_positive(rq, str_printf(rq->arena,
		    "Lines[%zu].Amount", i), from[i].amount, digits);
		sum += r->lines[i].amount;
	}
	if (r->n > 0 && rq->wrong.n == 0 && sum != r->amount)
		nv_wrong(rq, STR("Amount"),
		    "must be the sum of the lines' amounts");
}

static enum err
refund(struct request *rq)
{
	const struct refund_in *in = rq->in;
	struct refunded *out = ARENA_NEW(rq->arena, struct refunded);
	struct campaign_refund r;
	struct campaign c;
	struct books b;

	rq->dry = in->dry;
	TRY(nv_lock(rq, &c));
	read_refund(rq, &c, &r);
	if (rq->wrong.n > 0)
		return ERR_INVALID;
	TRY(campaign_told(rq, &c, campaign_refund(rq->db, rq->arena,
	    ACTOR(rq), &c, &r)));
	TRY(books_read(rq->db, rq->arena, &c, nv_today(rq, &c), &b));
	*out = (struct refunded){ .id = c.id,
	    .refunded = nv_money(rq->arena, &c, b.refunded),
	    .refunded_tax = nv_money(rq->arena, &c, b.refunded_tax),
	    .due = nv_money(rq->arena, &c, b.due - b.refunded),
	    .due_tax = nv_money(rq->arena, &c, b.due_tax - b.refunded_tax),
	    .on_account = nv_money(rq->arena, &c, b.on_account) };
	rq->out = out;
	campaign_quote(rq, &c, &b);
	return OK;
}

static const enum err stop_errors[] = ERRORS(ERR_NOT_FOUND, ERR_AFTER_END,
    ERR_DELETE_INSTEAD, ERR_STOPPED, ERR_CONFLICT, ERR_STALE);
static const enum err refund_errors[] = ERRORS(ERR_NOT_FOUND,
    ERR_MORE_THAN_DUE, ERR_FUNDS, ERR_REFUND_TAKEN, ERR_CONFLICT, ERR_STALE);

const struct route nv_ending_routes[] = {
	{ .op = "stopCampaign", .method = POST,
	  .path = "/{id:campaignId}/stop", .handle = stop, .in = &stop_in,
	  .out = &stopped_out, .status = 200,
	  .flags = R_WRITE | R_LIVE | R_QUOTE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = stop_errors,
	  .tag = "endings", .summary = "End a campaign as of a date, with the "
	      "refund that is due" },
	{ .op = "refundCampaign", .method = POST,
	  .path = "/{id:campaignId}/refund", .handle = refund,
	  .in = &nv_refund_in, .out = &refunded_out, .status = 200,
	  .flags = R_WRITE | R_LIVE | R_QUOTE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = refund_errors,
	  .tag = "endings", .summary = "Record what was paid back of a "
	      "campaign that has ended" },
	{ .op = NULL }
};
