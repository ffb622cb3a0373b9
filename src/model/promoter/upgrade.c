/* Promoters move up into other campaigns. */
#include "model/promoter/upgrade.h"

#include "db/paging.h"
#include "model/event/event.h"
#include "model/program/offer.h"
#include "model/promoter/standing.h"
#include "model/referral/placement.h"
#include "model/referral/referral_actions.h"
#include "base/banned.h"

#define REFERRALS_MOST 250	/* LIMIT of the statements */
#define WALK_MOST 500
#define LLU(v) ((unsigned long long)(v))

struct due {
	uint64_t id, organization_id, referrer_id;
	uint64_t due;		/* 0: look; else referrals from here on */
};

SHAPE(upgrade_due_row, struct due, NULL,
    COLUMN(struct due, id),
    COLUMN(struct due, organization_id),
    COLUMN(struct due, referrer_id),
    COLUMN(struct due, due));

/* A placement, what it has brought, and what leads on from there. */
struct candidate {
	uint64_t id, organization_id, promoter_id, campaign_id, upgraded_id,
	    to_id;
	struct str code, coupon, display_coupon;
	bool fits, moves;
	int metric;
	int64_t amount, customers, revenue, active;
};

SHAPE(upgrade_row, struct candidate, NULL,
    COLUMN(struct candidate, id),
    COLUMN(struct candidate, organization_id),
    COLUMN(struct candidate, promoter_id),
    COLUMN(struct candidate, campaign_id),
    COLUMN(struct candidate, upgraded_id),
    COLUMN(struct candidate, to_id),
    COLUMN(struct candidate, code),
    COLUMN(struct candidate, coupon),
    COLUMN(struct candidate, display_coupon),
    COLUMN(struct candidate, fits),
    COLUMN(struct candidate, moves),
    COLUMN(struct candidate, metric, .labels = upgrade_metric_labels),
    COLUMN(struct candidate, amount),
    COLUMN(struct candidate, customers),
    COLUMN(struct candidate, revenue),
    COLUMN(struct candidate, active));

SHAPE(upgrade_customers_row, struct candidate, NULL,
    COLUMN(struct candidate, customers));

/*
 * Customers who were moved away count where they are now; what is counted of
 * the placement has them as well, so that there are never more than that.
 */
static enum err
has_reached(struct db *db, struct arena *a, const struct candidate *c,
    bool *reached)
{
	const int64_t has[] = { [UPGRADE_CUSTOMERS] = c->customers,
	    [UPGRADE_REVENUE] = c->revenue, [UPGRADE_ACTIVE] = c->active };
	struct candidate live = { 0 };

	*reached = c->fits && c->to_id != 0 && has[c->metric] >= c->amount;
	if (!*reached || c->metric != UPGRADE_CUSTOMERS)
		return OK;
	TRY(db_row(db, a, Q_UPGRADE_CUSTOMERS, ARGS(c->id, c->amount),
	    &upgrade_customers_row, &live));
	*reached = live.customers >= c->amount;
	return OK;
}

/* May he come in there?  An error that is his own says no. */
static enum err
is_open(struct db *db, struct arena *a, const struct actor *by,
    const struct candidate *c, struct standing_campaign *to, bool *open)
{
	struct list there = { NULL, 0 };
	enum err e = standing_campaign(db, a, by->organization_id, c->to_id,
	    to);

	if (e == OK)
		e = standing_lock_in(db, a, by, ids_json(a, &c->promoter_id,
		    1), c->to_id, &there);
	*open = e == OK && there.n == 0;
	return e != OK && err_status(e) >= 500 ? e : OK;
}

/* Codes and links of his go over to the new placement. */
static enum err
hand_over(struct db *db, struct arena *a, const struct candidate *c,
    uint64_t to)
{
	TRY(db_exec(db, Q_UPGRADE_LEAVE, ARGS(placement_code(a), c->id), NULL,
	    NULL));
	TRY(db_exec(db, Q_UPGRADE_ARRIVE, ARGS(c->code, c->coupon,
	    c->display_coupon, to), NULL, NULL));
	TRY(db_exec(db, Q_UPGRADE_FORMER_CODES, ARGS(to, c->id), NULL, NULL));
	TRY(db_exec(db, Q_UPGRADE_PROMO_CODES, ARGS(to, c->id), NULL, NULL));
	TRY(db_exec(db, Q_UPGRADE_LINKS, ARGS(to, c->id), NULL, NULL));
	return db_exec(db, Q_UPGRADE_CLICKS, ARGS(to, c->promoter_id, c->id),
	    NULL, NULL);
}

static enum err
move_up(struct db *db, struct arena *a, const struct actor *by,
    const struct candidate *c, const struct standing_campaign *campaign)
{
	struct standing_row old = { .id = c->id,
	    .promoter_id = c->promoter_id, .campaign_id = c->campaign_id,
	    .state = STANDING_ACCEPTED };
	uint64_t to;

	TRY(standing_enter(db, a, by, campaign, &(struct entrance){
	    .promoter_id = c->promoter_id, .code = placement_code(a),
	    .accepted = true }, &to));
	TRY(hand_over(db, a, c, to));
	TRY(standing_move(db, a, by, &old, STANDING_INACTIVE));
	return event_write(db, a, &(struct event){ by->organization_id,
	    "promoter_campaign.upgraded", to, 0, by->now },
	    "\"promoterId\":\"%llu\",\"campaignId\":\"%llu\",\"from\":"
	    "\"%llu\"", LLU(c->promoter_id), LLU(c->to_id), LLU(c->id));
}

