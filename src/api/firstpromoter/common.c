/* Paging, sorting and what is erased, in the FirstPromoter face. */
#include "api/firstpromoter/routes.h"

#include "base/banned.h"

#define PER_PAGE 20

const char *const fp_directions[] = { "asc", "desc", NULL };

enum err
fp_page_read(struct request *rq, const struct fp_page_query *q, size_t sorts,
    struct paging *p)
{
	struct page_query page = { .page = q->page, .cursor = q->cursor,
	    .limit = q->per_page != 0 ? q->per_page : PER_PAGE };
	bool found = false;

	page.sort = str_of(rq->route->sorts[q->order]);
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
		    (q->sort[i] == FP_ASC ? 1 : 0)]);
	}
	return page_read(rq, &page, p);
}

enum err
fp_read_gone(struct request *rq, enum err (*get)(struct request *))
{
	TRY(get(rq));
	rq->prepared = rq->out;
	return OK;
}

enum err
fp_ids_read(struct request *rq, const struct list *texts, const char *field,
    struct list *ids)
{
	const struct str *text = texts->items;
	uint64_t *id;

	*ids = (struct list){ .items = NULL };
	if (texts->n == 0)
		return OK;
	id = arena_array(rq->arena, texts->n, sizeof(*id));
	for (size_t i = 0; i < texts->n; i++)
		if (!str_to_u64(text[i], &id[i]) || id[i] == 0 ||
		    id[i] > INT64_MAX) {
			complain(&rq->wrong, rq->arena, str_of(field),
			    "must be ids: digits, from 1");
			return ERR_BAD_PAGE;
		}
	*ids = (struct list){ id, texts->n };
	return OK;
}
