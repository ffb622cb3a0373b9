/* Payout methods: one of each promoter is selected, by a unique key. */
#include "model/payout/method.h"

#include "model/event/record.h"
#include "model/payout/payout.h"
#include "base/banned.h"

const char *const payout_method_labels[] = {
	"paypal", "bank", "wise", "crypto", "custom", "dots", NULL
};

SHAPE(payout_method_row, struct payout_method, NULL,
    COLUMN(struct payout_method, id),
    COLUMN(struct payout_method, referrer_id),
    COLUMN(struct payout_method, method, .labels = payout_method_labels),
    COLUMN(struct payout_method, details),
    COLUMN(struct payout_method, is_disabled),
    COLUMN(struct payout_method, is_selected),
    COLUMN(struct payout_method, created_at),
    COLUMN(struct payout_method, version));

static enum err
event(struct db *db, struct arena *a, const struct actor *who, uint64_t id,
    const char *type, struct str changed)
{
	return event_write(db, a, &(struct event){ who->organization_id, type,
	    id, who->user_id, who->now }, "%.*s", STR_ARG(changed));
}

static struct str
yes(bool b)
{
	return b ? STR("true") : STR("false");
}

static struct str
change_of(struct arena *a, const struct payout_method *was,
    const struct payout_method *now)
{
	struct record_diff d;

	diff_init(&d, a);
	diff_label(&d, "method", payout_method_labels[was->method],
	    payout_method_labels[now->method]);
	diff_value(&d, "is_disabled", yes(was->is_disabled),
	    yes(now->is_disabled));
	diff_value(&d, "is_selected", yes(was->is_selected),
	    yes(now->is_selected));
	diff_text(&d, "details", was->details, now->details);
	return str_skip(diff_members(&d), 1);
}

/* Locks the promoter, so that his methods change one after the other. */
static enum err
hold_promoter(struct db *db, struct arena *a, const struct actor *who,
    uint64_t referrer_id)
{
	struct id_row row = { 0 };

	return db_row(db, a, Q_PAYOUT_METHOD_OWNER, ARGS(referrer_id,
	    who->organization_id), &id_row, &row);
}

struct used_by {
	uint64_t id, batch_id;
};

SHAPE(payout_used_row, struct used_by, NULL,
    COLUMN(struct used_by, id),
    COLUMN(struct used_by, batch_id));

/*
 * The one that is selected changes: *used are the payouts that it is to pay,
 * which are counted by it no more.  What somebody looked through in a batch
 * stays until it is paid.
 */
static enum err
begin_change(struct db *db, struct arena *a, const struct actor *who,
    uint64_t referrer_id, struct str *used)
{
	const struct used_by *o;
	struct list rows;
	uint64_t *ids;

	TRY(db_rows(db, a, Q_PAYOUT_METHOD_USED, ARGS(who->organization_id,
	    referrer_id), &payout_used_row, &rows));
	o = rows.items;
	ids = arena_array(a, rows.n + 1, sizeof(*ids));
	for (size_t i = 0; i < rows.n; i++) {
		if (o[i].batch_id != 0)
			return ERR_CONFLICT;
		ids[i] = o[i].id;
	}
	*used = ids_json(a, ids, rows.n);
	return payout_count(db, -1, *used);
}

/* So that payments batches find his payouts; NULL: he is not paid by any. */
static enum err
end_change(struct db *db, const struct actor *who, uint64_t referrer_id,
    const struct payout_method *m, struct str used)
{
	bool none = m == NULL || !m->is_selected || m->is_disabled;

	TRY(db_exec(db, Q_PAYOUT_METHOD_WANTED, ARGS(none ? ARG(STR_NULL) :
	    LABEL(payout_method_labels, m->method), who->organization_id,
	    referrer_id), NULL, NULL));
	return payout_count(db, 1, used);
}

static struct arg
selected(const struct payout_method *m)
{
	return m->is_selected ? ARG(INT64_C(1)) : arg_some(0);
}

/* In whose place another is. */
static enum err
unselect(struct db *db, struct arena *a, const struct actor *who,
    uint64_t referrer_id, uint64_t id)
{
	TRY(db_exec(db, Q_PAYOUT_METHOD_UNSELECT, ARGS(who->now, referrer_id),
	    NULL, NULL));
	return event(db, a, who, id, "payout_method.updated",
	    STR("\"changes\":{\"is_selected\":[true,false]}"));
}

