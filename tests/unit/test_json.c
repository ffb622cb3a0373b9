/* Records from JSON and from query strings. */
#include "harness.h"

#include "all_shape.h"
#include "base/banned.h"

static struct all got;
static uint64_t given;
static struct complaints wrong;

static void
clear(void)
{
	got = (struct all){ .count = 0 };
	complaints_init(&wrong);
}

static enum err
decode(struct str text, const struct shape *s, bool lax)
{
	/* exactly that long: reading beyond it is seen */
	char *copy = malloc(text.n + 1);
	enum err e;

	assert_non_null(copy);
	clear();
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	e = json_decode(&arena, (struct str){ copy, text.n }, s, lax, &got,
	    &given, &wrong);
	free(copy);
	return e;
}

static enum err
query(const char *text, const struct shape *s)
{
	clear();
	return query_decode(&arena, str_of(text), s, false, &got, &given,
	    &wrong);
}

static void
assert_str(struct str s, const char *expected)
{
	assert_non_null(s.p);
	assert_string_equal(str_c(&arena, s), expected);
}

/* The fields of the complaints, in their order, with commas between. */
static void
assert_wrong(const char *fields)
{
	struct buf b;

	buf_init(&b, &arena, 64);
	for (const struct complaint *c = wrong.first; c != NULL; c = c->next) {
		assert_true(c->message.n > 0);
		if (c != wrong.first)
			buf_char(&b, ',');
		buf_str(&b, c->field);
	}
	assert_string_equal(b.p, fields);
}

static bool
is_given(const char *name)
{
	for (size_t i = 0; i < all_shape.n; i++)
		if (strcmp(all_shape.fields[i].name, name) == 0)
			return given >> i & 1;
	fail();
	return false;
}

static void
every_type_is_decoded(void **state)
{
	const struct line *lines;
	const struct str *tags;

	(void)state;
	assert_int_equal(decode(STR("{\"flag\":true,\"count\":-5,"
	    "\"freeCount\":-9007199254740991,\"id\":\"9223372036854775807\","
	    "\"number\":7,\"text\":\"\\u00e9\\ud83d\\ude00\","
	    "\"name\":\"a\\n\\tb\","
	    "\"email\":\"ann@example.org\",\"uri\":\"https://a.b/?c=%2F#d\","
	    "\"currency\":\"EUR\",\"slug\":\"my-slug-1\",\"code\":\"A_b-1\","
	    "\"secret\":\"\",\"time\":\"2026-11-21T02:19:00Z\","
	    "\"day\":\"2026-11-21\",\"colour\":\"green\","
	    "\"tags\":[\"x\",\"y z\"],\"kinds\":[\"blue\",\"red\"],"
	    "\"lines\":[{\"id\":\"1\",\"amount\":2},{\"amount\":100}],"
	    "\"one\":{\"amount\":5},\"price\":100.10}\n"), &all_shape, false),
	    OK);
	assert_int_equal(given, (1 << 21) - 1);
	assert_true(got.flag);
	assert_int_equal(got.count, -5);
	assert_true(got.free_count == INT64_C(-9007199254740991));
	assert_true(got.id == INT64_MAX);
	assert_int_equal(got.number, 7);
	assert_str(got.text, "\xC3\xA9\xF0\x9F\x98\x80");
	assert_str(got.name, "a\n\tb");
	assert_str(got.uri, "https://a.b/?c=%2F#d");
	assert_str(got.secret, "");
	assert_int_equal(got.day.n, 20778);
	assert_int_equal(got.time.us / DAY_US, 20778);
	assert_int_equal(got.label, 1);
	tags = got.tags.items;
	assert_int_equal(got.tags.n, 2);
	assert_str(tags[1], "y z");
	assert_int_equal(got.kinds.n, 2);
	lines = got.lines.items;
	assert_int_equal(got.lines.n, 2);
	assert_int_equal(lines[0].id, 1);
	assert_int_equal(lines[1].id, 0);
	assert_int_equal(lines[1].amount, 100);
	assert_int_equal(got.one.amount, 5);
	assert_str(got.price.text, "100.10");
}

