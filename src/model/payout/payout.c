/* Payouts: lists and sums. */
#include "model/payout/payout.h"

#include "base/buf.h"
#include "model/payout/payout_few.h"
#include "base/banned.h"

const char *const payout_status_labels[] = {
	"pending", "completed", "failed", "processing", "cancelled", NULL
};
const char *const payout_due_labels[] = { "next", "overdue", "custom", NULL };
enum { DUE_NEXT, DUE_OVERDUE, DUE_CUSTOM };
const char *const payout_method_filter_labels[] = {
	"paypal", "bank", "wise", "crypto", "custom", "dots", "not_set", NULL
};

SHAPE(payout_list_row, struct payout, NULL,
    COLUMN(struct payout, id),
    COLUMN(struct payout, status, .labels = payout_status_labels),
    COLUMN(struct payout, amount),
    COLUMN(struct payout, currency),
    COLUMN(struct payout, batch_id),
    COLUMN(struct payout, custom),
    COLUMN(struct payout, period_start),
    COLUMN(struct payout, period_end),
    COLUMN(struct payout, due_on),
    COLUMN(struct payout, paid_at),
    COLUMN(struct payout, paid_method, .labels = payout_method_labels),
    COLUMN(struct payout, created_at),
    COLUMN(struct payout, version),
    FIELD(struct payout, placed.promoter.id, "promoter_id"),
    FIELD(struct payout, placed.promoter.email, "promoter_email"),
    FIELD(struct payout, placed.promoter.name, "promoter_name"),
    FIELD(struct payout, placed.campaign.id, "campaign_id"),
    FIELD(struct payout, placed.campaign.name, "campaign_name"),
    FIELD(struct payout, placed.campaign.color, "campaign_color"),
    FIELD(struct payout, method.id, "method_id"),
    FIELD(struct payout, method.method, "method",
	.labels = payout_method_labels),
    FIELD(struct payout, method.details, "details"),
    FIELD(struct payout, method.is_disabled, "is_disabled"),
    FIELD(struct payout, method.is_selected, "is_selected"),
    FIELD(struct payout, method.created_at, "method_at"));

/* Those with a suspicion; clean: that there is none is among them. */
static struct str
frauds_json(struct arena *a, const struct list *l, bool *clean)
{
	const struct str *s = l->items;
	struct str *v = arena_array(a, l->n + 1, sizeof(*v));
	struct list some = { v, 0 };

	for (size_t i = 0; i < l->n; i++)
		if (!str_is(s[i], lead_fraud_labels[LEAD_NO_SUSPICION]))
			v[some.n++] = s[i];
	*clean = some.n < l->n;
	return texts_json(a, &some);
}

static void
push_narrowed(const struct payout_ask *k, struct list_query *q,
    struct arg_list *args)
{
	const struct payout_filter *f = k->f;
	const bool of_campaign = payout_of_campaign(k);

	if (f->due < 0 && f->method < 0 && !f->payable && !k->clean &&
	    k->frauds.p == NULL && (of_campaign || k->campaigns.p == NULL) &&
	    k->prefix.p == NULL)
		return;
	q->wheres |= Q_PAYOUT_LIST_WHERE_NARROWED;
	arg_push(args, ARG(f->due < 0 ? -1 : k->custom));
	arg_push(args, ARG(k->due_from));
	arg_push(args, ARG(k->due_to));
	arg_push(args, ARG(of_campaign ? STR_NULL : k->campaigns));
	arg_push(args, f->method < 0 ? ARG(STR_NULL) :
	    LABEL(payout_method_filter_labels, f->method));
	arg_push(args, ARG(f->payable ? 1 : -1));
	arg_push(args, ARG(k->clean && k->frauds.p == NULL ? 1 : -1));
	arg_push(args, ARG(k->clean ? STR_NULL : k->frauds));
	arg_push(args, ARG(k->prefix));
}

/* The days that what is due stands for. */
static void
find_due(struct payout_ask *k)
{
	const struct day today = day_of(k->f->now);

	k->due_from = k->due_to = DAY_NONE;
	if (k->f->due == DUE_NEXT) {
		k->due_from = today;
		k->due_to = day_from(9999, 12, 31);
	} else if (k->f->due == DUE_OVERDUE) {
		k->due_from = (struct day){ 0 };
		k->due_to = (struct day){ today.n - 1 };
	}
}

