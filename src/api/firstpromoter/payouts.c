/* Payouts: lists, and what is done to many. */
#include "api/firstpromoter/payouts.h"

#include "model/payout/actions.h"

#include "base/banned.h"

#define P(member, wire, ...) FIELD(struct payout, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE

const char *const fp_payout_units[] = { "cash", NULL };

SHAPE(fp_payout_promoter, struct payout, "PayoutPromoter",
    P(placed.promoter.id, "id", .flags = F_ID_NUMBER),
    P(placed.promoter.email, "email", MAYBE),
    P(placed.promoter.name, "name"));

SHAPE(fp_payout_campaign, struct payout, "PayoutCampaign",
    P(placed.campaign.id, "id", .flags = F_ID_NUMBER),
    P(placed.campaign.name, "name"),
    P(placed.campaign.color, "color"));

SHAPE(fp_payout, struct payout, "Payout",
    FP_PAYOUT_FIELDS(start_at, end_at));

enum err
fp_payout_read(struct db *db, struct arena *a, uint64_t org,
    uint64_t id, void *out)
{
	return payout_get(db, a, org, id, out);
}

struct list_in {
	struct fp_page_query page;
	struct list ids, batches, campaigns;
	struct payout_filter f;
};

static const char *const list_sorts[] = { "created_at:desc", "created_at:asc",
	"amount:desc", "amount:asc", "period_start:desc", "period_start:asc",
	"period_end:desc", "period_end:asc", NULL };
#define SORTS 4

#define F(member, wire, ...) \
    FIELD(struct list_in, member, "filters[" wire "]", __VA_ARGS__)
SHAPE(fp_payout_query, struct list_in, "PayoutQuery",
    F(f.payable, "only_payable", .doc = "Pending, of whom said how to be paid"),
    FP_PAGE_FIELDS(struct list_in),
    FP_SORT(struct list_in, 0, "created_at"),
    FP_SORT(struct list_in, 1, "amount"),
    FP_SORT(struct list_in, 2, "period_start"),
    FP_SORT(struct list_in, 3, "period_end"),
    FIELD(struct list_in, f.q, "q", .min = 1, .max = 254,
	.doc = "How the promoter's email or name begins"),
    FIELD(struct list_in, ids, "ids", .max = 1000, .flags = F_LOOSE,
	.doc = "Only these"),
    F(f.status, "status", .labels = payout_status_labels),
    F(campaigns, "campaign_id", .max = 100, .flags = F_LOOSE),
    F(batches, "payments_batch_id", .max = 100, .flags = F_LOOSE),
    F(f.due, "due_period", .labels = payout_due_labels),
    F(f.start_from, "period_start][from"),
    F(f.start_to, "period_start][to"),
    F(f.end_from, "period_end][from"),
    F(f.end_to, "period_end][to"),
    F(f.method, "payout_method", .labels = payout_method_filter_labels),
    F(f.referrer_id, "promoter_id"),
    F(f.frauds, "fraud_suspicions", .labels = lead_fraud_labels,
	.flags = F_LOOSE));

static enum err
list(struct request *rq)
{
	static const size_t keys[] = {
		offsetof(struct payout, created_at),
		offsetof(struct payout, amount),
		offsetof(struct payout, start_at),
		offsetof(struct payout, end_at),
	};
	struct list_in *q = rq->query;
	struct paging p;
	struct list rows;

	q->f.now = rq->now;
	TRY(fp_ids_read(rq, &q->ids, "ids", &q->f.ids));
	TRY(fp_ids_read(rq, &q->batches, "filters[payments_batch_id]",
	    &q->f.batches));
	TRY(fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &q->f.campaigns));
	TRY(fp_page_read(rq, &q->page, SORTS, &p));
	TRY(payout_list(rq->db, rq->arena, rq->who.org_id, &q->f, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct payout), keys[p.order / 2],
	    offsetof(struct payout, id));
	return OK;
}

struct ids_in {
	struct list ids;
};

SHAPE(fp_payout_ids, struct ids_in, "PayoutIds", FP_IDS(struct ids_in));

SHAPE(fp_chosen_total, struct fp_total, "ChosenTotal",
    FP_TOTAL(struct fp_total, ),
    FIELD(struct fp_total, promoters, "all_promoters_count"));

