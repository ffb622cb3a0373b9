/*
 * JSON text to a record: the strict scanner, then json-c, then the shape.
 *
 * The type of a value is looked at before any getter of json-c, which would
 * convert instead.
 */
#include <json.h>
#include <json_object_iterator.h>

#include "json/check.h"
#include "json/text.h"

#include "base/banned.h"

struct decoder {
	struct arena *arena;
	bool lax;
	struct complaints *wrong;
};

static struct str
text_of(json_object *v)
{
	return (struct str){ json_object_get_string(v),
	    (size_t)json_object_get_string_len(v) };
}

static bool
is(json_object *v, json_type type)
{
	return json_object_get_type(v) == type;
}

static void decode_object(const struct decoder *, const struct shape *,
    json_object *, void *record, struct str path, uint64_t *given);

static void
not_a(const struct place *p, const char *what)
{
	complain(p->wrong, p->arena, p->path, "must be %s", what);
}

/* A string, or where that is allowed the digits of a whole number. */
static bool
is_text(const struct field *f, json_object *v, struct str *text)
{
	if (is(v, json_type_string))
		*text = text_of(v);
	else if ((f->flags & F_LOOSE) != 0 && is(v, json_type_int))
		*text = str_of(json_object_get_string(v));
	else
		return false;
	return true;
}

/* Bare ids, of which there may be very many. */
static void
decode_ids(const struct decoder *d, const struct place *p, json_object *v,
    size_t n)
{
	struct list *out = (struct list *)(void *)p->at;
	uint64_t *id = arena_array(d->arena, n + 1, sizeof(*id));
	int64_t number;

	*out = (struct list){ id, n };
	for (size_t i = 0; i < n; i++) {
		json_object *item = json_object_array_get_idx(v, i);

		if (is(item, json_type_int))
			number = json_object_get_int64(item);
		else if (!is(item, json_type_string) ||
		    !str_to_i64(text_of(item), &number))
			number = 0;
		id[i] = (uint64_t)number;
		if (number < 1)
			complain(d->wrong, d->arena, str_printf(d->arena,
			    "%.*s[%zu]", STR_ARG(p->path), i),
			    "must be an id: a number from 1");
	}
}

static void
decode_list(const struct decoder *d, const struct place *p, json_object *v)
{
	const struct field *f = p->field;
	size_t n, size = f->of != NULL ? f->of->size : sizeof(struct str);
	struct list *out = (struct list *)(void *)p->at;

	if (!is(v, json_type_array)) {
		not_a(p, "an array");
		return;
	}
	n = json_object_array_length(v);
	if (!check_count(p, n))
		return;
	if ((f->flags & F_IDS) != 0) {
		decode_ids(d, p, v, n);
		return;
	}
	*out = (struct list){ arena_array(d->arena, n + 1, size), n };
	for (size_t i = 0; i < n; i++) {
		json_object *item = json_object_array_get_idx(v, i);
		struct place one = *p;
		struct str text;

		one.path = str_printf(d->arena, "%.*s[%zu]", STR_ARG(p->path),
		    i);
		one.at = (char *)out->items + i * size;
		if (f->of != NULL && is(item, json_type_object))
			decode_object(d, f->of, item, one.at, one.path, NULL);
		else if (f->of != NULL)
			not_a(&one, "an object");
		else if (is_text(f, item, &text))
			check_item(&one, text);
		else
			not_a(&one, "a string");
	}
}

static void
decode_int(const struct decoder *d, const struct place *p, json_object *v)
{
	bool loose = d->lax || (p->field->flags & F_LOOSE) != 0;
	int64_t n;

	if (is(v, json_type_int))
		check_int(p, json_object_get_int64(v));
	else if (loose && is(v, json_type_string) &&
	    text_of(v).n <= DIGITS_MAX && str_to_i64(text_of(v), &n))
		check_int(p, n);
	else
		not_a(p, "a whole number");
}

static void
decode_id(const struct decoder *d, const struct place *p, json_object *v)
{
	struct str text;

	if (is_text(p->field, v, &text))
		check_id(p, text);
	else if (is(v, json_type_int) &&
	    (d->lax || (p->field->flags & F_ID_NUMBER) != 0))
		check_id(p, str_printf(p->arena, "%lld",
		    (long long)json_object_get_int64(v)));
	else
		not_a(p, "an id: a string of digits");
}

