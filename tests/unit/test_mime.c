/* Mail as text: nothing that somebody chose ends or begins a header. */
#include "harness.h"

#include <string.h>

#include "jobs/mime.h"
#include "base/banned.h"

static const char *
made(void (*put)(struct buf *, struct str), struct str s)
{
	struct buf b;

	buf_init(&b, &arena, 64);
	put(&b, s);
	return b.p;
}

#define assert_made(put, text, want) \
	assert_string_equal(made(put, str_of(text)), want)

static void
plain_headers_stay(void **state)
{
	(void)state;
	assert_made(mime_subject, "Invitation to Acme & Sons, Inc.",
	    "Invitation to Acme & Sons, Inc.");
	assert_made(mime_subject, "", "");
	assert_made(mime_subject, "2 = 2", "2 = 2");
	assert_made(mime_phrase, "Ada Lovelace", "Ada Lovelace");
	assert_made(mime_phrase, "Miles O'Brien-Smith", "Miles O'Brien-Smith");
}

static void
others_are_encoded(void **state)
{
	(void)state;
	assert_made(mime_subject, "J\xc3\xb6rg \xe2\x82\xac" "5",
	    "=?utf-8?q?J=C3=B6rg_=E2=82=AC5?=");
	assert_made(mime_subject, "=?utf-8?q?x?=",
	    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=");
	assert_made(mime_phrase, "Smith, \"Bob\" <b@x>",
	    "=?utf-8?q?Smith=2C_=22Bob=22_=3Cb=40x=3E?=");
	assert_made(mime_phrase, "a.b", "=?utf-8?q?a=2Eb?=");
}

static void
no_header_is_injected(void **state)
{
	(void)state;
	assert_made(mime_subject, "x\r\nBcc: y@z",
	    "=?utf-8?q?x=0D=0ABcc=3A_y=40z?=");
	assert_made(mime_phrase, "x\nBcc: y@z",
	    "=?utf-8?q?x=0ABcc=3A_y=40z?=");
	assert_string_equal(made(mime_subject, (struct str){ "a\0b", 3 }),
	    "=?utf-8?q?a=00b?=");
}

/* Each word is whole characters, and no line is longer than 76. */
static void
long_names_are_folded(void **state)
{
	struct buf in, line;
	const char *out, *p;

	(void)state;
	buf_init(&in, &arena, 512);
	for (int i = 0; i < 100; i++)
		buf_lit(&in, "\xe2\x82\xac");
	out = made(mime_subject, buf_view(&in));
	for (p = out; *p != '\0'; p += strcspn(p, "\r")) {
		if (*p == '\r') {
			assert_memory_equal(p, "\r\n ", 3);
			p += 3;
		}
		buf_init(&line, &arena, 128);
		buf_put(&line, p, strcspn(p, "\r"));
		assert_true(line.n + strlen("Subject: ") <= 76);
		assert_memory_equal(line.p, "=?utf-8?q?=E2=82=AC", 19);
		assert_string_equal(line.p + line.n - 11, "=E2=82=AC?=");
	}
	for (int i = 0; i < 400; i++)	/* no character at all */
		buf_char(&in, (char)0x80);
	assert_non_null(made(mime_subject, buf_view(&in)));
}

static void
dates(void **state)
{
	static const struct {
		const char *iso, *want;
	} days[] = {
		{ "1970-01-01T00:00:01Z", "Thu, 1 Jan 1970 00:00:01 +0000" },
		{ "2024-02-29T23:59:59Z", "Thu, 29 Feb 2024 23:59:59 +0000" },
		{ "2026-11-21T02:19:00Z", "Sat, 21 Nov 2026 02:19:00 +0000" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(days); i++) {
		struct when at;
		struct buf b;

		assert_true(clock_parse(str_of(days[i].iso), &at));
		buf_init(&b, &arena, 64);
		mime_date(&b, at);
		assert_string_equal(b.p, days[i].want);
	}
}

static void
texts(void **state)
{
	struct buf in;
	const char *out;

	(void)state;
	assert_made(mime_text, "one\ntwo", "one\r\ntwo\r\n");
	assert_made(mime_text, "", "");
	assert_made(mime_text, "\n\n", "\r\n\r\n");
	assert_made(mime_text, "a=b \xc3\xa9", "a=3Db =C3=A9\r\n");
	assert_made(mime_text, "blank \nand\t", "blank=20\r\nand=09\r\n");
	assert_made(mime_text, "a\rb", "a=0Db\r\n");
	assert_made(mime_text, ".\n", ".\r\n");
	buf_init(&in, &arena, 1024);
	for (int i = 0; i < 300; i++)
		buf_lit(&in, "x\xc3\xa9");
	out = made(mime_text, buf_view(&in));
	for (const char *p = out; *p != '\0'; p += strcspn(p, "\r") + 2)
		assert_true(strcspn(p, "\r") <= 76);
	assert_null(strstr(out, "\n\n"));
}

static void
addresses(void **state)
{
	static const char *const bad[] = { "", "a", "@b", "a@", "a@b@c",
	    "a b@c", "a@b>", "<a@b", "a\r\n@b", "a@b\nRCPT", "\"a\"@b",
	    "a@b,c@d", "a\x7f@b" };

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_false(mime_address(str_of(bad[i])));
	assert_true(mime_address(STR("ada+x@mail.example.com")));
	assert_true(mime_address(STR("j\xc3\xb6rg@example.com")));
	assert_true(str_is(mime_domain(STR("a@b.example")), "b.example"));
}

static void
a_whole_message(void **state)
{
	const struct mail m = { .from = STR("us@example.com"),
	    .from_name = STR("Us"), .to = STR("ada@example.org"),
	    .to_name = STR("Ad\xc3\xa0"), .subject = STR("Hello"),
	    .text = STR("Hi\n"), .id = STR("1f"), .at = { 1000000 } };
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 64);
	mime_message(&b, &m);
	assert_string_equal(b.p,
	    "Date: Thu, 1 Jan 1970 00:00:01 +0000\r\n"
	    "From: Us\r\n <us@example.com>\r\n"
	    "To: =?utf-8?q?Ad=C3=A0?=\r\n <ada@example.org>\r\n"
	    "Subject: Hello\r\n"
	    "Message-ID: <1f@example.com>\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "\r\n"
	    "Hi\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_headers_stay),
		cmocka_unit_test(others_are_encoded),
		cmocka_unit_test(no_header_is_injected),
		cmocka_unit_test(long_names_are_folded),
		cmocka_unit_test(dates),
		cmocka_unit_test(texts),
		cmocka_unit_test(addresses),
		cmocka_unit_test(a_whole_message),
	};

	return cmocka_run_group_tests_name("mime", tests, open_arena,
	    close_arena);
}