/* What they come to, before they are worked on. */
static enum err
meta_of(struct request *rq, const struct list *ids, struct str *meta)
{
	struct program p = { 0 };
	struct fp_total t = { .arena = rq->arena };
	const struct payout_total *row;
	struct list rows;
	struct buf b;

	TRY(program_get(rq->db, rq->arena, rq->who.org_id, &p));
	TRY(payout_total(rq->db, rq->arena, rq->who.org_id,
	    ids_json(rq->arena, ids->items, ids->n), &rows));
	row = rows.items;
	t.own = p.currency;
	for (size_t i = 0; i < rows.n; i++)
		if (row[i].currency.p == NULL)
			t.promoters = row[i].promoters;
		else
			TRY(fp_total_add(&t, row[i].currency, row[i].amount));
	fp_total_end(&t);
	buf_init(&b, rq->arena, 256);
	json_encode(&b, &fp_chosen_total, &t, false);
	*meta = buf_view(&b);
	return OK;
}

static enum err
read_meta(struct request *rq)
{
	const struct ids_in *in = rq->in;
	struct str *meta = ARENA_NEW(rq->arena, struct str);

	rq->prepared = meta;
	*meta = STR("{}");
	return in->ids.n == 0 || in->ids.n > BATCH_IDS_MAX ? OK :
	    meta_of(rq, &in->ids, meta);
}

/* ["a"] as [{"message":"a"}], which is their form here. */
static struct str
as_objects(struct arena *a, struct str texts)
{
	bool within = false;
	struct buf b;

	buf_init(&b, a, 2 * texts.n + 16);
	for (size_t i = 0; i < texts.n; i++) {
		char c = texts.p[i];

		if (c == '"' && !within)
			buf_lit(&b, "{\"message\":");
		buf_char(&b, c);
		if (c == '\\' && within)
			buf_char(&b, texts.p[++i]);
		if (c != '"')
			continue;
		if (within)
			buf_char(&b, '}');
		within = !within;
	}
	return buf_view(&b);
}

static enum err
begin(struct request *rq, const struct batch_action *action)
{
	const struct ids_in *in = rq->in;
	struct fp_batch_data *out;

	TRY(fp_batch_data(rq, action, NULL, in->ids,
	    *(const struct str *)rq->prepared));
	out = rq->out;
	out->data.errors = as_objects(rq->arena, out->data.errors);
	return OK;
}

static enum err
mark_paid(struct request *rq)
{
	return begin(rq, &payout_mark_paid);
}

static enum err
mark_unpaid(struct request *rq)
{
	return begin(rq, &payout_mark_unpaid);
}

static enum err
destroy(struct request *rq)
{
	return begin(rq, &payout_destroy);
}

static enum err
pay_out(struct request *rq)
{
	const struct ids_in *in = rq->in;

	return fp_batch(rq, &commission_pay_out, NULL, in->ids);
}

#define BATCH(op_, method_, path_, handle_, summary_) \
	{ .op = op_, .method = method_, .path = "/company/payouts/" path_, \
	  .prepare = read_meta, .handle = handle_, .in = &fp_payout_ids, \
	  .out = &fp_batch_data_out, .status = 200, .also = 202, \
	  .flags = R_WRITE | R_LIVE | R_BARE, .scope = SCOPE_EARNINGS_WRITE, \
	  .errors = fp_batch_errors, .tag = "Payouts", .summary = summary_ }

const struct route fp_payout_routes[] = {
	{ .op = "listPayouts", .method = GET, .path = "/company/payouts",
	  .handle = list, .query = &fp_payout_query, .out = &fp_payout,
	  .sorts = list_sorts, .status = 200, .flags = R_LIST,
	  .scope = SCOPE_EARNINGS_READ, .tag = "Payouts",
	  .summary = "List payouts" },
	BATCH("markPayoutsPaid", POST, "mark_as_paid", mark_paid,
	    "Record payouts as paid outside"),
	BATCH("markPayoutsUnpaid", POST, "mark_as_unpaid", mark_unpaid,
	    "Record that payouts were not paid after all"),
	BATCH("destroyPayouts", DELETE, "destroy", destroy,
	    "Delete payouts that are not paid"),
	{ .op = "generatePayouts", .method = POST,
	  .path = "/company/commissions/generate_payouts", .handle = pay_out,
	  .in = &fp_payout_ids, .out = &fp_batch_out, .status = 200,
	  .also = 202, .flags = R_WRITE | R_LIVE | R_BARE,
	  .scope = SCOPE_EARNINGS_WRITE, .errors = fp_batch_errors,
	  .tag = "Commissions",
	  .summary = "Make payouts of approved commissions now" },
	{ .op = NULL }
};
