/* Names of what stands in a report. */
#include "model/report/report.h"

#include <stdlib.h>

#include "db/paging.h"
#include "base/banned.h"

SHAPE(report_name_row, struct report_name, NULL,
    COLUMN(struct report_name, id),
    COLUMN(struct report_name, name),
    COLUMN(struct report_name, email),
    COLUMN(struct report_name, color));

static int
by_id(const void *a, const void *b)
{
	const struct report_name *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

enum err
report_names(struct db *db, struct arena *a, uint64_t org,
    enum report_subject subject, const struct report *r, struct list *names)
{
	const struct report_line *l = r->lines.items;
	uint64_t *ids = arena_array(a, r->lines.n + 1, sizeof(*ids));

	for (size_t i = 0; i < r->lines.n; i++)
		ids[i] = l[i].id;
	TRY(db_rows(db, a, subject == REPORT_CAMPAIGNS ? Q_REPORT_CAMPAIGNS :
	    Q_REPORT_PROMOTERS, ARGS(ids_json(a, ids, r->lines.n), org),
	    &report_name_row, names));
	if (names->n > 0)
		qsort(names->items, names->n, sizeof(struct report_name),
		    by_id);
	return OK;
}

enum err
report_find(struct db *db, struct arena *a, uint64_t org,
    enum report_subject subject, struct str prefix, struct list *ids)
{
	const struct report_name *n;
	struct list rows;
	uint64_t *id;

	TRY(db_rows(db, a, subject == REPORT_CAMPAIGNS ?
	    Q_REPORT_FIND_CAMPAIGNS : Q_REPORT_FIND_PROMOTERS, ARGS(org,
	    like_prefix(a, prefix)), &report_name_row, &rows));
	n = rows.items;
	id = arena_array(a, rows.n + 1, sizeof(*id));
	for (size_t i = 0; i < rows.n; i++)
		id[i] = n[i].id;
	*ids = (struct list){ id, rows.n };
	return OK;
}