static void
ids_and_names_may_come_as_numbers(void **state)
{
	const struct str *name;

	(void)state;
	assert_int_equal(decode(STR("{\"loose\":1001,\"looseId\":7,"
	    "\"names\":[8486,\"x\"]}"), &all_shape, false), OK);
	assert_str(got.loose, "1001");
	assert_int_equal(got.loose_id, 7);
	name = got.names.items;
	assert_str(name[0], "8486");
	assert_str(name[1], "x");
	assert_int_equal(decode(STR("{\"loose\":10001,\"looseId\":0,"
	    "\"names\":[1.5,true,null]}"), &all_shape, false), ERR_INVALID);
	assert_wrong("loose,looseId,names[0],names[1],names[2]");
}

/* What was written is what is read: nothing went through a double. */
static void
decimals_are_taken_as_they_are_written(void **state)
{
	static const char *const good[] = {
		"0", "0.0", "7", "100.10", "0.30000000000000001",
		"9007199254740991", "9007199254740993.07", "\"100.10\"",
		"\"9007199254740993\"",
	};
	static const char *const bad[] = {
		"1e2", "1E2", "1.5e1", "-1", "-0.0", "true", "[]", "{}",
		"\"\"", "\".5\"", "\"5.\"", "\"+5\"", "\" 5\"",
		"\"1,5\"", "\"1.2.3\"", "\"007\"", "\"1e2\"", "\"0x1\"",
		"1234567890.12345678901",
	};

	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		struct str text = str_of(good[i]);

		assert_int_equal(decode(str_printf(&arena, "{\"price\":%s}",
		    good[i]), &all_shape, false), OK);
		if (text.p[0] == '"')
			text = (struct str){ text.p + 1, text.n - 2 };
		assert_true(str_eq(got.price.text, text));
	}
	for (size_t i = 0; i < LEN(bad); i++) {
		assert_int_equal(decode(str_printf(&arena, "{\"price\":%s}",
		    bad[i]), &all_shape, false), ERR_INVALID);
		assert_wrong("price");
		assert_null(got.price.text.p);
	}
	assert_int_equal(decode(STR("{\"price\":null}"), &all_shape, false),
	    OK);
	assert_null(got.price.text.p);
	assert_int_equal(query("price=0.50", &all_shape), OK);
	assert_str(got.price.text, "0.50");
	assert_int_equal(query("price=-1", &all_shape), ERR_INVALID);
}

static void
absent_and_null_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(decode(STR("{\"id\":null,\"text\":null,"
	    "\"day\":null,\"one\":null}"), &all_shape, false), OK);
	assert_true(is_given("id") && is_given("text") && is_given("day"));
	assert_false(is_given("time"));
	assert_int_equal(got.id, 0);
	assert_null(got.text.p);
	assert_int_equal(got.day.n, DAY_NONE.n);
	assert_int_equal(got.label, -1);
	assert_int_equal(got.time.us, 0);
	assert_null(got.tags.items);
	assert_int_equal(decode(STR("{\"flag\":null,\"count\":null,"
	    "\"tags\":null}"), &all_shape, false), ERR_INVALID);
	assert_wrong("flag,count,tags");
}

static void
required_members_are_asked_for(void **state)
{
	(void)state;
	assert_int_equal(decode(STR("{}"), &needy_shape, false), ERR_INVALID);
	assert_wrong("id,text");
	assert_int_equal(decode(STR("{\"id\":null,\"text\":null}"),
	    &needy_shape, false), ERR_INVALID);
	assert_wrong("id,text");
	assert_int_equal(decode(STR("{\"id\":\"1\",\"text\":\"\"}"),
	    &needy_shape, false), OK);
}