/* Kept as text, in whatever form it is. */
static void
decode_json(const struct place *p, json_object *v)
{
	struct str form = str_of(p->field->format != NULL ?
	    p->field->format : "object");

	if (str_is(form, "object") && !is(v, json_type_object))
		not_a(p, "an object");
	else if (str_is(form, "array") && !is(v, json_type_array))
		not_a(p, "an array");
	else
		*(struct str *)(void *)p->at = json_text(p->arena, v);
}

/* json-c keeps the text that a number had. */
static void
decode_decimal(const struct place *p, json_object *v)
{
	if (is(v, json_type_string))
		check_decimal(p, text_of(v));
	else if (is(v, json_type_int) || is(v, json_type_double))
		check_decimal(p, str_of(json_object_get_string(v)));
	else
		not_a(p, "a number");
}

static void
decode_value(const struct decoder *d, const struct place *p, json_object *v)
{
	enum field_type type = p->field->type;
	struct str text;

	if ((p->field->flags & F_JSON) != 0) {
		decode_json(p, v);
		return;
	}
	switch (type) {
	case T_BOOL:
		if (is(v, json_type_boolean))
			*(bool *)(void *)p->at = json_object_get_boolean(v);
		else
			not_a(p, "true or false");
		return;
	case T_INT:
		decode_int(d, p, v);
		return;
	case T_ID:
		decode_id(d, p, v);
		return;
	case T_DECIMAL:
		decode_decimal(p, v);
		return;
	case T_LIST:
		decode_list(d, p, v);
		return;
	case T_RECORD:
		if (is(v, json_type_object))
			decode_object(d, p->field->of, v, p->at, p->path,
			    NULL);
		else
			not_a(p, "an object");
		return;
	case T_STR:
	case T_TIME:
	case T_DAY:
	case T_LABEL:
		break;
	}
	if (!is_text(p->field, v, &text))
		not_a(p, "a string");
	else if (type == T_STR)
		check_text(p, text);
	else if (type == T_TIME)
		check_time(p, text);
	else if (type == T_DAY)
		check_day(p, text);
	else
		check_label(p, text);
}

static const struct field *
field_named(const struct shape *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
	return NULL;
}

static struct str
member_path(struct arena *a, struct str path, const char *name)
{
	return path.n == 0 ? str_dup(a, str_of(name)) :
	    str_printf(a, "%.*s.%s", STR_ARG(path), name);
}

static void
refuse_unknown(const struct decoder *d, const struct shape *s, json_object *o,
    struct str path)
{
	struct json_object_iterator it = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);

	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		const char *name = json_object_iter_peek_name(&it);

		if (field_named(s, name) == NULL)
			complain(d->wrong, d->arena,
			    member_path(d->arena, path, name),
			    "is not known here: see the API document");
	}
}

static void
decode_object(const struct decoder *d, const struct shape *s, json_object *o,
    void *record, struct str path, uint64_t *given)
{
	check_defaults(s, record);
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		struct place p = { d->arena, f, STR_NULL,
		    (char *)record + f->at, d->wrong };
		json_object *v;
		bool there = json_object_object_get_ex(o, f->name, &v);

		if (d->lax && is(v, json_type_string) &&
		    check_is_none(f, text_of(v)))
			there = false;
		p.path = member_path(d->arena, path, f->name);
		if (there && v != NULL)
			decode_value(d, &p, v);
		else if ((f->flags & F_REQUIRED) != 0)
			not_a(&p, "given");
		else if (there && (f->flags & F_NULLABLE) == 0)
			not_a(&p, "something, not null");
		if (there && given != NULL)
			*given |= UINT64_C(1) << i;
	}
	if (!d->lax)
		refuse_unknown(d, s, o, path);
}

enum err
json_decode(struct arena *a, struct str text, const struct shape *s, bool lax,
    void *record, uint64_t *given, struct complaints *wrong)
{
	struct decoder d = { a, lax, wrong };
	json_object *o;
	const char *why;
	size_t at;

	*given = 0;
	if (!json_lint(text, &why, &at)) {
		complain(wrong, a, STR(""), "at byte %zu: %s", at, why);
		return ERR_BAD_JSON;
	}
	o = json_parse(text);
	if (o != NULL)
		arena_defer(a, json_release, o);
	if (!is(o, json_type_object)) {
		complain(wrong, a, STR(""), "the body must be a JSON object");
		return ERR_BAD_JSON;
	}
	decode_object(&d, s, o, record, STR(""), given);
	return wrong->n == 0 ? OK : ERR_INVALID;
}
