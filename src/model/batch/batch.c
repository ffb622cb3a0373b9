/* The record of a batch: begun, stopped, begun again over what failed. */
#include "model/batch/inside.h"

#include <stdlib.h>

#include "model/event/event.h"

#include "base/banned.h"

#define LINES_MAX	100	/* of errors */
#define CHUNKS_A_TIME	50

const char *const batch_status_labels[] = { "pending", "in_progress",
	"completed", "failed", "stopped", NULL };

SHAPE(batch_row, struct batch, NULL,
    COLUMN(struct batch, id),
    COLUMN(struct batch, organization_id),
    COLUMN(struct batch, user_id),
    COLUMN(struct batch, action),
    COLUMN(struct batch, params),
    COLUMN(struct batch, status, .labels = batch_status_labels),
    COLUMN(struct batch, total),
    COLUMN(struct batch, processed_count),
    COLUMN(struct batch, failed_count),
    COLUMN(struct batch, place),
    COLUMN(struct batch, errors),
    COLUMN(struct batch, retry_of),
    COLUMN(struct batch, created_at),
    COLUMN(struct batch, updated_at),
    COLUMN(struct batch, finished_at));

bool
batch_is_open(const struct batch *b)
{
	return b->status == BATCH_PENDING || b->status == BATCH_IN_PROGRESS;
}

SHAPE(batch_task_shape, struct batch_task, NULL,
    FIELD(struct batch_task, organization_id, "organization",
	.flags = F_REQUIRED),
    FIELD(struct batch_task, batch_id, "batch", .flags = F_REQUIRED),
    FIELD(struct batch_task, state, "state", .flags = F_JSON | F_NULLABLE));

/* Who works on it; NULL: nobody any more. */
static struct arg
open_arg(const struct batch *b)
{
	const struct batch_action *action = batch_action_named(b->action);

	return arg_some(!batch_is_open(b) ? 0 :
	    action != NULL && action->task != NULL ? 2 : 1);
}

const struct batch_action *
batch_action_named(struct str label)
{
	for (size_t i = 0; batch_actions[i] != NULL; i++)
		if (str_is(label, batch_actions[i]->label))
			return batch_actions[i];
	return NULL;
}

static struct str
ids_text(struct arena *a, const struct batch_item *item, size_t n, bool all)
{
	struct buf b;

	buf_init(&b, a, 12 * n + 2);
	buf_char(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (!all && item[i].result != OK)
			continue;
		if (b.n > 1)
			buf_char(&b, ',');
		buf_u64(&b, item[i].id);
	}
	buf_char(&b, ']');
	return buf_view(&b);
}

struct str
batch_ids(struct arena *a, const struct batch_item *item, size_t n)
{
	return ids_text(a, item, n, true);
}

struct str
batch_ids_well(struct arena *a, const struct batch_item *item, size_t n)
{
	return ids_text(a, item, n, false);
}

struct batch_item *
batch_item_of(struct batch_item *item, size_t n, uint64_t id)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (item[low + half].id == id)
			return &item[low + half];
		if (item[low + half].id < id) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return NULL;
}

void
batch_leave_off(struct batch_item *item, size_t n, struct batch_item *at)
{
	for (; at < item + n; at++)
		at->result = ERR_RETRY;
}

enum err
batch_hold(struct db *db, struct arena *a, const struct actor *by,
    enum query q, const struct shape *row,
    enum err (*refuse)(const void *row), struct batch_item *item, size_t n,
    struct list *rows)
{
	size_t well = 0;

	for (size_t i = 0; i < n; i++)
		item[i].result = ERR_NOT_FOUND;
	TRY(db_rows(db, a, q, ARGS(batch_ids(a, item, n),
	    by->organization_id), row, rows));
	for (size_t i = 0; i < rows->n; i++) {
		char *at = (char *)rows->items + i * row->size;
		struct batch_item *one = batch_item_of(item, n,
		    *(const uint64_t *)(const void *)at);

		one->result = refuse == NULL ? OK : refuse(at);
		if (one->result == OK)
			memmove((char *)rows->items + well++ * row->size, at,
			    row->size);
	}
	rows->n = well;
	return OK;
}

