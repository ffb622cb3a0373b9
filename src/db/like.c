/* Texts that are searched for. */
#include "db/paging.h"

#include "base/buf.h"
#include "base/banned.h"

static void
put_plain(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("%_\\", s.p[i]) != NULL)
			buf_char(b, '\\');
		buf_char(b, s.p[i]);
	}
}

struct str
like_part(struct arena *a, struct str part)
{
	struct buf b;

	buf_init(&b, a, part.n + 8);
	buf_char(&b, '%');
	put_plain(&b, part);
	buf_char(&b, '%');
	return buf_view(&b);
}

struct str
like_prefix(struct arena *a, struct str prefix)
{
	struct buf b;

	buf_init(&b, a, prefix.n + 8);
	put_plain(&b, prefix);
	buf_char(&b, '%');
	return buf_view(&b);
}
