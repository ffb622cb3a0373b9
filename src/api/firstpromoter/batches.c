/* Batches: how handlers begin one, and what becomes of it. */
#include "api/firstpromoter/routes.h"

#include "base/banned.h"

#define PROGRESS_MAX 100	/* batches */

SHAPE(fp_batch_out, struct batch, "BatchProcess",
    FP_ID(struct batch, id, "id"),
    FIELD(struct batch, status, "status", .labels = batch_status_labels),
    FIELD(struct batch, total, "total"),
    FIELD(struct batch, total, "selected_total",
	.doc = "Rows that were named, each once"),
    FIELD(struct batch, processed_count, "processed_count",
	.doc = "Rows whose work is over, failed ones among them"),
    FIELD(struct batch, failed_count, "failed_count"),
    FIELD(struct batch, action, "action_label", .max = 60,
	.example = "\"referral/delete\""),
    FIELD(struct batch, created_at, "created_at"),
    FIELD(struct batch, updated_at, "updated_at"),
    FIELD(struct batch, params, "meta", .flags = F_JSON | F_NULLABLE,
	.doc = "What the operation was given beside ids"),
    FIELD(struct batch, progress, "progress", .max = 100),
    FIELD(struct batch, errors, "processing_errors", .flags = F_JSON,
	.format = "array", .doc = "Lines about rows that failed, at most 100: "
	    "all are among the items"));

SHAPE(fp_batch_data_out, struct fp_batch_data, "BatchProcessData",
    FIELD(struct fp_batch_data, data, "data", .of = &fp_batch_out),
    FIELD(struct fp_batch_data, meta, "meta", .flags = F_JSON));

const enum err fp_batch_errors[] = ERRORS(ERR_PARAMS);

static enum err
wrong_ids(struct request *rq, const char *why)
{
	complain(&rq->wrong, rq->arena, STR("ids"), "%s", why);
	return ERR_PARAMS;
}

static enum err
begin(struct request *rq, const struct batch_action *action,
    const void *params, struct list ids, struct batch *b)
{
	INVARIANT(rq->route->scope == action->scope);
	if (ids.n == 0)
		return wrong_ids(rq, "must name at least one");
	if (ids.n > BATCH_IDS_MAX)
		return wrong_ids(rq, "must name at most 100000");
	TRY(batch_begin(rq->db, rq->arena, ACTOR(rq), action, params, ids, b));
	rq->status = batch_is_open(b) ? 202 : 200;
	return OK;
}

enum err
fp_batch(struct request *rq, const struct batch_action *action,
    const void *params, struct list ids)
{
	struct batch *b = ARENA_NEW(rq->arena, struct batch);

	rq->out = b;
	return begin(rq, action, params, ids, b);
}

enum err
fp_batch_data(struct request *rq, const struct batch_action *action,
    const void *params, struct list ids, struct str meta)
{
	struct fp_batch_data *d = ARENA_NEW(rq->arena, struct fp_batch_data);

	d->meta = meta;
	rq->out = d;
	return begin(rq, action, params, ids, &d->data);
}

struct list_q {
	struct fp_page_query page;
	struct list status;
};

SHAPE(batches_query, struct list_q, "BatchesQuery",
    FP_PAGE_FIELDS(struct list_q),
    FIELD(struct list_q, status, "filters[status]", .flags = F_LOOSE,
	.labels = batch_status_labels,
	.doc = "pending and in_progress, if absent"));

static const char *const by_time[] = { "created_at:desc", NULL };

/* Bits of those that are asked for. */
static unsigned
statuses(const struct list_q *q)
{
	const struct str *name = q->status.items;
	unsigned bits = 0;

	if (q->status.n == 0)
		return 1U << BATCH_PENDING | 1U << BATCH_IN_PROGRESS;
	for (size_t i = 0; i < q->status.n; i++)
		for (unsigned s = 0; s < BATCH_STATUSES; s++)
			if (str_is(name[i], batch_status_labels[s]))
				bits |= 1U << s;
	return bits;
}

static enum err
list(struct request *rq)
{
	const struct list_q *q = rq->query;
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(batch_list(rq->db, rq->arena, rq->who.org_id, statuses(q), &p,
	    &rows));
	page_cut(rq, &p, rows, sizeof(struct batch),
	    offsetof(struct batch, created_at), offsetof(struct batch, id));
	return OK;
}

static enum err
get(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct batch);
	return batch_get(rq->db, rq->arena, rq->who.org_id, rq->id[0],
	    rq->out);
}

struct progress_q {
	struct list status;
};

SHAPE(progress_query, struct progress_q, "BatchProgressQuery",
    FIELD(struct progress_q, status, "filters[status]", .flags = F_LOOSE,
	.labels = batch_status_labels,
	.doc = "pending and in_progress, if absent"));

