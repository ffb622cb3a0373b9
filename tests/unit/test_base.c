/* The ground: arena, text, buffers, time, money, UTF-8. */
#include "harness.h"

#include "base/address.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/money.h"
#include "base/utf8.h"
#include "base/banned.h"

static void
assert_str(struct str s, const char *expected)
{
	assert_non_null(s.p);
	assert_string_equal(str_c(&arena, s), expected);
}

static void
arena_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	for (size_t n = 1; n < 300000; n = n * 3 + 1) {
		unsigned char *p = arena_alloc(&arena, n);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xAA, n);
	}
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(*(char *)arena_alloc(&arena, 1), 0);
	assert_memory_equal(arena_copy(&arena, "abc", 4), "abc", 4);
	assert_non_null(arena_array(&arena, 0, 8));
}

static char released[8];
static size_t released_n;

static void
note_release(void *object)
{
	released[released_n++] = *(char *)object;
}

static void
arena_rewinds_in_reverse_order(void **state)
{
	static char names[] = "abc";
	struct arena_mark m;
	size_t used;

	(void)state;
	released_n = 0;
	arena_defer(&arena, note_release, &names[0]);
	m = arena_mark(&arena);
	used = arena.used;
	arena_defer(&arena, note_release, &names[1]);
	(void)arena_alloc(&arena, 1000000);
	arena_defer(&arena, note_release, &names[2]);
	arena_rewind(&arena, m);
	assert_int_equal(released_n, 2);
	assert_memory_equal(released, "cb", 2);
	assert_int_equal(arena.used, used);
	arena_reset(&arena);
	assert_int_equal(released_n, 3);
	assert_int_equal(released[2], 'a');
}

