/* What finds few. */
#include "db/few.h"

#include "base/banned.h"

void
few_none(struct arena *a, struct list *ids)
{
	*ids = (struct list){ ARENA_NEW(a, struct id_row), 0 };
}

static void
keep(struct arena *a, const struct list *found, struct list *ids)
{
	if (found->n == 0)
		few_none(a, ids);
	else if (found->n <= FEW_MOST)
		*ids = *found;
}

enum err
few_rows(struct db *db, struct arena *a, enum query q, struct args args,
    struct list *ids)
{
	struct list found;

	TRY(db_rows(db, a, q, args, &id_row, &found));
	keep(a, &found, ids);
	return OK;
}

enum err
few_list(struct db *db, struct arena *a, const struct list_query *q,
    struct args args, struct list *ids)
{
	struct list found;

	TRY(db_list(db, a, q, args, &id_row, &found));
	keep(a, &found, ids);
	return OK;
}
