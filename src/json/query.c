/* Query strings to records: the same shapes as bodies. */
#include "json/check.h"

#include "base/utf8.h"

#include "base/banned.h"

/* Percent-decoding, and + for a space.  An absent p: malformed. */
static struct str
decode(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if (byte == '%') {
			if (!check_percent(str_skip(s, i), &byte))
				return STR_NULL;
			i += 2;
		} else if (byte == '+') {
			byte = ' ';
		}
		if (byte == '\0')
			return STR_NULL;
		p[n++] = (char)byte;
	}
	return utf8_valid((struct str){ p, n }) ? (struct str){ p, n } :
	    STR_NULL;
}

static void
put_scalar(const struct place *p, struct str v)
{
	int64_t n;

	switch (p->field->type) {
	case T_BOOL:
		if (str_is(v, "true") || str_is(v, "false"))
			*(bool *)(void *)p->at = v.n == 4;
		else
			complain(p->wrong, p->arena, p->path,
			    "must be true or false");
		return;
	case T_INT:
		if (str_to_i64(v, &n))
			check_int(p, n);
		else
			complain(p->wrong, p->arena, p->path,
			    "must be a whole number");
		return;
	case T_ID:
		check_id(p, v);
		return;
	case T_STR:
		check_text(p, v);
		return;
	case T_TIME:
		check_time(p, v);
		return;
	case T_DAY:
		check_day(p, v);
		return;
	case T_LABEL:
		check_label(p, v);
		return;
	case T_DECIMAL:
		check_decimal(p, v);
		return;
	case T_LIST:
	case T_RECORD:
		break;
	}
	INVARIANT(p->field->type == T_LIST);
}

static void
put_item(const struct place *p, struct str v)
{
	struct list *l = (struct list *)(void *)p->at;
	size_t room = p->field->max != 0 ? (size_t)p->field->max : LIST_MAX;
	struct place one = *p;

	if (l->items == NULL)
		l->items = arena_array(p->arena, room, sizeof(struct str));
	if (l->n >= room) {	/* counted on, and refused in the end */
		l->n++;
		return;
	}
	one.at = (char *)l->items + l->n++ * sizeof(struct str);
	check_item(&one, v);
}

/* Records and JSON don't stand in a query. */
static const struct field *
field_named(const struct shape *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->fields[i].of == NULL &&
		    (s->fields[i].flags & F_JSON) == 0 &&
		    str_is(name, s->fields[i].name))
			return &s->fields[i];
	return NULL;
}

static void
put(struct arena *a, const struct shape *s, bool lax, struct str pair,
    void *record, uint64_t *given, struct complaints *wrong)
{
	struct str raw, name, value = STR("");
	struct place p = { .arena = a, .wrong = wrong };
	uint64_t bit;
	bool item;

	if (!str_cut(pair, '=', &raw, &value))
		value = STR("");
	name = decode(a, raw);
	value = decode(a, value);
	if (name.p == NULL || value.p == NULL) {
		complain(wrong, a, STR(""), "the query is not well encoded");
		return;
	}
	item = name.n > 2 && str_is(str_skip(name, name.n - 2), "[]");
	p.path = name;
	if (item)
		name.n -= 2;
	p.field = field_named(s, name);
	if (p.field == NULL || item != (p.field->type == T_LIST)) {
		if (!lax)
			complain(wrong, a, p.path,
			    "is not known here: see the API document");
		return;
	}
	bit = UINT64_C(1) << (p.field - s->fields);
	if (!item && (*given & bit) != 0)
		complain(wrong, a, p.path, "stands twice");
	*given |= bit;
	p.at = (char *)record + p.field->at;
	if (item)
		put_item(&p, value);
	else
		put_scalar(&p, value);
}

/* What only the end of the query shows. */
static void
check_whole(struct arena *a, const struct shape *s, void *record,
    uint64_t given, struct complaints *wrong)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		struct place p = { a, f, str_of(f->name),
		    (char *)record + f->at, wrong };
		struct list *l = (struct list *)(void *)p.at;

		if ((given >> i & 1) == 0) {
			if ((f->flags & F_REQUIRED) != 0)
				complain(wrong, a, p.path, "must be given");
			continue;
		}
		if (f->type == T_LIST && !check_count(&p, l->n))
			*l = (struct list){ NULL, 0 };
	}
}

enum err
query_decode(struct arena *a, struct str query, const struct shape *s,
    bool lax, void *record, uint64_t *given, struct complaints *wrong)
{
	struct str pair;

	*given = 0;
	check_defaults(s, record);
	while (query.n > 0) {
		(void)str_cut(query, '&', &pair, &query);
		if (pair.n > 0)
			put(a, s, lax, pair, record, given, wrong);
	}
	check_whole(a, s, record, *given, wrong);
	return wrong->n == 0 ? OK : ERR_INVALID;
}
