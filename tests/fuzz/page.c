/*
 * Cursors: the first line is the order, the second a cursor, as it is and as
 * the text within.  What is taken is taken again when it is made anew.
 */
#include "fuzz.h"
#include "http/http.h"
#include "base/banned.h"

struct row {
	uint64_t id;
	int64_t key;
};

static const char *const sorts[] = { "createdAt:desc", "createdAt:asc",
	"amount:desc", NULL };
static const struct route list = { .op = "list", .flags = R_LIST,
	.sorts = sorts };

static enum err
read(struct arena *a, const struct page_query *q, struct paging *p,
    struct request *rq)
{
	enum err e;

	*rq = (struct request){ .arena = a, .route = &list };
	complaints_init(&rq->wrong);
	e = page_read(rq, q, p);
	INVARIANT((e == OK) == (rq->wrong.n == 0));
	return e;
}

static void
follow(struct arena *a, struct str sort, struct str cursor)
{
	struct page_query q = { .limit = 1, .cursor = cursor, .sort = sort };
	struct request rq;
	struct paging p, again;
	struct row rows[2] = { { 0 } };

	if (read(a, &q, &p, &rq) != OK)
		return;
	INVARIANT(p.order < LEN(sorts) - 1 && p.offset == 0);
	INVARIANT(p.after_id > 0 && p.after_id <= INT64_MAX);
	rows[0] = (struct row){ p.after_id, p.after_key };
	page_cut(&rq, &p, (struct list){ rows, 2 }, sizeof(rows[0]),
	    offsetof(struct row, key), offsetof(struct row, id));
	INVARIANT(rq.page.items.n == 1 && rq.page.next.n <= 200);
	q.cursor = rq.page.next;
	INVARIANT(read(a, &q, &again, &rq) == OK);
	INVARIANT(again.after_id == p.after_id &&
	    again.after_key == p.after_key && again.order == p.order);
}

static void
run(struct arena *a, struct str rest)
{
	struct str sort = fuzz_line(&rest);

	if (sort.n == 0)
		sort = STR_NULL;
	follow(a, sort, rest);
	follow(a, sort, str_base64url(a, rest.p, rest.n));
}

const struct target fuzz_page = { "page", NULL, run };
