/* Laying out JSON for readers: two spaces a level, empty ones on one line. */
#include "json/shape.h"

#include "base/banned.h"

static void
new_line(struct buf *b, unsigned depth)
{
	buf_char(b, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_lit(b, "  ");
}

/* Past the string that begins at i. */
static size_t
string_end(struct str s, size_t i)
{
	for (i++; s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i + 1;
}

void
json_pretty(struct buf *b, struct str s)
{
	unsigned depth = 0;

	for (size_t i = 0, end; i < s.n; i++) {
		switch (s.p[i]) {
		case '"':
			end = string_end(s, i);
			buf_put(b, s.p + i, end - i);
			i = end - 1;
			break;
		case '{':
		case '[':
			buf_char(b, s.p[i]);
			if (s.p[i + 1] == '}' || s.p[i + 1] == ']')
				buf_char(b, s.p[++i]);
			else
				new_line(b, ++depth);
			break;
		case '}':
		case ']':
			new_line(b, --depth);
			buf_char(b, s.p[i]);
			break;
		case ',':
			buf_char(b, ',');
			new_line(b, depth);
			break;
		case ':':
			buf_lit(b, ": ");
			break;
		default:
			buf_char(b, s.p[i]);
		}
	}
	buf_char(b, '\n');
}
