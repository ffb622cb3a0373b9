/* Lists of promoters, and what stands beside each in them. */
#include "model/promoter/list.h"

#include "db/few.h"
#include "base/banned.h"

const char *const promoter_metric_labels[] = {
	"referral", "customer", "click", "sale", NULL
};

SHAPE(promoter_listed_row, struct promoter_listed, NULL,
    PROMOTER_COLUMNS(struct promoter_listed, p.),
    COLUMN(struct promoter_listed, clicks),
    COLUMN(struct promoter_listed, referrals),
    COLUMN(struct promoter_listed, customers),
    COLUMN(struct promoter_listed, revenue));

struct pending {
	int64_t pending;
};

SHAPE(promoter_pending_row, struct pending, NULL,
    COLUMN(struct pending, pending));

SHAPE(promoter_suspicion_row, struct promoter_suspicion, NULL,
    COLUMN(struct promoter_suspicion, promoter_id),
    COLUMN(struct promoter_suspicion, fraud));

SHAPE(promoter_balance_row, struct promoter_balance, NULL,
    COLUMN(struct promoter_balance, promoter_id),
    COLUMN(struct promoter_balance, currency),
    COLUMN(struct promoter_balance, amount));

/* A filter as the statements take it. */
struct asked {
	const struct promoter_filter *f;
	struct str prefix, campaigns, frauds, values[2];
	bool clean;
	struct list ids;	/* items NULL: any */
};

/* Patterns for LIKE, as a JSON array. */
static struct str
patterns(struct arena *a, const struct field_filter *f)
{
	const struct str *value = f->values.items;
	struct buf b;

	buf_init(&b, a, 128);
	for (size_t i = 0; i < f->values.n; i++) {
		struct str p = like_prefix(a, value[i]);

		if (!f->partial)
			p.n--;		/* without its % */
		buf_char(&b, i == 0 ? '[' : ',');
		json_string(&b, !f->partial ? p : str_printf(a, "%%%.*s",
		    STR_ARG(p)));
	}
	buf_str(&b, f->values.n == 0 ? STR("[]") : STR("]"));
	return buf_view(&b);
}

static struct asked
ask(struct arena *a, const struct promoter_filter *f)
{
	const struct str *fraud = f->frauds.items;
	struct asked q = { .f = f, .ids = f->ids };

	if (f->q.p != NULL)
		q.prefix = like_prefix(a, f->q);
	q.campaigns = numbers_json(a, &f->campaigns);
	q.frauds = texts_json(a, &f->frauds);
	for (size_t i = 0; i < f->frauds.n; i++)
		q.clean |= str_is(fraud[i], "no_suspicion");
	for (size_t i = 0; i < LEN(q.values); i++)
		q.values[i] = patterns(a, &f->field[i]);
	return q;
}

/* By what they are called; those of organizations stand elsewhere. */
static enum err
few_alike(struct db *db, struct arena *a, uint64_t org, struct str prefix,
    struct list *few)
{
	struct list own = { NULL, 0 }, joined = { NULL, 0 };
	uint64_t *all;

	TRY(few_rows(db, a, Q_PROMOTER_FEW_ALIKE, ARGS(org, prefix), &own));
	if (own.items == NULL || org != HOUSE_ID) {
		*few = own;
		return OK;
	}
	TRY(few_rows(db, a, Q_PROMOTER_FEW_JOINED, ARGS(org, prefix),
	    &joined));
	if (joined.items == NULL)
		return OK;
	all = arena_array(a, own.n + joined.n + 1, sizeof(*all));
	if (own.n > 0)
		memcpy(all, own.items, own.n * sizeof(*all));
	if (joined.n > 0)
		memcpy(all + own.n, joined.items, joined.n * sizeof(*all));
	*few = (struct list){ all, own.n + joined.n };
	return OK;
}

static bool
rare(int state)
{
	return state == STANDING_PENDING || state == STANDING_REJECTED ||
	    state == STANDING_BLOCKED;
}

/* The first of the filters that finds few names the ids. */
static enum err
narrow(struct db *db, struct arena *a, uint64_t org, int order,
    struct asked *q)
{
	const struct promoter_filter *f = q->f;

#define NARROW(given, call) \
	if (q->ids.items == NULL && (given)) \
		TRY(call);
	NARROW(q->prefix.p != NULL, few_alike(db, a, org, q->prefix, &q->ids))
	NARROW(rare(f->state), few_rows(db, a, Q_PROMOTER_FEW_STATE, ARGS(org,
	    LABEL(standing_labels, f->state)), &q->ids))
	/* in the order in which they joined, an index has a parent's own */
	NARROW(f->parent_id != 0 && order >= PROMOTERS_CLICKS, few_rows(db, a,
	    Q_PROMOTER_FEW_PARENT, ARGS(f->parent_id, org), &q->ids))
	NARROW(q->frauds.p != NULL && !q->clean, few_rows(db, a,
	    Q_PROMOTER_FEW_SUSPECTED, ARGS(q->frauds, org), &q->ids))
	for (size_t i = 0; i < LEN(f->field); i++)
		NARROW(f->field[i].name.p != NULL, few_rows(db, a,
		    Q_PROMOTER_FEW_FIELD, ARGS(q->values[i], org,
		    f->field[i].name), &q->ids))
	NARROW(q->campaigns.p != NULL, few_rows(db, a,
	    Q_PROMOTER_FEW_CAMPAIGN, ARGS(q->campaigns, org), &q->ids))
#undef NARROW
	return OK;
}