static void
push_filters(struct arena *a, const struct payout_ask *k,
    const struct list *ids, struct list_query *q, struct arg_list *args)
{
	const struct payout_filter *f = k->f;

#define PART(given, name, ...) \
	if (given) { \
		q->wheres |= Q_PAYOUT_LIST_WHERE_##name; \
		__VA_ARGS__; \
	}
	PART(ids->items != NULL, IDS, arg_push(args,
	    ARG(ids_json(a, ids->items, ids->n))))
	PART(f->batches.items != NULL, BATCH, arg_push(args,
	    ARG(numbers_json(a, &f->batches))))
	PART(f->referrer_id != 0, PROMOTER,
	    arg_push(args, ARG(f->referrer_id)))
	PART(k->status >= 0, STATUS, arg_push(args,
	    LABEL(payout_status_labels, k->status)))
	PART(payout_of_campaign(k), CAMPAIGN, arg_push(args,
	    ARG(*(const uint64_t *)f->campaigns.items)))
	PART(days_given(f->start_from, f->start_to), START_IN,
	    arg_push_dates(args, f->start_from, f->start_to))
	PART(days_given(f->end_from, f->end_to), END_IN,
	    arg_push_dates(args, f->end_from, f->end_to))
#undef PART
}

static void
finish(struct list *rows)
{
	struct payout *o = rows->items;

	for (size_t i = 0; i < rows->n; i++) {
		o[i].method.meta = STR("{}");
		o[i].start_at = day_start(o[i].period_start);
		o[i].end_at = day_end(o[i].period_end);
		if (o[i].placed.campaign.id != 0 &&
		    o[i].placed.campaign.color.p == NULL)
			o[i].placed.campaign.color = STR(DEFAULT_COLOR);
	}
}

static struct arg
key_of(const struct paging *p)
{
	if (p->order <= PAYOUTS_OLDEST)
		return ARG((struct when){ p->after_key });
	return p->order <= PAYOUTS_AMOUNT ? ARG(p->after_key) :
	    ARG(day_of((struct when){ p->after_key }));
}

enum err
payout_list(struct db *db, struct arena *a, uint64_t org,
    const struct payout_filter *f, const struct paging *p, struct list *out)
{
	static const uint32_t after[] = {
#define AFTER(name) Q_PAYOUT_LIST_WHERE_AFTER_##name
		AFTER(DESC), AFTER(ASC), AFTER(AMOUNT_DESC),
		AFTER(AMOUNT_ASC), AFTER(START_DESC), AFTER(START_ASC),
		AFTER(END_DESC), AFTER(END_ASC),
#undef AFTER
	};
	struct list_query q = { .q = Q_PAYOUT_LIST };
	struct arg_list args = { .n = 0 };
	struct list ids = f->ids;
	/* what is due, or can be paid, is not paid yet */
	bool open = f->payable || f->due == DUE_NEXT || f->due == DUE_OVERDUE;
	struct payout_ask k = { .organization_id = org, .f = f,
	    .custom = f->due == DUE_CUSTOM,
	    .status = open ? PAYOUT_PENDING : f->status, .order = p->order,
	    .prefix = f->q.p != NULL ? like_prefix(a, f->q) : STR_NULL,
	    .campaigns = numbers_json(a, &f->campaigns) };

	*out = (struct list){ NULL, 0 };
	if (f->none || (open && f->status >= 0 && f->status != PAYOUT_PENDING))
		return OK;
	k.frauds = frauds_json(a, &f->frauds, &k.clean);
	find_due(&k);
	if (f->batches.items == NULL)
		TRY(payout_few(db, a, &k, &ids));
	if (ids.items != NULL && ids.n == 0)
		return OK;
	arg_push(&args, ARG(org));
	push_filters(a, &k, &ids, &q, &args);
	push_narrowed(&k, &q, &args);
	paging_args(p, &q, &args, after[p->order], key_of(p));
	TRY(db_list(db, a, &q, ARG_LIST(args), &payout_list_row, out));
	finish(out);
	return OK;
}

