/* Texts that are searched for. */
#include "db/paging.h"

#include "base/buf.h"
#include "base/banned.h"

struct str
like_part(struct arena *a, struct str part)
{
	struct buf b;

	buf_init(&b, a, part.n + 8);
	buf_char(&b, '%');
	for (size_t i = 0; i < part.n; i++) {
		if (strchr("%_\\", part.p[i]) != NULL)
			buf_char(&b, '\\');
		buf_char(&b, part.p[i]);
	}
	buf_char(&b, '%');
	return buf_view(&b);
}
