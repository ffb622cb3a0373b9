/* Query strings to records: the same shapes as bodies. */
#include <json_object_iterator.h>

#include "json/check.h"
#include "json/text.h"

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

/* Of one query string, for all that stands in it. */
struct reader {
	struct arena *arena;
	const struct shape *shape;
	bool lax;
	void *record;
	uint64_t *given;
	struct complaints *wrong;
};

/* "ids[]" and "ids[7]" are items of "ids", in the order in which they stand. */
static bool
cut_item(struct str *name)
{
	size_t n = name->n;

	if (n < 3 || name->p[n - 1] != ']')
		return false;
	for (n--; n > 0 && name->p[n - 1] >= '0' && name->p[n - 1] <= '9'; n--)
		;
	if (n < 2 || name->p[n - 1] != '[')
		return false;
	name->n = n - 1;
	return true;
}

static void
put(const struct reader *r, struct str name, struct str value)
{
	struct place p = { .arena = r->arena, .path = name,
	    .wrong = r->wrong };
	bool item = cut_item(&name), list;
	uint64_t bit;

	p.field = field_named(r->shape, name);
	list = p.field != NULL && p.field->type == T_LIST;
	if (p.field == NULL || (item && !list) ||
	    (list && !item && (p.field->flags & F_LOOSE) == 0)) {
		if (!r->lax)
			complain(r->wrong, r->arena, p.path,
			    "is not known here: see the API document");
		return;
	}
	if (r->lax && (list ? value.n == 0 : check_is_none(p.field, value)))
		return;
	bit = UINT64_C(1) << (p.field - r->shape->fields);
	if (!item && (*r->given & bit) != 0)
		complain(r->wrong, r->arena, p.path, "stands twice");
	*r->given |= bit;
	p.at = (char *)r->record + p.field->at;
	if (list)
		put_item(&p, value);
	else
		put_scalar(&p, value);
}

/* {"a":{"b":1},"c":[2]} of "f" is f[a][b]=1&f[c][]=2; null is not there. */
static void
put_json(const struct reader *r, struct str name, json_object *v)
{
	struct json_object_iterator it, end;

	switch (json_object_get_type(v)) {
	case json_type_null:
		return;
	case json_type_object:
		it = json_object_iter_begin(v);
		end = json_object_iter_end(v);
		for (; !json_object_iter_equal(&it, &end);
		    json_object_iter_next(&it))
			put_json(r, str_printf(r->arena, "%.*s[%s]",
			    STR_ARG(name), json_object_iter_peek_name(&it)),
			    json_object_iter_peek_value(&it));
		return;
	case json_type_array:
		name = str_printf(r->arena, "%.*s[]", STR_ARG(name));
		for (size_t i = 0; i < json_object_array_length(v); i++)
			put_json(r, name, json_object_array_get_idx(v, i));
		return;
	case json_type_boolean:
	case json_type_int:
	case json_type_double:
	case json_type_string:
		break;
	}
	put(r, name, str_dup(r->arena, str_of(json_object_get_string(v))));
}

static void
put_whole(const struct reader *r, struct str name, struct str value)
{
	json_object *top = NULL;
	const char *why;
	size_t at;

	if (json_lint(value, &why, &at))
		top = json_parse(value);
	if (json_object_get_type(top) == json_type_object)
		put_json(r, name, top);
	else
		complain(r->wrong, r->arena, name, "must be a JSON object");
	json_object_put(top);
}

/* Are there "filters[a]", "filters[b]", for which "filters" may stand? */
static bool
is_whole(const struct shape *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->fields[i].name, name.p, name.n) == 0 &&
		    s->fields[i].name[name.n] == '[')
			return true;
	return false;
}

static void
put_pair(const struct reader *r, struct str pair)
{
	struct str raw, name, value = STR("");

	if (!str_cut(pair, '=', &raw, &value))
		value = STR("");
	name = decode(r->arena, raw);
	value = decode(r->arena, value);
	if (name.p == NULL || value.p == NULL)
		complain(r->wrong, r->arena, STR(""),
		    "the query is not well encoded");
	else if (is_whole(r->shape, name))
		put_whole(r, name, value);
	else
		put(r, name, value);
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
	const struct reader r = { a, s, lax, record, given, wrong };
	struct str pair;

	*given = 0;
	check_defaults(s, record);
	while (query.n > 0) {
		(void)str_cut(query, '&', &pair, &query);
		if (pair.n > 0)
			put_pair(&r, pair);
	}
	check_whole(a, s, record, *given, wrong);
	return wrong->n == 0 ? OK : ERR_INVALID;
}
