/* JSON text to objects and back, and merged (RFC 7386). */
#include "base/log.h"
#include "json/shape.h"
#include "json/text.h"

#include "base/banned.h"

/* The closing quote of the string that begins there. */
static size_t
string_end(struct str s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i;
}

static bool
is_empty(struct str s, size_t i)
{
	for (i++; i < s.n && strchr(" \t\r\n", s.p[i]) != NULL;)
		i++;
	return i < s.n && (s.p[i] == '}' || s.p[i] == ']');
}

/* Members, items, and the whole: behind commas, and first in brackets. */
static size_t
values_in(struct str s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"')
			i = string_end(s, i);
		else if (s.p[i] == '{' || s.p[i] == '[')
			n += !is_empty(s, i);
		else
			n += s.p[i] == ',';
	return n;
}

static size_t
values_of(json_object *o)
{
	struct json_object_iter it;
	size_t n = 1;

	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += values_of(json_object_array_get_idx(o, i));
	if (json_object_is_type(o, json_type_object))
		json_object_object_foreachC(o, it)
			n += values_of(it.val);
	return n;
}

/* Where memory is short, json-c leaves values out and says nothing. */
json_object *
json_parse(struct str text)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	json_object *o = NULL;

	if (tok != NULL) {
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
		o = json_tokener_parse_ex(tok, text.p, (int)text.n);
		json_tokener_free(tok);
	}
	if (tok == NULL || values_of(o) != values_in(text))
		log_die("out of memory: JSON");
	return o;
}

/* Numbers with a fraction or an exponent are written as they came. */
struct str
json_text(struct arena *a, json_object *o)
{
	size_t n;
	const char *p = json_object_to_json_string_length(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);

	if (p == NULL)
		log_die("out of memory: JSON");
	return str_dup(a, (struct str){ p, n });
}

void
json_release(void *object)
{
	json_object_put(object);
}

/* Takes over value. */
static void
set_member(json_object *o, const char *name, json_object *value)
{
	if (o == NULL || json_object_object_add(o, name, value) != 0)
		log_die("out of memory: JSON");
}

/* Takes over target; the result is the caller's. */
static json_object *
merged(json_object *target, json_object *patch)
{
	struct json_object_iter it;

	if (!json_object_is_type(patch, json_type_object)) {
		json_object_put(target);
		return json_object_get(patch);
	}
	if (!json_object_is_type(target, json_type_object)) {
		json_object_put(target);
		target = json_object_new_object();
	}
	json_object_object_foreachC(patch, it) {
		json_object *was = json_object_object_get(target, it.key);

		if (it.val == NULL)
			json_object_object_del(target, it.key);
		else
			set_member(target, it.key,
			    merged(json_object_get(was), it.val));
	}
	return target;
}

struct str
json_merge(struct arena *a, struct str target, struct str patch)
{
	json_object *p, *both;
	struct str text;

	if (patch.p == NULL)
		return STR_NULL;
	p = json_parse(patch);
	both = merged(target.p != NULL ? json_parse(target) : NULL, p);
	text = json_text(a, both);
	json_object_put(both);
	json_object_put(p);
	return text;
}

struct list
json_members(struct arena *a, struct str object)
{
	json_object *o = json_parse(object);
	struct json_object_iter it;
	struct json_member *m;
	size_t n = 0;

	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return (struct list){ NULL, 0 };
	}
	m = arena_array(a, (size_t)json_object_object_length(o) + 1,
	    sizeof(*m));
	json_object_object_foreachC(o, it) {
		m[n].name = str_dup(a, str_of(it.key));
		m[n].json = json_text(a, it.val);
		if (json_object_is_type(it.val, json_type_string))
			m[n].text = str_dup(a, (struct str){
			    json_object_get_string(it.val),
			    (size_t)json_object_get_string_len(it.val) });
		n++;
	}
	json_object_put(o);
	return (struct list){ m, n };
}
