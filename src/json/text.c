/* JSON text to objects and back, and merged (RFC 7386). */
#include "base/log.h"
#include "json/shape.h"
#include "json/text.h"

#include "base/banned.h"

json_object *
json_parse(struct str text)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	json_object *o;

	if (tok == NULL)
		log_die("out of memory: a JSON parser");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text.p, (int)text.n);
	json_tokener_free(tok);
	return o;
}

/* Numbers with a fraction or an exponent are written as they came. */
struct str
json_text(struct arena *a, json_object *o)
{
	size_t n;
	const char *p = json_object_to_json_string_length(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);

	return str_dup(a, (struct str){ p, n });
}

void
json_release(void *object)
{
	json_object_put(object);
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
			json_object_object_add(target, it.key,
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
