/* Cells of tables. */
#include "base/csv.h"

#include "base/banned.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
csv_cell(struct buf *b, struct str s)
{
	size_t from = 0;

	while (from < s.n && is_blank(s.p[from]))
		from++;
	buf_char(b, '"');
	if (from < s.n && (from > 0 || strchr("=+-@|%", s.p[0]) != NULL))
		buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}