/* One line for each item that failed, as long as there is room. */
static void
add_lines(struct arena *a, struct batch *b, const struct batch_item *item,
    size_t n)
{
	int64_t room = LINES_MAX - b->failed_count;
	struct buf text;

	buf_init(&text, a, b->errors.n + 100);
	buf_put(&text, b->errors.p, b->errors.n - 1);
	for (size_t i = 0; i < n && room > 0; i++) {
		if (item[i].result == OK)
			continue;
		if (text.n > 1)
			buf_char(&text, ',');
		json_string(&text, str_printf(a, "%llu: %s",
		    (unsigned long long)item[i].id,
		    err_text(item[i].result)));
		room--;
	}
	buf_char(&text, ']');
	b->errors = buf_view(&text);
}

/* Counts those of the n that are over; how many. */
static size_t
count(struct arena *a, struct batch *b, const struct batch_item *item,
    size_t n, struct when now)
{
	int64_t failed = 0;
	size_t over;

	for (over = 0; over < n && item[over].result != ERR_RETRY; over++)
		failed += item[over].result != OK;
	if (failed > 0)
		add_lines(a, b, item, over);
	b->failed_count += failed;
	b->processed_count += (int64_t)over;
	b->place = over < n ? item[over].place : 0;
	b->updated_at = now;
	b->status = BATCH_IN_PROGRESS;
	if (b->processed_count < b->total)
		return over;
	b->finished_at = now;
	b->status = b->failed_count == b->total ? BATCH_FAILED :
	    BATCH_COMPLETED;
	return over;
}

static enum err
insert_failures(struct db *db, struct arena *a, uint64_t id, int64_t position,
    const struct batch_item *item, size_t n)
{
	enum { COLUMNS = 4 };
	struct arg *args = arena_array(a, n * COLUMNS, sizeof(*args));
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct arg *to = args + failed * COLUMNS;

		if (item[i].result == OK)
			continue;
		to[0] = ARG(id);
		to[1] = ARG(position + (int64_t)i);
		to[2] = ARG(item[i].id);
		to[3] = ARG(str_of(err_slug(item[i].result)));
		failed++;
	}
	return db_exec_rows(db, Q_BATCH_FAILURE_INSERT, args, failed, NULL,
	    NULL);
}

static enum err
tell(struct db *db, struct arena *a, const struct batch *b)
{
	const struct event ev = { b->organization_id, batch_is_open(b) ?
	    "batch.created" : b->status == BATCH_STOPPED ? "batch.stopped" :
	    "batch.finished", b->id, b->user_id, b->updated_at };

	return event_write(db, a, &ev, "\"action\":\"%.*s\",\"status\":\"%s\","
	    "\"total\":%lld,\"processed\":%lld,\"failed\":%lld",
	    STR_ARG(b->action), batch_status_labels[b->status],
	    (long long)b->total, (long long)b->processed_count,
	    (long long)b->failed_count);
}

enum err
batch_store(struct db *db, struct arena *a, const struct batch *b)
{
	TRY(db_exec(db, Q_BATCH_MOVE, ARGS(
	    LABEL(batch_status_labels, b->status),
	    open_arg(b), b->processed_count, b->failed_count,
	    arg_id(batch_is_open(b) ? b->place : 0), b->errors,
	    b->updated_at, b->finished_at, b->id), NULL, NULL));
	return batch_is_open(b) ? OK : tell(db, a, b);
}

enum err
batch_advance(struct db *db, struct arena *a, struct batch *b,
    const struct batch_item *item, size_t n, struct when now)
{
	const int64_t from = b->processed_count;

	n = count(a, b, item, n, now);
	TRY(insert_failures(db, a, b->id, from, item, n));
	return batch_store(db, a, b);
}

