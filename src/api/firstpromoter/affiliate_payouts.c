/* A promoter's own payouts. */
#include "api/firstpromoter/exports.h"
#include "api/firstpromoter/payouts.h"
#include "model/promoter/export.h"

#include "base/banned.h"

SHAPE(fp_own_payout, struct payout, "OwnPayout",
    FP_PAYOUT_FIELDS(period_start, period_end));

struct own_payouts {
	struct list data;
	struct fp_payout_terms meta;
};

SHAPE(fp_own_payouts, struct own_payouts, "OwnPayouts",
    FIELD(struct own_payouts, data, "data", .of = &fp_own_payout,
	.max = PAGE_LIMIT_MAX),
    FIELD(struct own_payouts, meta, "meta", .of = &fp_payout_terms_out));

struct list_in {
	struct fp_page_query page;
	struct list batches, campaigns;
	struct str start, end, group;
	struct payout_filter f;
};

static const char *const sorts[] = { "created_at:desc", NULL };

#define F(member, wire, ...) \
    FIELD(struct list_in, member, "filters[" wire "]", __VA_ARGS__)
#define FILTERS \
    FIELD(struct list_in, f.q, "q", .min = 1, .max = 254, \
	.doc = "How the promoter's email or name begins"), \
    F(f.status, "status", .labels = payout_status_labels), \
    F(campaigns, "campaign_id", .max = 100, .flags = F_LOOSE), \
    F(batches, "payments_batch_id", .max = 100, .flags = F_LOOSE), \
    F(f.due, "due_period", .labels = payout_due_labels), \
    F(start, "period_start", .max = 10, \
	.doc = "A day, or not_set, which none has"), \
    F(end, "period_end", .max = 10, .doc = "The same"), \
    F(f.method, "payout_method", .labels = payout_method_filter_labels), \
    F(group, "group_ref", .max = 120, .doc = "None has one")
SHAPE(fp_own_payout_query, struct list_in, "OwnPayoutQuery",
    FP_PAGE_FIELDS(struct list_in),
    FILTERS);
SHAPE(fp_own_payout_export, struct list_in, "OwnPayoutExport", FILTERS);

/* Every payout has both of its days. */
static enum err
read_day(struct request *rq, struct payout_filter *f, struct str text,
    const char *field, struct day *from, struct day *to)
{
	if (text.p == NULL)
		return OK;
	if (str_is(text, "not_set")) {
		f->none = true;
		return OK;
	}
	if (!day_parse(text, from)) {
		complain(&rq->wrong, rq->arena, str_of(field),
		    "must be a day, or not_set");
		return ERR_BAD_PAGE;
	}
	*to = *from;
	return OK;
}

static enum err
read_filter(struct request *rq, struct list_in *q)
{
	struct payout_filter *f = &q->f;

	f->now = rq->now;
	f->referrer_id = rq->who.promoter_id;
	f->none = q->group.p != NULL;
	f->start_from = f->start_to = f->end_from = f->end_to = DAY_NONE;
	TRY(fp_ids_read(rq, &q->batches, "filters[payments_batch_id]",
	    &f->batches));
	TRY(fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &f->campaigns));
	TRY(read_day(rq, f, q->start, "filters[period_start]", &f->start_from,
	    &f->start_to));
	return read_day(rq, f, q->end, "filters[period_end]", &f->end_from,
	    &f->end_to);
}

static enum err
list(struct request *rq)
{
	struct own_payouts *out = ARENA_NEW(rq->arena, struct own_payouts);
	struct list_in *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(read_filter(rq, q));
	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(fp_payout_terms(rq, &out->meta));
	TRY(payout_list(rq->db, rq->arena, rq->who.org_id, &q->f, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct payout),
	    offsetof(struct payout, created_at), offsetof(struct payout, id));
	if (rq->page.next.p != NULL)
		answer_header(rq, "X-Next-Cursor", rq->page.next);
	out->data = rq->page.items;
	rq->out = out;
	return OK;
}

static enum err
export(struct request *rq)
{
	struct list_in *q = rq->query;

	TRY(read_filter(rq, q));
	return fp_export(rq, EXPORT_PAYOUTS, &q->f);
}

#define TAG "Affiliate"
const struct route fp_affiliate_payout_routes[] = {
	{ .op = "affiliatePayouts", .method = GET,
	  .path = "/affiliate/payouts", .handle = list,
	  .query = &fp_own_payout_query, .out = &fp_own_payouts,
	  .sorts = sorts, .status = 200, .flags = R_PROMOTER, .tag = TAG,
	  .summary = "List a promoter's own payouts" },
	{ .op = "affiliateExportPayouts", FP_EXPORT, .method = GET,
	  .path = "/affiliate/payouts/export", .handle = export,
	  .query = &fp_own_payout_export, .tag = TAG,
	  .summary = "Get a promoter's own payouts as a file" },
	{ .op = NULL }
};