static void
every_wrong_field_is_named(void **state)
{
	(void)state;
	assert_int_equal(decode(STR("{\"count\":11,\"id\":\"0\","
	    "\"email\":\"x\",\"lines\":[{\"amount\":1},{\"amount\":\"1\"},"
	    "{\"amount\":101,\"more\":1},7],\"tags\":[\"a\",1],"
	    "\"one\":{\"id\":true},\"what\":1}"), &all_shape, false),
	    ERR_INVALID);
	assert_wrong("count,id,email,tags[1],lines[1].amount,lines[2].amount,"
	    "lines[2].more,lines[3],one.id,one.amount,what");
}

static void
unknown_members_pass_when_lax(void **state)
{
	(void)state;
	assert_int_equal(decode(STR("{\"what\":1,\"flag\":true,\"one\":"
	    "{\"amount\":1,\"x\":2}}"), &all_shape, true), OK);
	assert_true(got.flag);
	assert_int_equal(decode(STR("{\"what\":1}"), &all_shape, false),
	    ERR_INVALID);
	assert_wrong("what");
}

static void
no_type_is_converted(void **state)
{
	static const char *const bad[] = {
		"\"flag\":1", "\"flag\":\"true\"", "\"flag\":0",
		"\"count\":2.0", "\"count\":\"2\"", "\"count\":true",
		"\"count\":1e1", "\"count\":[1]", "\"count\":\"12abc\"",
		"\"id\":1.0", "\"id\":true", "\"id\":0", "\"id\":-1",
		"\"id\":\"\"", "\"id\":\"01\"", "\"id\":\"-1\"",
		"\"id\":\"1 \"", "\"id\":\"9223372036854775808\"",
		"\"id\":[\"1\"]", "\"text\":12", "\"text\":true",
		"\"text\":{}", "\"text\":[]", "\"time\":20261121",
		"\"day\":20261121", "\"day\":\"2026-02-30\"",
		"\"time\":\"2026-11-21\"", "\"colour\":1",
		"\"colour\":\"Red\"", "\"colour\":\"\"", "\"tags\":\"a\"",
		"\"tags\":{}", "\"tags\":[null]", "\"tags\":[[\"a\"]]",
		"\"kinds\":[\"pink\"]", "\"lines\":{}", "\"lines\":[null]",
		"\"lines\":[[]]", "\"one\":[]", "\"one\":\"x\"",
	};

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		struct str text = str_printf(&arena, "{%s}", bad[i]);

		assert_int_equal(decode(text, &all_shape, false), ERR_INVALID);
		assert_int_equal(wrong.n, 1);
	}
}

static void
digits_in_strings_pass_when_lax(void **state)
{
	(void)state;
	assert_int_equal(decode(STR("{\"count\":\"-3\",\"id\":4}"),
	    &all_shape, true), OK);
	assert_int_equal(got.count, -3);
	assert_int_equal(got.id, 4);
	assert_int_equal(decode(STR("{\"count\":\"11\"}"), &all_shape, true),
	    ERR_INVALID);
	assert_int_equal(decode(STR("{\"count\":\"000000000000000000003\"}"),
	    &all_shape, true), ERR_INVALID);	/* 21 digits */
	assert_int_equal(decode(STR("{\"count\":\"2.0\"}"), &all_shape, true),
	    ERR_INVALID);
	assert_int_equal(decode(STR("{\"freeCount\":\"9007199254740992\"}"),
	    &all_shape, true), ERR_INVALID);
	assert_int_equal(decode(STR("{\"flag\":\"true\"}"), &all_shape, true),
	    ERR_INVALID);
}

static enum err
text_field(const char *name, const char *json)
{
	return decode(str_printf(&arena, "{\"%s\":\"%s\"}", name, json),
	    &all_shape, false);
}