static enum err
insert_chunks(struct db *db, struct arena *a, uint64_t id,
    const struct batch_item *item, size_t n)
{
	enum { COLUMNS = 3 };
	struct arg args[CHUNKS_A_TIME * COLUMNS];
	size_t at = 0;
	int64_t number = 0;

	while (at < n) {
		const struct arena_mark mark = arena_mark(a);
		size_t rows = 0;

		for (; rows < CHUNKS_A_TIME && at < n; rows++, number++) {
			size_t size = n - at < BATCH_CHUNK ? n - at :
			    BATCH_CHUNK;
			struct arg *to = args + rows * COLUMNS;

			to[0] = ARG(id);
			to[1] = ARG(number);
			to[2] = ARG(batch_ids(a, item + at, size));
			at += size;
		}
		TRY(db_exec_rows(db, Q_BATCH_CHUNK_INSERT, args, rows, NULL,
		    NULL));
		arena_rewind(a, mark);
	}
	return OK;
}

static int
by_id(const void *a, const void *b)
{
	const struct batch_item *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* In ascending order, each once. */
static struct batch_item *
sorted(struct arena *a, struct list ids, size_t *n)
{
	struct batch_item *item = arena_array(a, ids.n, sizeof(*item));
	const uint64_t *id = ids.items;

	*n = 0;
	for (size_t i = 0; i < ids.n; i++)
		item[i].id = id[i];
	qsort(item, ids.n, sizeof(*item), by_id);
	for (size_t i = 0; i < ids.n; i++)
		if (*n == 0 || item[*n - 1].id != item[i].id)
			item[(*n)++].id = item[i].id;
	return item;
}

static void
set_progress(struct batch *b)
{
	b->progress = b->total > 0 ? 100 * b->processed_count / b->total : 100;
}

static enum err
insert(struct db *db, struct arena *a, struct batch *b,
    const struct batch_item *item, size_t n)
{
	TRY(db_exec(db, Q_BATCH_INSERT, ARGS(b->organization_id, b->user_id,
	    b->action, b->params, LABEL(batch_status_labels, b->status),
	    open_arg(b), b->total, b->processed_count,
	    b->failed_count, b->place, b->errors, b->retry_of,
	    b->created_at, b->finished_at), NULL, &b->id));
	return insert_chunks(db, a, b->id, item, n);
}

/* One row, of which a task knows. */
static enum err
leave_task(struct db *db, struct arena *a, const struct batch *b,
    const char *kind, uint64_t row)
{
	const struct batch_task t = { b->organization_id, b->id, STR_NULL };
	struct buf payload;

	buf_init(&payload, a, 100);
	json_encode(&payload, &batch_task_shape, &t, false);
	return db_exec(db, Q_TASK_INSERT, ARGS(str_of(kind), row,
	    buf_view(&payload), b->created_at), NULL, NULL);
}

static enum err
begin(struct db *db, struct arena *a, const struct actor *by,
    const struct batch_action *action, const void *params, struct list ids,
    struct batch *b)
{
	struct buf text;
	size_t n, over = 0;
	struct batch_item *item = sorted(a, ids, &n);

	*b = (struct batch){ .organization_id = by->organization_id,
	    .user_id = by->user_id, .action = str_of(action->label),
	    .total = (int64_t)n, .errors = STR("[]"), .retry_of = b->retry_of,
	    .created_at = by->now, .updated_at = by->now };
	if (action->params != NULL) {
		buf_init(&text, a, 100);
		json_encode(&text, action->params, params, false);
		b->params = buf_view(&text);
	}
	INVARIANT(action->task == NULL || n == 1);
	if (action->task == NULL && n <= BATCH_AT_ONCE) {
		TRY(action->run(db, a, by, params, item, n));
		over = count(a, b, item, n, by->now);
		set_progress(b);
	}
	TRY(insert(db, a, b, item, n));
	TRY(insert_failures(db, a, b->id, 0, item, over));
	TRY(tell(db, a, b));
	if (action->task != NULL)
		return leave_task(db, a, b, action->task, item->id);
	return !batch_is_open(b) ? OK : db_exec(db, Q_BATCH_TURN_ASK,
	    ARGS(by->organization_id, by->now), NULL, NULL);
}

enum err
batch_begin(struct db *db, struct arena *a, const struct actor *by,
    const struct batch_action *action, const void *params, struct list ids,
    struct batch *b)
{
	b->retry_of = 0;
	return begin(db, a, by, action, params, ids, b);
}

enum err
batch_get(struct db *db, struct arena *a, uint64_t org, uint64_t id,
    struct batch *b)
{
	TRY(db_row(db, a, Q_BATCH_GET, ARGS(org, id), &batch_row, b));
	set_progress(b);
	return OK;
}

enum err
batch_list(struct db *db, struct arena *a, uint64_t org, unsigned statuses,
    const struct paging *p, struct list *out)
{
	bool some = p->after_id != 0;
	struct when key = some ? (struct when){ p->after_key } :
	    when_add(clock_now(), DAY_US / SECOND_US);
	uint64_t after = some ? p->after_id : INT64_MAX;
	int64_t reach = p->offset + p->limit + 1;
	struct arg asked[BATCH_STATUSES];
	struct batch *b;

	for (unsigned i = 0; i < BATCH_STATUSES; i++)
		asked[i] = ARG((statuses >> i & 1) != 0);
	TRY(db_rows(db, a, Q_BATCH_LIST, ARGS(asked[BATCH_PENDING], org, key,
	    after, reach, asked[BATCH_IN_PROGRESS], asked[BATCH_COMPLETED],
	    asked[BATCH_FAILED], asked[BATCH_STOPPED], p->limit + 1,
	    p->offset), &batch_row, out));
	b = out->items;
	for (size_t i = 0; i < out->n; i++)
		set_progress(&b[i]);
	return OK;
}

/* The chunk that runs holds the row until it is done. */
enum err
batch_stop(struct db *db, struct arena *a, const struct actor *by, uint64_t id,
    struct batch *b)
{
	TRY(db_row(db, a, Q_BATCH_HOLD, ARGS(by->organization_id, id),
	    &batch_row, b));
	set_progress(b);
	if (b->status == BATCH_STOPPED)
		return OK;
	if (!batch_is_open(b))
		return ERR_BATCH_OVER;
	b->status = BATCH_STOPPED;
	b->finished_at = b->updated_at = by->now;
	return batch_store(db, a, b);
}

enum err
batch_task_over(struct db *db, struct arena *a, const struct batch_task *t,
    enum err result, struct when now)
{
	struct batch_item item = { 0 };
	struct batch b = { 0 };
	struct chunk c = { 0 };
	enum err e = db_row(db, a, Q_BATCH_HOLD, ARGS(t->organization_id,
	    t->batch_id), &batch_row, &b);

	if (e == ERR_NOT_FOUND || (e == OK && !batch_is_open(&b)))
		return OK;
	TRY(e);
	TRY(db_row(db, a, Q_BATCH_CHUNK_GET, ARGS(b.id, INT64_C(0)),
	    &chunk_row, &c));
	(void)chunk_read(&c, 0, &item, 1);
	item.result = result;
	return batch_advance(db, a, &b, &item, 1, now);
}

enum err
batch_retry(struct db *db, struct arena *a, const struct actor *by,
    uint64_t id, struct batch *b)
{
	const struct batch_action *action;
	void *params = NULL;
	struct list ids;
	uint64_t given;
	struct complaints wrong;

	*b = (struct batch){ 0 };
	TRY(batch_get(db, a, by->organization_id, id, b));
	if (batch_is_open(b))
		return ERR_BATCH_OPEN;
	if (b->failed_count == 0)
		return ERR_NOTHING_FAILED;
	action = batch_action_named(b->action);
	if (action == NULL)
		return ERR_CONFLICT;	/* of a program that is gone */
	if (action->params != NULL) {
		complaints_init(&wrong);
		params = arena_alloc(a, action->params->size);
		TRY(json_decode(a, b->params, action->params, true, params,
		    &given, &wrong));
	}
	TRY(db_rows(db, a, Q_BATCH_FAILED, ARGS(id), &id_row, &ids));
	b->retry_of = id;
	return begin(db, a, by, action, params, ids, b);
}
