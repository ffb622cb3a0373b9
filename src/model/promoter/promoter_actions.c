/*
 * What batches do to promoters.  Their rows are locked first, in the order of
 * their ids; those of their placements after them.
 */
#include "model/promoter/promoter_actions.h"

#include "model/event/record.h"
#include "model/promoter/standing.h"
#include "model/referral/referral_actions.h"
#include "base/banned.h"

struct held {
	uint64_t id, parent_id;
	struct str name;
	struct when archived_at;
};

SHAPE(promoter_held_row, struct held, NULL,
    COLUMN(struct held, id),
    COLUMN(struct held, parent_id),
    COLUMN(struct held, name),
    COLUMN(struct held, archived_at));

static void
all_fail(struct batch_item *item, size_t n, enum err why)
{
	for (size_t i = 0; i < n; i++)
		item[i].result = why;
}

/* Locks them; those that are not there fail. */
static enum err
hold(struct db *db, struct arena *a, const struct actor *by,
    struct batch_item *item, size_t n, struct list *rows)
{
	return batch_hold(db, a, by, Q_PROMOTER_HOLD, &promoter_held_row, NULL,
	    item, n, rows);
}

static enum err
tell(struct db *db, struct arena *a, const struct actor *by, const char *type,
    const struct list *items, const struct str *changes)
{
	const struct batch_item *item = items->items;
	struct event_data *e = arena_array(a, items->n + 1, sizeof(*e));

	for (size_t i = 0; i < items->n; i++)
		e[i] = (struct event_data){ { by->organization_id, type,
		    item[i].id, by->user_id, by->now }, changes[i] };
	return event_write_all(db, a, e, items->n);
}

/* --- what is decided of them in a campaign --- */