/* *id: the one that is selected, or 0. */
static enum err
find_selected(struct db *db, struct arena *a, uint64_t referrer_id,
    uint64_t *id)
{
	struct id_row row = { 0 };
	enum err e = db_row(db, a, Q_PAYOUT_METHOD_ANY, ARGS(referrer_id),
	    &id_row, &row);

	*id = row.id;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
method_create(struct db *db, struct arena *a, const struct actor *who,
    struct payout_method *m)
{
	struct str used = STR_NULL;
	uint64_t other;

	TRY(hold_promoter(db, a, who, m->referrer_id));
	TRY(find_selected(db, a, m->referrer_id, &other));
	m->is_selected |= other == 0;
	if (m->is_selected)
		TRY(begin_change(db, a, who, m->referrer_id, &used));
	if (m->is_selected && other != 0)
		TRY(unselect(db, a, who, m->referrer_id, other));
	TRY(db_exec(db, Q_PAYOUT_METHOD_INSERT, ARGS(who->organization_id,
	    m->referrer_id, LABEL(payout_method_labels, m->method),
	    m->details, m->is_disabled, selected(m), who->now), NULL, &m->id));
	if (m->is_selected)
		TRY(end_change(db, who, m->referrer_id, m, used));
	m->created_at = who->now;
	m->version = 1;
	return event(db, a, who, m->id, "payout_method.created",
	    STR_NULL);
}

static bool
is_of(const struct payout_method *m, uint64_t referrer_id)
{
	return referrer_id == 0 || m->referrer_id == referrer_id;
}

enum err
method_get(struct db *db, struct arena *a, uint64_t org,
    uint64_t referrer_id, uint64_t id, struct payout_method *m)
{
	const struct list_query q = { .q = Q_PAYOUT_METHOD_LIST,
	    .wheres = Q_PAYOUT_METHOD_LIST_WHERE_ONE };
	struct list rows;

	TRY(db_list(db, a, &q, ARGS(org, id, INT64_C(1), INT64_C(0)),
	    &payout_method_row, &rows));
	if (rows.n == 0)
		return ERR_NOT_FOUND;
	*m = *(const struct payout_method *)rows.items;
	return is_of(m, referrer_id) ? OK : ERR_NOT_FOUND;
}

enum err
method_lock(struct db *db, struct arena *a, const struct actor *who,
    uint64_t referrer_id, uint64_t id, struct payout_method *m)
{
	TRY(hold_promoter(db, a, who, referrer_id));
	TRY(db_row(db, a, Q_PAYOUT_METHOD_LOCK, ARGS(id, who->organization_id),
	    &payout_method_row, m));
	return m->referrer_id == referrer_id ? OK : ERR_NOT_FOUND;
}

/* Writes it, with what its promoter is paid by. */
static enum err
write(struct db *db, struct arena *a, const struct actor *who,
    const struct payout_method *was, const struct payout_method *m)
{
	struct str used = STR_NULL;
	uint64_t other = 0;

	if (m->is_selected || was->is_selected)
		TRY(begin_change(db, a, who, m->referrer_id, &used));
	if (m->is_selected && !was->is_selected)
		TRY(find_selected(db, a, m->referrer_id, &other));
	if (other != 0)
		TRY(unselect(db, a, who, m->referrer_id, other));
	TRY(db_exec(db, Q_PAYOUT_METHOD_UPDATE, ARGS(
	    LABEL(payout_method_labels, m->method), m->details,
	    m->is_disabled, selected(m), who->now, m->id), NULL, NULL));
	return m->is_selected || was->is_selected ?
	    end_change(db, who, m->referrer_id, m, used) : OK;
}

enum err
method_update(struct db *db, struct arena *a, const struct actor *who,
    const struct payout_method *was, struct payout_method *m)
{
	const struct str changes = change_of(a, was, m);

	m->created_at = was->created_at;
	m->version = was->version;
	if (changes.n == 0)
		return OK;
	TRY(write(db, a, who, was, m));
	m->version++;
	return event(db, a, who, m->id, "payout_method.updated", changes);
}

enum err
method_delete(struct db *db, struct arena *a, const struct actor *who,
    uint64_t referrer_id, uint64_t id)
{
	struct payout_method was = { 0 };
	struct str used = STR_NULL;

	TRY(db_row(db, a, Q_PAYOUT_METHOD_LOCK, ARGS(id,
	    who->organization_id), &payout_method_row, &was));
	if (!is_of(&was, referrer_id))
		return ERR_NOT_FOUND;
	if (was.is_selected)
		TRY(begin_change(db, a, who, was.referrer_id, &used));
	TRY(db_exec(db, Q_PAYOUT_METHOD_DELETE, ARGS(id), NULL, NULL));
	if (was.is_selected)
		TRY(end_change(db, who, was.referrer_id, NULL, used));
	return event(db, a, who, id, "payout_method.deleted", STR_NULL);
}

enum err
method_forget(struct db *db, struct arena *a, uint64_t org, uint64_t member)
{
	struct list rows;
	struct str used;

	TRY(db_rows(db, a, Q_PAYOUT_METHOD_USED_OF, ARGS(org, member),
	    &id_row, &rows));
	used = ids_json(a, rows.items, rows.n);
	TRY(payout_count(db, -1, used));
	TRY(db_exec(db, Q_WIPE_WANTED_OF, ARGS(org, member), NULL, NULL));
	TRY(db_exec(db, Q_WIPE_PAYOUT_METHODS_OF, ARGS(org, member), NULL,
	    NULL));
	return payout_count(db, 1, used);
}

enum err
method_list(struct db *db, struct arena *a, uint64_t org,
    uint64_t referrer_id, const struct paging *p, struct list *out)
{
	struct list_query q = { .q = Q_PAYOUT_METHOD_LIST };
	struct arg_list args = { .n = 0 };

	arg_push(&args, ARG(org));
	if (referrer_id != 0) {
		q.wheres |= Q_PAYOUT_METHOD_LIST_WHERE_PROMOTER;
		arg_push(&args, ARG(referrer_id));
	}
	if (p->after_id != 0) {
		q.wheres |= Q_PAYOUT_METHOD_LIST_WHERE_AFTER;
		arg_push(&args, ARG(p->after_id));
	}
	arg_push(&args, ARG(p->limit + 1));
	arg_push(&args, ARG(p->offset));
	return db_list(db, a, &q, ARG_LIST(args), &payout_method_row, out);
}
