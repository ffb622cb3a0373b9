/* Commissions: lists, and their notes. */
#include "model/referral/commission.h"

#include "base/money.h"
#include "model/event/record.h"
#include "model/program/period.h"
#include "model/program/program.h"
#include "model/referral/screen.h"
#include "base/banned.h"

#define COMMON 1000	/* see lead.c */
#define PPM_OF_PERCENT 10000

const char *const commission_status_labels[] = {
	"pending", "approved", "denied", NULL
};
const char *const commission_standing_labels[] = {
	"pending", "due", "paid", "denied", NULL
};
const char *const commission_type_labels[] = { "sale", "custom", NULL };
const char *const commission_due_labels[] = {
	"next", "overdue", "custom", NULL
};

SHAPE(commission_list_row, struct commission_row, NULL,
    COLUMN(struct commission_row, id),
    COLUMN(struct commission_row, type, .labels = earning_type_labels),
    COLUMN(struct commission_row, standing,
	.labels = commission_standing_labels),
    COLUMN(struct commission_row, refund_id),
    COLUMN(struct commission_row, amount),
    COLUMN(struct commission_row, currency),
    COLUMN(struct commission_row, sale_amount),
    COLUMN(struct commission_row, checks),
    COLUMN(struct commission_row, tier),
    COLUMN(struct commission_row, share_ppm),
    COLUMN(struct commission_row, internal_note),
    COLUMN(struct commission_row, external_note),
    COLUMN(struct commission_row, created_at),
    COLUMN(struct commission_row, decided_at),
    COLUMN(struct commission_row, paid_at),
    COLUMN(struct commission_row, payout_id),
    COLUMN(struct commission_row, created_by),
    COLUMN(struct commission_row, custom,
	.labels = commission_type_labels),
    COLUMN(struct commission_row, event),
    COLUMN(struct commission_row, plan),
    COLUMN(struct commission_row, sold_in),
    COLUMN(struct commission_row, sale_currency),
    COLUMN(struct commission_row, fraud, .labels = lead_fraud_labels),
    FIELD(struct commission_row, referral.id, "referral_id"),
    FIELD(struct commission_row, referral.email, "referral_email"),
    FIELD(struct commission_row, referral.uid, "referral_uid"),
    COLUMN(struct commission_row, reward_id),
    COLUMN(struct commission_row, reward_name),
    PLACED_COLUMNS(struct commission_row, placed));

struct id_row {
	uint64_t id;
};

SHAPE(commission_id_row, struct id_row, NULL, COLUMN(struct id_row, id));

/* What is in no column as it is shown. */
static void
finish(struct arena *a, struct commission_row *c)
{
	static const int status[] = {
		[STANDS_PENDING] = COMMISSION_PENDING,
		[STANDS_DUE] = COMMISSION_APPROVED,
		[STANDS_PAID] = COMMISSION_APPROVED,
		[STANDS_DENIED] = COMMISSION_DENIED,
	};

	c->metadata = STR("{}");
	c->status = status[c->standing];
	c->unit = (int)unit_of(c->currency);
	c->is_self = (c->checks & CHECK_SELF_REFERRAL) != 0;
	c->is_paid = c->paid_at.us != 0;
	c->is_split = c->share_ppm != 0;
	c->split = c->is_split ? str_printf(a, "{\"percentage\":%lld}",
	    (long long)(c->share_ppm / PPM_OF_PERCENT)) : STR("{}");
	if (c->created_by.p != NULL)
		c->created_by_at = c->created_at;
	if (c->placed.campaign.color.p == NULL)
		c->placed.campaign.color = STR(DEFAULT_COLOR);
	c->reward.id = (int64_t)c->reward_id;
	c->reward.name = c->reward_id != 0 ? c->reward_name :
	    c->custom ? STR("Custom") : STR("Default");
}

static enum err
read_rows(struct db *db, struct arena *a, const struct list_query *q,
    struct args args, struct list *out)
{
	struct commission_row *c;

	TRY(db_list(db, a, q, args, &commission_list_row, out));
	c = out->items;
	for (size_t i = 0; i < out->n; i++)
		finish(a, &c[i]);
	return OK;
}

