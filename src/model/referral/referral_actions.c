/* What batches do to referrals: deleted, approved, denied, moved. */
#include "model/referral/referral_actions.h"

#include "model/event/record.h"
#include "model/referral/lead.h"
#include "model/referral/placement.h"
#include "model/referral/unpaid.h"

#include "base/banned.h"

#define LLU(v) ((unsigned long long)(v))

struct held {
	uint64_t id, placement_id;
	int state;
	bool live;
	bool refunded;			/* see by_facts() */
	struct when customer_at, cancelled_at;
};

SHAPE(referral_batch_row, struct held, NULL,
    COLUMN(struct held, id),
    COLUMN(struct held, placement_id),
    COLUMN(struct held, state, .labels = lead_state_labels),
    COLUMN(struct held, live),
    COLUMN(struct held, customer_at),
    COLUMN(struct held, cancelled_at));

static enum err
hold(struct db *db, struct arena *a, const struct actor *by,
    struct batch_item *item, size_t n, enum err (*refuse)(const void *),
    struct list *rows)
{
	return batch_hold(db, a, by, Q_REFERRAL_BATCH_HOLD,
	    &referral_batch_row, refuse, item, n, rows);
}

/* What it would be by its facts, as referral_batch_enable has it. */
static int
state_by_facts(const struct held *h)
{
	return h->customer_at.us == 0 ? LEAD_SIGNUP :
	    h->refunded ? LEAD_REFUNDED :
	    h->cancelled_at.us != 0 ? LEAD_CANCELLED : LEAD_ACTIVE;
}

/* now: LEAD_DENIED, or by their facts. */
static enum err
tell_state(struct db *db, struct arena *a, const struct actor *by,
    const char *type, const struct held *h, size_t n, int now)
{
	struct event_data *e = arena_array(a, n, sizeof(*e));

	for (size_t i = 0; i < n; i++)
		e[i] = (struct event_data){ { by->organization_id, type,
		    h[i].id, by->user_id, by->now }, str_printf(a,
		    "\"referrerCampaignId\":\"%llu\","
		    "\"changes\":{\"state\":[\"%s\",\"%s\"]}",
		    LLU(h[i].placement_id), lead_state_labels[h[i].state],
		    lead_state_labels[now == LEAD_DENIED ? now :
		    state_by_facts(&h[i])]) };
	return event_write_all(db, a, e, n);
}

/* new: what each became, in the other placement. */
static enum err
tell_moved(struct db *db, struct arena *a, const struct actor *by,
    const struct held *h, const uint64_t *new, size_t n, uint64_t to)
{
	struct event_data *e = arena_array(a, n, sizeof(*e));

	for (size_t i = 0; i < n; i++)
		e[i] = (struct event_data){ { by->organization_id,
		    "referral.moved", new[i], by->user_id, by->now },
		    str_printf(a, "\"referrerCampaignId\":\"%llu\","
		    "\"changes\":{\"id\":[%llu,%llu],\"promoter_campaign\":["
		    "{\"id\":%llu},{\"id\":%llu}]}", LLU(to), LLU(h[i].id),
		    LLU(new[i]), LLU(h[i].placement_id), LLU(to)) };
	return event_write_all(db, a, e, n);
}

static enum err
refuse_moved(const void *row)
{
	const struct held *h = row;

	return h->live ? OK : ERR_MOVED;
}

/* Why its state can't be changed so: the error that names it. */
static enum err
refuse_unless(bool fits, const struct held *h)
{
	if (fits || !h->live)
		return refuse_moved(h);
	return h->state == LEAD_PENDING ? ERR_REFERRAL_PENDING :
	    h->state == LEAD_DENIED ? ERR_REFERRAL_DENIED :
	    ERR_REFERRAL_APPROVED;
}

static enum err
unless_pending(const void *row)
{
	const struct held *h = row;

	return refuse_unless(h->state == LEAD_PENDING, h);
}

static enum err
if_denied(const void *row)
{
	const struct held *h = row;

	return refuse_unless(h->state != LEAD_DENIED, h);
}

static enum err
unless_denied(const void *row)
{
	const struct held *h = row;

	return refuse_unless(h->state == LEAD_DENIED, h);
}

/* Of each, how many commissions were taken back: by the order of both. */
static enum err
tell_deleted(struct db *db, struct arena *a, const struct actor *by,
    const struct held *h, size_t n, const struct unpaid *u, size_t n_unpaid)
{
	struct event_data *e = arena_array(a, n, sizeof(*e));
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t from = at;

		while (at < n_unpaid && u[at].referral_id == h[i].id)
			at++;
		e[i] = (struct event_data){ { by->organization_id,
		    "referral.deleted", h[i].id, by->user_id, by->now },
		    str_printf(a, "\"referrerCampaignId\":\"%llu\","
		    "\"commissionsReversed\":%zu", LLU(h[i].placement_id),
		    at - from) };
	}
	return event_write_all(db, a, e, n);
}

