/* Encodings of mail. */
#include "jobs/mime.h"

#include <ctype.h>

#include "base/banned.h"

#define TEXT_MAX 76	/* of quoted-printable */
#define WORD_MAX 50	/* of what an encoded word holds: a line keeps to 76 */
#define PLAIN_MAX 200	/* of a header that is not folded */

bool
mime_address(struct str s)
{
	struct str local, host;

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F ||
		    strchr("<>()[],;:\\\"", s.p[i]) != NULL)
			return false;
	return str_cut(s, '@', &local, &host) && local.n > 0 && host.n > 0 &&
	    memchr(host.p, '@', host.n) == NULL;
}

struct str
mime_domain(struct str address)
{
	struct str local, host;

	return str_cut(address, '@', &local, &host) ? host : address;
}

static void
hex(struct buf *b, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_char(b, '=');
	buf_char(b, digits[c >> 4]);
	buf_char(b, digits[c & 15]);
}

static bool
stands_for_itself(char c)
{
	return isalnum((unsigned char)c) != 0 ||
	    (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* Bytes of the character at the front: words end between characters. */
static size_t
character(struct str s)
{
	size_t n = 1;

	while (n < s.n && n < 4 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static void
encoded(struct buf *b, struct str s)
{
	size_t room = 0;
	bool first = true;

	while (s.n > 0) {
		size_t n = character(s), cost = 0;

		for (size_t i = 0; i < n; i++)
			cost += stands_for_itself(s.p[i]) || s.p[i] == ' ' ?
			    1 : 3;
		if (cost > room) {
			buf_printf(b, "%s=?utf-8?q?", first ? "" : "?=\r\n ");
			room = WORD_MAX;
			first = false;
		}
		room -= cost;
		for (size_t i = 0; i < n; i++)
			if (stands_for_itself(s.p[i]))
				buf_char(b, s.p[i]);
			else if (s.p[i] == ' ')
				buf_char(b, '_');
			else
				hex(b, (unsigned char)s.p[i]);
		s = str_skip(s, n);
	}
	if (!first)
		buf_lit(b, "?=");
}

void
mime_subject(struct buf *b, struct str s)
{
	bool plain = s.n <= PLAIN_MAX;

	for (size_t i = 0; i < s.n; i++)
		plain &= s.p[i] >= ' ' && s.p[i] <= '~' &&
		    (s.p[i] != '=' || i + 1 == s.n || s.p[i + 1] != '?');
	if (plain)
		buf_str(b, s);
	else
		encoded(b, s);
}

void
mime_phrase(struct buf *b, struct str s)
{
	bool plain = s.n <= PLAIN_MAX;

	for (size_t i = 0; i < s.n; i++)
		plain &= isalnum((unsigned char)s.p[i]) != 0 ||
		    s.p[i] == ' ' || s.p[i] == '-' || s.p[i] == '\'';
	if (plain)
		buf_str(b, s);
	else
		encoded(b, s);
}

void
mime_date(struct buf *b, struct when at)
{
	static const char days[][4] = { "Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed" };		/* 1970 began on a Thursday */
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t second = at.us / SECOND_US % 86400;
	struct day day = day_of(at);
	int year, month, mday;

	day_split(day, &year, &month, &mday);
	buf_printf(b, "%s, %d %s %d %02d:%02d:%02d +0000", days[day.n % 7],
	    mday, months[month - 1], year, (int)(second / 3600),
	    (int)(second / 60 % 60), (int)(second % 60));
}

/* A blank at the end of a line would be lost on the way. */
static bool
is_plain(struct str rest)
{
	char c = rest.p[0];

	if (c == ' ' || c == '\t')
		return rest.n > 1 && rest.p[1] != '\n';
	return c > ' ' && c <= '~' && c != '=';
}

void
mime_text(struct buf *b, struct str s)
{
	size_t column = 0;

	for (; s.n > 0; s = str_skip(s, 1)) {
		bool plain = is_plain(s);

		if (s.p[0] == '\n') {
			buf_lit(b, "\r\n");
			column = 0;
			continue;
		}
		if (column + (plain ? 1 : 3) > TEXT_MAX - 1) {
			buf_lit(b, "=\r\n");
			column = 0;
		}
		column += plain ? 1 : 3;
		if (plain)
			buf_char(b, s.p[0]);
		else
			hex(b, (unsigned char)s.p[0]);
	}
	if (column > 0)
		buf_lit(b, "\r\n");
}

static void
put_person(struct buf *b, const char *header, struct str name,
    struct str address)
{
	buf_printf(b, "%s: ", header);
	if (name.n > 0) {
		mime_phrase(b, name);
		/* an address may be long */
		buf_lit(b, "\r\n ");
	}
	buf_printf(b, "<%.*s>\r\n", STR_ARG(address));
}

void
mime_message(struct buf *b, const struct mail *m)
{
	buf_lit(b, "Date: ");
	mime_date(b, m->at);
	buf_lit(b, "\r\n");
	put_person(b, "From", m->from_name, m->from);
	put_person(b, "To", m->to_name, m->to);
	buf_lit(b, "Subject: ");
	mime_subject(b, m->subject);
	buf_printf(b, "\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(m->id),
	    STR_ARG(mime_domain(m->from)));
	buf_lit(b, "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Auto-Submitted: auto-generated\r\n\r\n");
	mime_text(b, m->text);
}