static struct arg
first_moment(struct day d)
{
	return d.n == DAY_NONE.n ? ARG(day_start((struct day){ 1 })) :
	    ARG(day_start(d));
}

static struct arg
last_moment(struct day d)
{
	return ARG(day_end(d.n == DAY_NONE.n ? day_from(9999, 12, 31) : d));
}

static int64_t
above(const struct range *r)
{
	return r->from == INT64_MIN ? r->from : r->from - 1;
}

static int64_t
below(const struct range *r)
{
	return r->to == INT64_MAX ? r->to : r->to + 1;
}

static bool
is_open(struct day from, struct day to)
{
	return from.n == DAY_NONE.n && to.n == DAY_NONE.n;
}

#define PART(given, name, ...) \
	if (given) { \
		const struct args part = ARGS(__VA_ARGS__); \
		q->wheres |= Q_PROMOTER_LIST_WHERE_##name; \
		for (size_t n_ = 0; n_ < part.n; n_++) \
			arg_push(args, part.v[n_]); \
	}

static void
push_counts(const struct promoter_filter *f, struct list_query *q,
    struct arg_list *args)
{
	PART(f->clicks.asked, CLICKED, above(&f->clicks), below(&f->clicks))
	PART(f->referrals.asked, REFERRED, above(&f->referrals),
	    below(&f->referrals))
	PART(f->customers.asked, SOLD, above(&f->customers),
	    below(&f->customers))
	PART(f->revenue.asked, EARNED, above(&f->revenue), below(&f->revenue))
	PART(!is_open(f->joined_from, f->joined_to), JOINED_IN,
	    first_moment(f->joined_from), last_moment(f->joined_to))
	PART(!is_open(f->login_from, f->login_to), LOGIN_IN,
	    first_moment(f->login_from), last_moment(f->login_to))
}

static void
push_filters(struct arena *a, const struct asked *k, struct list_query *q,
    struct arg_list *args)
{
	const struct promoter_filter *f = k->f;
	bool placed = f->state >= 0 && f->state != STANDING_NOT_SET;
	const struct arg state = placed ? LABEL(standing_labels, f->state) :
	    ARG(STR_NULL);

	PART(k->ids.items != NULL, IDS, ids_json(a, k->ids.items, k->ids.n))
	PART(k->prefix.p != NULL, ALIKE, k->prefix)
	PART(placed || k->campaigns.p != NULL, PLACED, k->campaigns, state)
	q->wheres |= f->state == STANDING_NOT_SET ?
	    Q_PROMOTER_LIST_WHERE_PLACELESS : 0;
	push_counts(f, q, args);
	PART(f->parent_id != 0, PARENT, f->parent_id)
	PART(f->field[0].name.p != NULL, FIELD1, k->values[0],
	    f->field[0].name)
	PART(f->field[1].name.p != NULL, FIELD2, k->values[1],
	    f->field[1].name)
	PART(f->metric >= 0, IDLE, LABEL(promoter_metric_labels, f->metric),
	    day_start(f->idle_since))
	PART(k->frauds.p != NULL, SUSPECTED, k->frauds, k->clean)
}
#undef PART

enum err
promoter_list(struct db *db, struct arena *a, uint64_t org,
    const struct promoter_filter *f, const struct paging *p,
    struct list *out)
{
	static const uint32_t after[] = {
		Q_PROMOTER_LIST_WHERE_AFTER_JOINED_DESC,
		Q_PROMOTER_LIST_WHERE_AFTER_JOINED_ASC,
		Q_PROMOTER_LIST_WHERE_AFTER_CLICKS_DESC,
		Q_PROMOTER_LIST_WHERE_AFTER_CLICKS_ASC,
		Q_PROMOTER_LIST_WHERE_AFTER_REFERRALS_DESC,
		Q_PROMOTER_LIST_WHERE_AFTER_REFERRALS_ASC,
		Q_PROMOTER_LIST_WHERE_AFTER_CUSTOMERS_DESC,
		Q_PROMOTER_LIST_WHERE_AFTER_CUSTOMERS_ASC,
		Q_PROMOTER_LIST_WHERE_AFTER_REVENUE_DESC,
		Q_PROMOTER_LIST_WHERE_AFTER_REVENUE_ASC,
	};
	struct list_query q = { .q = Q_PROMOTER_LIST };
	struct asked k = ask(a, f);
	struct arg_list args = { 0 };

	TRY(narrow(db, a, org, p->order, &k));
	arg_push(&args, ARG(org));
	arg_push(&args, ARG(f->archived));
	push_filters(a, &k, &q, &args);
	paging_args(p, &q, &args, after[p->order],
	    p->order < PROMOTERS_CLICKS ?
	    ARG((struct when){ p->after_key }) : ARG(p->after_key));
	return db_list(db, a, &q, ARG_LIST(args), &promoter_listed_row, out);
}

enum err
promoter_pending(struct db *db, struct arena *a, uint64_t org, int64_t *n)
{
	struct pending row = { 0 };
	enum err e = db_row(db, a, Q_PROMOTER_PENDING, ARGS(org),
	    &promoter_pending_row, &row);

	*n = row.pending;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
promoter_suspicions(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	return db_rows(db, a, Q_PROMOTER_SUSPICIONS, ARGS(ids_json(a, ids, n),
	    org), &promoter_suspicion_row, out);
}

enum err
promoter_balances(struct db *db, struct arena *a, uint64_t org,
    const uint64_t *ids, size_t n, struct list *out)
{
	return db_rows(db, a, Q_PROMOTER_BALANCES, ARGS(ids_json(a, ids, n),
	    org), &promoter_balance_row, out);
}
