/*
 * Paging.  A cursor is base64url of "list.order.key.id", good for that list in
 * that order; it says where to go on, and gives no rights.
 */
#include "http/page.h"

#include "base/buf.h"
#include "http/http.h"

#include "base/banned.h"

#define OFFSET_MAX 100000

static bool
find_sort(struct str sort, const char *const *sorts, unsigned *order)
{
	struct str name, direction;

	*order = 0;
	if (sort.p == NULL)
		return true;
	for (unsigned i = 0; sorts[i] != NULL; i++) {
		(void)str_cut(str_of(sorts[i]), ':', &name, &direction);
		if (str_is(sort, sorts[i]) ||
		    (str_eq(sort, name) && str_is(direction, "asc"))) {
			*order = i;
			return true;
		}
	}
	return false;
}

static bool
read_cursor(const struct request *rq, struct str cursor, struct paging *p)
{
	unsigned char raw[150];
	size_t n = sizeof(raw);
	struct str text, list, order, key, id;
	uint64_t number;

	if (!str_unbase64url(cursor, raw, &n))
		return false;
	text = (struct str){ (const char *)raw, n };
	return str_cut(text, '.', &list, &text) &&
	    str_is(list, rq->route->op) &&
	    str_cut(text, '.', &order, &text) &&
	    str_cut(text, '.', &key, &id) && str_to_u64(order, &number) &&
	    number == p->order && str_to_i64(key, &p->after_key) &&
	    str_to_u64(id, &p->after_id) && p->after_id > 0 &&
	    p->after_id <= INT64_MAX;
}

static enum err
wrong(struct request *rq, const char *field, const char *why)
{
	complain(&rq->wrong, rq->arena, str_of(field), "%s", why);
	return ERR_BAD_PAGE;
}

static enum err
wrong_sort(struct request *rq)
{
	struct buf b;

	buf_init(&b, rq->arena, 100);
	for (const char *const *s = rq->route->sorts; *s != NULL; s++)
		buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", *s);
	complain(&rq->wrong, rq->arena, STR("sort"), "must be one of %.*s",
	    STR_ARG(buf_view(&b)));
	return ERR_BAD_PAGE;
}

enum err
page_read(struct request *rq, const struct page_query *q, struct paging *p)
{
	*p = (struct paging){ .limit = q->limit != 0 ? q->limit : PAGE_LIMIT };
	if (!find_sort(q->sort, rq->route->sorts, &p->order))
		return wrong_sort(rq);
	rq->page.limit = p->limit;
	if (q->cursor.p == NULL) {
		rq->page.page = q->page != 0 ? q->page : 1;
		p->offset = (rq->page.page - 1) * p->limit;
		return p->offset <= OFFSET_MAX ? OK : wrong(rq, "page",
		    "is too far behind the start; use nextCursor");
	}
	if (q->page != 0)
		return wrong(rq, "cursor", "stands in place of page");
	return read_cursor(rq, q->cursor, p) ? OK :
	    wrong(rq, "cursor", "is not of this list and sort");
}

static struct str
make_cursor(struct request *rq, unsigned order, int64_t key, uint64_t id)
{
	struct str text = str_printf(rq->arena, "%s.%u.%lld.%llu",
	    rq->route->op, order, (long long)key, (unsigned long long)id);

	return str_base64url(rq->arena, text.p, text.n);
}

/* A list that is followed always says where to go on: there may be more. */
void
page_cut(struct request *rq, const struct paging *p, struct list rows,
    size_t row_size, size_t key_at, size_t id_at)
{
	bool follow = (rq->route->flags & R_FOLLOW) != 0;
	bool more = rows.n > (size_t)p->limit;
	const char *last;
	int64_t key = p->after_key;
	uint64_t id = p->after_id;

	if (more)
		rows.n = (size_t)p->limit;
	if (rows.n > 0) {
		last = (const char *)rows.items + (rows.n - 1) * row_size;
		memcpy(&key, last + key_at, sizeof(key));
		memcpy(&id, last + id_at, sizeof(id));
	}
	if (more || (follow && id != 0))
		rq->page.next = make_cursor(rq, p->order, key, id);
	rq->page.items = rows;
}
