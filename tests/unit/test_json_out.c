/* Records to JSON, their schema, and JSON laid out. */
#include "harness.h"

#include <json.h>

#include "all_shape.h"
#include "base/banned.h"

static const char *
encode(const struct shape *s, const void *record, bool masked)
{
	struct buf b;

	buf_init(&b, &arena, 64);
	json_encode(&b, s, record, masked);
	return b.p;
}

static void
records_are_written(void **state)
{
	struct str tags[] = { STR("a"), STR("b\"c") };
	struct line lines[] = { { 1, -2 }, { 0, 3 } };
	struct all r = {
		.flag = true, .count = -1, .free_count = INT64_MIN, .id = 5,
		.number = 6, .text = STR("x"), .name = STR(""),
		.secret = STR("s"), .time = { 1 }, .day = { 20778 },
		.label = 2, .tags = { tags, 2 }, .lines = { lines, 2 },
		.one = { 9, 8 }, .price = { STR("100.10") },
	};

	(void)state;
	assert_string_equal(encode(&all_shape, &r, false), "{\"flag\":true,"
	    "\"count\":-1,\"freeCount\":-9223372036854775808,\"id\":\"5\","
	    "\"number\":6,\"text\":\"x\",\"name\":\"\",\"email\":null,"
	    "\"uri\":null,\"currency\":null,\"slug\":null,\"code\":null,"
	    "\"secret\":\"s\",\"time\":\"1970-01-01T00:00:00.000Z\","
	    "\"day\":\"2026-11-21\",\"colour\":\"blue\","
	    "\"tags\":[\"a\",\"b\\\"c\"],\"kinds\":[],"
	    "\"lines\":[{\"id\":\"1\",\"amount\":-2},"
	    "{\"id\":null,\"amount\":3}],\"one\":{\"id\":\"9\","
	    "\"amount\":8},\"price\":100.10,"
	    "\"loose\":null,\"looseId\":null,\"names\":[]}");
	assert_non_null(strstr(encode(&all_shape, &r, true),
	    "\"secret\":null"));
}

struct sparse {
	struct str text;
	struct list list;
	struct line one;
};

SHAPE(sparse, struct sparse, "Sparse",
    FIELD(struct sparse, text, "text", .flags = F_OMIT),
    FIELD(struct sparse, list, "list", .of = &line_shape, .flags = F_OMIT),
    FIELD(struct sparse, one, "one", .of = &line_shape, .flags = F_OMIT));

static void
what_is_not_there_is_left_out(void **state)
{
	struct sparse s = { .list = { NULL, 0 } };

	(void)state;
	assert_string_equal(encode(&sparse, &s, false), "{}");
	s = (struct sparse){ STR(""), { &s.one, 0 }, { 1, 2 } };
	assert_string_equal(encode(&sparse, &s, false), "{\"text\":\"\","
	    "\"list\":[],\"one\":{\"id\":\"1\",\"amount\":2}}");
}

static void
absent_values_are_null(void **state)
{
	struct all r = { .label = -1, .day = DAY_NONE };
	const char *text;

	(void)state;
	text = encode(&all_shape, &r, false);
	assert_non_null(strstr(text, "\"flag\":false,\"count\":0,"));
	assert_non_null(strstr(text, "\"id\":null,\"number\":null,"));
	assert_non_null(strstr(text, "\"time\":null,\"day\":null,"
	    "\"colour\":null,\"tags\":[],\"kinds\":[],\"lines\":[],"
	    "\"one\":null,\"price\":null,"));
}

/* What is written is strict JSON, and json-c reads the same text back. */
static void
strings_are_escaped(void **state)
{
	struct buf b;
	char all[200];
	size_t n = 0, at;
	const char *why;
	json_object *o;

	(void)state;
	for (int c = 1; c < 128; c++)
		all[n++] = (char)c;
	memcpy(all + n, "\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80", 9);
	n += 9;
	buf_init(&b, &arena, 64);
	json_string(&b, (struct str){ all, n });
	assert_true(json_lint(buf_view(&b), &why, &at));
	o = json_tokener_parse(b.p);
	assert_int_equal(json_object_get_string_len(o), n);
	assert_memory_equal(json_object_get_string(o), all, n);
	json_object_put(o);
	buf_clear(&b);
	json_string(&b, STR("a\0\x1f\"\\/\n\t\r"));
	assert_string_equal(b.p,
	    "\"a\\u0000\\u001f\\\"\\\\/\\n\\t\\u000d\"");
	buf_clear(&b);
	json_string(&b, STR_NULL);
	json_string(&b, STR(""));
	assert_string_equal(b.p, "null\"\"");
}

/* The schema of one field, parsed. */
static json_object *
schema_of(const char *name, bool input)
{
	for (size_t i = 0; i < all_shape.n; i++) {
		const char *why;
		struct buf b;
		size_t at;

		if (strcmp(all_shape.fields[i].name, name) != 0)
			continue;
		buf_init(&b, &arena, 64);
		json_schema_field(&b, &all_shape.fields[i], input);
		assert_true(json_lint(buf_view(&b), &why, &at));
		return json_tokener_parse(b.p);
	}
	fail();
	return NULL;
}