enum err
payout_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct payout *p)
{
	const struct payout_filter f = { .ids = { &id, 1 }, .status = -1,
	    .due = -1, .method = -1, .start_from = DAY_NONE,
	    .start_to = DAY_NONE, .end_from = DAY_NONE, .end_to = DAY_NONE };
	struct list rows;

	TRY(payout_list(db, a, org, &f, &(struct paging){ .limit = 1 },
	    &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*p = *(const struct payout *)rows.items;
	return OK;
}

SHAPE(payout_promoter_row, struct payout_promoter, NULL,
    COLUMN(struct payout_promoter, id),
    COLUMN(struct payout_promoter, currency),
    COLUMN(struct payout_promoter, amount),
    COLUMN(struct payout_promoter, ids));

enum err
payout_promoters(struct db *db, struct arena *a, uint64_t org,
    const struct payout_filter *f, int64_t least, const struct paging *p,
    struct list *out)
{
	struct list_query q = { .q = Q_PAYOUT_PROMOTERS };
	struct arg_list args = { .n = 0 };
	struct list ids;
	struct str prefix;

	*out = (struct list){ NULL, 0 };
	TRY(payout_narrow(db, a, org, f, &prefix, &ids));
	if (ids.items != NULL && ids.n == 0)
		return OK;
	arg_push(&args, ARG(org));
	if (f->status >= 0) {
		q.wheres |= Q_PAYOUT_PROMOTERS_WHERE_STATUS;
		arg_push(&args, LABEL(payout_status_labels, f->status));
	}
	if (f->campaigns.items != NULL) {
		q.wheres |= Q_PAYOUT_PROMOTERS_WHERE_CAMPAIGNS;
		arg_push(&args, ARG(numbers_json(a, &f->campaigns)));
	}
	if (ids.items != NULL) {
		q.wheres |= Q_PAYOUT_PROMOTERS_WHERE_CHOSEN;
		arg_push(&args, ARG(ids_json(a, ids.items, ids.n)));
	}
	if (prefix.p != NULL) {
		q.wheres |= Q_PAYOUT_PROMOTERS_WHERE_ALIKE;
		arg_push(&args, ARG(prefix));
	}
	if (p->after_id != 0) {
		q.wheres |= Q_PAYOUT_PROMOTERS_WHERE_AFTER;
		arg_push(&args, ARG(p->after_id));
		arg_push(&args, ARG(p->after_text));
	}
	arg_push(&args, ARG(least));
	arg_push(&args, ARG(p->limit + 1));
	arg_push(&args, ARG(p->offset));
	return db_list(db, a, &q, ARG_LIST(args), &payout_promoter_row, out);
}

SHAPE(payout_total_row, struct payout_total, NULL,
    COLUMN(struct payout_total, currency),
    COLUMN(struct payout_total, amount),
    COLUMN(struct payout_total, promoters));

enum err
payout_total(struct db *db, struct arena *a, uint64_t org, struct str ids,
    struct list *out)
{
	return db_rows(db, a, Q_PAYOUT_TOTAL, ARGS(ids, org),
	    &payout_total_row, out);
}

SHAPE(payout_stats_row, struct payout_sum, NULL,
    COLUMN(struct payout_sum, status, .labels = payout_status_labels),
    COLUMN(struct payout_sum, method, .labels = payout_method_labels),
    COLUMN(struct payout_sum, currency),
    COLUMN(struct payout_sum, custom),
    COLUMN(struct payout_sum, period_start),
    COLUMN(struct payout_sum, period_end),
    COLUMN(struct payout_sum, amount));

SHAPE(payout_people_row, struct payout_people, NULL,
    COLUMN(struct payout_people, bits),
    COLUMN(struct payout_people, promoters));

SHAPE(payout_period_row, struct payout_period, NULL,
    FIELD(struct payout_period, start, "period_start"),
    FIELD(struct payout_period, end, "period_end"),
    COLUMN(struct payout_period, promoters));

/* For FIND_IN_SET(). */
static struct arg
set_of(struct arena *a, const char *const *labels)
{
	struct buf b;

	buf_init(&b, a, 64);
	for (; *labels != NULL; labels++)
		buf_printf(&b, "%s%s", b.n > 0 ? "," : "", *labels);
	return ARG(buf_view(&b));
}

/* Whose payouts are counted; some are few, or looked for. */
struct counted {
	struct db *db;
	struct arena *arena;
	uint64_t organization_id;
	const struct payout_filter *f;
	struct str prefix;
	struct list ids;
};

/* They have the same fragments, whether asked for or not. */
#define WHERE(name) Q_PAYOUT_STATS_ROWS_WHERE_##name
#define SAME(name) \
	_Static_assert((int)WHERE(name) == \
	    (int)Q_PAYOUT_STATS_PEOPLE_WHERE_##name && (int)WHERE(name) == \
	    (int)Q_PAYOUT_STATS_PERIODS_WHERE_##name, #name)
SAME(PROMOTER);
SAME(STATUS);
SAME(CAMPAIGNS);
SAME(CHOSEN);
SAME(ALIKE);

/* args: what stands in a statement before the organization. */
static enum err
count(const struct counted *c, enum query name, struct arg_list args,
    const struct shape *row, struct list *out)
{
	const struct payout_filter *f = c->f;
	struct list_query q = { .q = name };

	arg_push(&args, ARG(c->organization_id));
	if (f->referrer_id != 0) {
		q.wheres |= WHERE(PROMOTER);
		arg_push(&args, ARG(f->referrer_id));
	}
	if (f->status >= 0) {
		q.wheres |= WHERE(STATUS);
		arg_push(&args, LABEL(payout_status_labels, f->status));
	}
	if (f->campaigns.items != NULL) {
		q.wheres |= WHERE(CAMPAIGNS);
		arg_push(&args, ARG(numbers_json(c->arena, &f->campaigns)));
	}
	if (c->ids.items != NULL) {
		q.wheres |= WHERE(CHOSEN);
		arg_push(&args, ARG(ids_json(c->arena, c->ids.items,
		    c->ids.n)));
	}
	if (c->prefix.p != NULL) {
		q.wheres |= WHERE(ALIKE);
		arg_push(&args, ARG(c->prefix));
	}
	return db_list(c->db, c->arena, &q, ARG_LIST(args), row, out);
}
#undef SAME
#undef WHERE

/* Amounts were counted as they changed; of some promoters they are few. */
static enum err
read_sums(const struct counted *c, struct list *out)
{
	const struct payout_filter *f = c->f;
	struct list_query q = { .q = Q_PAYOUT_STATS };
	struct arg_list args = { .n = 0 };

	if (f->referrer_id != 0 || c->prefix.p != NULL)
		return count(c, Q_PAYOUT_STATS_ROWS, args, &payout_stats_row,
		    out);
	arg_push(&args, ARG(f->campaigns.items == NULL ? STR("[0]") :
	    numbers_json(c->arena, &f->campaigns)));
	arg_push(&args, ARG(c->organization_id));
	if (f->status >= 0) {
		q.wheres |= Q_PAYOUT_STATS_WHERE_STATUS;
		arg_push(&args, LABEL(payout_status_labels, f->status));
	}
	return db_list(c->db, c->arena, &q, ARG_LIST(args), &payout_stats_row,
	    out);
}

enum err
payout_stats(struct db *db, struct arena *a, uint64_t org,
    const struct payout_filter *f, struct day today, unsigned parts,
    struct payout_stats *s)
{
	struct counted c = { .db = db, .arena = a, .organization_id = org,
	    .f = f };
	const struct arg_list none = { .n = 0 };
	struct arg_list sets = none;

	*s = (struct payout_stats){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	TRY(payout_narrow(db, a, org, f, &c.prefix, &c.ids));
	if (c.ids.items != NULL && c.ids.n == 0)
		return OK;
	TRY(read_sums(&c, &s->sums));
	arg_push(&sets, set_of(a, payout_status_labels));
	arg_push(&sets, set_of(a, payout_method_labels));
	arg_push(&sets, ARG(today));
	if ((parts & PAYOUT_STATS_PEOPLE) != 0)
		TRY(count(&c, Q_PAYOUT_STATS_PEOPLE, sets,
		    &payout_people_row, &s->people));
	return (parts & PAYOUT_STATS_PERIODS) == 0 ? OK : count(&c,
	    Q_PAYOUT_STATS_PERIODS, none, &payout_period_row, &s->periods);
}
