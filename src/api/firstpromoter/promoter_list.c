/* The list of a company's promoters, with all its filters. */
#include "api/firstpromoter/promoters.h"
#include "model/promoter/list.h"

#include "base/banned.h"

static const char *const yes_labels[] = { "yes", "no", NULL };
static const char *const flag_labels[] = {
	"true", "false", "yes", "no", NULL
};
static const char *const operator_labels[] = { "exact", "partial", NULL };
static const char *const suspicion_labels[] = {
	"same_ip_suspicion", "same_promoter_email", "ad_source",
	"no_suspicion", NULL
};
static const char *const invoice_labels[] = {
	"approved", "pending", "rejected", "not_submitted", NULL
};
enum { YES, NO };

struct list_in {
	struct fp_page_query page;
	struct range range[4];
	struct str q;
	struct list ids, campaigns, frauds, values[2];
	struct day joined_from, joined_to, login_from, login_to;
	int state, wform, archived, subscribed, operator[2], metric, invoices;
	uint64_t parent_id;
	struct str key[2];
	int64_t days;
};

#define BOUND(i, bound, name) \
    FIELD(struct list_in, range[i].bound, "filters[" name "][" #bound "]")
#define DAYS(member, name) \
    FIELD(struct list_in, member##_from, "filters[" name "][from]"), \
    FIELD(struct list_in, member##_to, "filters[" name "][to]")
#define CUSTOM(i, name) \
    FIELD(struct list_in, key[i], "filters[" name "][key]", .min = 1, \
	.max = 80), \
    FIELD(struct list_in, operator[i], "filters[" name "][operator]", \
	.labels = operator_labels, .doc = "exact, if absent"), \
    FIELD(struct list_in, values[i], "filters[" name "][value]", \
	.flags = F_LOOSE, .max = 20, .doc = "Any of these texts")

/* The bounds come first: asked has their bits. */
SHAPE(fp_promoter_list_query, struct list_in, "PromoterListQuery",
    BOUND(0, from, "clicks_count"), BOUND(0, to, "clicks_count"),
    BOUND(1, from, "referrals_count"), BOUND(1, to, "referrals_count"),
    BOUND(2, from, "customers_count"), BOUND(2, to, "customers_count"),
    BOUND(3, from, "revenue_amount"), BOUND(3, to, "revenue_amount"),
    FP_PAGE_FIELDS(struct list_in),
    FP_SORT(struct list_in, 0, "joined_at"),
    FP_SORT(struct list_in, 1, "clicks_count"),
    FP_SORT(struct list_in, 2, "referrals_count"),
    FP_SORT(struct list_in, 3, "customers_count"),
    FP_SORT(struct list_in, 4, "revenue_amount"),
    FIELD(struct list_in, q, "q", .min = 1, .max = 120,
	.doc = "What email, name or ref_token begin with"),
    FIELD(struct list_in, ids, "ids", .flags = F_LOOSE,
	.max = PROMOTER_IDS_MAX, .doc = "Only these"),
    DAYS(joined, "joined_at"),
    DAYS(login, "last_login_at"),
    FIELD(struct list_in, campaigns, "filters[campaign_id]",
	.flags = F_LOOSE, .max = 100, .doc = "In one of these"),
    FIELD(struct list_in, state, "filters[state]", .labels = standing_labels,
	.doc = "In some campaign, or one of those named; not_set: in none"),
    FIELD(struct list_in, wform, "filters[has_wform]", .labels = yes_labels,
	.doc = "Forms are not kept here: nobody has one"),
    FIELD(struct list_in, parent_id, "filters[parent_promoter_id]"),
    FIELD(struct list_in, archived, "filters[archived]",
	.labels = flag_labels, .doc = "Only those who are; else only those "
	    "who are not"),
    FIELD(struct list_in, subscribed, "filters[subscribed_to_email]",
	.labels = flag_labels, .doc = "Promoters get no mail from here: "
	    "nobody is"),
    CUSTOM(0, "custom_field1"),
    CUSTOM(1, "custom_field2"),
    FIELD(struct list_in, frauds, "filters[fraud_suspicions]",
	.flags = F_LOOSE, .labels = suspicion_labels, .max = 4,
	.doc = "Whose referrals have any of these"),
    FIELD(struct list_in, metric, "filters[inactivity][metric]",
	.labels = promoter_metric_labels),
    FIELD(struct list_in, days, "filters[inactivity][days]", .min = 1,
	.max = 3650, .doc = "So long nothing of the metric, 30 if absent"),
    FIELD(struct list_in, invoices, "filters[invoice_details_status]",
	.labels = invoice_labels,
	.doc = "Nobody submitted any: all are not_submitted"));

static const char *const sorts[] = {
	"joined_at:desc", "joined_at:asc", "clicks_count:desc",
	"clicks_count:asc", "referrals_count:desc", "referrals_count:asc",
	"customers_count:desc", "customers_count:asc", "revenue_amount:desc",
	"revenue_amount:asc", NULL
};
#define SORTS 5

struct promoters_meta {
	int64_t pending_count;
};

SHAPE(fp_promoters_meta, struct promoters_meta, "PromotersMeta",
    FIELD(struct promoters_meta, pending_count, "pending_count",
	.doc = "Promoters in campaigns who wait for a decision"));

struct promoters_out {
	struct list data;
	struct promoters_meta meta;
};

SHAPE(fp_promoters, struct promoters_out, "Promoters",
    FIELD(struct promoters_out, data, "data", .of = &fp_promoter,
	.max = PAGE_LIMIT_MAX),
    FIELD(struct promoters_out, meta, "meta", .of = &fp_promoters_meta));

static struct range
range_of(const struct request *rq, const struct list_in *in, unsigned i)
{
	const bool from = rq->asked >> 2 * i & 1, to = rq->asked >> 2 * i & 2;

	return (struct range){ from || to,
	    from ? in->range[i].from : INT64_MIN,
	    to ? in->range[i].to : INT64_MAX };
}

/* Is there anybody of whom what we don't keep would be true? */
static bool
finds_nobody(const struct list_in *in)
{
	return in->wform == YES || in->subscribed % 2 == YES ||
	    (in->invoices >= 0 && in->invoices != LEN(invoice_labels) - 2);
}

static enum err
read_filter(struct request *rq, const struct list_in *in,
    struct promoter_filter *f)
{
	*f = (struct promoter_filter){ .q = in->q,
	    .clicks = range_of(rq, in, 0), .referrals = range_of(rq, in, 1),
	    .customers = range_of(rq, in, 2), .revenue = range_of(rq, in, 3),
	    .joined_from = in->joined_from, .joined_to = in->joined_to,
	    .login_from = in->login_from, .login_to = in->login_to,
	    .state = in->state, .parent_id = in->parent_id,
	    .archived = in->archived >= 0 && in->archived % 2 == YES,
	    .frauds = in->frauds, .metric = in->metric,
	    .idle_since = { day_of(rq->now).n - (int32_t)(in->days != 0 ?
		in->days : 30) } };
	for (size_t i = 0; i < LEN(f->field); i++)
		f->field[i] = (struct field_filter){ in->key[i],
		    in->operator[i] == 1, in->values[i] };
	TRY(fp_ids_read(rq, &in->ids, "ids", &f->ids));
	return fp_ids_read(rq, &in->campaigns, "filters[campaign_id]",
	    &f->campaigns);
}

/* A range that is asked for is what the list is sorted by, if nothing else. */
static void
default_sort(const struct promoter_filter *f, struct fp_page_query *page)
{
	const bool asked[SORTS] = { false, f->clicks.asked,
	    f->referrals.asked, f->customers.asked, f->revenue.asked };

	for (size_t i = 0; i < SORTS; i++)
		if (page->sort[i] >= 0)
			return;
	for (size_t i = 1; i < SORTS; i++)
		if (asked[i]) {
			page->sort[i] = FP_DESC;
			return;
		}
}

static const size_t key_at[SORTS] = {
	offsetof(struct promoter_listed, p.joined_at),
	offsetof(struct promoter_listed, clicks),
	offsetof(struct promoter_listed, referrals),
	offsetof(struct promoter_listed, customers),
	offsetof(struct promoter_listed, revenue),
};

static enum err
list(struct request *rq)
{
	const struct list_in *in = rq->query;
	struct promoters_out *out = ARENA_NEW(rq->arena,
	    struct promoters_out);
	struct fp_page_query page = in->page;
	struct promoter_filter f;
	struct list rows = { NULL, 0 };
	struct paging p;

	TRY(read_filter(rq, in, &f));
	default_sort(&f, &page);
	TRY(fp_page_read(rq, &page, SORTS, &p));
	if (!finds_nobody(in))
		TRY(promoter_list(rq->db, rq->arena, rq->who.org_id, &f, &p,
		    &rows));
	page_cut(rq, &p, rows, sizeof(struct promoter_listed),
	    key_at[p.order / 2], offsetof(struct promoter_listed, p.id));
	out->data.n = rq->page.items.n;
	out->data.items = arena_array(rq->arena, out->data.n + 1,
	    sizeof(struct fp_promoter));
	TRY(fp_promoters_show(rq->db, rq->arena, rq->who.org_id,
	    rq->page.items.items, sizeof(struct promoter_listed), out->data.n,
	    out->data.items));
	if (rq->page.next.p != NULL)
		answer_header(rq, "X-Next-Cursor", rq->page.next);
	rq->out = out;
	return promoter_pending(rq->db, rq->arena, rq->who.org_id,
	    &out->meta.pending_count);
}

const struct route fp_promoter_list_routes[] = {
	{ .op = "listPromoters", .method = GET, .path = "/company/promoters",
	  .handle = list, .query = &fp_promoter_list_query,
	  .out = &fp_promoters, .sorts = sorts, .status = 200,
	  .scope = SCOPE_REFERRALS_READ, .tag = "Promoters",
	  .summary = "List promoters" },
	{ .op = NULL }
};
