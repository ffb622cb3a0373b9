/* Paging and sorting of the FirstPromoter face. */
#include "api/firstpromoter/routes.h"

#include "base/banned.h"

#define PER_PAGE 20

const char *const fp_directions[] = { "asc", "desc", NULL };
enum { ASC, DESC };

enum err
fp_page_read(struct request *rq, const struct fp_page_query *q, size_t sorts,
    struct paging *p)
{
	struct page_query page = { .page = q->page, .cursor = q->cursor,
	    .limit = q->per_page != 0 ? q->per_page : PER_PAGE };
	bool found = false;

	for (size_t i = 0; i < sorts; i++) {
		if (q->sort[i] == -1)
			continue;
		if (found) {
			complain(&rq->wrong, rq->arena, STR("sorting"),
			    "takes one name");
			return ERR_BAD_PAGE;
		}
		found = true;
		page.sort = str_of(rq->route->sorts[2 * i +
		    (q->sort[i] == ASC ? 1 : 0)]);
	}
	return page_read(rq, &page, p);
}
