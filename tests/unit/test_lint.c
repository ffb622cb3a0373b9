/* The strict scanner: what is JSON, what is not, and that json-c agrees. */
#include "harness.h"

#include <json.h>

#include "json/shape.h"
#include "base/banned.h"

/* On a copy of exactly that length, so that reading beyond it is seen. */
static bool
lint(struct str text, size_t *at)
{
	char *copy = malloc(text.n > 0 ? text.n : 1);
	const char *why;
	bool good;

	assert_non_null(copy);
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	good = json_lint((struct str){ copy, text.n }, &why, at);
	assert_int_equal(good, why == NULL);
	free(copy);
	return good;
}

static bool
jsonc_takes(struct str text)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	enum json_tokener_error e;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	json_object_put(json_tokener_parse_ex(tok, text.p, (int)text.n));
	e = json_tokener_get_error(tok);
	json_tokener_free(tok);
	return e == json_tokener_success;
}

static void
json_is_taken(void **state)
{
	static const char *const good[] = {
		"{}", "[]", " { } ", "\t[\r\n]\n", "\"\"", "{\"a\":1}",
		"{\"a\":[1,2,{\"b\":null}],\"c\":true,\"d\":false}\n",
		"[0,-0,1,-1,10,0.5,-0.5,1e5,1E+5,1.5e-9,1e99]",
		"[9007199254740991,-9007199254740991]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00\"]",
		"[\"\xF0\x9F\x98\x80 \xC3\xA9 \x7F\"]",
		"{\"a\":1,\"A\":2,\"\":3}", "{\"a\":{\"a\":1}}",
		"[{\"a\":1},{\"a\":1}]",
	};
	size_t at;

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		assert_true(lint(str_of(good[i]), &at));
		assert_int_equal(at, strlen(good[i]));
		assert_true(jsonc_takes(str_of(good[i])));
	}
}

static void
other_things_are_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[", "]", "{\"a\"}", "{\"a\":}", "{a:1}",
		"{'a':1}", "{\"a\":1,}", "{,}", "[1,]", "[,1]", "[1 2]",
		"{\"a\":1 \"b\":2}", "{\"a\" 1}", "{1:2}", "{} {}", "[]x",
		"nul", "nulL", "True", "tru", "NaN", "Infinity", "-Infinity",
		"undefined", "/**/1", "1//", "\xEF\xBB\xBF{}",
		"01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10",
		"-01", "1.5.5", "--1", "\f1", "\v1",
		"\"", "\"a", "'a'", "\"\t\"", "\"\n\"", "\"\x01\"", "\"\\",
		"\"\\\"", "\"\\x41\"", "\"\\'\"", "\"\\u\"", "\"\\u12\"",
		"\"\\u12G4\"", "\"\\U0041\"",
	};
	size_t at;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(lint(str_of(bad[i]), &at));
}

static void
i_json_is_asked_for(void **state)
{
	static const char *const bad[] = {
		/* the character NUL, anywhere */
		"\"\\u0000\"", "{\"a\\u0000b\":1}", "[\"x\\u0000\"]",
		/* lone surrogates */
		"\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\u0041\"",
		"\"\\uD800x\"", "\"\\uD800\\n\"", "\"\\uD800\\uD800\"",
		"\"\\uDE00\\uD83D\"", "{\"\\uD800\":1}", "\"\\uD800",
		/* broken UTF-8: overlong, surrogate, too high, cut */
		"\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"",
		"\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "\"\xFF\"",
		"{\"\xC3\":1}", "\"\x80\"",
		/* numbers that a double does not hold */
		"9007199254740992", "-9007199254740992",
		"99999999999999999999999999", "1e400", "-1e400", "1e999999999",
		/* names that are the same once decoded */
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
		"{\"\":1,\"\":2}", "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
		"{\"\xC3\xA9\":1,\"\\u00e9\":2}",
		"{\"\\uD83D\\uDE00\":1,\"\xF0\x9F\x98\x80\":2}",
		"{\"\xE2\x82\xAC\":1,\"\\u20AC\":2}",
		"{\"\\n\":1,\"\\u000a\":2}",
	};
	size_t at;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(lint(str_of(bad[i]), &at));
	assert_false(lint(STR("\"a\0b\""), &at));
	assert_false(lint(STR("{}\0"), &at));
	assert_false(lint(STR("\0{}"), &at));
}

static void
the_place_is_told(void **state)
{
	size_t at;

	(void)state;
	assert_false(lint(STR("{\"a\":1,}"), &at));
	assert_int_equal(at, 7);
	assert_false(lint(STR("[1]x"), &at));
	assert_int_equal(at, 3);
}

/* n times open, then middle, then n times close. */
static struct str
nested(size_t n, const char *open, const char *middle, const char *close)
{
	struct buf b;

	buf_init(&b, &arena, 256);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, str_of(open));
	buf_str(&b, str_of(middle));
	for (size_t i = 0; i < n; i++)
		buf_str(&b, str_of(close));
	return buf_view(&b);
}

static void
depth_is_bounded(void **state)
{
	size_t at;

	(void)state;
	assert_true(lint(nested(JSON_MAX_DEPTH, "[", "", "]"), &at));
	assert_true(jsonc_takes(nested(JSON_MAX_DEPTH, "[", "", "]")));
	assert_true(lint(nested(JSON_MAX_DEPTH - 1, "{\"a\":", "1", "}"),
	    &at));
	assert_false(lint(nested(JSON_MAX_DEPTH + 1, "[", "", "]"), &at));
	assert_false(lint(nested(JSON_MAX_DEPTH, "{\"a\":", "1", "}"), &at));
	assert_false(lint(nested(1000000, "[", "", ""), &at));
	assert_false(lint(nested(100000, "{\"a\":", "", ""), &at));
}

static struct str
object_of(size_t members, size_t name_bytes)
{
	struct buf b;

	buf_init(&b, &arena, 4096);
	buf_char(&b, '{');
	for (size_t i = 0; i < members; i++)
		buf_printf(&b, "%s\"%0*zu\":%zu", i > 0 ? "," : "",
		    (int)name_bytes, i, i);
	buf_char(&b, '}');
	return buf_view(&b);
}

static void
objects_are_bounded(void **state)
{
	size_t at;

	(void)state;
	assert_true(lint(object_of(1000, 4), &at));
	assert_false(lint(object_of(1001, 4), &at));
	assert_true(lint(object_of(2, 255), &at));
	assert_false(lint(object_of(2, 256), &at));
	assert_false(lint(object_of(2, 5000), &at));
}

/* No number that is taken may be infinite for a double. */
static void
numbers_are_finite(void **state)
{
	struct str whole = nested(200, "9", "", ""), text;
	size_t at;

	(void)state;
	text = str_printf(&arena, "%.*s.5e99", STR_ARG(whole));
	assert_true(lint(text, &at));
	assert_true(strtod(str_c(&arena, text), NULL) < 1e300);
	assert_false(lint(str_printf(&arena, "9%.*s.5e99", STR_ARG(whole)),
	    &at));
	assert_false(lint(str_printf(&arena, "9%.*s", STR_ARG(whole)), &at));
	assert_true(lint(nested(1, "0.", "1", "e-99"), &at));
	assert_true(lint(str_printf(&arena, "0.%.*s", STR_ARG(whole)), &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_is_taken),
		TEST(other_things_are_refused),
		TEST(i_json_is_asked_for),
		TEST(the_place_is_told),
		TEST(depth_is_bounded),
		TEST(objects_are_bounded),
		TEST(numbers_are_finite),
	};

	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
