/* What batches do to commissions: approved, denied, fulfilled, destroyed. */
#include "model/referral/commission_actions.h"

#include "base/settings.h"
#include "model/event/record.h"
#include "model/referral/commission.h"
#include "model/referral/unpaid.h"
#include "base/banned.h"

struct held_one {
	struct unpaid u;
	struct commission_state is;
};

SHAPE(commission_batch_row, struct held_one, NULL,
    FIELD(struct held_one, u.id, "id"),
    FIELD(struct held_one, u.organization_id, "organization_id"),
    FIELD(struct held_one, u.referrer_id, "referrer_id"),
    FIELD(struct held_one, u.member_organization_id,
	"member_organization_id"),
    FIELD(struct held_one, u.sale_id, "sale_id"),
    FIELD(struct held_one, u.placement_id, "placement_id"),
    FIELD(struct held_one, u.referral_id, "referral_id"),
    FIELD(struct held_one, u.part, "part"),
    FIELD(struct held_one, u.last_part, "last_part"),
    FIELD(struct held_one, u.amount, "amount"),
    FIELD(struct held_one, u.reversed_amount, "reversed_amount"),
    FIELD(struct held_one, u.tier, "tier"),
    FIELD(struct held_one, u.status, "status",
	.labels = earning_status_labels),
    FIELD(struct held_one, u.currency, "currency"),
    FIELD(struct held_one, is.type, "type", .labels = earning_type_labels),
    FIELD(struct held_one, is.standing, "standing",
	.labels = commission_standing_labels),
    FIELD(struct held_one, is.refund_id, "refund_id"),
    FIELD(struct held_one, is.payout_id, "payout_id"));

static enum err
hold(struct db *db, struct arena *a, const struct actor *by,
    struct batch_item *item, size_t n, enum err (*refuse)(const void *),
    struct list *rows)
{
	return batch_hold(db, a, by, Q_COMMISSION_BATCH_HOLD,
	    &commission_batch_row, refuse, item, n, rows);
}

/* What of it changed, as the program's face says it. */
static struct str
change_of(struct arena *a, const char *type, const struct held_one *h)
{
	bool was_pending = h->is.standing == STANDS_PENDING;
	struct record_diff d;

	diff_init(&d, a);
	if (strcmp(type, "commission.approved") == 0)
		diff_label(&d, "status", "pending", "approved");
	else if (strcmp(type, "commission.denied") == 0)
		diff_label(&d, "status", was_pending ? "pending" : "approved",
		    "denied");
	else if (strcmp(type, "commission.fulfilled") == 0)
		diff_value(&d, "is_paid", STR("false"), STR("true"));
	else if (strcmp(type, "commission.unfulfilled") == 0)
		diff_value(&d, "is_paid", STR("true"), STR("false"));
	return diff_members(&d);
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *by,
    const char *type, const struct held_one *h, size_t n)
{
	struct event_data *e = arena_array(a, n, sizeof(*e));

	for (size_t i = 0; i < n; i++)
		e[i] = (struct event_data){ { by->organization_id, type,
		    h[i].u.id, by->user_id, by->now }, str_printf(a,
		    "\"promoterId\":\"%llu\",\"amount\":%lld,"
		    "\"currency\":\"%.*s\"%.*s",
		    (unsigned long long)h[i].u.referrer_id,
		    (long long)h[i].u.amount, STR_ARG(h[i].u.currency),
		    STR_ARG(change_of(a, type, &h[i]))) };
	return event_write_all(db, a, e, n);
}

static enum err
refuse_unless(bool fits, const struct held_one *h)
{
	return fits ? OK : commission_refusal(&h->is, h->u.status);
}

static enum err
refuse_approve(const void *row)
{
	const struct held_one *h = row;

	return refuse_unless(commission_is_whole(&h->is) &&
	    h->is.standing == STANDS_PENDING, h);
}

static enum err
refuse_deny(const void *row)
{
	const struct held_one *h = row;
	const int standing = h->is.standing;

	return refuse_unless(commission_is_whole(&h->is) &&
	    h->is.payout_id == 0 && (standing == STANDS_PENDING ||
	    standing == STANDS_DUE || standing == STANDS_OWED) &&
	    h->u.status != EARNING_REVERSED, h);
}

