/* Arguments that are texts of a form of their own. */
#include "db/paging.h"

#include "base/buf.h"
#include "base/banned.h"

struct str
like_prefix(struct arena *a, struct str prefix)
{
	struct buf b;

	buf_init(&b, a, prefix.n + 8);
	for (size_t i = 0; i < prefix.n; i++) {
		if (strchr("%_\\", prefix.p[i]) != NULL)
			buf_char(&b, '\\');
		buf_char(&b, prefix.p[i]);
	}
	buf_char(&b, '%');
	return buf_view(&b);
}

struct str
ids_json(struct arena *a, const uint64_t *id, size_t n)
{
	struct buf b;

	buf_init(&b, a, 16 * n + 16);
	buf_char(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_u64(&b, id[i]);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}
