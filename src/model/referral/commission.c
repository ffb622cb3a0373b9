/* Commissions: lists, and their notes. */
#include "model/referral/commission.h"

#include "base/money.h"
#include "model/event/record.h"
#include "model/program/period.h"
#include "model/program/program.h"
#include "model/referral/commission_few.h"
#include "model/referral/screen.h"
#include "base/banned.h"

#define PPM_OF_PERCENT 10000

const char *const commission_status_labels[] = {
	"pending", "approved", "denied", NULL
};
const char *const commission_standing_labels[] = {
	"pending", "due", "paid", "denied", "owed", "given", NULL
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

bool
commission_is_whole(const struct commission_state *c)
{
	return c->type == EARNING_COMMISSION && c->refund_id == 0;
}

enum err
commission_refusal(const struct commission_state *c, int status)
{
	static const enum err by_standing[] = {
		[STANDS_PENDING] = ERR_COMMISSION_PENDING,
		[STANDS_DUE] = ERR_COMMISSION_APPROVED,
		[STANDS_PAID] = ERR_COMMISSION_PAID,
		[STANDS_DENIED] = ERR_COMMISSION_DENIED,
		[STANDS_OWED] = ERR_COMMISSION_OWED,
		[STANDS_GIVEN] = ERR_COMMISSION_GIVEN,
	};

	if (!commission_is_whole(c))
		return ERR_COMMISSION_PART;
	if (c->standing != STANDS_DUE)
		return by_standing[c->standing];
	return c->payout_id != 0 ? ERR_COMMISSION_CHOSEN :
	    status == EARNING_REVERSED ? ERR_COMMISSION_REFUNDED :
	    status == EARNING_PENDING ? ERR_COMMISSION_HELD :
	    ERR_COMMISSION_APPROVED;
}

/* What is in no column as it is shown. */
static void
finish(struct arena *a, struct commission_row *c)
{
	static const int status[] = {
		[STANDS_PENDING] = COMMISSION_PENDING,
		[STANDS_DUE] = COMMISSION_APPROVED,
		[STANDS_PAID] = COMMISSION_APPROVED,
		[STANDS_DENIED] = COMMISSION_DENIED,
		[STANDS_OWED] = COMMISSION_APPROVED,
		[STANDS_GIVEN] = COMMISSION_APPROVED,
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
	int paid = f->paid, stands = -1;

	if (f->due == DUE_NEXT || f->due == DUE_OVERDUE) {
		*none |= paid == 1;
		paid = 0;
	}
	if (paid >= 0)
		stands = paid == 1 ? STANDS_PAID : STANDS_DUE;
	if (f->fulfilled >= 0) {
		*none |= stands >= 0;
		stands = f->fulfilled == 1 ? STANDS_GIVEN : STANDS_OWED;
	}
	if (f->status == COMMISSION_PENDING || f->status == COMMISSION_DENIED) {
		*none |= stands >= 0;
		stands = f->status == COMMISSION_PENDING ? STANDS_PENDING :
		    STANDS_DENIED;
	}
	return stands;
}

static void
push_narrowed(const struct commission_ask *k, struct list_query *q,
    struct arg_list *args)
{
	const struct commission_filter *f = k->f;
	const int approved = f->status == COMMISSION_APPROVED ? 1 : -1;
	const int referred = k->order >= COMMISSIONS_REFERRAL_DOWN ? 1 : -1;
	const int custom = k->custom ? 1 : -1;
	const bool of_campaign = commission_of_campaign(k);

	if (approved < 0 && f->refunded < 0 && referred < 0 && custom < 0 &&
	    (of_campaign || k->campaigns.p == NULL) && k->plans.p == NULL &&
	    k->frauds.p == NULL && k->prefix.p == NULL)
		return;
	q->wheres |= Q_COMMISSION_LIST_WHERE_NARROWED;
	arg_push(args, ARG(approved));
	arg_push(args, ARG(f->refunded));
	arg_push(args, ARG(referred));
	arg_push(args, ARG(custom));
	arg_push(args, ARG(of_campaign ? STR_NULL : k->campaigns));
	arg_push(args, ARG(k->plans));
	arg_push(args, ARG(k->frauds));
	arg_push(args, ARG(k->prefix));
}

/* The days of its creation, with those that what is due stands for. */
static void
find_days(const struct program *p, struct commission_ask *k)
{
	const struct commission_filter *f = k->f;
	struct day due;

	k->from = f->created_from;
	k->to = f->created_to;
	if (f->due != DUE_NEXT && f->due != DUE_OVERDUE)
		return;
	due = f->due == DUE_NEXT ? period_next(p, f->now) :
	    period_overdue(p, f->now);
	if (k->to.n == DAY_NONE.n || k->to.n > due.n)
		k->to = due;
	due = period_overdue(p, f->now);
	if (f->due == DUE_NEXT && (k->from.n == DAY_NONE.n ||
	    k->from.n <= due.n))
		k->from = (struct day){ due.n + 1 };
}

static void
push_filters(struct arena *a, const struct commission_ask *k,
    const struct list *ids, struct list_query *q, struct arg_list *args)
{
	const struct commission_filter *f = k->f;

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
	PART(k->standing >= 0, STANDING, arg_push(args,
	    LABEL(commission_standing_labels, k->standing)))
	PART(commission_of_campaign(k), CAMPAIGN, arg_push(args,
	    ARG(*(const uint64_t *)f->campaigns.items)))
	PART(f->first >= 0, FIRST, arg_push(args, ARG(f->first)))
	PART(days_given(k->from, k->to), CREATED_IN,
	    arg_push_days(args, k->from, k->to))
	PART(f->amount.given, AMOUNT_IN, arg_push(args, ARG(f->amount.from));
	    arg_push(args, ARG(f->amount.to)))
	PART(f->sale.given, SALE_IN, arg_push(args, ARG(f->sale.from));
	    arg_push(args, ARG(f->sale.to)))
#undef PART
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
	struct list ids = f->ids;
	bool none = f->none;
	struct commission_ask k = { .organization_id = org, .f = f,
	    .standing = standing_for(f, &none), .order = p->order,
	    .custom = f->due == DUE_CUSTOM,
	    .prefix = f->q.p != NULL ? like_prefix(a, f->q) : STR_NULL,
	    .campaigns = numbers_json(a, &f->campaigns),
	    .plans = texts_json(a, &f->plans),
	    .frauds = texts_json(a, &f->frauds) };

	*out = (struct list){ NULL, 0 };
	if (none)
		return OK;
	TRY(program_get(db, a, org, &program));
	find_days(&program, &k);
	if (f->payouts.items == NULL)
		TRY(commission_few(db, a, &k, &ids));
	if (ids.items != NULL && ids.n == 0)
		return OK;
	arg_push(&args, ARG(org));
	push_filters(a, &k, &ids, &q, &args);
	push_narrowed(&k, &q, &args);
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