/* {"32":40}: of the newest ones. */
static enum err
progress(struct request *rq)
{
	const struct progress_q *asked = rq->query;
	const struct list_q q = { .status = asked->status };
	const struct paging p = { .limit = PROGRESS_MAX - 1 };
	const struct batch *b;
	struct list rows;
	struct buf text;

	TRY(batch_list(rq->db, rq->arena, rq->who.org_id, statuses(&q), &p,
	    &rows));
	b = rows.items;
	buf_init(&text, rq->arena, 16 * rows.n + 3);
	buf_char(&text, '{');
	for (size_t i = 0; i < rows.n; i++)
		buf_printf(&text, "%s\"%llu\":%lld", i > 0 ? "," : "",
		    (unsigned long long)b[i].id, (long long)b[i].progress);
	buf_char(&text, '}');
	rq->raw = buf_view(&text);
	return OK;
}

/* What it does takes a scope of its own. */
static enum err
look_who(struct request *rq)
{
	struct batch b = { 0 };
	const struct batch_action *action;

	TRY(batch_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &b));
	action = batch_action_named(b.action);
	return action == NULL || (action->scope & ~rq->who.scopes) == 0 ? OK :
	    ERR_SCOPE;
}

static enum err
stop(struct request *rq)
{
	rq->out = ARENA_NEW(rq->arena, struct batch);
	return batch_stop(rq->db, rq->arena, ACTOR(rq), rq->id[0], rq->out);
}

static enum err
retry(struct request *rq)
{
	struct batch *b = ARENA_NEW(rq->arena, struct batch);

	rq->out = b;
	TRY(batch_retry(rq->db, rq->arena, ACTOR(rq), rq->id[0], b));
	rq->status = batch_is_open(b) ? 202 : 200;
	return OK;
}

struct items_q {
	struct fp_page_query page;
	int status;
};

SHAPE(items_query, struct items_q, "BatchItemsQuery",
    FP_PAGE_FIELDS(struct items_q),
    FIELD(struct items_q, status, "filters[status]",
	.labels = item_status_labels));

SHAPE(item_out, struct batch_result, "BatchItem",
    FP_ID(struct batch_result, id, "id"),
    FIELD(struct batch_result, status, "status",
	.labels = item_status_labels,
	.doc = "stopped: the batch was, before it came to this one"),
    FIELD(struct batch_result, error, "error", .max = 40,
	.flags = F_NULLABLE, .doc = "What went wrong: for programs"),
    FIELD(struct batch_result, message, "message", .max = 500,
	.flags = F_NULLABLE));

static const char *const by_position[] = { "position:asc", NULL };

static enum err
items(struct request *rq)
{
	const struct items_q *q = rq->query;
	struct batch b = { 0 };
	struct paging p;
	struct list rows;

	TRY(fp_page_read(rq, &q->page, 0, &p));
	TRY(batch_get(rq->db, rq->arena, rq->who.org_id, rq->id[0], &b));
	TRY(batch_results(rq->db, rq->arena, &b, q->status, &p, &rows));
	page_cut(rq, &p, rows, sizeof(struct batch_result),
	    offsetof(struct batch_result, position),
	    offsetof(struct batch_result, id));
	return OK;
}

static const enum err stop_errors[] = ERRORS(ERR_BATCH_OVER);
static const enum err retry_errors[] = ERRORS(ERR_BATCH_OPEN,
    ERR_NOTHING_FAILED);

const struct route fp_batch_routes[] = {
	{ .op = "listBatches", .method = GET,
	  .path = "/company/batch_processes", .handle = list,
	  .query = &batches_query, .out = &fp_batch_out, .sorts = by_time,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Batches", .summary = "List batches" },
	{ .op = "getBatchProgress", .method = GET,
	  .path = "/company/batch_processes/progress", .handle = progress,
	  .query = &progress_query, .status = 200,
	  .raw_type = "application/json", .flags = R_RAW,
	  .scope = SCOPE_REFERRALS_READ, .tag = "Batches",
	  .summary = "How far the newest batches are, in percent by id" },
	{ .op = "getBatch", .method = GET,
	  .path = "/company/batch_processes/{id}", .handle = get,
	  .out = &fp_batch_out, .status = 200, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Batches", .summary = "Read a batch" },
	{ .op = "listBatchItems", .method = GET,
	  .path = "/company/batch_processes/{id}/items", .handle = items,
	  .query = &items_query, .out = &item_out, .sorts = by_position,
	  .status = 200, .flags = R_LIST, .scope = SCOPE_REFERRALS_READ,
	  .tag = "Batches", .summary = "List the rows of a batch, and what "
	      "came of each" },
	{ .op = "stopBatch", .method = POST,
	  .path = "/company/batch_processes/{id}/stop",
	  .prepare = look_who, .handle = stop,
	  .out = &fp_batch_out, .status = 200, .flags = R_WRITE | R_LIVE,
	  .scope = SCOPE_REFERRALS_WRITE, .errors = stop_errors,
	  .tag = "Batches", .summary = "Stop a batch after its running chunk" },
	{ .op = "retryBatch", .method = POST,
	  .path = "/company/batch_processes/{id}/retry",
	  .prepare = look_who, .handle = retry,
	  .out = &fp_batch_out, .status = 200, .also = 202,
	  .flags = R_WRITE | R_LIVE, .scope = SCOPE_REFERRALS_WRITE,
	  .errors = retry_errors, .tag = "Batches",
	  .summary = "Do again what failed in a batch" },
	{ .op = NULL }
};