static void
str_compares(void **state)
{
	(void)state;
	assert_true(str_eq(STR("ab"), str_of("ab")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_true(str_is(STR_NULL, ""));
	assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
	assert_false(str_eq_nocase(STR("a@"), STR("a`")));
	assert_true(str_has_prefix(STR("Bearer x"), STR("Bearer ")));
	assert_false(str_has_prefix(STR("Bea"), STR("Bearer ")));
	assert_null(str_dup(&arena, STR_NULL).p);
	assert_null(str_of(NULL).p);
	assert_string_equal(str_c(&arena, STR_NULL), "");
	assert_str(str_printf(&arena, "%d-%s", 7, "x"), "7-x");
}

static void
str_is_cut_and_trimmed(void **state)
{
	struct str head, tail;

	(void)state;
	assert_true(str_cut(STR("a=b=c"), '=', &head, &tail));
	assert_str(head, "a");
	assert_str(tail, "b=c");
	assert_true(str_cut(STR("a="), '=', &head, &tail));
	assert_int_equal(tail.n, 0);
	assert_non_null(tail.p);
	assert_false(str_cut(STR("abc"), '=', &head, &tail));
	assert_str(head, "abc");
	assert_null(tail.p);
	assert_str(str_trim(STR(" \t a b\t ")), "a b");
	assert_str(str_trim(STR("  ")), "");
	assert_str(str_skip(STR("abc"), 9), "");
}

static void
str_reads_numbers(void **state)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1a",
	    "9223372036854775808", "-9223372036854775809", "--1", "0x1" };
	static const char *const bad_unsigned[] = { "", "-1", "1.",
	    "18446744073709551616", "99999999999999999999" };
	uint64_t u;
	int64_t v;

	(void)state;
	assert_true(str_to_i64(STR("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_true(str_to_i64(STR("9223372036854775807"), &v));
	assert_true(v == INT64_MAX);
	assert_true(str_to_i64(STR("007"), &v));
	assert_int_equal(v, 7);
	assert_true(str_to_u64(STR("18446744073709551615"), &u));
	assert_true(u == UINT64_MAX);
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(str_to_i64(str_of(bad[i]), &v));
	for (size_t i = 0; i < LEN(bad_unsigned); i++)
		assert_false(str_to_u64(str_of(bad_unsigned[i]), &u));
}

static void
str_goes_through_hex_and_base64url(void **state)
{
	static const struct {
		const char *bytes, *hex, *base64;
	} cases[] = {
		{ "", "", "" }, { "f", "66", "Zg" }, { "fo", "666f", "Zm8" },
		{ "foo", "666f6f", "Zm9v" }, { "foob", "666f6f62", "Zm9vYg" },
		{ "\xfb\xff", "fbff", "-_8" },
	};
	unsigned char out[16];

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		size_t len = strlen(cases[i].bytes), n = sizeof(out);

		assert_str(str_hex(&arena, cases[i].bytes, len), cases[i].hex);
		assert_true(str_unhex(str_of(cases[i].hex), out, len));
		assert_memory_equal(out, cases[i].bytes, len);
		assert_str(str_base64url(&arena, cases[i].bytes, len),
		    cases[i].base64);
		assert_true(str_unbase64url(str_of(cases[i].base64), out, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, cases[i].bytes, len);
	}
}

static void
str_refuses_bad_hex_and_base64url(void **state)
{
	/* length 1 mod 4, padding, the other alphabet, bits that are left */
	static const char *const bad[] = { "A", "Zg==", "+/8", "Zh", "Zm9" };
	unsigned char out[16];
	size_t n;

	(void)state;
	assert_false(str_unhex(STR("6"), out, 1));
	assert_false(str_unhex(STR("6G"), out, 1));
	assert_false(str_unhex(STR("6F"), out, 1));	/* lower case only */
	assert_false(str_unhex(STR("6666"), out, 1));
	for (size_t i = 0; i < LEN(bad); i++) {
		n = sizeof(out);
		assert_false(str_unbase64url(str_of(bad[i]), out, &n));
	}
	n = 2;
	assert_false(str_unbase64url(STR("Zm9v"), out, &n));
}

static void
buf_grows(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 0);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d,", i);
	assert_int_equal(b.n, 4000);
	assert_memory_equal(b.p + 3996, "999,", 5);
	buf_clear(&b);
	assert_str(buf_view(&b), "");
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	buf_lit(&b, " lit ");
	buf_i64(&b, 0);
	buf_str(&b, STR_NULL);
	assert_str(buf_view(&b),
	    "-9223372036854775808 18446744073709551615 lit 0");
}

/* One text of any length may fill the buffer to its last byte. */
static void
buf_keeps_its_nul(void **state)
{
	static const char text[200] = "";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct buf b;

		buf_init(&b, &arena, 64);
		buf_put(&b, text, n);
		buf_printf(&b, "%s", "12345678");
		assert_int_equal(b.n, n + 8);
		assert_true(b.n < b.room);
		assert_int_equal(b.p[b.n], '\0');
		assert_string_equal(b.p + n, "12345678");
	}
}

static void
days_are_counted(void **state)
{
	static const struct {
		const char *text;
		int n;
	} cases[] = {
		{ "1970-01-01", 0 }, { "1970-03-01", 59 },
		{ "1972-02-29", 789 }, { "2000-02-29", 11016 },
		{ "2026-11-21", 20778 }, { "2100-03-01", 47541 },
		{ "9999-12-31", 2932896 },
	};
	char text[11];
	struct day d;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_true(day_parse(str_of(cases[i].text), &d));
		assert_int_equal(d.n, cases[i].n);
		day_iso(d, text);
		assert_string_equal(text, cases[i].text);
	}
	for (int n = 0; n < 150000; n += 37) {
		int y, m, md;

		day_split((struct day){ n }, &y, &m, &md);
		assert_int_equal(day_from(y, m, md).n, n);
		assert_int_equal(day_of(day_start((struct day){ n })).n, n);
	}
}

static void
bad_days_are_refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-1-1",
	    "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01",
	    "2026-00-10", "2026-01-00", "1969-12-31", "2026-01-01 ",
	    "2026/01/01", "20260101", "+026-01-01", "10000-01-01" };
	struct day d;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(day_parse(str_of(bad[i]), &d));
}

