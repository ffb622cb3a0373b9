/* Payouts by promoter, and once a currency: amounts of two are no sum. */
#include "api/firstpromoter/payouts.h"
#include "api/firstpromoter/promoters.h"
#include "base/money.h"

#include "base/banned.h"

struct group {
	struct payout_promoter of;
	struct payout first;	/* for the promoter and his method */
	struct list payouts;	/* newest first */
	struct str ids, profile;
	struct list suspicions;
	int invoices;
	bool is_payable;
};

#define G(member, wire, ...) FIELD(struct group, member, wire, __VA_ARGS__)
#define MAYBE .flags = F_NULLABLE

SHAPE(fp_group_promoter, struct group, "PayoutGroupPromoter",
    G(of.id, "id", .flags = F_ID_NUMBER),
    G(first.placed.promoter.email, "email", MAYBE),
    G(first.placed.promoter.name, "name"),
    G(invoices, "invoice_details_status", .labels = fp_invoice_labels),
    G(suspicions, "fraud_suspicions", .max = 4),
    G(profile, "profile", .flags = F_JSON));

#define VIEW(wire, shape, bits) { .name = (wire), .type = T_RECORD, .at = 0, \
	.of = &(shape), .flags = (bits) }
SHAPE(fp_group, struct group, "PayoutGroup",
    VIEW("promoter", fp_group_promoter, 0),
    G(first.method, "payout_method", .of = &fp_payout_method, MAYBE),
    G(payouts, "payouts", .of = &fp_payout, .max = PAYOUTS_SHOWN),
    G(is_payable, "is_amount_payable"),
    G(ids, "payout_ids", .flags = F_JSON, .format = "array"),
    G(of.amount, "amount", .doc = "Minor units of its currency"),
    G(of.currency, "currency", .doc = "This service's own member: a promoter "
	"has a line for each"),
    G(of.amount, "total_incl_tax"));

struct groups {
	struct list data;
	struct fp_total sum;	/* of these lines */
	struct day due, end;
};

SHAPE(fp_groups_meta, struct groups, "PayoutGroupsMeta",
    FP_TOTAL(struct groups, sum.),
    FIELD(struct groups, due, "due_date"),
    FIELD(struct groups, end, "period_end"));

SHAPE(fp_groups, struct groups, "PayoutGroups",
    FIELD(struct groups, data, "data", .of = &fp_group, .max = 100),
    VIEW("meta", fp_groups_meta, 0));

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

/* "2,1": the ids of one, added to those of all. */
static void
add_ids(struct str text, struct list *ids)
{
	uint64_t *id = ids->items;
	struct str one;

	while (text.n > 0) {
		(void)str_cut(text, ',', &one, &text);
		INVARIANT(str_to_u64(one, &id[ids->n]));
		ids->n++;
	}
}

static struct group *
group_of(struct group *g, const struct payout *o)
{
	while (g->of.id != o->placed.promoter.id ||
	    !str_eq(g->of.currency, o->currency))
		g++;
	return g;
}

static void
put(struct group *g, const struct payout *o)
{
	struct payout *to = g->payouts.items;

	if (g->payouts.n == 0) {
		g->first = *o;
		g->is_payable = o->status == PAYOUT_PENDING &&
		    o->method.id != 0 && !o->method.is_disabled;
	}
	to[g->payouts.n++] = *o;
}

/* The payouts of a page are read at once. */
static enum err
read_groups(struct request *rq, bool details, struct list of, struct group *g)
{
	const struct payout_promoter *who = of.items;
	const struct paging all = { .order = PAYOUTS_NEWEST,
	    .limit = (int64_t)of.n * PAYOUTS_SHOWN };
	struct payout_filter f = { .status = -1, .due = -1, .method = -1,
	    .start_from = DAY_NONE, .start_to = DAY_NONE,
	    .end_from = DAY_NONE, .end_to = DAY_NONE };
	struct list rows;
	struct payout *o;

	f.ids.items = arena_array(rq->arena, of.n * PAYOUTS_SHOWN + 1,
	    sizeof(uint64_t));
	for (size_t i = 0; i < of.n; i++) {
		size_t before = f.ids.n;

		add_ids(who[i].ids, &f.ids);
		g[i] = (struct group){ .of = who[i], .profile = STR("{"
		    "\"invoice_details_validation_errors\":{}}"),
		    .ids = str_printf(rq->arena, "[%.*s]",
		    STR_ARG(who[i].ids)), .payouts.items = arena_array(
		    rq->arena, f.ids.n - before, sizeof(*o)) };
	}
	TRY(payout_list(rq->db, rq->arena, rq->who.org_id, &f, &all, &rows));
	o = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (!details)
			o[i].method.details = STR("{}");
		put(group_of(g, &o[i]), &o[i]);
	}
	return OK;
}

/* The lines of a promoter, one a currency, stand together. */
static enum err
put_suspicions(struct request *rq, struct group *g, size_t n)
{
	uint64_t *ids = arena_array(rq->arena, n + 1, sizeof(*ids));
	struct list *of = arena_array(rq->arena, n + 1, sizeof(*of));
	size_t promoters = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 || g[i].of.id != g[i - 1].of.id)
			ids[promoters++] = g[i].of.id;
	TRY(fp_suspicions_read(rq->db, rq->arena, rq->who.org_id, ids,
	    promoters, of));
	for (size_t i = 0; i < n; i++) {
		of += i > 0 && g[i].of.id != g[i - 1].of.id;
		g[i].suspicions = *of;
	}
	return OK;
}

static enum err
put_meta(struct request *rq, struct groups *out)
{
	const struct group *g = out->data.items;
	struct program p = { 0 };

	TRY(program_get(rq->db, rq->arena, rq->who.org_id, &p));
	out->end = period_next(&p, rq->now);
	out->due = period_due(&p, out->end);
	out->sum = (struct fp_total){ .arena = rq->arena, .own = p.currency };
	for (size_t i = 0; i < out->data.n; i++) {
		out->sum.promoters += i == 0 || g[i].of.id != g[i - 1].of.id;
		TRY(fp_total_add(&out->sum, g[i].of.currency,
		    g[i].of.amount));
	}
	fp_total_end(&out->sum);
	return OK;
}

static enum err
list(struct request *rq)
{
	struct groups *out = ARENA_NEW(rq->arena, struct groups);
	struct groups_in *q = rq->query;
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
	page_cut_text(rq, &p, rows, sizeof(struct payout_promoter),
	    offsetof(struct payout_promoter, currency),
	    offsetof(struct payout_promoter, id));
	rows = rq->page.items;
	g = arena_array(rq->arena, rows.n + 1, sizeof(*g));
	TRY(read_groups(rq, q->details, rows, g));
	TRY(put_suspicions(rq, g, rows.n));
	if (rq->page.next.p != NULL)
		answer_header(rq, "X-Next-Cursor", rq->page.next);
	out->data = (struct list){ g, rows.n };
	rq->out = out;
	return put_meta(rq, out);
}

const struct route fp_payout_group_routes[] = {
	{ .op = "listPayoutsByPromoter", .method = GET,
	  .path = "/company/payouts/group_by_promoters", .handle = list,
	  .query = &fp_groups_query, .out = &fp_groups, .sorts = sorts,
	  .status = 200, .flags = R_MOMENT, .scope = SCOPE_EARNINGS_READ,
	  .tag = "Payouts", .summary = "List payouts by promoter" },
	{ .op = NULL }
};