/* *due: what is to be done next; -1: nothing. */
static enum err
look(struct db *db, struct arena *a, const struct actor *by,
    const struct candidate *c, int64_t *due)
{
	struct standing_campaign to = { 0 };
	bool open;

	*due = -1;
	TRY(has_reached(db, a, c, &open));
	if (open)
		TRY(is_open(db, a, by, c, &to, &open));
	if (!open)
		return OK;
	*due = c->moves ? 1 : -1;
	return move_up(db, a, by, c, &to);
}

/* Who can't go there, since he was refused meanwhile, stays. */
static enum err
take_along(struct db *db, struct arena *a, const struct actor *by,
    const struct candidate *c, uint64_t first, int64_t *due)
{
	const struct referral_move m = { .placement_id = c->upgraded_id };
	const struct id_row *r;
	struct batch_item *item;
	struct list rows;

	*due = -1;
	if (m.placement_id == 0)	/* he is back here again */
		return OK;
	TRY(db_rows(db, a, Q_UPGRADE_REFERRALS, ARGS(c->id, first),
	    &id_row, &rows));
	r = rows.items;
	item = arena_array(a, rows.n + 1, sizeof(*item));
	for (size_t i = 0; i < rows.n; i++)
		item[i].id = r[i].id;
	if (rows.n == REFERRALS_MOST)
		*due = (int64_t)r[rows.n - 1].id + 1;
	return rows.n == 0 ? OK :
	    referral_move.run(db, a, by, &m, item, rows.n);
}

struct turn {
	struct arena *arena;
	struct due row;
	struct when now;	/* its own: sums of a minute ago are closed */
};

static enum err
act(struct db *db, void *arg)
{
	const struct turn *t = arg;
	const struct actor by = { t->row.organization_id, 0, t->now };
	struct candidate c = { 0 };
	int64_t due;
	enum err e = db_row(db, t->arena, Q_UPGRADE_HOLD, ARGS(t->row.id,
	    t->row.referrer_id, arg_bound(t->row.due)), &upgrade_row, &c);

	if (e == ERR_NOT_FOUND)	/* somebody was faster, or it is its own */
		return db_exec(db, Q_UPGRADE_DROP, ARGS(
		    t->row.referrer_id, t->row.id), NULL, NULL);
	TRY(e);
	TRY(t->row.due == 0 ? look(db, t->arena, &by, &c, &due) :
	    take_along(db, t->arena, &by, &c, t->row.due, &due));
	return db_exec(db, Q_UPGRADE_SET, ARGS(due < 0 ? arg_id(0) :
	    arg_bound((uint64_t)due), t->row.id), NULL, NULL);
}

/* What can't be done is not looked at again until something comes. */
static enum err
leave(struct db *db, void *arg)
{
	const struct turn *t = arg;

	return db_exec(db, Q_UPGRADE_SET, ARGS(arg_id(0), t->row.id), NULL,
	    NULL);
}

struct walk {
	uint64_t id, after;
	struct arena *arena;
};

SHAPE(upgrade_walk_row, struct walk, NULL,
    COLUMN(struct walk, id),
    COLUMN(struct walk, after));

/* Marks some of those who are in a campaign. */
static enum err
walk_on(struct db *db, void *arg)
{
	const struct walk *w = arg;
	const struct id_row *r;
	struct list rows;
	uint64_t *ids;

	TRY(db_rows(db, w->arena, Q_UPGRADE_WALK_NEXT, ARGS(w->id,
	    arg_bound(w->after)), &id_row, &rows));
	r = rows.items;
	ids = arena_array(w->arena, rows.n + 1, sizeof(*ids));
	for (size_t i = 0; i < rows.n; i++)
		ids[i] = r[i].id;
	TRY(db_exec(db, Q_UPGRADE_MARK, ARGS(ids_json(w->arena, ids, rows.n)),
	    NULL, NULL));
	return db_exec(db, Q_UPGRADE_WALKED, ARGS(rows.n < WALK_MOST ? 0 :
	    ids[rows.n - 1], w->id, arg_bound(w->after)), NULL, NULL);
}

enum err
upgrade_run_due(struct db *db, struct arena *a, struct when now,
    uint64_t *count)
{
	struct list walks, rows;
	const struct due *d;

	(void)now;	/* each turn has its own */
	TRY(db_rows(db, a, Q_UPGRADE_WALK, NO_ARGS, &upgrade_walk_row, &walks));
	if (walks.n > 0) {
		struct walk *w = walks.items;

		w->arena = a;
		TRY(tx_run(db, a, walk_on, w));
	}
	TRY(db_rows(db, a, Q_UPGRADE_DUE, NO_ARGS, &upgrade_due_row, &rows));
	d = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		struct turn t = { .arena = a, .row = d[i],
		    .now = clock_now() };
		enum err e = tx_run(db, a, act, &t);

		if (e == OK || err_status(e) >= 500)
			TRY(e);
		else
			TRY(tx_run(db, a, leave, &t));
	}
	*count = walks.n + rows.n;
	return OK;
}
