/* Who wants which events. */
#include "model/event/audience.h"

#include "db/paging.h"
#include "model/event/record.h"
#include "model/event/webhook.h"

#include "base/banned.h"

/* An event and an endpoint of its organization. */
struct pair {
	uint64_t event_id, organization_id, entity_id, endpoint_id;
	struct str type, data, events, campaigns;
	int form;
	bool active;
};

SHAPE(pair_row, struct pair, NULL,
    COLUMN(struct pair, event_id),
    COLUMN(struct pair, organization_id),
    COLUMN(struct pair, entity_id),
    COLUMN(struct pair, endpoint_id),
    COLUMN(struct pair, form, .labels = webhook_form_labels),
    COLUMN(struct pair, type),
    COLUMN(struct pair, data),
    COLUMN(struct pair, events),
    COLUMN(struct pair, campaigns),
    COLUMN(struct pair, active));

/* What may be sent: as long as it is not known in which campaign it was. */
struct candidate {
	struct addressed to;
	const struct pair *pair;
	enum record record;
	uint64_t id;
	uint64_t campaign_id;
	bool foreign;			/* another organization's record */
};

struct candidates {
	struct arena *arena;
	struct candidate *v;
	size_t n, room;
};

static struct candidate *
push(struct candidates *c, const struct pair *p, int64_t number)
{
	if (c->n == c->room) {
		struct candidate *more = arena_array(c->arena,
		    2 * c->room + 16, sizeof(*more));

		if (c->n > 0)
			memcpy(more, c->v, c->n * sizeof(*more));
		c->v = more;
		c->room = 2 * c->room + 16;
	}
	c->v[c->n] = (struct candidate){ .pair = p, .to = { p->event_id,
	    p->organization_id, p->endpoint_id, number, p->active } };
	return &c->v[c->n++];
}

static bool
is_wanted(struct str patterns, struct str type)
{
	struct str rest = patterns, pattern;

	while (rest.p != NULL) {
		(void)str_cut(rest, ' ', &pattern, &rest);
		if (event_pattern_fits(pattern, type))
			return true;
	}
	return false;
}

static void
push_changes(struct candidates *c, const struct pair *p)
{
	struct list all = record_changes(c->arena, p->type, p->entity_id,
	    p->data);
	const struct record_change *change = all.items;

	for (size_t i = 0; i < all.n; i++) {
		struct candidate *one;

		if (!is_wanted(p->events, str_of(change[i].type)))
			continue;
		one = push(c, p, change[i].number);
		one->record = change[i].record;
		one->id = change[i].id;
	}
}

struct place {
	uint64_t id, organization_id, campaign_id;
};

SHAPE(record_place_row, struct place, NULL,
    COLUMN(struct place, id),
    COLUMN(struct place, organization_id),
    COLUMN(struct place, campaign_id));

static int
by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* An event may name a record of a program that is another organization's. */
static enum err
place(struct db *db, struct candidates *c, enum record record, enum query q)
{
	uint64_t *ids = arena_array(c->arena, c->n + 1, sizeof(*ids));
	struct list rows;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].pair->form == WEBHOOK_RECORDS &&
		    c->v[i].record == record)
			ids[n++] = c->v[i].id;
	if (n == 0)
		return OK;
	TRY(db_rows(db, c->arena, q, ARGS(ids_json(c->arena, ids, n)),
	    &record_place_row, &rows));
	qsort(rows.items, rows.n, sizeof(struct place), by_id);
	for (size_t i = 0; i < c->n; i++) {
		struct candidate *one = &c->v[i];
		const struct place key = { .id = one->id }, *p;

		if (one->pair->form != WEBHOOK_RECORDS ||
		    one->record != record)
			continue;
		p = bsearch(&key, rows.items, rows.n, sizeof(key), by_id);
		one->foreign = p == NULL || p->organization_id !=
		    one->to.organization_id;
		one->campaign_id = p == NULL ? 0 : p->campaign_id;
	}
	return OK;
}

/* What is in no campaign goes to all who want it. */
static bool
is_in(const struct candidate *c)
{
	struct str rest = c->pair->campaigns, one;
	uint64_t id;

	if (c->foreign)
		return false;
	if (rest.p == NULL || c->campaign_id == 0)
		return true;
	while (rest.p != NULL) {
		(void)str_cut(rest, ' ', &one, &rest);
		if (str_to_u64(one, &id) && id == c->campaign_id)
			return true;
	}
	return false;
}

enum err
audience(struct db *db, struct arena *a, int64_t last, struct list *out)
{
	struct candidates c = { .arena = a };
	struct addressed *to;
	const struct pair *p;
	struct list pairs;
	size_t n = 0;

	TRY(db_rows(db, a, Q_EVENT_AUDIENCE, ARGS(last), &pair_row, &pairs));
	p = pairs.items;
	for (size_t i = 0; i < pairs.n; i++)
		if (p[i].form == WEBHOOK_RECORDS)
			push_changes(&c, &p[i]);
		else if (is_wanted(p[i].events, p[i].type))
			(void)push(&c, &p[i], 0);
	TRY(place(db, &c, RECORD_REFERRAL, Q_RECORD_PLACE_REFERRAL));
	TRY(place(db, &c, RECORD_COMMISSION, Q_RECORD_PLACE_COMMISSION));
	TRY(place(db, &c, RECORD_PROMOTED, Q_RECORD_PLACE_PROMOTED));
	to = arena_array(a, c.n + 1, sizeof(*to));
	for (size_t i = 0; i < c.n; i++)
		if (is_in(&c.v[i]))
			to[n++] = c.v[i].to;
	*out = (struct list){ to, n };
	return OK;
}
