/* Payouts by promoter. */
#include "api/firstpromoter/payouts.h"
#include "base/money.h"

#include "base/banned.h"

#define PAYOUTS_SHOWN 100	/* of a promoter, newest first */

struct group {
	struct payout first;	/* for the promoter and his method */
	struct list payouts;
	struct str ids, profile;
	struct list frauds;
	struct str invoice_status;
	bool is_payable;
	int64_t amount;
};

#define G(member, wire, ...) FIELD(struct group, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE

SHAPE(fp_group_promoter, struct group, "PayoutGroupPromoter",
    G(first.placed.promoter.id, "id", .flags = F_ID_NUMBER),
    G(first.placed.promoter.email, "email", MAYBE),
    G(first.placed.promoter.name, "name"),
    G(invoice_status, "invoice_details_status", MAYBE),
    G(frauds, "fraud_suspicions", .max = 10),
    G(profile, "profile", .flags = F_JSON));

#define VIEW(wire, shape, bits) { .name = (wire), .type = T_RECORD, .at = 0, \
	.of = &(shape), .flags = (bits) }
SHAPE(fp_group, struct group, "PayoutGroup",
    VIEW("promoter", fp_group_promoter, 0),
    G(first.method, "payout_method", .of = &fp_payout_method, MAYBE),
    G(payouts, "payouts", .of = &fp_payout, .max = PAYOUTS_SHOWN),
    G(is_payable, "is_amount_payable"),
    G(ids, "payout_ids", .flags = F_JSON, .format = "array"),
    G(amount, "amount"),
    G(amount, "total_incl_tax"));

struct groups {
	struct list data;
	struct str meta;
};

SHAPE(fp_groups, struct groups, "PayoutGroups",
    FIELD(struct groups, data, "data", .of = &fp_group, .max = 100),
    FIELD(struct groups, meta, "meta", .flags = F_JSON));

struct groups_in {
	struct fp_page_query page;
	struct list campaigns;
	int64_t least;
	bool details;
	struct payout_filter f;
};

SHAPE(fp_groups_query, struct groups_in, "PayoutGroupsQuery",
    FP_PAGE_FIELDS(struct groups_in),
    FIELD(struct groups_in, f.q, "q", .min = 1, .max = 254,
	.doc = "How the promoter's email or name begins"),
    FIELD(struct groups_in, f.status, "filters[status]",
	.labels = payout_status_labels, .doc = "pending, if absent"),
    FIELD(struct groups_in, campaigns, "filters[campaign_id]", .max = 100,
	.flags = F_LOOSE),
    FIELD(struct groups_in, least, "filters[min_payment]", .min = 0,
	.max = MONEY_MAX, .doc = "Those who get at least so much"),
    FIELD(struct groups_in, details, "include_payout_method_details"));

static const char *const sorts[] = { "promoter:asc", NULL };

static enum err
read_group(struct request *rq, const struct groups_in *q,
    const struct payout_promoter *who, struct group *g)
{
	const struct paging all = { .order = PAYOUTS_NEWEST,
	    .limit = PAYOUTS_SHOWN };
	const struct payout_filter f = { .referrer_id = who->id,
	    .campaigns = q->f.campaigns, .status = q->f.status, .due = -1,
	    .method = -1, .start_from = DAY_NONE,
	    .start_to = DAY_NONE, .end_from = DAY_NONE, .end_to = DAY_NONE };
	struct payout *o;
	uint64_t *ids;

	TRY(payout_list(rq->db, rq->arena, rq->who.org_id, &f, &all,
	    &g->payouts));
	if (g->payouts.n > PAYOUTS_SHOWN)
		g->payouts.n = PAYOUTS_SHOWN;
	o = g->payouts.items;
	ids = arena_array(rq->arena, g->payouts.n + 1, sizeof(*ids));
	for (size_t i = 0; i < g->payouts.n; i++) {
		ids[i] = o[i].id;
		if (!q->details)
			o[i].method.details = STR("{}");
	}
	if (g->payouts.n > 0)
		g->first = o[0];
	g->ids = ids_json(rq->arena, ids, g->payouts.n);
	g->profile = STR("{}");
	g->amount = who->amount;
	g->is_payable = g->first.status == PAYOUT_PENDING &&
	    g->first.method.id != 0 && !g->first.method.is_disabled;
	return OK;
}

static enum err
meta(struct request *rq, const struct group *g, size_t n, struct str *out)
{
	struct program p = { 0 };
	int64_t total = 0;
	char due[11], end[11];
	struct day last;

	TRY(program_get(rq->db, rq->arena, rq->who.org_id, &p));
	last = period_next(&p, rq->now);
	day_iso(period_due(&p, last), due);
	day_iso(last, end);
	for (size_t i = 0; i < n; i++)
		TRY(money_add(total, g[i].amount, &total));
	*out = str_printf(rq->arena, "{\"total\":%lld,\"promoters_count\":%zu,"
	    "\"total_incl_tax\":%lld,\"due_date\":\"%.10s\",\"period_end\":"
	    "\"%.10s\"}", (long long)total, n, (long long)total, due, end);
	return OK;
}

static enum err
list(struct request *rq)
{
	struct groups *out = ARENA_NEW(rq->arena, struct groups);
	struct groups_in *q = rq->query;
	const struct payout_promoter *who;
	struct group *g;
	struct paging p;
	struct list rows;

	if (q->f.status < 0)
		q->f.status = PAYOUT_PENDING;
	TRY(fp_ids_read(rq, &q->campaigns, "filters[campaign_id]",
	    &q->f.campaigns));
	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(payout_promoters(rq->db, rq->arena, rq->who.org_id, &q->f,
	    q->least, &p, &rows));
	page_cut(rq, &p, rows, sizeof(*who),
	    offsetof(struct payout_promoter, id),
	    offsetof(struct payout_promoter, id));
	rows = rq->page.items;
	who = rows.items;
	g = arena_array(rq->arena, rows.n + 1, sizeof(*g));
	for (size_t i = 0; i < rows.n; i++)
		TRY(read_group(rq, q, &who[i], &g[i]));
	if (rq->page.next.p != NULL)
		answer_header(rq, "X-Next-Cursor", rq->page.next);
	out->data = (struct list){ g, rows.n };
	rq->out = out;
	return meta(rq, g, rows.n, &out->meta);
}

const struct route fp_payout_group_routes[] = {
	{ .op = "listPayoutsByPromoter", .method = GET,
	  .path = "/company/payouts/group_by_promoters", .handle = list,
	  .query = &fp_groups_query, .out = &fp_groups, .sorts = sorts,
	  .status = 200, .scope = SCOPE_EARNINGS_READ, .tag = "Payouts",
	  .summary = "List payouts by promoter" },
	{ .op = NULL }
};