static void
lengths_are_in_characters(void **state)
{
	(void)state;
	assert_int_equal(text_field("text", "a"), ERR_INVALID);
	assert_int_equal(text_field("text", "ab"), OK);
	assert_int_equal(text_field("text", "\xF0\x9F\x98\x80"), ERR_INVALID);
	assert_int_equal(text_field("text", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"),
	    OK);
	assert_int_equal(text_field("text", "abcde"), ERR_INVALID);
	assert_int_equal(text_field("name", ""), ERR_INVALID);
	assert_int_equal(text_field("name", "a\\u0007"), ERR_INVALID);
	assert_int_equal(text_field("name", "a\\r\\n"), ERR_INVALID);
	assert_int_equal(text_field("name", "a\\u007f"), ERR_INVALID);
	assert_int_equal(decode(STR("{\"tags\":[]}"), &all_shape, false),
	    ERR_INVALID);
	assert_int_equal(decode(STR("{\"tags\":[\"\",\"\",\"\",\"\"]}"),
	    &all_shape, false), ERR_INVALID);
	assert_wrong("tags");
}

/* {"name":[item,item,...]} */
static struct str
list_of(const char *name, size_t n, const char *item)
{
	struct buf b;

	buf_init(&b, &arena, 4096);
	buf_printf(&b, "{\"%s\":[", name);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "", item);
	buf_lit(&b, "]}");
	return buf_view(&b);
}

static void
lists_are_bounded_by_themselves(void **state)
{
	char item[1004];

	(void)state;
	assert_int_equal(decode(list_of("kinds", 1000, "\"red\""), &all_shape,
	    false), OK);
	assert_int_equal(got.kinds.n, 1000);
	assert_int_equal(decode(list_of("kinds", 1001, "\"red\""), &all_shape,
	    false), ERR_INVALID);
	assert_wrong("kinds");
	memset(item, 'x', sizeof(item));
	item[0] = item[1001] = '"';
	item[1002] = '\0';
	assert_int_equal(decode(list_of("tags", 1, item), &all_shape, false),
	    OK);
	item[1001] = 'x';
	item[1002] = '"';
	item[1003] = '\0';
	assert_int_equal(decode(list_of("tags", 1, item), &all_shape, false),
	    ERR_INVALID);
	assert_wrong("tags[0]");
}

static void
complaints_are_bounded(void **state)
{
	size_t n = 0;

	(void)state;
	assert_int_equal(decode(list_of("lines", 80, "1"), &all_shape, false),
	    ERR_INVALID);
	assert_int_equal(wrong.n, 80);
	for (const struct complaint *c = wrong.first; c != NULL; c = c->next)
		n++;
	assert_int_equal(n, 50);
}

static void
formats_are_checked(void **state)
{
	static const struct {
		const char *field, *good[5], *bad[16];
	} cases[] = {
		{ "email", { "a@b.c", "a.b+c@x-y.example", "\xC3\xA9@b.de" },
		  { "", "a", "@b.c", "a@", "a@b", "a@b@c.d", "a b@c.d",
		    "a@.b", "a@b.", "a@b..c", "a@b_c.d", "<a@b.c>",
		    "a@b.c\\nx", "a,b@c.d" } },
		{ "uri", { "http://a", "https://a.b:8443/c?d=e&f=%C3%A9#g",
		    "https://[::1]/", "https://a?b" },
		  { "", "a", "/a", "//a.b/", "ftp://a.b", "javascript:alert(1)",
		    "https://", "https:///a", "https://u@a.b/",
		    "https://u:p@a.b/", "https://a b/", "https://a.b/\\n",
		    "https://a.b/\\\\c", "https://a.b/%zz", "https://:80/",
		    "https://a.b/\xC3\xA9" } },
		{ "currency", { "USD", "JPY", "TOK" },
		  { "", "usd", "US", "USDX", "XXX", "U D" } },
		{ "slug", { "a", "a-b", "0" },
		  { "", "-a", "a-", "A", "a_b", "a b", "\xC3\xA9" } },
		{ "code", { "A", "-_a9" },
		  { "", "a b", "a/b", "a.b", "a%41", "\xC3\xA9" } },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		for (size_t k = 0; k < 5 && cases[i].good[k] != NULL; k++)
			assert_int_equal(text_field(cases[i].field,
			    cases[i].good[k]), OK);
		for (size_t k = 0; k < 16 && cases[i].bad[k] != NULL; k++) {
			assert_int_equal(text_field(cases[i].field,
			    cases[i].bad[k]), ERR_INVALID);
			assert_wrong(cases[i].field);
		}
	}
}

