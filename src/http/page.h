/* Paging: page and limit of a face, and the opaque cursor beside them. */
#ifndef AFF_HTTP_PAGE_H
#define AFF_HTTP_PAGE_H

#include "db/paging.h"
#include "json/shape.h"

#define PAGE_LIMIT	10
#define PAGE_LIMIT_MAX	100

/* The answer's page: a handler asks for limit + 1 rows and calls page_cut. */
struct page {
	struct list items;
	int64_t page;		/* 0 when a cursor was used */
	int64_t limit;
	struct str next;	/* cursor of the next page, or absent */
	bool too_far;		/* there is such a page, and it is refused */
	int64_t total;		/* on a face that counts all */
	uint64_t members;	/* of an item, by their bits; 0: all */
};

/* Query members that every list has; embed as the first member. */
struct page_query {
	int64_t page, limit;	/* 0: not given */
	struct str cursor, sort;
};
#define PAGE_FIELDS(type) \
	FIELD(type, paging.page, "page", .min = 1, .max = 1000000, \
	    .doc = "Number of the page, from 1"), \
	FIELD(type, paging.limit, "limit", .min = 1, .max = PAGE_LIMIT_MAX, \
	    .doc = "Items a page, 10 if absent"), \
	FIELD(type, paging.cursor, "cursor", .max = 200, \
	    .doc = "Of the page before, in place of page"), \
	FIELD(type, paging.sort, "sort", .max = 60, \
	    .doc = "A name and a direction: createdAt:desc")

struct request;

/*
 * Reads the paging: *order becomes the index in the route's sorts; *after is
 * the key at the cursor, 0 for none; *offset what page asks to skip.
 * ERR_BAD_PAGE for anything wrong, never clamped.
 */
MUST_CHECK enum err page_read(struct request *, const struct page_query *,
    struct paging *);
/*
 * Given limit + 1 or fewer rows: keeps limit and makes the cursor from the
 * last one kept. key_at, id_at: offsets in the row (int64_t or struct when;
 * uint64_t).  A route of R_FOLLOW gets a cursor with its last page as well, and
 * with an empty one the cursor that was given.
 */
void page_cut(struct request *, const struct paging *, struct list rows,
    size_t row_size, size_t key_at, size_t id_at);
/* The same by a text (struct str) in place of the key. */
void page_cut_text(struct request *, const struct paging *, struct list rows,
    size_t row_size, size_t text_at, size_t id_at);
/*
 * Behind the handler: a page beyond the end is empty, and one that is too far
 * behind the start, where the list goes on that far, is ERR_BAD_PAGE.
 */
MUST_CHECK enum err page_check(struct request *);

#endif
