/* JSON that is kept as text, merged, and left out; times in GMT. */
#include "harness.h"

#include "json/shape.h"
#include "base/banned.h"

struct kept {
	struct str object, list, any;
	struct when time;
};

SHAPE(kept, struct kept, "Kept",
    FIELD(struct kept, object, "object", .flags = F_JSON | F_NULLABLE),
    FIELD(struct kept, list, "list", .flags = F_JSON | F_OPTIONAL,
	.format = "array"),
    FIELD(struct kept, any, "any", .flags = F_JSON | F_NULLABLE,
	.format = "any"),
    FIELD(struct kept, time, "time", .format = "gmt"));

static struct complaints wrong;

static enum err
decode(const char *text, struct kept *k)
{
	uint64_t given;

	*k = (struct kept){ .time = { 0 } };
	complaints_init(&wrong);
	return json_decode(&arena, str_of(text), &kept, false, k, &given,
	    &wrong);
}

static struct str
encode(const struct kept *k, uint64_t members)
{
	struct buf b;

	buf_init(&b, &arena, 256);
	json_encode_some(&b, &kept, k, false, members);
	return buf_view(&b);
}

static void
is(struct str have, const char *want)
{
	assert_string_equal(str_c(&arena, have), want);
}

static void
it_comes_back_as_it_was(void **state)
{
	static const char *const same[] = {
		"{\"object\":{},\"list\":[],\"any\":0,"
		    "\"time\":\"2026-11-21 02:19:00\"}",
		"{\"object\":{\"a\":{\"b\":[1,1.50,1e3,-2.5E-7,null,true]}},"
		    "\"list\":[\"x/y\",{\"z\":\"\xc3\xa4\\n\\\"\"}],"
		    "\"any\":\"\",\"time\":\"1999-12-31 23:59:59\"}",
	};
	struct kept k;

	(void)state;
	for (size_t i = 0; i < LEN(same); i++) {
		assert_int_equal(decode(same[i], &k), OK);
		is(encode(&k, UINT64_MAX), same[i]);
	}
	assert_int_equal(decode("{\"object\":null,\"any\":null}", &k), OK);
	assert_null(k.object.p);
	assert_null(k.any.p);
}

static void
of_another_form_it_is_refused(void **state)
{
	static const char *const bad[] = {
		"{\"object\":[]}", "{\"object\":\"{}\"}", "{\"list\":{}}",
		"{\"list\":null}", "{\"time\":\"2026-11-21T02:19:00Z\"}",
		"{\"time\":\"2026-11-21 02:19\"}",
		"{\"time\":\"2026-11-21 02:19:00Z\"}",
		"{\"time\":\"2026-02-30 02:19:00\"}",
		"{\"time\":\"2026-11-21 24:00:00\"}", "{\"time\":0}",
	};
	struct kept k;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		assert_int_equal(decode(bad[i], &k), ERR_INVALID);
		assert_int_equal(wrong.n, 1);
	}
}

static void
only_what_is_asked_for_is_written(void **state)
{
	struct kept k;

	(void)state;
	assert_int_equal(decode("{\"object\":{\"a\":1},\"any\":2}", &k), OK);
	is(encode(&k, 0), "{}");
	is(encode(&k, 1 | 4), "{\"object\":{\"a\":1},\"any\":2}");
	is(encode(&k, 8), "{\"time\":null}");
}

/* The examples of RFC 7386, and ours. */
static void
patches_are_merged(void **state)
{
	static const struct {
		const char *target, *patch, *result;
	} cases[] = {
		{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"b\":\"c\"}",
		    "{\"a\":\"b\",\"b\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
		{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}",
		    "{\"b\":\"c\"}" },
		{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
		{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\","
		    "\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
		{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
		{ "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
		{ "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
		{ "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
		{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
		{ "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
		{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}",
		    "{\"a\":{\"bb\":{}}}" },
		{ NULL, "{\"a\":{\"b\":null}}", "{\"a\":{}}" },
		{ "{\"a\":1.50}", "{\"b\":[null,2.0]}",
		    "{\"a\":1.50,\"b\":[null,2.0]}" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		is(json_merge(&arena, cases[i].target == NULL ? STR_NULL :
		    str_of(cases[i].target), str_of(cases[i].patch)),
		    cases[i].result);
	assert_null(json_merge(&arena, STR("{\"a\":1}"), STR_NULL).p);
}

static void
the_schema_says_so(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 1024);
	json_schema(&b, &kept, false);
	assert_non_null(strstr(b.p, "\"required\":[\"object\",\"any\","
	    "\"time\"]"));
	assert_non_null(strstr(b.p, "\"list\":{\"type\":\"array\""));
	assert_non_null(strstr(b.p, "\\\\d{4}-"));
	assert_null(strstr(b.p, "date-time"));
	assert_true(json_lint(buf_view(&b), &(const char *){ NULL },
	    &(size_t){ 0 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_comes_back_as_it_was),
		TEST(of_another_form_it_is_refused),
		TEST(only_what_is_asked_for_is_written),
		TEST(patches_are_merged),
		TEST(the_schema_says_so),
	};

	return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