static void
times_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *iso;
	} cases[] = {
		{ "2026-11-21T02:19:00Z", "2026-11-21T02:19:00.000Z" },
		{ "2026-11-21t02:19:00z", "2026-11-21T02:19:00.000Z" },
		{ "2026-11-21T02:19:00.1Z", "2026-11-21T02:19:00.100Z" },
		{ "2026-11-21T02:19:00.123456789Z",
		    "2026-11-21T02:19:00.123Z" },
		{ "2026-11-21T00:30:00+01:00", "2026-11-20T23:30:00.000Z" },
		{ "2026-12-31T23:30:00-00:45", "2027-01-01T00:15:00.000Z" },
		{ "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z" },
	};
	char iso[CLOCK_ISO_LEN + 1];
	struct when w;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_true(clock_parse(str_of(cases[i].text), &w));
		clock_iso(w, iso);
		assert_string_equal(iso, cases[i].iso);
	}
	assert_true(clock_parse(STR("2026-11-21T02:19:00.123456Z"), &w));
	assert_int_equal(w.us % SECOND_US, 123456);
	assert_int_equal(when_add(w, -60).us, w.us - 60 * SECOND_US);
	assert_true(clock_now().us > w.us - 20 * 365 * DAY_US);
	assert_true(clock_monotonic_us() > 0);
}

static void
bad_times_are_refused(void **state)
{
	static const char *const bad[] = { "", "2026-11-21",
	    "2026-11-21 02:19:00Z", "2026-11-21T02:19Z",
	    "2026-11-21T02:19:00", "2026-11-21T24:00:00Z",
	    "2026-11-21T02:60:00Z", "2026-11-21T02:19:60Z",
	    "2026-11-21T02:19:00.Z", "2026-11-21T02:19:00+0100",
	    "2026-11-21T02:19:00+24:00", "2026-11-21T02:19:00+01:60",
	    "2026-11-21T02:19:00Z ", "1970-01-01T00:00:00Z",
	    "1970-01-01T00:30:00+01:00", "9999-12-31T23:59:59-00:01" };
	struct when w;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(clock_parse(str_of(bad[i]), &w));
}

static void
shares_round_half_to_even(void **state)
{
	static const struct {
		int64_t amount, part, whole, share;
	} cases[] = {
		{ 2000, 200000, 1000000, 400 }, { 0, 1, 3, 0 },
		{ 1, 1, 2, 0 }, { 3, 1, 2, 2 }, { 5, 1, 2, 2 }, { 7, 1, 2, 4 },
		{ -1, 1, 2, 0 }, { -3, 1, 2, -2 }, { -5, 1, 2, -2 },
		{ -7, 1, 2, -4 }, { 3, -1, 2, -2 }, { -3, -1, 2, 2 },
		{ 1, 1, 3, 0 }, { 2, 1, 3, 1 }, { -1, 1, 3, 0 },
		{ -2, 1, 3, -1 }, { 25, 1, 10, 2 }, { 35, 1, 10, 4 },
		{ 26, 1, 10, 3 }, { 24, 1, 10, 2 }, { -26, 1, 10, -3 },
		{ INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
		{ INT64_MIN, 1, 1, INT64_MIN },
		{ INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN },
		{ MONEY_MAX, 999999, 1000000, INT64_C(9007190247541736) },
	};
	int64_t share;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_int_equal(money_share(cases[i].amount, cases[i].part,
		    cases[i].whole, &share), OK);
		assert_true(share == cases[i].share);
	}
}

static void
money_overflow_is_an_error(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(money_share(INT64_MAX, 3, 2, &v), ERR_OVERFLOW);
	assert_int_equal(money_share(INT64_MIN, -1, 1, &v), ERR_OVERFLOW);
	assert_int_equal(money_share(INT64_MIN, 2, 1, &v), ERR_OVERFLOW);
	assert_int_equal(money_add(INT64_MAX, 1, &v), ERR_OVERFLOW);
	assert_int_equal(money_add(INT64_MIN, -1, &v), ERR_OVERFLOW);
	assert_int_equal(money_mul(INT64_MAX, 2, &v), ERR_OVERFLOW);
	assert_int_equal(money_mul(INT64_MIN, -1, &v), ERR_OVERFLOW);
	assert_int_equal(money_add(40, 2, &v), OK);
	assert_int_equal(v, 42);
	assert_int_equal(money_mul(-6, 7, &v), OK);
	assert_int_equal(v, -42);
}

static void
currencies_have_digits(void **state)
{
	static const char *const none[] = { "", "US", "usd", "USDX", "XXX",
	    "ZZZ", "SD ", "ED " };

	(void)state;
	assert_int_equal(currency_digits(STR("USD")), 2);
	assert_int_equal(currency_digits(STR("AED")), 2);
	assert_int_equal(currency_digits(STR("ZWG")), 2);
	assert_int_equal(currency_digits(STR("JPY")), 0);
	assert_int_equal(currency_digits(STR("TOK")), 0);
	assert_int_equal(currency_digits(STR("KWD")), 3);
	for (size_t i = 0; i < LEN(none); i++)
		assert_int_equal(currency_digits(str_of(none[i])), -1);
}

