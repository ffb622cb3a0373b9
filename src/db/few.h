/*
 * Lists stand in the index of what they are sorted by.  A filter that finds
 * few, of which that index knows nothing, is asked first: those are then read
 * by their ids.  Where it finds many, the list meets them soon in its order.
 */
#ifndef AFF_DB_FEW_H
#define AFF_DB_FEW_H

#include "db/db.h"

#define FEW_MOST 1000	/* the statements look for one more */

/* The ids (struct id_row) that it finds, if they are few; else ids stays. */
MUST_CHECK enum err few_rows(struct db *, struct arena *, enum query,
    struct args, struct list *ids);
MUST_CHECK enum err few_list(struct db *, struct arena *,
    const struct list_query *, struct args, struct list *ids);

/* None at all, which is not the same as any (items NULL). */
void few_none(struct arena *, struct list *ids);

#endif
