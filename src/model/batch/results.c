/* What came of the items of a batch, page by page. */
#include "model/batch/inside.h"

#include "base/banned.h"

#define WINDOW 8	/* chunks that are read at a time, but the first */

const char *const item_status_labels[] = { "pending", "done", "failed",
	"stopped", NULL };

SHAPE(chunk_row, struct chunk, NULL,
    COLUMN(struct chunk, number),
    COLUMN(struct chunk, ids));

struct failure {
	int64_t position;
	uint64_t row_id;
	struct str error;
};

SHAPE(failure_row, struct failure, NULL,
    COLUMN(struct failure, position),
    COLUMN(struct failure, row_id),
    COLUMN(struct failure, error));

size_t
chunk_read(const struct chunk *c, size_t first, struct batch_item *item,
    size_t n)
{
	struct str rest = { c->ids.p + 1, c->ids.n - 2 }, one;
	size_t at = 0, out = 0;

	while (rest.n > 0 && out < n) {
		(void)str_cut(rest, ',', &one, &rest);
		if (at++ < first)
			continue;
		item[out] = (struct batch_item){ 0 };
		INVARIANT(str_to_u64(one, &item[out].id));
		out++;
	}
	return out;
}

enum err
batch_rest(struct db *db, struct arena *a, uint64_t batch_id, uint64_t after,
    struct list *rest)
{
	struct batch_item item[BATCH_CHUNK];
	const struct chunk *c;
	struct list chunks;
	uint64_t *ids;
	size_t n;

	TRY(db_rows(db, a, Q_BATCH_CHUNKS, ARGS(batch_id), &chunk_row,
	    &chunks));
	c = chunks.items;
	ids = arena_array(a, chunks.n * BATCH_CHUNK + 1, sizeof(*ids));
	rest->items = ids;
	rest->n = 0;
	for (size_t i = 0; i < chunks.n; i++) {
		n = chunk_read(&c[i], 0, item, BATCH_CHUNK);
		for (size_t k = 0; k < n; k++)
			if (item[k].id > after)
				ids[rest->n++] = item[k].id;
	}
	return OK;
}

static struct str
message_of(struct str slug)
{
	for (int e = 0; e < ERR_COUNT; e++)
		if (str_is(slug, err_slug((enum err)e)))
			return str_of(err_text((enum err)e));
	return slug;
}

static struct batch_result
failed(const struct failure *f)
{
	return (struct batch_result){ .id = f->row_id,
	    .position = f->position, .status = ITEM_FAILED,
	    .error = f->error, .message = message_of(f->error) };
}

struct reader {
	struct db *db;
	struct arena *arena;
	const struct batch *batch;
	int status;			/* -1: all */
	int64_t skip;
	struct batch_result *out;
	size_t n, most;
};

static enum err
failures(const struct reader *r, int64_t from, int64_t limit, int64_t skip,
    struct list *out)
{
	return db_rows(r->db, r->arena, Q_BATCH_FAILURE_LIST,
	    ARGS(r->batch->id, from, limit, skip), &failure_row, out);
}

static void
add(struct reader *r, struct batch_result one)
{
	if ((r->status != -1 && r->status != one.status) ||
	    r->n == r->most)
		return;
	if (r->skip > 0)
		r->skip--;
	else
		r->out[r->n++] = one;
}

/* Of the items of a chunk; failures: from its first item on. */
static void
add_chunk(struct reader *r, const struct chunk *c, int64_t from,
    struct list *failures)
{
	struct batch_item item[BATCH_CHUNK];
	size_t n = chunk_read(c, 0, item, BATCH_CHUNK);
	const struct failure *f = failures->items;

	for (size_t i = 0; i < n; i++) {
		int64_t position = c->number * BATCH_CHUNK + (int64_t)i;

		while (failures->n > 0 && f->position < position)
			f++, failures->n--;
		if (position < from)
			continue;
		if (failures->n > 0 && f->position == position)
			add(r, failed(f));
		else
			add(r, (struct batch_result){ .id = item[i].id,
			    .position = position, .status =
			    position < r->batch->processed_count ? ITEM_DONE :
			    batch_is_open(r->batch) ? ITEM_PENDING :
			    ITEM_STOPPED });
	}
	failures->items = (void *)(uintptr_t)f;
}

static enum err
read_window(struct reader *r, int64_t number, int64_t n, int64_t from)
{
	const struct chunk *c;
	struct list chunks, wrong;

	TRY(db_rows(r->db, r->arena, Q_BATCH_CHUNK_LIST, ARGS(r->batch->id,
	    number, n), &chunk_row, &chunks));
	TRY(failures(r, number * BATCH_CHUNK, n * BATCH_CHUNK, 0, &wrong));
	c = chunks.items;
	for (size_t i = 0; i < chunks.n; i++)
		add_chunk(r, &c[i], from, &wrong);
	return OK;
}

/* Where those of a status begin, and where they end. */
static void
bounds(const struct reader *r, int64_t *from, int64_t *to)
{
	const struct batch *b = r->batch;

	*to = b->total;
	if (r->status == ITEM_DONE)
		*to = b->processed_count;
	else if (r->status != -1 && *from < b->processed_count)
		*from = b->processed_count;
	if (r->status != -1 && (r->status == ITEM_PENDING) !=
	    batch_is_open(b) && r->status != ITEM_DONE)
		*to = 0;
}

static enum err
read_failures(struct reader *r, int64_t from)
{
	const struct failure *f;
	struct list rows;

	TRY(failures(r, from, (int64_t)r->most, r->skip, &rows));
	f = rows.items;
	r->skip = 0;
	for (size_t i = 0; i < rows.n; i++)
		add(r, failed(&f[i]));
	return OK;
}

enum err
batch_results(struct db *db, struct arena *a, const struct batch *b,
    int status, const struct paging *p, struct list *out)
{
	struct reader r = { .db = db, .arena = a, .batch = b,
	    .status = status, .skip = p->offset,
	    .most = (size_t)p->limit + 1 };
	int64_t from = p->after_id != 0 ? p->after_key + 1 : 0, to;

	r.out = arena_array(a, r.most, sizeof(*r.out));
	if (status == ITEM_FAILED) {
		TRY(read_failures(&r, from));
	} else {
		bounds(&r, &from, &to);
		if (status != ITEM_DONE) {	/* none is left out */
			from += r.skip;
			r.skip = 0;
		}
		for (int64_t at = from / BATCH_CHUNK, n = 1;
		    at * BATCH_CHUNK < to && r.n < r.most;
		    at += n, n = WINDOW) {
			const struct arena_mark mark = arena_mark(a);

			TRY(read_window(&r, at, n, from));
			if (r.n == 0)
				arena_rewind(a, mark);
		}
	}
	*out = (struct list){ r.out, r.n };
	return OK;
}