static void
fields_have_schemas(void **state)
{
	static const struct {
		const char *field;
		bool input;
		const char *schema;
	} cases[] = {
		{ "flag", true, "{\"type\":\"boolean\"}" },
		{ "count", true, "{\"type\":\"integer\",\"format\":\"int64\","
		    "\"minimum\":-5,\"maximum\":10}" },
		{ "freeCount", false, "{\"type\":\"integer\","
		    "\"format\":\"int64\",\"minimum\":-9007199254740991,"
		    "\"maximum\":9007199254740991}" },
		{ "id", false, "{\"type\":[\"string\",\"null\"],"
		    "\"pattern\":\"^[1-9][0-9]*$\",\"maxLength\":20}" },
		{ "text", true, "{\"type\":[\"string\",\"null\"],"
		    "\"minLength\":2,\"maxLength\":4,\"description\":"
		    "\"Some \\\"text\\\"\",\"examples\":[\"abc\"]}" },
		{ "email", true, "{\"type\":\"string\",\"maxLength\":254,"
		    "\"format\":\"idn-email\"}" },
		{ "secret", true, "{\"type\":\"string\",\"maxLength\":40}" },
		{ "secret", false, "{\"type\":[\"string\",\"null\"],"
		    "\"maxLength\":40}" },
		{ "day", false, "{\"type\":[\"string\",\"null\"],"
		    "\"format\":\"date\",\"maxLength\":10}" },
		{ "colour", false, "{\"type\":\"string\",\"enum\":[\"red\","
		    "\"green\",\"blue\"]}" },
		{ "tags", true, "{\"type\":\"array\",\"minItems\":1,"
		    "\"maxItems\":3,\"items\":{\"type\":\"string\","
		    "\"maxLength\":1000}}" },
		{ "lines", false, "{\"type\":\"array\",\"maxItems\":1000,"
		    "\"items\":{\"$ref\":\"#/components/schemas/Line\"}}" },
		{ "loose", true, "{\"type\":[\"string\",\"integer\"],"
		    "\"maxLength\":4}" },
		{ "looseId", false, "{\"type\":\"string\","
		    "\"pattern\":\"^[1-9][0-9]*$\",\"maxLength\":20}" },
		{ "names", true, "{\"type\":\"array\",\"maxItems\":1000,"
		    "\"items\":{\"type\":[\"string\",\"integer\"],"
		    "\"maxLength\":1000}}" },
		{ "price", true, "{\"type\":[\"number\",\"string\",\"null\"],"
		    "\"pattern\":\"^(0|[1-9][0-9]*)([.][0-9]+)?$\","
		    "\"maxLength\":20,\"minimum\":0,"
		    "\"maximum\":9007199254740991}" },
		{ "price", false, "{\"type\":[\"number\",\"null\"],"
		    "\"minimum\":0,\"maximum\":9007199254740991}" },
		{ "one", false, "{\"oneOf\":[{\"$ref\":"
		    "\"#/components/schemas/Line\"},{\"type\":\"null\"}]}" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		json_object *is = schema_of(cases[i].field, cases[i].input);
		json_object *should = json_tokener_parse(cases[i].schema);

		assert_non_null(should);
		assert_string_equal(json_object_to_json_string(is),
		    json_object_to_json_string(should));
		json_object_put(is);
		json_object_put(should);
	}
}

static json_object *
whole_schema(const struct shape *s, bool input)
{
	const char *why;
	struct buf b;
	size_t at;

	buf_init(&b, &arena, 64);
	json_schema(&b, s, input, false);
	assert_true(json_lint(buf_view(&b), &why, &at));
	return json_tokener_parse(b.p);
}

static size_t
required_of(const struct shape *s, bool input)
{
	json_object *o = whole_schema(s, input), *v;
	size_t n = 0;

	assert_true(json_object_object_get_ex(o, "properties", &v));
	assert_int_equal(json_object_object_length(v), s->n);
	if (json_object_object_get_ex(o, "required", &v))
		n = json_object_array_length(v);
	assert_true(json_object_object_get_ex(o, "additionalProperties", &v));
	assert_false(json_object_get_boolean(v));
	json_object_put(o);
	return n;
}

static void
shapes_have_schemas(void **state)
{
	(void)state;
	assert_int_equal(required_of(&all_shape, true), 0);
	assert_int_equal(required_of(&all_shape, false), all_shape.n);
	assert_int_equal(required_of(&needy_shape, true), 2);
}

struct raw {
	struct str data;
};

SHAPE(raw_shape, struct raw, "Raw",
    FIELD(struct raw, data, "data", .flags = F_JSON | F_NULLABLE));

static void
json_within_is_written_as_it_is(void **state)
{
	struct raw r = { STR("{\"a\":[1]}") };
	struct buf b;

	(void)state;
	assert_string_equal(encode(&raw_shape, &r, false),
	    "{\"data\":{\"a\":[1]}}");
	r.data = STR_NULL;
	assert_string_equal(encode(&raw_shape, &r, false), "{\"data\":null}");
	buf_init(&b, &arena, 64);
	json_schema_field(&b, &raw_shape.fields[0], false);
	assert_string_equal(b.p, "{\"type\":[\"object\",\"null\"],"
	    "\"additionalProperties\":true}");
}

static void
pretty_text_means_the_same(void **state)
{
	const char *text = "{\"a\":[1,{\"b{\\\"\":\"[,:]\\\\\"}],\"c\":{},"
	    "\"d\":[]}";
	struct buf b;
	const char *why;
	size_t at;

	(void)state;
	buf_init(&b, &arena, 64);
	json_pretty(&b, str_of(text));
	assert_string_equal(b.p, "{\n  \"a\": [\n    1,\n    {\n"
	    "      \"b{\\\"\": \"[,:]\\\\\"\n    }\n  ],\n  \"c\": {},\n"
	    "  \"d\": []\n}\n");
	assert_true(json_lint(buf_view(&b), &why, &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_written),
		TEST(absent_values_are_null),
		TEST(what_is_not_there_is_left_out),
		TEST(strings_are_escaped),
		TEST(fields_have_schemas),
		TEST(shapes_have_schemas),
		TEST(json_within_is_written_as_it_is),
		TEST(pretty_text_means_the_same),
	};

	return cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