static void
money_is_read_and_written(void **state)
{
	static const struct {
		const char *text;
		int digits;
		int64_t minor;
		const char *back;
	} cases[] = {
		{ "100.10", 2, 10010, "100.10" }, { "0.05", 2, 5, "0.05" },
		{ "-0.05", 2, -5, "-0.05" }, { "7", 2, 700, "7.00" },
		{ "7.5", 2, 750, "7.50" }, { "1.005", 3, 1005, "1.005" },
		{ "12", 0, 12, "12" }, { "-0", 2, 0, "0.00" },
		{ "90071992547409.91", 2, MONEY_MAX, "90071992547409.91" },
	};
	static const char *const bad[] = { "", "-", ".5", "5.", "1.234",
	    "1e2", "1,00", " 1", "--1", "-.5", "1.-5", "+1", "1.5.5",
	    "90071992547409.92", "99999999999999999999", "0x10",
	    "9223372036854775807" };
	int64_t v;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_true(money_parse(str_of(cases[i].text),
		    cases[i].digits, &v));
		assert_true(v == cases[i].minor);
		assert_str(money_print(&arena, v, cases[i].digits),
		    cases[i].back);
	}
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(money_parse(str_of(bad[i]), 2, &v));
	assert_false(money_parse(STR("1.0"), 0, &v));
	assert_str(money_print(&arena, INT64_MIN, 2), "-92233720368547758.08");
	assert_str(percent_print(&arena, 200000), "20");
	assert_str(percent_print(&arena, 125000), "12.5");
	assert_str(percent_print(&arena, 1), "0.0001");
	assert_str(percent_print(&arena, 0), "0");
}