/* What they were before they were moved names them as well. */
static enum err
erase_before(struct db *db, struct arena *a, const struct actor *by,
    struct str ids)
{
	for (;;) {
		struct batch_item *item;
		const struct id_row *o;
		struct list rows;

		TRY(db_rows(db, a, Q_REFERRAL_BATCH_ORIGINS, ARGS(ids,
		    by->organization_id), &id_row, &rows));
		if (rows.n == 0)
			return OK;
		o = rows.items;
		item = arena_array(a, rows.n, sizeof(*item));
		for (size_t i = 0; i < rows.n; i++)
			item[i].id = o[i].id;
		ids = batch_ids(a, item, rows.n);
		TRY(db_exec(db, Q_REFERRAL_BATCH_ERASE, ARGS(ids,
		    by->organization_id), NULL, NULL));
	}
}

static enum err
run_delete(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows, unpaid;
	struct str ids;

	(void)params;
	TRY(hold(db, a, by, item, n, NULL, &rows));
	if (rows.n == 0)
		return OK;
	ids = batch_ids_well(a, item, n);
	TRY(unpaid_hold(db, a, by->organization_id, ids, &unpaid));
	TRY(unpaid_take_back(db, a, by, unpaid.items, unpaid.n));
	TRY(placement_active(db, ids, -1, by->now));
	TRY(db_exec(db, Q_REFERRAL_BATCH_DELETE, ARGS(ids, by->now,
	    by->organization_id), NULL, NULL));
	TRY(erase_before(db, a, by, ids));
	return tell_deleted(db, a, by, rows.items, rows.n, unpaid.items,
	    unpaid.n);
}

const struct batch_action referral_delete = {
	.label = "referral/delete", .run = run_delete,
	.scope = SCOPE_REFERRALS_WRITE,
};

/* They become what their facts say; rows are told whether they are refunded. */
static enum err
by_facts(struct db *db, struct arena *a, const struct actor *by,
    struct str ids, const struct list *rows)
{
	struct held *h = rows->items;
	const struct id_row *r;
	struct list refunded;
	uint64_t *of;

	TRY(db_rows(db, a, Q_REFERRAL_BATCH_REFUNDED, ARGS(ids), &id_row,
	    &refunded));
	r = refunded.items;
	of = arena_array(a, refunded.n + 1, sizeof(*of));
	for (size_t i = 0; i < refunded.n; i++) {
		of[i] = r[i].id;
		for (size_t k = 0; k < rows->n; k++)
			h[k].refunded |= h[k].id == r[i].id;
	}
	return db_exec(db, Q_REFERRAL_BATCH_ENABLE, ARGS(ids,
	    ids_json(a, of, refunded.n), by->organization_id), NULL, NULL);
}

static enum err
set_state(struct db *db, struct arena *a, const struct actor *by,
    struct batch_item *item, size_t n, enum err (*refuse)(const void *),
    int state, const char *type)
{
	struct list rows;
	struct str ids;

	TRY(hold(db, a, by, item, n, refuse, &rows));
	if (rows.n == 0)
		return OK;
	ids = batch_ids_well(a, item, n);
	TRY(placement_active(db, ids, -1, by->now));
	TRY(state == LEAD_DENIED ? db_exec(db, Q_REFERRAL_BATCH_STATE, ARGS(ids,
	    LABEL(lead_state_labels, state), by->organization_id), NULL, NULL) :
	    by_facts(db, a, by, ids, &rows));
	TRY(placement_active(db, ids, 1, by->now));
	return tell_state(db, a, by, type, rows.items, rows.n, state);
}

static enum err
run_approve(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return set_state(db, a, by, item, n, unless_pending, LEAD_SIGNUP,
	    "referral.approved");
}

const struct batch_action referral_approve = {
	.label = "referral/approve", .run = run_approve,
	.scope = SCOPE_REFERRALS_WRITE,
};

static enum err
run_disable(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return set_state(db, a, by, item, n, if_denied, LEAD_DENIED,
	    "referral.disabled");
}

const struct batch_action referral_disable = {
	.label = "referral/disable", .run = run_disable,
	.scope = SCOPE_REFERRALS_WRITE,
};

static enum err
run_enable(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	(void)params;
	return set_state(db, a, by, item, n, unless_denied, LEAD_SIGNUP,
	    "referral.enabled");
}

const struct batch_action referral_enable = {
	.label = "referral/enable", .run = run_enable,
	.scope = SCOPE_REFERRALS_WRITE,
};