SHAPE(decision_params, struct promoter_decision, "PromoterDecision",
    FIELD(struct promoter_decision, campaign_id, "campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE));

/* The newest placement of each in the campaign. */
static enum err
placements(struct db *db, struct arena *a, const struct actor *by,
    const struct batch_item *item, size_t n, uint64_t campaign_id,
    struct list *out)
{
	struct standing_row *s;
	size_t kept = 0;

	TRY(standing_lock_in(db, a, by, batch_ids(a, item, n), campaign_id,
	    out));
	s = out->items;
	for (size_t i = 0; i < out->n; i++) {
		if (kept > 0 && s[kept - 1].promoter_id == s[i].promoter_id)
			kept--;
		s[kept++] = s[i];
	}
	out->n = kept;
	return OK;
}

/* Why his standing can't be changed so: the error that names it. */
static enum err
refusal(enum err e, const struct standing_row *s)
{
	return e != ERR_STANDING ? e : s->state == STANDING_BLOCKED ?
	    ERR_PROMOTER_BLOCKED : ERR_PROMOTER_ACCEPTED;
}

static enum err
decide(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n, enum standing to)
{
	const struct promoter_decision *d = params;
	struct standing_row *s;
	enum err *result;
	struct list rows;

	all_fail(item, n, ERR_NOT_FOUND);
	TRY(placements(db, a, by, item, n, d->campaign_id, &rows));
	s = rows.items;
	result = arena_array(a, rows.n + 1, sizeof(*result));
	TRY(standing_move_all(db, a, by, s, rows.n, to, result));
	for (size_t i = 0; i < rows.n; i++)
		batch_item_of(item, n, s[i].promoter_id)->result =
		    refusal(result[i], &s[i]);
	return OK;
}

static enum err
run_accept(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	return decide(db, a, by, params, item, n, STANDING_ACCEPTED);
}

static enum err
run_reject(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	return decide(db, a, by, params, item, n, STANDING_REJECTED);
}

static enum err
run_block(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	return decide(db, a, by, params, item, n, STANDING_BLOCKED);
}

const struct batch_action promoter_accept = {
	.label = "promoter/accept", .params = &decision_params,
	.run = run_accept,
	.scope = SCOPE_REFERRALS_WRITE,
};
const struct batch_action promoter_reject = {
	.label = "promoter/reject", .params = &decision_params,
	.run = run_reject,
	.scope = SCOPE_REFERRALS_WRITE,
};
const struct batch_action promoter_block = {
	.label = "promoter/block", .params = &decision_params,
	.run = run_block,
	.scope = SCOPE_REFERRALS_WRITE,
};

/* --- into campaigns --- */

static const struct standing_row *
placement_of(const struct list *rows, uint64_t promoter_id)
{
	const struct standing_row *s = rows->items;

	for (size_t i = 0; i < rows->n; i++)
		if (s[i].promoter_id == promoter_id)
			return &s[i];
	return NULL;
}

/* Comes in, or comes again where his time there has ended. */
static enum err
come_in(struct db *db, struct arena *a, const struct actor *by,
    const struct standing_campaign *c, const struct held *h,
    const struct list *there, uint64_t *placement_id)
{
	const struct standing_row *was = placement_of(there, h->id);
	struct standing_row s;

	if (h->archived_at.us != 0)
		return ERR_ARCHIVED;
	if (was == NULL)
		return standing_enter(db, a, by, c, &(struct entrance){
		    .promoter_id = h->id, .name = h->name,
		    .accepted = true }, placement_id);
	if (was->state != STANDING_INACTIVE)
		return ERR_IN_CAMPAIGN;
	s = *was;
	*placement_id = s.id;
	return standing_move(db, a, by, &s, STANDING_ACCEPTED);
}

static enum err
run_add(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	const struct promoter_decision *d = params;
	struct standing_campaign c = { 0 };
	const struct held *h;
	struct list rows, there;
	uint64_t id;
	enum err e = standing_campaign(db, a, by->organization_id,
	    d->campaign_id, &c);

	if (e == ERR_NOT_FOUND || e == ERR_CAMPAIGN_OVER) {
		all_fail(item, n, e);
		return OK;
	}
	TRY(e);
	TRY(hold(db, a, by, item, n, &rows));
	TRY(placements(db, a, by, item, n, c.id, &there));
	h = rows.items;
	for (size_t i = 0; i < rows.n; i++) {
		e = come_in(db, a, by, &c, &h[i], &there, &id);
		if (err_status(e) >= 500)
			return e;
		batch_item_of(item, n, h[i].id)->result = e;
	}
	return OK;
}

const struct batch_action promoter_add = {
	.label = "promoter/add_to_campaign", .params = &decision_params,
	.run = run_add,
	.scope = SCOPE_REFERRALS_WRITE,
};

SHAPE(promoter_move_params, struct promoter_move, "PromoterMove",
    FIELD(struct promoter_move, from_id, "from_campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE),
    FIELD(struct promoter_move, to_id, "to_campaign_id",
	.flags = F_ID_NUMBER | F_NULLABLE),
    FIELD(struct promoter_move, with_referrals, "soft_move_referrals"));

/* What a chunk of moves has in common. */
struct moving {
	const struct promoter_move *m;
	const struct standing_campaign *to;
	enum err closed;		/* nobody comes in there */
	struct list from, there;	/* placements, struct standing_row */
	size_t room;		/* referrals that this transaction may move */
};

/* Referrals go from one placement to another, those behind a number. */
struct way {
	uint64_t from, to, after;
};

SHAPE(promoter_way_row, struct way, NULL,
    FIELD(struct way, from, "from_id"),
    FIELD(struct way, to, "to_id"));

/*
 * As if they were moved by themselves, as many as there is room for; *last:
 * where it goes on, or 0 where none is left.
 */
static enum err
take_along(struct db *db, struct arena *a, const struct actor *by,
    struct moving *x, const struct way *w, uint64_t *last)
{
	const struct referral_move m = { .placement_id = w->to };
	const struct id_row *r;
	struct batch_item *item;
	struct list rows;

	*last = 0;
	TRY(db_rows(db, a, Q_PROMOTER_LIVE_REFERRALS, ARGS(w->from,
	    by->organization_id, arg_bound(w->after), (int64_t)x->room),
	    &id_row, &rows));
	if (rows.n == 0)
		return OK;
	r = rows.items;
	item = arena_array(a, rows.n, sizeof(*item));
	for (size_t i = 0; i < rows.n; i++)
		item[i].id = r[i].id;
	TRY(referral_move.run(db, a, by, &m, item, rows.n));
	if (item[0].result != OK)
		return ERR_STANDING;	/* he was refused there meanwhile */
	if (rows.n == x->room)
		*last = r[rows.n - 1].id;
	x->room -= rows.n;
	return OK;
}

/*
 * From where to where: the last one that went along says it, whatever became
 * of the promoter's places and of that referral since then.
 */
static enum err
go_on(struct db *db, struct arena *a, const struct actor *by,
    struct moving *x, const struct held *h, uint64_t *place)
{
	struct way w = { .after = *place };

	TRY(db_row(db, a, Q_PROMOTER_WAY, ARGS(w.after, h->id,
	    by->organization_id), &promoter_way_row, &w));
	return take_along(db, a, by, x, &w, place);
}

/* He was moved before, and some of his referrals are where he was. */
static enum err
take_rest(struct db *db, struct arena *a, const struct actor *by,
    struct moving *x, const struct standing_row *was,
    const struct standing_row *is, uint64_t *place)
{
	const size_t room = x->room;

	if (!x->m->with_referrals || was->state != STANDING_INACTIVE ||
	    is == NULL || is->state != STANDING_ACCEPTED)
		return ERR_IN_CAMPAIGN;
	TRY(take_along(db, a, by, x, &(struct way){ was->id, is->id, 0 },
	    place));
	return x->room < room ? OK : ERR_IN_CAMPAIGN;
}

/* What fails of it has changed nothing, but for parts that came before. */
static enum err
move_one(struct db *db, struct arena *a, const struct actor *by,
    struct moving *x, const struct held *h, uint64_t *place)
{
	const struct standing_row *was = placement_of(&x->from, h->id);
	struct standing_row s;
	struct way w = { 0 };
	enum err e;

	if (*place != 0)
		return go_on(db, a, by, x, h, place);
	TRY(x->closed);
	if (was == NULL)
		return ERR_NOT_FOUND;
	if (was->state != STANDING_ACCEPTED &&
	    was->state != STANDING_INACTIVE)
		return ERR_STANDING;
	e = come_in(db, a, by, x->to, h, &x->there, &w.to);
	if (e == ERR_IN_CAMPAIGN)
		return take_rest(db, a, by, x, was,
		    placement_of(&x->there, h->id), place);
	TRY(e);
	s = *was;
	w.from = s.id;
	if (s.state == STANDING_ACCEPTED)
		TRY(standing_move(db, a, by, &s, STANDING_INACTIVE));
	return x->m->with_referrals ? take_along(db, a, by, x, &w, place) : OK;
}

static enum err
move_some(struct db *db, struct arena *a, const struct actor *by,
    struct moving *x, const struct list *rows, struct batch_item *item,
    size_t n)
{
	const struct held *h = rows->items;
	struct actor now = *by;

	for (size_t i = 0; i < rows->n; i++) {
		struct batch_item *one = batch_item_of(item, n, h[i].id);

		INVARIANT(x->room > 0);
		now.now = clock_now();	/* those before may have had many */
		one->result = move_one(db, a, &now, x, &h[i], &one->place);
		if (err_status(one->result) >= 500)
			return one->result;
		if (one->result == OK && one->place != 0) {
			batch_leave_off(item, n, one);
			return OK;
		}
	}
	return OK;
}

static enum err
run_move(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	const struct promoter_move *m = params;
	struct standing_campaign c = { 0 };
	struct moving x = { .m = m, .to = &c, .room = REFERRALS_MOST };
	struct list rows;

	x.closed = m->from_id == m->to_id ? ERR_IN_CAMPAIGN :
	    standing_campaign(db, a, by->organization_id, m->to_id, &c);
	if (x.closed != OK && err_status(x.closed) >= 500)
		return x.closed;
	TRY(hold(db, a, by, item, n, &rows));
	TRY(placements(db, a, by, item, n, m->from_id, &x.from));
	TRY(placements(db, a, by, item, n, m->to_id, &x.there));
	return move_some(db, a, by, &x, &rows, item, n);
}

const struct batch_action promoter_move = {
	.label = "promoter/move_to_campaign", .params = &promoter_move_params,
	.run = run_move,
	.scope = SCOPE_REFERRALS_WRITE,
};

/* --- families --- */

SHAPE(family_params, struct promoter_family, "PromoterFamily",
    FIELD(struct promoter_family, parent_id, "parent_promoter_id",
	.flags = F_ID_NUMBER | F_NULLABLE));

/*
 * The parent, and all above him.  Parents change one after the other in an
 * organization, so that two changes can't make a circle.
 */
static enum err
ancestors(struct db *db, struct arena *a, const struct actor *by,
    uint64_t parent_id, uint64_t id[PARENTS_MOST], size_t *n)
{
	TRY(db_exec(db, Q_PROMOTER_FAMILY, ARGS(by->organization_id), NULL,
	    NULL));
	for (*n = 0; parent_id != 0; ) {
		struct held h = { 0 };

		if (*n == PARENTS_MOST)
			return ERR_LIMIT;
		TRY(db_row(db, a, Q_PROMOTER_PARENT_OF, ARGS(parent_id,
		    by->organization_id), &promoter_held_row, &h));
		id[(*n)++] = parent_id;
		parent_id = h.parent_id;
	}
	return OK;
}

static struct str
parent_json(struct arena *a, uint64_t id)
{
	return id == 0 ? STR("null") : str_printf(a, "{\"id\":%llu}",
	    (unsigned long long)id);
}

/* Those of whom it was another; the others are as they should be. */
static struct list
adopted(struct arena *a, const struct list *rows, uint64_t parent_id,
    struct batch_item *item, size_t n, struct str **changes)
{
	struct batch_item *some = arena_array(a, rows->n + 1, sizeof(*some));
	const struct held *h = rows->items;
	struct record_diff d;
	size_t k = 0;

	*changes = arena_array(a, rows->n + 1, sizeof(**changes));
	for (size_t i = 0; i < rows->n; i++) {
		if (batch_item_of(item, n, h[i].id)->result != OK ||
		    h[i].parent_id == parent_id)
			continue;
		diff_init(&d, a);
		diff_value(&d, "parent_promoter", parent_json(a,
		    h[i].parent_id), parent_json(a, parent_id));
		(*changes)[k] = str_skip(diff_members(&d), 1);
		some[k++] = (struct batch_item){ .id = h[i].id };
	}
	return (struct list){ some, k };
}

static enum err
run_assign(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	const struct promoter_family *f = params;
	uint64_t above[PARENTS_MOST];
	struct list rows, some;
	struct str *changes;
	size_t n_above;
	enum err e = ancestors(db, a, by, f->parent_id, above, &n_above);

	if (e == ERR_NOT_FOUND || e == ERR_LIMIT) {
		all_fail(item, n, e);
		return OK;
	}
	TRY(e);
	TRY(hold(db, a, by, item, n, &rows));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_above; k++)
			if (item[i].id == above[k])
				item[i].result = ERR_PARENT;
	some = adopted(a, &rows, f->parent_id, item, n, &changes);
	if (some.n == 0)
		return OK;
	TRY(db_exec(db, Q_PROMOTER_ADOPT, ARGS(batch_ids(a, some.items,
	    some.n), f->parent_id), NULL, NULL));
	return tell(db, a, by, "promoter.updated", &some, changes);
}

const struct batch_action promoter_assign = {
	.label = "promoter/assign_parent", .params = &family_params,
	.run = run_assign,
	.scope = SCOPE_REFERRALS_WRITE,
};

/* --- out of sight, and back --- */

static struct str
archived_change(struct arena *a, struct when was, struct when now)
{
	char text[CLOCK_ISO_LEN + 1];
	struct record_diff d;

	clock_iso(was.us != 0 ? was : now, text);
	diff_init(&d, a);
	if (was.us == 0)
		diff_label(&d, "archived_at", NULL, text);
	else
		diff_label(&d, "archived_at", text, NULL);
	return str_skip(diff_members(&d), 1);
}

/* Those of whom it is not so yet; the others are as they should be. */
static struct list
changing(struct arena *a, const struct list *rows, struct when archived,
    struct str **changes)
{
	const struct held *h = rows->items;
	struct batch_item *item = arena_array(a, rows->n + 1, sizeof(*item));
	size_t n = 0;

	*changes = arena_array(a, rows->n + 1, sizeof(**changes));
	for (size_t i = 0; i < rows->n; i++) {
		if ((h[i].archived_at.us != 0) == (archived.us != 0))
			continue;
		(*changes)[n] = archived_change(a, h[i].archived_at, archived);
		item[n++] = (struct batch_item){ .id = h[i].id };
	}
	return (struct list){ item, n };
}

static enum err
run_archive(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows, some;
	struct str ids, *changes;

	(void)params;
	TRY(hold(db, a, by, item, n, &rows));
	some = changing(a, &rows, by->now, &changes);
	if (some.n == 0)
		return OK;
	ids = batch_ids(a, some.items, some.n);
	TRY(db_exec(db, Q_PROMOTER_WAITING, ARGS(by->organization_id, -1, ids),
	    NULL, NULL));
	TRY(db_exec(db, Q_PROMOTER_ARCHIVE_LINKS, ARGS(ids, by->now), NULL,
	    NULL));
	TRY(db_exec(db, Q_PROMOTER_ARCHIVE, ARGS(ids, by->now), NULL, NULL));
	return tell(db, a, by, "promoter.archived", &some, changes);
}

static enum err
run_restore(struct db *db, struct arena *a, const struct actor *by,
    const void *params, struct batch_item *item, size_t n)
{
	struct list rows, some;
	struct str ids, *changes;

	(void)params;
	TRY(hold(db, a, by, item, n, &rows));
	some = changing(a, &rows, (struct when){ 0 }, &changes);
	if (some.n == 0)
		return OK;
	ids = batch_ids(a, some.items, some.n);
	TRY(db_exec(db, Q_PROMOTER_WAITING, ARGS(by->organization_id, 1, ids),
	    NULL, NULL));
	TRY(db_exec(db, Q_PROMOTER_RESTORE_LINKS, ARGS(ids, by->now), NULL,
	    NULL));
	TRY(db_exec(db, Q_PROMOTER_RESTORE, ARGS(ids), NULL, NULL));
	return tell(db, a, by, "promoter.restored", &some, changes);
}

const struct batch_action promoter_archive = {
	.label = "promoter/archive", .run = run_archive,
	.scope = SCOPE_REFERRALS_WRITE,
};
const struct batch_action promoter_restore = {
	.label = "promoter/restore", .run = run_restore,
	.scope = SCOPE_REFERRALS_WRITE,
};
