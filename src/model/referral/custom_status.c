/* The company's own states of referrals. */
#include "model/referral/custom_status.h"

#include "db/paging.h"
#include "model/event/event.h"
#include "base/banned.h"

SHAPE(custom_status_row, struct custom_status, NULL,
    COLUMN(struct custom_status, id),
    COLUMN(struct custom_status, organization_id),
    COLUMN(struct custom_status, name),
    COLUMN(struct custom_status, description),
    COLUMN(struct custom_status, position),
    COLUMN(struct custom_status, created_at),
    COLUMN(struct custom_status, updated_at));

enum err
custom_status_list(struct db *db, struct arena *a, uint64_t org,
    struct list *out)
{
	return db_rows(db, a, Q_CUSTOM_STATUS_LIST, ARGS(org),
	    &custom_status_row, out);
}

enum err
custom_status_hold(struct db *db, struct arena *a, uint64_t org, uint64_t id)
{
	struct custom_status s = { 0 };
	enum err e = db_row(db, a, Q_CUSTOM_STATUS_HOLD, ARGS(id, org),
	    &custom_status_row, &s);

	return e == ERR_NOT_FOUND ? ERR_NO_STATUS : e;
}

static const struct custom_status *
find(const struct list *all, uint64_t id)
{
	const struct custom_status *s = all->items;

	for (size_t i = 0; i < all->n; i++)
		if (s[i].id == id)
			return &s[i];
	return NULL;
}

/* Those that are named must be there; how many there would be. */
static enum err
look(const struct list *all, const struct custom_status_change *c, size_t n,
    size_t *wrong)
{
	size_t left = all->n;

	for (*wrong = 0; *wrong < n; (*wrong)++) {
		const struct custom_status_change *one = &c[*wrong];

		if (one->id != 0 && find(all, one->id) == NULL)
			return ERR_NOT_FOUND;
		left += one->id == 0;
		left -= one->destroy;
	}
	return left > CUSTOM_STATUSES_MAX ? ERR_LIMIT : OK;
}

static enum err
insert(struct db *db, const struct actor *who, const struct list *all,
    const struct custom_status_change *c)
{
	const struct custom_status *was = find(all, c->id);
	enum err e = db_exec(db, Q_CUSTOM_STATUS_INSERT, ARGS(c->id,
	    who->organization_id, c->name, c->description, c->position,
	    was != NULL ? was->created_at : who->now, who->now), NULL, NULL);

	return e == ERR_CONFLICT && strcmp(db_duplicate(db),
	    "custom_status_name") == 0 ? ERR_NAME_TAKEN : e;
}

enum err
custom_status_update(struct db *db, struct arena *a, const struct actor *who,
    const struct custom_status_change *c, size_t n, size_t *wrong)
{
	uint64_t *ids = arena_array(a, n + 1, sizeof(*ids));
	struct list all;
	size_t known = 0;

	TRY(db_rows(db, a, Q_CUSTOM_STATUS_LOCK, ARGS(who->organization_id),
	    &custom_status_row, &all));
	TRY(look(&all, c, n, wrong));
	for (size_t i = 0; i < n; i++)
		if (c[i].id != 0)
			ids[known++] = c[i].id;
	TRY(db_exec(db, Q_CUSTOM_STATUS_DELETE, ARGS(ids_json(a, ids, known),
	    who->organization_id), NULL, NULL));
	for (*wrong = 0; *wrong < n; (*wrong)++)
		if (!c[*wrong].destroy)
			TRY(insert(db, who, &all, &c[*wrong]));
	return event_by(db, a, who, who->organization_id,
	    "referral_statuses.updated");
}
