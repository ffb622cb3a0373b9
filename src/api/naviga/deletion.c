/* Deleting what was entered in error, with a dry run, whose ETag is a quote. */
#include "api/naviga/routes.h"

#include "model/campaign/billing.h"
#include "model/campaign/ending.h"
#include "base/banned.h"

struct delete_query {
	bool unapply, reverse, dry;
};

SHAPE(delete_query, struct delete_query, "DeleteQuery",
    FIELD(struct delete_query, unapply, "unapplyPaidInvoices",
	.doc = "Paid invoices are credited too and their money goes to the "
	    "account; true where absent"),
    FIELD(struct delete_query, reverse, "reversePayment",
	.doc = "Payments are reversed as well, which needs the former; true "
	    "where absent"),
    FIELD(struct delete_query, dry, "dryRun",
	.doc = "The same answer, and nothing is changed"));

enum { ASKED_UNAPPLY = 1, ASKED_REVERSE = 2 };

struct deleted {
	uint64_t id;
	int status;
	struct list invoices, payments, warnings;
	struct decimal credited, reversed, on_account;
};

SHAPE(deleted_out, struct deleted, "Deleted",
    FIELD(struct deleted, id, "CampaignID"),
    FIELD(struct deleted, status, "Status", .labels = nv_status_labels),
    FIELD(struct deleted, invoices, "InvoicesCredited", .max = 100000,
	.doc = "Their ids"),
    FIELD(struct deleted, credited, "AmountCredited", .doc = "With tax"),
    FIELD(struct deleted, payments, "PaymentsReversed", .max = 100000,
	.doc = "Their ids"),
    FIELD(struct deleted, reversed, "AmountReversed"),
    FIELD(struct deleted, on_account, "OnAccount",
	.doc = "What the advertiser has on account"),
    FIELD(struct deleted, warnings, "Warnings",
	.doc = "Lines of which something was delivered: a stop ends those"));

static struct str
id_text(struct arena *a, uint64_t id)
{
	return str_printf(a, "%llu", LLU(id));
}

static void
show_credited(struct arena *a, const struct campaign *c,
    const struct books *b, struct deleted *out)
{
	struct str *id = arena_array(a, b->n_invoices + 1, sizeof(*id));
	int64_t sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < b->n_invoices; i++)
		if (b->invoices[i].credited > 0) {
			id[n++] = id_text(a, b->invoices[i].id);
			sum += b->invoices[i].credited;
		}
	out->invoices = (struct list){ id, n };
	out->credited = nv_money(a, c, sum);
}

static enum err
show_reversed(struct request *rq, const struct campaign *c,
    struct deleted *out)
{
	const struct prepayment *p;
	int64_t sum = 0;
	struct list rows;
	struct str *id;
	size_t n = 0;

	TRY(prepayment_list(rq->db, rq->arena, c, &rows));
	p = rows.items;
	id = arena_array(rq->arena, rows.n + 1, sizeof(*id));
	for (size_t i = 0; i < rows.n; i++)
		if (p[i].reversed > 0) {
			id[n++] = id_text(rq->arena, p[i].id);
			sum += p[i].reversed;
		}
	out->payments = (struct list){ id, n };
	out->reversed = nv_money(rq->arena, c, sum);
	return OK;
}

/* What would better be stopped; of days only where it ever ran. */
static void
warn(struct arena *a, const struct campaign *c, const struct books *b,
    struct day at, struct deleted *out)
{
	struct str *text = arena_array(a, b->n_lines + 1, sizeof(*text));
	size_t n = 0;

	for (size_t i = 0; i < b->n_lines; i++) {
		const struct line *l = &b->lines[i];
		const struct delivery d = { (enum price)l->price,
		    l->starts_on, l->ends_on, l->booked, l->done };
		const struct part p = earned_part(&d, at);

		if (p.done == 0 || c->launched_at.us == 0)
			continue;
		text[n++] = str_printf(a, "Of line %llu was delivered: "
		    "%lld/%lld %s. A deletion undoes that; to end it and keep "
		    "what was earned, stop it (POST /api/campaigns/%llu/stop)",
		    LLU(l->id), (long long)p.done, (long long)p.booked,
		    nv_unit(l->price), LLU(c->id));
	}
	out->warnings = (struct list){ text, n };
}

static enum err
delete(struct request *rq)
{
	const struct delete_query *q = rq->query;
	struct deletion how = {
		.unapply = (rq->asked & ASKED_UNAPPLY) == 0 || q->unapply,
		.reverse = (rq->asked & ASKED_REVERSE) == 0 || q->reverse,
	};
	struct deleted *out = ARENA_NEW(rq->arena, struct deleted);
	struct day at = day_of(rq->now);
	struct campaign c;
	struct books b;

	rq->dry = q->dry;
	TRY(nv_lock(rq, &c));
	TRY(campaign_delete(rq->db, rq->arena, ACTOR(rq), &c, how));
	if (c.ended_on.n < at.n)
		at = c.ended_on;
	TRY(books_read(rq->db, rq->arena, &c, at, &b));
	*out = (struct deleted){ .id = c.id, .status = nv_status(&c),
	    .on_account = nv_money(rq->arena, &c, b.on_account) };
	show_credited(rq->arena, &c, &b, out);
	TRY(show_reversed(rq, &c, out));
	warn(rq->arena, &c, &b, at, out);
	rq->out = out;
	campaign_quote(rq, &c, &b);
	return OK;
}

static const enum err delete_errors[] = ERRORS(ERR_NOT_FOUND, ERR_STALE);

const struct route nv_deletion_routes[] = {
	{ .op = "deleteCampaign", .method = DELETE, .path = "/{id:campaignId}",
	  .handle = delete, .query = &delete_query, .out = &deleted_out,
	  .status = 200, .flags = R_WRITE | R_LIVE | R_QUOTE,
	  .scope = SCOPE_CAMPAIGNS_WRITE, .errors = delete_errors,
	  .tag = "endings", .summary = "Delete a campaign that was entered in "
	      "error, as if it had not been" },
	{ .op = NULL }
};
