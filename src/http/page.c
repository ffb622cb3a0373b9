/*
 * Paging.  A cursor is base64url of "list.order.key.id", and ".text" of a list
 * that sorts by one, good for that list in that order; it says where to go on,
 * and gives no rights.
 */
#include "http/page.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "http/http.h"

#include "base/banned.h"

#define OFFSET_MAX 100000
#define CURSOR_MAX 450	/* bytes: as many as 600 of its letters */

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

/* The text of a key is whatever is left. */
static bool
read_text(const struct request *rq, struct str text, struct paging *p)
{
	struct str list, order, key, id;
	uint64_t number;

	if (!str_cut(text, '.', &list, &text) ||
	    !str_cut(text, '.', &order, &text) ||
	    !str_cut(text, '.', &key, &text))
		return false;
	(void)str_cut(text, '.', &id, &p->after_text);
	return str_is(list, rq->route->op) && str_to_u64(order, &number) &&
	    number == p->order && str_to_i64(key, &p->after_key) &&
	    str_to_u64(id, &p->after_id) && p->after_id > 0 &&
	    p->after_id <= INT64_MAX;
}

static bool
read_cursor(const struct request *rq, struct str cursor, struct paging *p)
{
	unsigned char *raw = arena_alloc(rq->arena, CURSOR_MAX);
	struct str text = { (const char *)raw, CURSOR_MAX };

	return str_unbase64url(cursor, raw, &text.n) && utf8_valid(text) &&
	    read_text(rq, text, p);
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

/* Of a page too far behind: is there anything at all as far as we go? */
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
		if (p->offset > OFFSET_MAX) {
			p->offset = OFFSET_MAX;
			p->limit = 0;
		}
		return OK;
	}
	if (q->page != 0)
		return wrong(rq, "cursor", "stands in place of page");
	return read_cursor(rq, q->cursor, p) ? OK :
	    wrong(rq, "cursor", "is not of this list and sort");
}

/* text: of a list that sorts by one, and absent where it is NULL there. */
static struct str
make_cursor(struct request *rq, unsigned order, int64_t key, uint64_t id,
    struct str text)
{
	struct str all = str_printf(rq->arena, "%s.%u.%lld.%llu%s%.*s",
	    rq->route->op, order, (long long)key, (unsigned long long)id,
	    text.p != NULL ? "." : "", STR_ARG(text));

	return str_base64url(rq->arena, all.p, all.n);
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

	rq->page.too_far = more && p->limit == 0;
	if (more)
		rows.n = (size_t)p->limit;
	if (rows.n > 0) {
		last = (const char *)rows.items + (rows.n - 1) * row_size;
		memcpy(&key, last + key_at, sizeof(key));
		memcpy(&id, last + id_at, sizeof(id));
	}
	if (more || (follow && id != 0))
		rq->page.next = make_cursor(rq, p->order, key, id, STR_NULL);
	rq->page.items = rows;
}

void
page_cut_text(struct request *rq, const struct paging *p, struct list rows,
    size_t row_size, size_t text_at, size_t id_at)
{
	const char *last;
	struct str text;
	uint64_t id;

	page_cut(rq, p, rows, row_size, id_at, id_at);
	if (rq->page.next.p == NULL || p->limit == 0)
		return;
	last = (const char *)rows.items + (size_t)(p->limit - 1) * row_size;
	memcpy(&text, last + text_at, sizeof(text));
	memcpy(&id, last + id_at, sizeof(id));
	rq->page.next = make_cursor(rq, p->order, 0, id, text);
}

enum err
page_check(struct request *rq)
{
	return !rq->page.too_far ? OK : wrong(rq, "page", "is too far behind "
	    "the start; go on by the cursor of the page before");
}
