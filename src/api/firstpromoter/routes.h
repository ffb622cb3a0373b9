/* The FirstPromoter face: its routes, and what its files share. */
#ifndef AFF_API_FIRSTPROMOTER_ROUTES_H
#define AFF_API_FIRSTPROMOTER_ROUTES_H

#include "api/common.h"

extern const struct face firstpromoter;
extern const struct route fp_campaign_routes[];
extern const struct route fp_product_routes[];
extern const struct route fp_program_routes[];
extern const struct route fp_promo_code_routes[];
extern const struct route fp_reward_routes[];

/*
 * The paging of this face: page and per_page, or the cursor of X-Next-Cursor,
 * and sorting[NAME]=asc.  The record of a list's query begins with
 *
 *	struct fp_page_query page;
 *
 * and its table with FP_PAGE_FIELDS(struct q) and an FP_SORT(struct q, i, NAME)
 * for each order.  The route's .sorts has two entries for each, in the same
 * order: "NAME:desc", "NAME:asc".
 */
#define FP_SORTS 5
struct fp_page_query {
	int64_t page, per_page;		/* 0: not given */
	struct str cursor;
	int sort[FP_SORTS];
};

extern const char *const fp_directions[];	/* asc desc */

#define FP_PAGE_FIELDS(type) \
	FIELD(type, page.page, "page", .min = 1, .max = 1000000, \
	    .doc = "Number of the page, from 1"), \
	FIELD(type, page.per_page, "per_page", .min = 1, \
	    .max = PAGE_LIMIT_MAX, .doc = "Items a page, 20 if absent"), \
	FIELD(type, page.cursor, "cursor", .max = 200, \
	    .doc = "What X-Next-Cursor said, in place of page")
#define FP_SORT(type, i, name) \
	FIELD(type, page.sort[i], "sorting[" name "]", .labels = fp_directions)

/* As page_read(), with the number of orders that the list has. */
MUST_CHECK enum err fp_page_read(struct request *, const struct fp_page_query *,
    size_t sorts, struct paging *);

/* An id as this face writes it: a number. */
#define FP_ID(type, member, wire, ...) \
	FIELD(type, member, wire, .flags = F_ID_NUMBER, __VA_ARGS__)

#endif