SHAPE(move_params, struct referral_move, "ReferralMove",
    FIELD(struct referral_move, placement_id, "promoter_campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE),
    FIELD(struct referral_move, commissions, "move_associated_commissions"));

SHAPE(move_target_row, struct unpaid_heir, NULL,
    FIELD(struct unpaid_heir, placement_id, "id"),
    COLUMN(struct unpaid_heir, campaign_id),
    COLUMN(struct unpaid_heir, referrer_id),
    COLUMN(struct unpaid_heir, member_organization_id));

enum err
referral_move_check(struct db *db, struct arena *a, uint64_t org,
    const struct referral_move *m)
{
	struct unpaid_heir to = { 0 };

	return db_row(db, a, Q_REFERRAL_BATCH_TARGET, ARGS(m->placement_id,
	    org), &move_target_row, &to);
}

/* new: the row that stands for each from then on. */
static enum err
arrive(struct db *db, struct arena *a, const struct actor *by,
    const struct unpaid_heir *to, const struct held *h, uint64_t *new,
    size_t n, struct buf *pairs)
{
	struct brought more = { .placement_id = to->placement_id,
	    .referrer_id = to->referrer_id, .at = by->now,
	    .referrals = (int64_t)n };

	for (size_t i = 0; i < n; i++) {
		TRY(db_exec(db, Q_REFERRAL_BATCH_ARRIVE, ARGS(to->campaign_id,
		    to->placement_id, to->referrer_id, by->now, h[i].id),
		    NULL, &new[i]));
		buf_printf(pairs, "%c[%llu,%llu]", i == 0 ? '[' : ',',
		    LLU(h[i].id), LLU(new[i]));
		more.customers += h[i].customer_at.us != 0;
	}
	buf_char(pairs, ']');
	TRY(db_exec(db, Q_REFERRAL_BATCH_MOVED, ARGS(buf_view(pairs),
	    by->organization_id), NULL, NULL));
	TRY(db_exec(db, Q_REFERRAL_BATCH_SPLIT, ARGS(buf_view(pairs),
	    to->placement_id), NULL, NULL));
	more.arrived = ids_json(a, new, n);
	TRY(placement_active(db, more.arrived, 1, by->now));
	more.upgrades = more.customers > 0;
	return placement_brought(db, &more);
}

/* Those of the promoter himself; shares of others are not his to lose. */
static enum err
move_commissions(struct db *db, struct arena *a, const struct actor *by,
    const struct unpaid_heir *to, const struct held *h, const uint64_t *new,
    size_t n, struct list all)
{
	struct unpaid *u = all.items;
	uint64_t *referral = arena_array(a, all.n + 1, sizeof(*referral));
	size_t his = 0;

	for (size_t i = 0; i < all.n; i++) {
		size_t k = 0;

		while (k < n && h[k].id != u[i].referral_id)
			k++;
		if (k == n || u[i].tier != 1 ||
		    u[i].placement_id != h[k].placement_id)
			continue;
		referral[his] = new[k];
		u[his++] = u[i];
	}
	return unpaid_hand_over(db, a, by, u, referral, his, to);
}

static enum err
move_all(struct db *db, struct arena *a, const struct actor *by,
    const struct referral_move *m, const struct unpaid_heir *to,
    const struct batch_item *item, size_t n_items, const struct list *rows)
{
	const struct held *h = rows->items;
	struct str ids = batch_ids_well(a, item, n_items);
	uint64_t *new = arena_array(a, rows->n, sizeof(*new));
	struct list unpaid = { NULL, 0 };
	struct buf pairs;

	if (m->commissions)
		TRY(unpaid_hold(db, a, by->organization_id, ids, &unpaid));
	TRY(placement_active(db, ids, -1, by->now));
	TRY(db_exec(db, Q_REFERRAL_BATCH_LEAVE, ARGS(ids,
	    by->organization_id), NULL, NULL));
	buf_init(&pairs, a, 32 * rows->n + 2);
	TRY(arrive(db, a, by, to, h, new, rows->n, &pairs));
	TRY(move_commissions(db, a, by, to, h, new, rows->n, unpaid));
	return tell_moved(db, a, by, h, new, rows->n, to->placement_id);
}

static enum err
run_move(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	const struct referral_move *m = params;
	struct unpaid_heir to = { 0 };
	struct list rows;
	struct held *h;
	size_t stay = 0;
	enum err e;

	e = db_row(db, a, Q_REFERRAL_BATCH_TARGET_HOLD, ARGS(m->placement_id,
	    by->organization_id), &move_target_row, &to);
	if (e == ERR_NOT_FOUND) {
		for (size_t i = 0; i < n; i++)
			item[i].result = e;
		return OK;
	}
	TRY(e);
	TRY(hold(db, a, by, item, n, refuse_moved, &rows));
	h = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		if (h[i].placement_id == to.placement_id)
			batch_item_of(item, n, h[i].id)->result =
			    ERR_REFERRAL_THERE;
		else
			h[stay++] = h[i];
	}
	rows.n = stay;
	return rows.n == 0 ? OK : move_all(db, a, by, m, &to, item, n, &rows);
}

const struct batch_action referral_move = {
	.label = "referral/move_to_promoter", .params = &move_params,
	.run = run_move,
	.scope = SCOPE_REFERRALS_WRITE,
};
