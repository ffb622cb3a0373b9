/* Ids as one argument. */
#include "db/paging.h"

#include "base/buf.h"
#include "base/banned.h"

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
