/* Values separated by commas. */
#include "base/csv.h"

#include "base/money.h"
#include "base/banned.h"

void
csv_init(struct csv *c, struct arena *a, size_t room)
{
	*c = (struct csv){ .within = false };
	buf_init(&c->buf, a, room);
}

void
csv_line(struct csv *c, const char *names)
{
	buf_str(&c->buf, str_of(names));
	csv_end(c);
}

/* Where the next value is put. */
static struct buf *
next(struct csv *c)
{
	if (c->within)
		buf_char(&c->buf, ',');
	c->within = true;
	return &c->buf;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What begins with blanks is taken for a formula by some as well. */
static bool
is_formula(struct str s)
{
	size_t from = 0;

	while (from < s.n && is_blank(s.p[from]))
		from++;
	return from < s.n && (from > 0 || strchr("=+-@|%", s.p[0]) != NULL);
}

void
csv_text(struct csv *c, struct str s)
{
	struct buf *b = next(c);

	buf_char(b, '"');
	if (is_formula(s))
		buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

void
csv_word(struct csv *c, const char *word)
{
	struct buf *b = next(c);

	buf_str(b, str_of(word));
}

void
csv_id(struct csv *c, uint64_t id)
{
	struct buf *b = next(c);

	if (id != 0)
		buf_u64(b, id);
}

void
csv_number(struct csv *c, int64_t n)
{
	struct buf *b = next(c);

	buf_i64(b, n);
}

void
csv_money(struct csv *c, int64_t minor, struct str currency)
{
	struct buf *b = next(c);

	buf_str(b, money_print(b->arena, minor, currency_digits(currency)));
	buf_str(next(c), currency);
}

void
csv_day(struct csv *c, struct day d)
{
	struct buf *b = next(c);
	char text[11];

	if (d.n == DAY_NONE.n)
		return;
	day_iso(d, text);
	buf_put(b, text, 10);
}

void
csv_time(struct csv *c, struct when at)
{
	struct buf *b = next(c);
	char text[CLOCK_ISO_LEN + 1];

	if (at.us == 0)
		return;
	clock_iso(at, text);
	buf_put(b, text, CLOCK_ISO_LEN);
}

void
csv_end(struct csv *c)
{
	buf_lit(&c->buf, "\r\n");
	c->within = false;
}
