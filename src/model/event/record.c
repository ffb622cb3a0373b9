/* Which records an event changed. */
#include "model/event/record.h"

#include "base/banned.h"

#define CHANGES_A_LINE 256	/* a sale has fewer commissions */
#define LINES_MOST 8		/* of one event */

enum whose {
	OF_ENTITY,
	OF_CHANGED,		/* the event's referral */
	OF_FIRST,		/* the event's referral: a customer by it */
	OF_STATED,		/* the entity, in the state of the type */
	OF_COMMISSIONS,		/* each of the event's */
	OF_STATED_COMMISSIONS,	/* those of them in the state of the type */
	OF_OWNER,		/* the event's promoter */
	OF_PROMOTERS,		/* those of its commissions, each once */
};

static const struct line {
	const char *event, *type;
	enum record record;
	enum whose whose;
} lines[] = {
#define RECORD_CHANGE(event, type, record, whose) \
	{ event, type, RECORD_##record, OF_##whose },
#include "model/event/record_types.def"
};

const char *const record_types[] = {
#define RECORD_TYPE(type) type,
#include "model/event/record_types.def"
	NULL
};

bool
record_type_known(struct str type)
{
	for (const char *const *t = record_types; *t != NULL; t++)
		if (str_is(type, *t))
			return true;
	return false;
}

/* What the data of events has for this. */
struct fact {
	uint64_t id, promoter_id;
	struct str state;
};

struct facts {
	uint64_t referral_id, promoter_id;
	bool first;
	struct str state;
	struct list commissions;		/* of struct fact */
	struct str changes;
	struct list changed;
	struct list balances;			/* what is said of these */
};

SHAPE(fact_commission, struct fact, NULL,
    FIELD(struct fact, id, "id"),
    FIELD(struct fact, promoter_id, "promoterId"),
    FIELD(struct fact, state, "state"));

SHAPE(facts_shape, struct facts, NULL,
    FIELD(struct facts, referral_id, "referralId"),
    FIELD(struct facts, promoter_id, "promoterId"),
    FIELD(struct facts, first, "first"),
    FIELD(struct facts, state, "state"),
    FIELD(struct facts, commissions, "commissions", .of = &fact_commission,
	.max = CHANGES_A_LINE),
    FIELD(struct facts, changes, "changes", .flags = F_JSON),
    FIELD(struct facts, changed, "changed", .max = 64));

struct telling {
	struct record_change *all;
	size_t n, room;
	const struct line *line;
	int64_t first;			/* number of the line's first change */
	const struct facts *facts;
};

static void
add(struct telling *t, uint64_t id, size_t i)
{
	const bool whole = t->line->whose == OF_ENTITY ||
	    t->line->whose == OF_CHANGED || t->line->whose == OF_FIRST;
	struct record_change c = { .number = t->first + (int64_t)i,
	    .type = t->line->type, .record = t->line->record, .id = id,
	    .changes = STR_NULL };

	if (id == 0)
		return;
	if (whole) {
		c.changes = t->facts->changes;
		c.changed = t->facts->changed;
	} else if (t->line->record == RECORD_PROMOTER)
		c.changed = t->facts->balances;
	INVARIANT(t->n < t->room);
	t->all[t->n++] = c;
}

/* "commission.approved" is of "approved". */
static bool
ends_with(const char *type, struct str state)
{
	const char *last = strrchr(type, '.');

	return last != NULL && str_is(state, last + 1);
}

static bool
is_first(const struct fact *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (f[k].promoter_id == f[i].promoter_id)
			return false;
	return true;
}

static void
tell_line(struct telling *t, uint64_t entity_id)
{
	const struct facts *f = t->facts;
	const struct fact *c = f->commissions.items;

	switch (t->line->whose) {
	case OF_ENTITY:
		add(t, entity_id, 0);
		break;
	case OF_CHANGED:
		if (f->changes.p != NULL || f->changed.n > 0)
			add(t, f->referral_id, 0);
		break;
	case OF_OWNER:
		add(t, f->promoter_id, 0);
		break;
	case OF_FIRST:
		if (f->first)
			add(t, f->referral_id, 0);
		break;
	case OF_STATED:
		if (ends_with(t->line->type, f->state))
			add(t, entity_id, 0);
		break;
	case OF_STATED_COMMISSIONS:
		for (size_t i = 0; i < f->commissions.n; i++)
			if (ends_with(t->line->type, c[i].state))
				add(t, c[i].id, i);
		break;
	case OF_COMMISSIONS:
		for (size_t i = 0; i < f->commissions.n; i++)
			add(t, c[i].id, i);
		break;
	case OF_PROMOTERS:
		for (size_t i = 0; i < f->commissions.n; i++)
			if (is_first(c, i))
				add(t, c[i].promoter_id, i);
		break;
	}
}

/* Data that can't be read says nothing, and holds up nothing. */
static struct facts
read_facts(struct arena *a, struct str data)
{
	struct str *name = ARENA_NEW(a, struct str);
	struct facts f = { .referral_id = 0 };
	struct complaints wrong;
	uint64_t given;

	complaints_init(&wrong);
	if (json_decode(a, data, &facts_shape, true, &f, &given, &wrong) != OK)
		f = (struct facts){ .referral_id = 0 };
	*name = STR("balances");
	f.balances = (struct list){ name, 1 };
	return f;
}

struct list
record_changes(struct arena *a, struct str type, uint64_t entity_id,
    struct str data)
{
	struct facts f = { .referral_id = 0 };
	struct telling t = { .facts = &f };

	for (size_t i = 0; i < LEN(lines); i++) {
		if (!str_is(type, lines[i].event))
			continue;
		if (t.all == NULL) {
			f = read_facts(a, data);
			t.room = LINES_MOST * (1 + f.commissions.n);
			t.all = arena_array(a, t.room, sizeof(*t.all));
		}
		t.line = &lines[i];
		tell_line(&t, entity_id);
		t.first += CHANGES_A_LINE;
	}
	return (struct list){ t.all, t.n };
}

const struct record_change *
record_change(struct arena *a, const struct event_row *e, int64_t number)
{
	struct list all = record_changes(a, e->type, e->entity_id, e->data);
	const struct record_change *c = all.items;

	for (size_t i = 0; i < all.n; i++)
		if (c[i].number == number)
			return &c[i];
	return NULL;
}

void
diff_init(struct record_diff *d, struct arena *a)
{
	buf_init(&d->values, a, 128);
	buf_init(&d->names, a, 64);
}

void
diff_value(struct record_diff *d, const char *name, struct str was,
    struct str now)
{
	if (!str_eq(was, now))
		buf_printf(&d->values, "%s\"%s\":[%.*s,%.*s]",
		    d->values.n > 0 ? "," : "", name, STR_ARG(was),
		    STR_ARG(now));
}

static struct str
quoted(struct arena *a, const char *label)
{
	return label == NULL ? STR("null") : str_printf(a, "\"%s\"", label);
}

void
diff_label(struct record_diff *d, const char *name, const char *was,
    const char *now)
{
	diff_value(d, name, quoted(d->values.arena, was),
	    quoted(d->values.arena, now));
}

void
diff_name(struct record_diff *d, const char *name)
{
	buf_printf(&d->names, "%s\"%s\"", d->names.n > 0 ? "," : "", name);
}

void
diff_text(struct record_diff *d, const char *name, struct str was,
    struct str now)
{
	if (!str_eq(was, now) || (was.p == NULL) != (now.p == NULL))
		diff_name(d, name);
}

bool
diff_is_empty(const struct record_diff *d)
{
	return d->values.n == 0 && d->names.n == 0;
}

struct str
diff_members(const struct record_diff *d)
{
	struct buf b;

	buf_init(&b, d->values.arena, d->values.n + d->names.n + 32);
	if (d->values.n > 0)
		buf_printf(&b, ",\"changes\":{%.*s}",
		    STR_ARG(buf_view(&d->values)));
	if (d->names.n > 0)
		buf_printf(&b, ",\"changed\":[%.*s]",
		    STR_ARG(buf_view(&d->names)));
	return buf_view(&b);
}