static enum err
refuse_destroy(const void *row)
{
	const struct held_one *h = row;

	return refuse_unless(commission_is_whole(&h->is) &&
	    h->is.payout_id == 0 && h->is.standing != STANDS_PAID &&
	    h->is.standing != STANDS_GIVEN, h);
}

static enum err
refuse_fulfil(const void *row)
{
	const struct held_one *h = row;

	return refuse_unless(h->is.standing == STANDS_OWED, h);
}

static enum err
refuse_unfulfil(const void *row)
{
	const struct held_one *h = row;

	return refuse_unless(h->is.standing == STANDS_GIVEN, h);
}

static enum err
run_approve(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows;

	(void)params;
	TRY(hold(db, a, by, item, n, refuse_approve, &rows));
	if (rows.n == 0)
		return OK;
	TRY(db_exec(db, Q_COMMISSION_BATCH_APPROVE, ARGS(
	    batch_ids_well(a, item, n), settings->hold_days, by->now), NULL,
	    NULL));
	return tell(db, a, by, "commission.approved", rows.items, rows.n);
}

const struct batch_action commission_approve = {
	.label = "commission/approve", .run = run_approve,
	.scope = SCOPE_EARNINGS_WRITE,
};

/* Of those that are not taken back yet, what is left. */
static enum err
take_back(struct db *db, struct arena *a, const struct actor *by,
    const struct list *rows)
{
	const struct held_one *h = rows->items;
	struct unpaid *u = arena_array(a, rows->n, sizeof(*u));
	size_t some = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (h[i].u.status != EARNING_REVERSED)
			u[some++] = h[i].u;
	return unpaid_take_back(db, a, by, u, some);
}

static enum err
run_deny(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows;

	(void)params;
	TRY(hold(db, a, by, item, n, refuse_deny, &rows));
	if (rows.n == 0)
		return OK;
	TRY(take_back(db, a, by, &rows));
	TRY(db_exec(db, Q_COMMISSION_BATCH_DECIDED, ARGS(
	    batch_ids_well(a, item, n), by->now), NULL, NULL));
	return tell(db, a, by, "commission.denied", rows.items, rows.n);
}

const struct batch_action commission_deny = {
	.label = "commission/deny", .run = run_deny,
	.scope = SCOPE_EARNINGS_WRITE,
};

static enum err
run_destroy(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows;

	(void)params;
	TRY(hold(db, a, by, item, n, refuse_destroy, &rows));
	if (rows.n == 0)
		return OK;
	TRY(take_back(db, a, by, &rows));
	TRY(db_exec(db, Q_COMMISSION_BATCH_DESTROY, ARGS(
	    batch_ids_well(a, item, n), by->now), NULL, NULL));
	return tell(db, a, by, "commission.destroyed", rows.items, rows.n);
}

const struct batch_action commission_destroy = {
	.label = "commission/destroy", .run = run_destroy,
	.scope = SCOPE_EARNINGS_WRITE,
};

static enum err
set_fulfilled(struct db *db, struct arena *a, const struct actor *by,
    struct batch_item *item, size_t n, bool done)
{
	struct list rows;

	TRY(hold(db, a, by, item, n, done ? refuse_fulfil :
	    refuse_unfulfil, &rows));
	if (rows.n == 0)
		return OK;
	TRY(db_exec(db, Q_COMMISSION_BATCH_FULFILLED, ARGS(
	    batch_ids_well(a, item, n), done ? by->now :
	    (struct when){ 0 }), NULL, NULL));
	return tell(db, a, by, done ? "commission.fulfilled" :
	    "commission.unfulfilled", rows.items, rows.n);
}

static enum err
run_fulfil(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return set_fulfilled(db, a, by, item, n, true);
}

const struct batch_action commission_fulfil = {
	.label = "commission/mark_fulfilled", .run = run_fulfil,
	.scope = SCOPE_EARNINGS_WRITE,
};

static enum err
run_unfulfil(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return set_fulfilled(db, a, by, item, n, false);
}

const struct batch_action commission_unfulfil = {
	.label = "commission/mark_unfulfilled", .run = run_unfulfil,
	.scope = SCOPE_EARNINGS_WRITE,
};
