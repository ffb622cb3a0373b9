/* Several values as one argument. */
#include "db/paging.h"

#include "base/buf.h"
#include "json/shape.h"
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

struct str
numbers_json(struct arena *a, const struct list *l)
{
	return l->items == NULL ? STR_NULL : ids_json(a, l->items, l->n);
}

struct str
texts_json(struct arena *a, const struct list *l)
{
	const struct str *s = l->items;
	struct buf b;

	if (l->n == 0)
		return STR_NULL;
	buf_init(&b, a, 64);
	for (size_t i = 0; i < l->n; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		json_string(&b, s[i]);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}