enum err
commission_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct commission_row *c)
{
	const struct list_query q = { .q = Q_COMMISSION_LIST,
	    .wheres = Q_COMMISSION_LIST_WHERE_IDS };
	struct list rows;

	TRY(read_rows(db, a, &q, ARGS(org, ids_json(a, &id, 1),
	    INT64_C(1), INT64_C(0)), &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*c = *(const struct commission_row *)rows.items;
	return OK;
}

enum err
commission_of_sale(struct db *db, struct arena *a, uint64_t org,
    uint64_t sale_id, struct list *out)
{
	const struct list_query q = { .q = Q_COMMISSION_LIST,
	    .wheres = Q_COMMISSION_LIST_WHERE_OF_SALE,
	    .order = Q_COMMISSION_LIST_ORDER_CREATED_ASC };

	return read_rows(db, a, &q, ARGS(org, sale_id, INT64_C(256),
	    INT64_C(0)), out);
}

/* As of a filter; *none: nothing can fit it. */
static int
standing_for(const struct commission_filter *f, bool *none)
{
	int paid = f->paid >= 0 ? f->paid : f->fulfilled;
	int stands = -1;

	if (f->due == DUE_NEXT || f->due == DUE_OVERDUE) {
		*none |= paid == 1;
		paid = 0;
	}
	if (paid >= 0)
		stands = paid == 1 ? STANDS_PAID : STANDS_DUE;
	if (f->status == COMMISSION_PENDING || f->status == COMMISSION_DENIED) {
		*none |= stands >= 0;
		stands = f->status == COMMISSION_PENDING ? STANDS_PENDING :
		    STANDS_DENIED;
	}
	*none |= f->paid >= 0 && f->fulfilled >= 0;
	return stands;
}

static struct str
texts_json(struct arena *a, const struct list *l)
{
	const struct str *s = l->items;
	struct buf b;

	if (l->n == 0)
		return STR_NULL;
	buf_init(&b, a, 64);
	for (size_t i = 0; i < l->n; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		json_string(&b, s[i]);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

static struct str
numbers_json(struct arena *a, const struct list *l)
{
	return l->items == NULL ? STR_NULL : ids_json(a, l->items, l->n);
}

static void
push_narrowed(struct arena *a, const struct commission_filter *f,
    struct str prefix, unsigned order, struct list_query *q,
    struct arg_list *args)
{
	const int approved = f->status == COMMISSION_APPROVED ? 1 : -1;
	const int money = f->paid >= 0 || f->due >= 0 ? 1 :
	    f->fulfilled >= 0 ? 0 : -1;
	const int referred = order >= COMMISSIONS_REFERRAL_DOWN ? 1 : -1;
	const int custom = f->due == DUE_CUSTOM ? 1 : -1;

	if (approved < 0 && money < 0 && f->first < 0 && f->refunded < 0 &&
	    referred < 0 && custom < 0 && f->campaigns.items == NULL &&
	    f->plans.n == 0 && f->frauds.n == 0 && prefix.p == NULL)
		return;
	q->wheres |= Q_COMMISSION_LIST_WHERE_NARROWED;
	arg_push(args, ARG(approved));
	arg_push(args, ARG(money));
	arg_push(args, ARG(f->first));
	arg_push(args, ARG(f->refunded));
	arg_push(args, ARG(referred));
	arg_push(args, ARG(custom));
	arg_push(args, ARG(numbers_json(a, &f->campaigns)));
	arg_push(args, ARG(texts_json(a, &f->plans)));
	arg_push(args, ARG(texts_json(a, &f->frauds)));
	arg_push(args, ARG(prefix));
}

/* The days of its creation, with those that what is due stands for. */
static void
push_created(const struct commission_filter *f, const struct program *p,
    struct list_query *q, struct arg_list *args)
{
	struct day from = f->created_from, to = f->created_to, due;

	if (f->due == DUE_NEXT || f->due == DUE_OVERDUE) {
		due = f->due == DUE_NEXT ? period_next(p, f->now) :
		    period_overdue(p, f->now);
		if (to.n == DAY_NONE.n || to.n > due.n)
			to = due;
		due = period_overdue(p, f->now);
		if (f->due == DUE_NEXT && (from.n == DAY_NONE.n ||
		    from.n <= due.n))
			from = (struct day){ due.n + 1 };
	}
	if (from.n == DAY_NONE.n && to.n == DAY_NONE.n)
		return;
	q->wheres |= Q_COMMISSION_LIST_WHERE_CREATED_IN;
	arg_push_days(args, from, to);
}

static void
push_filters(struct arena *a, const struct commission_filter *f,
    const struct list *ids, const struct program *p, int standing,
    struct list_query *q, struct arg_list *args)
{
#define PART(given, name, ...) \
	if (given) { \
		q->wheres |= Q_COMMISSION_LIST_WHERE_##name; \
		__VA_ARGS__; \
	}
	PART(ids->items != NULL, IDS, arg_push(args,
	    ARG(ids_json(a, ids->items, ids->n))))
	PART(f->payouts.items != NULL, PAYOUTS, arg_push(args,
	    ARG(numbers_json(a, &f->payouts))))
	PART(f->referrer_id != 0, PROMOTER,
	    arg_push(args, ARG(f->referrer_id)))
	PART(standing >= 0, STANDING, arg_push(args,
	    LABEL(commission_standing_labels, standing)))
	push_created(f, p, q, args);
	PART(f->amount.given, AMOUNT_IN, arg_push(args, ARG(f->amount.from));
	    arg_push(args, ARG(f->amount.to)))
	PART(f->sale.given, SALE_IN, arg_push(args, ARG(f->sale.from));
	    arg_push(args, ARG(f->sale.to)))
#undef PART
}

/* See lead.c: few are looked up, many are met soon. */
static enum err
alike(struct db *db, struct arena *a, uint64_t org, struct str prefix,
    struct list *ids)
{
	TRY(db_rows(db, a, Q_COMMISSION_ALIKE, ARGS(org, prefix),
	    &commission_id_row, ids));
	if (ids->n > COMMON)
		*ids = (struct list){ .items = NULL };
	else if (ids->items == NULL)
		ids->items = ARENA_NEW(a, struct id_row);
	return OK;
}

enum err
commission_list(struct db *db, struct arena *a, uint64_t org,
    const struct commission_filter *f, const struct paging *p,
    struct list *out)
{
	static const uint32_t after[] = {
#define AFTER(name) Q_COMMISSION_LIST_WHERE_AFTER_##name
		AFTER(DESC), AFTER(ASC), AFTER(AMOUNT_DESC),
		AFTER(AMOUNT_ASC), AFTER(SALE_DESC), AFTER(SALE_ASC),
		AFTER(REFERRAL_DESC), AFTER(REFERRAL_ASC),
#undef AFTER
	};
	struct list_query q = { .q = Q_COMMISSION_LIST };
	struct arg_list args = { .n = 0 };
	struct program program = { 0 };
	struct str prefix = STR_NULL;
	struct list ids = f->ids;
	bool none = f->none;
	int standing = standing_for(f, &none);

	*out = (struct list){ NULL, 0 };
	if (none)
		return OK;
	TRY(program_get(db, a, org, &program));
	if (f->q.p != NULL) {
		prefix = like_prefix(a, f->q);
		if (ids.items == NULL)
			TRY(alike(db, a, org, prefix, &ids));
	}
	arg_push(&args, ARG(org));
	push_filters(a, f, &ids, &program, standing, &q, &args);
	push_narrowed(a, f, prefix, p->order, &q, &args);
	paging_args(p, &q, &args, after[p->order],
	    p->order <= COMMISSIONS_OLDEST ?
	    ARG((struct when){ p->after_key }) : ARG(p->after_key));
	return read_rows(db, a, &q, ARG_LIST(args), out);
}

struct notes_row {
	struct str internal_note, external_note;
};

SHAPE(commission_notes_row, struct notes_row, NULL,
    COLUMN(struct notes_row, internal_note),
    COLUMN(struct notes_row, external_note));

enum err
commission_update(struct db *db, struct arena *a, const struct actor *who,
    uint64_t id, const struct commission_notes *n)
{
	struct notes_row was = { STR_NULL, STR_NULL };
	struct record_diff d;

	TRY(db_row(db, a, Q_COMMISSION_LOCK, ARGS(id, who->organization_id),
	    &commission_notes_row, &was));
	TRY(db_exec(db, Q_COMMISSION_NOTES, ARGS(
	    n->internal_given ? n->internal : was.internal_note,
	    n->external_given ? n->external : was.external_note, id), NULL,
	    NULL));
	diff_init(&d, a);
	if (n->internal_given)
		diff_text(&d, "internal_note", was.internal_note, n->internal);
	if (n->external_given)
		diff_text(&d, "external_note", was.external_note, n->external);
	return diff_is_empty(&d) ? OK : event_write(db, a,
	    &(struct event){ who->organization_id,
	    "commission.updated", id, who->user_id, who->now }, "%.*s",
	    STR_ARG(str_skip(diff_members(&d), 1)));
}