static void
only_an_object_of_strict_json_is_a_body(void **state)
{
	static const char *const bad[] = { "", "[]", "null", "1", "\"a\"",
	    "{\"flag\":true,\"flag\":true}", "{'flag':true}", "{} x",
	    "{\"freeCount\":9007199254740992}", "{\"text\":\"a\\u0000\"}" };

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		assert_int_equal(decode(str_of(bad[i]), &all_shape, true),
		    ERR_BAD_JSON);
		assert_wrong("");
		assert_int_equal(wrong.n, 1);
	}
	assert_int_equal(decode(STR(" {} \r\n"), &all_shape, false), OK);
}

static void
a_query_is_decoded(void **state)
{
	const struct str *tags;

	(void)state;
	assert_int_equal(query("flag=true&count=-3&id=12&text=a+%C3%A9"
	    "&%6Eame=%26%3D%2b&time=2026-11-21T02:19:00%2B01:00"
	    "&day=2026-11-21&colour=blue&tags[]=x&tags%5B%5D=y%20z&",
	    &all_shape), OK);
	assert_true(got.flag);
	assert_int_equal(got.count, -3);
	assert_int_equal(got.id, 12);
	assert_str(got.text, "a \xC3\xA9");
	assert_str(got.name, "&=+");
	assert_int_equal(got.label, 2);
	assert_int_equal(got.day.n, 20778);
	tags = got.tags.items;
	assert_int_equal(got.tags.n, 2);
	assert_str(tags[0], "x");
	assert_str(tags[1], "y z");
	assert_true(is_given("tags"));
	assert_int_equal(query("", &all_shape), OK);
	assert_int_equal(given, 0);
	assert_int_equal(got.label, -1);
	assert_int_equal(got.day.n, DAY_NONE.n);
	assert_int_equal(query("secret", &all_shape), OK);
	assert_str(got.secret, "");
}

static void
a_bad_query_is_refused(void **state)
{
	static const struct {
		const char *text, *fields;
	} cases[] = {
		{ "count=1&count=2", "count" }, { "count=2.0", "count" },
		{ "count=", "count" }, { "count=+1", "count" },
		{ "count=99", "count" }, { "flag=1", "flag" },
		{ "flag=TRUE", "flag" }, { "id=0", "id" }, { "id=x", "id" },
		{ "colour=", "colour" }, { "day=today", "day" },
		{ "what=1", "what" }, { "count[]=1", "count[]" },
		{ "tags=x", "tags" }, { "=1", "" }, { "text=%", "" },
		{ "text=%4", "" }, { "text=%4g", "" }, { "text=a%00b", "" },
		{ "text=%FF", "" }, { "text=%C0%80", "" },
		{ "te%xxxt=1", "" }, { "text=a%01", "text" },
		{ "tags[]=1&tags[]=2&tags[]=3&tags[]=4&tags[]=5", "tags" },
		{ "count=x&id=y&what=z", "count,id,what" },
		{ "kinds[]=red&kinds[]=pink", "kinds[]" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_int_equal(query(cases[i].text, &all_shape),
		    ERR_INVALID);
		assert_wrong(cases[i].fields);
	}
	assert_int_equal(query("text=x", &needy_shape), ERR_INVALID);
	assert_wrong("id");
}

static void
a_long_list_in_a_query_is_refused(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 4096);
	for (int i = 0; i < 1000; i++)
		buf_lit(&b, "tags[]=x&");
	assert_int_equal(query(b.p, &needy_shape), ERR_INVALID);
	assert_wrong("id,text");
	assert_int_equal(got.tags.n, 1000);
	buf_lit(&b, "tags[]=x");
	assert_int_equal(query(b.p, &needy_shape), ERR_INVALID);
	assert_wrong("id,text,tags");
	assert_int_equal(got.tags.n, 0);
}

