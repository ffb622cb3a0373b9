/*
 * Mails and tables: by lines the names and addresses of two people and a
 * subject, then a text.  Whatever they hold, a mail has the headers that it
 * shall have, and all of it is read again as it was.  A cell of a table is one
 * cell, and no formula.
 */
#include "base/csv.h"
#include "fuzz.h"
#include "jobs/mime.h"
#include "base/banned.h"

static const char *const headers[] = { "Date: ", "From: ", "To: ", "Subject: ",
	"Message-ID: ", "MIME-Version: ", "Content-Type: ",
	"Content-Transfer-Encoding: ", "Auto-Submitted: " };

/* Up to the next line's end, which is CR and LF; no other of them is there. */
static struct str
mail_line(struct str *rest)
{
	struct str line;

	INVARIANT(str_cut(*rest, '\n', &line, rest));
	INVARIANT(line.n > 0 && line.p[line.n - 1] == '\r');
	line.n--;
	INVARIANT(line.n <= 998 && memchr(line.p, '\r', line.n) == NULL);
	for (size_t i = 0; i < line.n; i++)
		INVARIANT((unsigned char)line.p[i] >= ' ' ||
		    line.p[i] == '\t');
	return line;
}

static unsigned char
byte_of(const char *p)
{
	unsigned char c;

	INVARIANT(str_unhex((struct str){ (char[]){ p[0] | 32, p[1] | 32 },
	    2 }, &c, 1));
	return c;
}

/* =XX, and in a header _ for a blank; a line's end after = is none. */
static void
unquote(struct buf *b, struct str s, bool header)
{
	for (size_t i = 0; i < s.n; i++) {
		if (header && s.p[i] == '_') {
			buf_char(b, ' ');
		} else if (s.p[i] == '\r') {
			continue;
		} else if (s.p[i] != '=') {
			buf_char(b, s.p[i]);
		} else if (s.p[i + 1] == '\r') {
			i += 2;
		} else {
			buf_char(b, (char)byte_of(s.p + i + 1));
			i += 2;
		}
	}
}

/* What a mail program shows of a header. */
static struct str
shown(struct arena *a, struct str s)
{
	static const struct str begin = { "=?utf-8?q?", 10 };
	struct str word;
	struct buf b;

	if (!str_has_prefix(s, begin))
		return s;
	buf_init(&b, a, s.n);
	while (s.n > 0) {
		INVARIANT(str_has_prefix(s, begin));
		(void)str_cut(str_skip(s, begin.n), '?', &word, &s);
		unquote(&b, word, true);
		INVARIANT(str_has_prefix(s, STR("=")));
		s = str_skip(s, 1);
		while (s.n > 0 && strchr("\r\n ", s.p[0]) != NULL)
			s = str_skip(s, 1);
	}
	return buf_view(&b);
}

static void
check_header(struct arena *a, void (*put)(struct buf *, struct str),
    struct str s)
{
	struct buf b;

	buf_init(&b, a, 64);
	put(&b, s);
	INVARIANT(str_eq(shown(a, buf_view(&b)), s));
}

static void
check_text(struct arena *a, struct str text, struct str wire)
{
	struct str rest = wire;
	struct buf b;

	while (rest.n > 0)
		INVARIANT(mail_line(&rest).n <= 76);
	buf_init(&b, a, wire.n);
	unquote(&b, wire, false);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		b.n--;		/* the last line got an end */
	INVARIANT(str_eq(buf_view(&b), text));
}

static void
check_mail(struct arena *a, const struct mail *m)
{
	struct str rest, line;
	size_t n = 0;
	struct buf b;

	buf_init(&b, a, 1024);
	mime_message(&b, m);
	rest = buf_view(&b);
	while ((line = mail_line(&rest)).n > 0)
		if (line.p[0] != ' ')
			INVARIANT(n < LEN(headers) && str_has_prefix(line,
			    str_of(headers[n++])));
	INVARIANT(n == LEN(headers));
	check_text(a, m->text, rest);
}

static void
check_cell(struct arena *a, struct str s)
{
	struct csv c;
	struct buf back;
	struct str cell;

	csv_init(&c, a, 64);
	buf_init(&back, a, 64);
	csv_text(&c, s);
	cell = buf_view(&c.buf);
	INVARIANT(cell.n >= 2 && cell.p[0] == '"' &&
	    cell.p[cell.n - 1] == '"');
	for (size_t i = 1; i < cell.n - 1; i++) {
		if (cell.p[i] == '"')
			INVARIANT(++i < cell.n - 1 && cell.p[i] == '"');
		buf_char(&back, cell.p[i]);
	}
	cell = buf_view(&back);
	while (cell.n > 0 && strchr("\t\r\n ", cell.p[0]) != NULL)
		cell = str_skip(cell, 1);
	INVARIANT(cell.n == 0 || cell.p[0] == '\0' ||
	    strchr("=+-@|%", cell.p[0]) == NULL);
	cell = buf_view(&back);
	if (cell.n > s.n)
		cell = str_skip(cell, 1);
	INVARIANT(str_eq(cell, s));
}

static void
run(struct arena *a, struct str rest)
{
	struct mail m = { .at = { 1800000000 * SECOND_US },
	    .id = STR("1.abc") };

	check_cell(a, rest);
	m.from_name = fuzz_line(&rest);
	m.from = fuzz_line(&rest);
	m.to_name = fuzz_line(&rest);
	m.to = fuzz_line(&rest);
	m.subject = fuzz_line(&rest);
	m.text = rest;
	check_header(a, mime_subject, m.subject);
	check_header(a, mime_phrase, m.to_name);
	/* addresses of a body or of the settings are short */
	if (m.from.n <= 254 && m.to.n <= 254 && mime_address(m.from) &&
	    mime_address(m.to))
		check_mail(a, &m);
}

const struct target fuzz_mail = { "mail", NULL, run };
