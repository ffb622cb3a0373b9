/* Files of promoters' rows: at once, or fetched later by a link. */
#include "api/firstpromoter/exports.h"
#include "base/settings.h"
#include "model/promoter/export.h"

#include "base/banned.h"

struct str
fp_export_link(struct arena *a, uint64_t id, struct str token)
{
	return str_printf(a, "%.*s/api/v2/affiliate/exports/%llu?token=%.*s",
	    STR_ARG(settings->public_url), (unsigned long long)id,
	    STR_ARG(token));
}

SHAPE(fp_message, struct fp_message, "Message",
    FIELD(struct fp_message, message, "message", .max = 200));

const enum err fp_export_errors[] = ERRORS(ERR_EXPORT_OPEN);

/* Nobody but who asked keeps a copy. */
static void
answer_file(struct request *rq, int kind)
{
	answer_header(rq, "Cache-Control", STR("no-store"));
	answer_header(rq, "Content-Disposition", str_printf(rq->arena,
	    "attachment; filename=\"%s.csv\"", export_labels[kind]));
}

static enum err
answer_later(struct request *rq, struct str message)
{
	const struct fp_message m = { message };
	struct buf b;

	buf_init(&b, rq->arena, 256);
	json_encode(&b, &fp_message, &m, false);
	answer_header(rq, "Cache-Control", STR("no-store"));
	answer_header(rq, "Retry-After", STR("5"));
	rq->raw = buf_view(&b);
	rq->raw_type = "application/json";
	rq->status = 202;
	return OK;
}

enum err
fp_export(struct request *rq, int kind, const void *filter)
{
	struct export e = { .organization_id = rq->who.org_id,
	    .referrer_id = rq->who.promoter_id, .kind = kind,
	    .filters = export_keep(rq->arena, kind, filter),
	    .created_at = rq->now };
	struct str token;
	bool more;

	TRY(export_lines(rq->db, rq->arena, &e, settings->export_lines,
	    &rq->raw, &more));
	if (!more) {
		answer_file(rq, kind);
		return OK;
	}
	TRY(export_begin(rq->db, rq->arena, ACTOR(rq), &e, &token));
	answer_header(rq, "Location", fp_export_link(rq->arena, e.id, token));
	return answer_later(rq, settings->mail ? STR("The file is being made: "
	    "a letter with a link will come, and Location leads there") :
	    STR("The file is being made: it will be where Location leads"));
}

struct fetch_query {
	struct str token;
};

SHAPE(fp_export_query, struct fetch_query, "ExportQuery",
    FIELD(struct fetch_query, token, "token", .flags = F_REQUIRED,
	.max = 100, .doc = "As it stands in the link"));

struct fetching {
	struct parts parts;
	struct db *db;
	struct export e;
	int64_t next;
};

static enum err
next(struct parts *parts, struct arena *a, struct str *part)
{
	struct fetching *f = (struct fetching *)(void *)parts;

	return export_part(f->db, a, &f->e, f->next++, part);
}

static enum err
fetch(struct request *rq)
{
	const struct fetch_query *q = rq->query;
	struct fetching *f = ARENA_NEW(rq->arena, struct fetching);

	TRY(export_find(rq->db, rq->arena, rq->id[0], q->token, rq->now,
	    &f->e));
	if (f->e.open)
		return answer_later(rq, STR("The file is still being made"));
	f->db = rq->db;
	f->parts = (struct parts){ (uint64_t)f->e.bytes, next };
	rq->parts = &f->parts;
	answer_file(rq, f->e.kind);
	return OK;
}

static const enum err fetch_errors[] = ERRORS(ERR_NOT_FOUND);

const struct route fp_export_routes[] = {
	{ .op = "affiliateExport", .method = GET,
	  .path = "/affiliate/exports/{id}", .handle = fetch,
	  .query = &fp_export_query, .raw_type = "text/csv",
	  .out = &fp_message, .status = 200, .also = 202,
	  .flags = R_PUBLIC | R_RAW, .errors = fetch_errors,
	  .tag = "Affiliate", .summary = "Fetch a file that was made" },
	{ .op = NULL }
};