SHAPE(filters_shape, struct all, "Filters",
    FIELD(struct all, count, "filters[count]", .max = 9),
    FIELD(struct all, flag, "filters[flag]"),
    FIELD(struct all, time, "filters[at][from]"),
    FIELD(struct all, tags, "filters[tag]", .flags = F_LOOSE, .max = 3),
    FIELD(struct all, text, "filter"));

static void
filters_come_in_brackets_or_as_json(void **state)
{
	static const char *const same[] = {
		"filters[count]=7&filters[flag]=true&filters[tag][]=a"
		"&filters[tag][]=b&filters[at][from]=2026-11-21T02:19:00Z",
		"filters={\"count\":7,\"flag\":true,\"tag\":[\"a\",\"b\"],"
		"\"at\":{\"from\":\"2026-11-21T02:19:00Z\",\"to\":null}}",
		"filters=%7B%22count%22:%227%22,%22flag%22:true,%22tag%22:[%22a"
		"%22]%7D&filters%5Btag%5D%5B%5D=b"
		"&filters[at][from]=2026-11-21T02:19:00Z",
	};

	(void)state;
	for (size_t i = 0; i < LEN(same); i++) {
		assert_int_equal(query(same[i], &filters_shape), OK);
		assert_int_equal(given, 15);
		assert_int_equal(got.count, 7);
		assert_true(got.flag);
		assert_int_equal(got.time.us, INT64_C(1795227540000000));
		assert_int_equal(got.tags.n, 2);
		assert_str(((const struct str *)got.tags.items)[1], "b");
	}
	assert_int_equal(query("filters[tag]=one&filter=x", &filters_shape),
	    OK);
	assert_str(*(const struct str *)got.tags.items, "one");
	assert_str(got.text, "x");
	assert_int_equal(query("filters={}", &filters_shape), OK);
	assert_int_equal(given, 0);
}

static void
bad_filters_are_refused(void **state)
{
	static const struct {
		const char *text, *fields;
	} cases[] = {
		{ "filters=", "filters" },
		{ "filters=7", "filters" },
		{ "filters=[1]", "filters" },
		{ "filters={\"count\":1", "filters" },
		{ "filters={\"count\":10}", "filters[count]" },
		{ "filters={\"count\":[1]}", "filters[count][]" },
		{ "filters={\"count\":1}&filters[count]=2", "filters[count]" },
		{ "filters={\"flag\":{\"a\":1}}", "filters[flag][a]" },
		{ "filters={\"tag\":[\"a\",\"b\",\"c\",\"d\"]}",
		    "filters[tag]" },
		{ "filters={\"tag\":[[\"a\"]]}", "filters[tag][][]" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_int_equal(query(cases[i].text, &filters_shape),
		    ERR_INVALID);
		assert_wrong(cases[i].fields);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_type_is_decoded),
		TEST(decimals_are_taken_as_they_are_written),
		TEST(ids_and_names_may_come_as_numbers),
		TEST(absent_and_null_are_told_apart),
		TEST(required_members_are_asked_for),
		TEST(every_wrong_field_is_named),
		TEST(unknown_members_pass_when_lax),
		TEST(no_type_is_converted),
		TEST(digits_in_strings_pass_when_lax),
		TEST(lengths_are_in_characters),
		TEST(lists_are_bounded_by_themselves),
		TEST(complaints_are_bounded),
		TEST(formats_are_checked),
		TEST(only_an_object_of_strict_json_is_a_body),
		TEST(a_query_is_decoded),
		TEST(a_bad_query_is_refused),
		TEST(a_long_list_in_a_query_is_refused),
		TEST(filters_come_in_brackets_or_as_json),
		TEST(bad_filters_are_refused),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