static void
utf8_follows_its_table(void **state)
{
	static const struct {
		const char *bytes;
		size_t step;
	} cases[] = {
		{ "a", 1 }, { "\x7F", 1 }, { "\x80", 0 }, { "\xBF", 0 },
		{ "\xC0\x80", 0 }, { "\xC1\xBF", 0 }, { "\xC2\x80", 2 },
		{ "\xDF\xBF", 2 }, { "\xC2", 0 }, { "\xC2\x41", 0 },
		{ "\xE0\x9F\xBF", 0 }, { "\xE0\xA0\x80", 3 },
		{ "\xED\x9F\xBF", 3 }, { "\xED\xA0\x80", 0 },
		{ "\xEF\xBF\xBF", 3 }, { "\xE2\x82", 0 },
		{ "\xF0\x8F\xBF\xBF", 0 }, { "\xF0\x90\x80\x80", 4 },
		{ "\xF4\x8F\xBF\xBF", 4 }, { "\xF4\x90\x80\x80", 0 },
		{ "\xF5\x80\x80\x80", 0 }, { "\xFF", 0 },
		{ "\xF0\x90\x80\x41", 0 }, { "\xF0\x90\x80", 0 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct str s = str_of(cases[i].bytes);

		assert_int_equal(utf8_step(s.p, s.n), cases[i].step);
		assert_int_equal(utf8_valid(s), cases[i].step == s.n);
	}
	assert_int_equal(utf8_step("", 0), 0);
	assert_true(utf8_valid(STR("")));
	assert_int_equal(utf8_count(STR("a\u00E9\u20AC\U0001F600")), 4);
	assert_false(utf8_valid(STR("ab\xFFz")));
}

static void
private_hosts_are_told_by_their_urls(void **state)
{
	static const char *const private[] = { "https://127.0.0.1/",
	    "https://127.1", "https://0x7f000001/", "https://2130706433:8/",
	    "https://10.0.0.1?x", "https://172.31.0.1#x", "https://192.168.1.1",
	    "https://169.254.169.254/a", "https://100.64.0.1/",
	    "https://0.0.0.0/", "https://224.0.0.1/", "https://[::1]/",
	    "https://[::]/", "https://[fe80::1]:443/", "https://[fd00::1]",
	    "https://[::ffff:10.0.0.1]/", "https://[2002:a00:1::]/",
	    "https://localhost", "https://LOCALHOST:1/", "https://x.localhost.",
	    "https://router.local/", "https://db.internal", "https://intranet/",
	    "https://", "https:///x" };
	static const char *const public[] = { "https://example.com/",
	    "https://8.8.8.8/", "https://[2606:4700::1111]:443/a:b",
	    "https://a.b.c:8443?x=/", "https://local.example.com",
	    "https://a-name-that-is-longer-than-an-address-could-be.example"
	};

	(void)state;
	for (size_t i = 0; i < LEN(private); i++)
		assert_true(address_url_private(str_of(private[i])));
	for (size_t i = 0; i < LEN(public); i++)
		assert_false(address_url_private(str_of(public[i])));
}

static void
errors_have_what_a_client_needs(void **state)
{
	(void)state;
	for (int e = 0; e < ERR_COUNT; e++) {
		assert_in_range(err_status(e), e == OK || e == ERR_DRY_RUN ?
		    200 : 400, 599);
		assert_true(strlen(err_slug(e)) > 0);
		assert_true(strlen(err_text(e)) > 0);
		for (int other = 0; other < e; other++)
			assert_string_not_equal(err_slug(e), err_slug(other));
	}
}

static void
csv_lines_are_read_by_spreadsheets(void **state)
{
	struct arena a;
	struct csv c;

	(void)state;
	arena_init(&a);
	csv_init(&c, &a, 16);
	csv_line(&c, "one,two");
	csv_id(&c, 0);
	csv_text(&c, STR("a \"b\", c\r\n"));
	csv_text(&c, STR_NULL);
	csv_id(&c, 7);
	csv_number(&c, -7);
	csv_money(&c, -1205, STR("USD"));
	csv_money(&c, 5, STR("JPY"));
	csv_day(&c, day_from(2026, 1, 31));
	csv_day(&c, DAY_NONE);
	csv_time(&c, day_start(day_from(2026, 1, 31)));
	csv_time(&c, (struct when){ 0 });
	csv_word(&c, "x");
	csv_end(&c);
	assert_string_equal(c.buf.p, "one,two\r\n,\"a \"\"b\"\", c\r\n\","
	    "\"\",7,-7,-12.05,USD,5,JPY,2026-01-31,,2026-01-31T00:00:00.000Z,"
	    ",x\r\n");
	arena_free(&a);
}

static void
csv_text_is_no_formula(void **state)
{
	static const char *const bad[] = { "=1", "+1", "-1", "@a", "|a", "%1",
	    " =1", "\t-1", "\n@a", "\r+1" };
	static const char *const good[] = { "", "a=1", "1-1", "'=1", " " };
	struct arena a;
	struct csv c;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < LEN(bad); i++) {
		csv_init(&c, &a, 16);
		csv_text(&c, str_of(bad[i]));
		assert_true(str_has_prefix(buf_view(&c.buf), STR("\"'")));
		assert_memory_equal(c.buf.p + 2, bad[i], strlen(bad[i]));
	}
	for (size_t i = 0; i < LEN(good); i++) {
		csv_init(&c, &a, 16);
		csv_text(&c, str_of(good[i]));
		assert_int_equal(c.buf.n, strlen(good[i]) + 2);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arena_memory_is_zeroed_and_aligned),
		TEST(arena_rewinds_in_reverse_order),
		TEST(str_compares),
		TEST(str_is_cut_and_trimmed),
		TEST(str_reads_numbers),
		TEST(str_goes_through_hex_and_base64url),
		TEST(str_refuses_bad_hex_and_base64url),
		TEST(buf_grows),
		TEST(buf_keeps_its_nul),
		TEST(days_are_counted),
		TEST(bad_days_are_refused),
		TEST(times_are_read_and_written),
		TEST(bad_times_are_refused),
		TEST(shares_round_half_to_even),
		TEST(money_overflow_is_an_error),
		TEST(currencies_have_digits),
		TEST(money_is_read_and_written),
		TEST(utf8_follows_its_table),
		TEST(private_hosts_are_told_by_their_urls),
		TEST(csv_lines_are_read_by_spreadsheets),
		TEST(csv_text_is_no_formula),
		TEST(errors_have_what_a_client_needs),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
