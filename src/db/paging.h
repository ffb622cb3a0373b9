/* Which rows of a list: made from a request by http/page.h, used by lists. */
#ifndef AFF_DB_PAGING_H
#define AFF_DB_PAGING_H

#include "db/db.h"

struct paging {
	unsigned order;		/* which of the list's orders */
	uint64_t after_id;	/* rows behind this one; 0: from the start */
	int64_t after_key;	/* its sort key (a time: microseconds) */
	struct str after_text;	/* the same of a list that sorts by a text */
	int64_t offset;		/* rows to skip, where page= was used */
	int64_t limit;		/* rows a page; a list reads one more */
};

/* Arguments that are gathered part by part. */
struct arg_list {
	struct arg v[24];
	size_t n;
};

static inline void
arg_push(struct arg_list *l, struct arg v)
{
	INVARIANT(l->n < LEN(l->v));
	l->v[l->n++] = v;
}

/* All of some days, both included; DAY_NONE: open. */
static inline void
arg_push_days(struct arg_list *l, struct day from, struct day to)
{
	arg_push(l, ARG(from.n != DAY_NONE.n ? day_start(from) :
	    (struct when){ 1 }));
	arg_push(l, ARG(day_end(to.n != DAY_NONE.n ? to :
	    day_from(9999, 12, 31))));
}

/* The same of a column of days. */
static inline void
arg_push_dates(struct arg_list *l, struct day from, struct day to)
{
	arg_push(l, ARG(from.n != DAY_NONE.n ? from : (struct day){ 0 }));
	arg_push(l, ARG(to.n != DAY_NONE.n ? to : day_from(9999, 12, 31)));
}

/* Are days asked for? */
static inline bool
days_given(struct day from, struct day to)
{
	return from.n != DAY_NONE.n || to.n != DAY_NONE.n;
}

/*
 * The end of every list: what stands behind the cursor, then LIMIT and OFFSET.
 * after: the query's where-bit for this order.  Its fragment names the key
 * before the id; key is the cursor's as the column has it.
 */
static inline void
paging_args(const struct paging *p, struct list_query *q, struct arg_list *l,
    uint32_t after, struct arg key)
{
	q->order = p->order;
	if (p->after_id != 0) {
		q->wheres |= after;
		arg_push(l, key);
		arg_push(l, ARG(p->after_id));
	}
	arg_push(l, ARG(p->limit + 1));
	arg_push(l, ARG(p->offset));
}

/* The same for lists by id alone: its fragment names that. */
static inline void
paging_by_id(const struct paging *p, struct list_query *q, struct arg_list *l,
    uint32_t after)
{
	q->order = p->order;
	if (p->after_id != 0) {
		q->wheres |= after;
		arg_push(l, ARG(p->after_id));
	}
	arg_push(l, ARG(p->limit + 1));
	arg_push(l, ARG(p->offset));
}

/*
 * db/like.c: a part of a text, or its beginning, for LIKE; what that takes for
 * itself is meant as it stands.
 */
struct str like_part(struct arena *, struct str part);
struct str like_prefix(struct arena *, struct str prefix);

#define ARG_LIST(l) ((struct args){ (l).v, (l).n })

/*
 * db/ids.c: for JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')).
 * Of a list: absent where it has no items, which is any.
 */
struct str ids_json(struct arena *, const uint64_t *id, size_t n);
struct str numbers_json(struct arena *, const struct list *);
struct str texts_json(struct arena *, const struct list *);	/* struct str */

#endif
