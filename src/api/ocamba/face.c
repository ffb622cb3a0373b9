/* The Ocamba Hood face: its lists, its errors, its tables. */
#include "api/ocamba/routes.h"

#include "base/banned.h"

static void
put_list(const struct request *rq, struct buf *b, bool masked)
{
	const struct page *p = &rq->page;

	buf_lit(b, "{\"total\":");
	buf_i64(b, p->total);
	buf_lit(b, ",\"items\":");
	json_encode_list(b, rq->route->out, &p->items, masked,
	    p->members != 0 ? p->members : UINT64_MAX);
	buf_char(b, '}');
}

static void
success(struct request *rq, struct buf *b, bool masked)
{
	if ((rq->route->flags & R_LIST) != 0)
		put_list(rq, b, masked);
	else
		json_encode(b, rq->route->out, rq->out, masked);
}

/* What a campaign's status does not allow is a bad request here. */
static int
status(enum err e)
{
	return e == ERR_CONFLICT || e == ERR_DELETE_INSTEAD ? 400 :
	    err_status(e);
}

static const char *
title(int code)
{
	static const struct {
		int code;
		const char *text;
	} titles[] = {
		{ 400, "Bad request." },
		{ 401, "Unauthorized." },
		{ 403, "Forbidden." },
		{ 404, "Not found." },
		{ 405, "Method not allowed." },
		{ 409, "Conflict." },
		{ 412, "Precondition failed." },
		{ 413, "Body too large." },
		{ 414, "Address too long." },
		{ 415, "Unsupported media type." },
		{ 422, "Unprocessable content." },
		{ 429, "Too many requests." },
		{ 500, "Internal error." },
		{ 503, "Service unavailable." },
	};

	for (size_t i = 0; i < LEN(titles); i++)
		if (titles[i].code == code)
			return titles[i].text;
	return "Error.";
}

/* The error, and all that is wrong with the fields. */
static struct str
message(struct arena *a, enum err e, const struct complaints *wrong)
{
	const char *sep = ": ";
	struct buf b;

	buf_init(&b, a, 256);
	buf_str(&b, str_of(err_text(e)));
	for (const struct complaint *c = wrong->first; c != NULL;
	    c = c->next) {
		buf_printf(&b, "%s%.*s%s%.*s", sep, STR_ARG(c->field),
		    c->field.n > 0 ? " " : "", STR_ARG(c->message));
		sep = "; ";
	}
	buf_char(&b, '.');
	return buf_view(&b);
}

/* nginx's id of the request, written as a UUID. */
static void
put_trace(struct buf *b, struct str id)
{
	static const size_t ends[] = { 8, 12, 16, 20, 32 };
	size_t from = 0;

	if (id.n != 32) {
		json_string(b, id);
		return;
	}
	for (size_t i = 0; i < LEN(ends); i++) {
		buf_char(b, i == 0 ? '"' : '-');
		buf_put(b, id.p + from, ends[i] - from);
		from = ends[i];
	}
	buf_char(b, '"');
}

static void
failure(const struct http_in *in, enum err e, const struct complaints *wrong,
    struct buf *b)
{
	int code = status(e);

	buf_printf(b, "{\"code\":%d,\"title\":\"%s\",", code, title(code));
	if (code != 500) {
		buf_lit(b, "\"message\":");
		json_string(b, message(b->arena, e, wrong));
		buf_char(b, ',');
	}
	buf_lit(b, "\"trace_id\":");
	put_trace(b, in->request_id);
	buf_char(b, '}');
}

static void
success_schema(const struct route *r, struct buf *b)
{
	if ((r->flags & R_LIST) == 0) {
		buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}",
		    r->out->name);
		return;
	}
	buf_printf(b, "{\"type\":\"object\",\"properties\":{"
	    "\"total\":{\"type\":\"integer\",\"format\":\"int64\","
	    "\"minimum\":0,\"maximum\":9007199254740991,"
	    "\"description\":\"How many there are on all pages\"},"
	    "\"items\":{\"type\":\"array\",\"maxItems\":100,\"items\":"
	    "{\"$ref\":\"#/components/schemas/%s\"}}},"
	    "\"required\":[\"total\",\"items\"],"
	    "\"additionalProperties\":false}", r->out->name);
}

static void
failure_schema(struct buf *b)
{
	buf_lit(b, "{\"type\":\"object\",\"properties\":{"
	    "\"code\":{\"type\":\"integer\",\"format\":\"int32\","
	    "\"minimum\":400,\"maximum\":599},"
	    "\"title\":{\"type\":\"string\",\"maxLength\":40},"
	    "\"message\":{\"type\":\"string\",\"maxLength\":50000,"
	    "\"description\":\"What to do; absent in a 500\"},"
	    "\"trace_id\":{\"type\":[\"string\",\"null\"],"
	    "\"maxLength\":80,\"description\":\"Tell it to the operator\"}},"
	    "\"required\":[\"code\",\"title\",\"trace_id\"],"
	    "\"additionalProperties\":false}");
}

static const struct route *const tables[] = {
	hood_campaign_routes,
	hood_change_routes,
	hood_verb_routes,
	NULL
};

const struct face ocamba = {
	.name = "ocamba", .prefix = "/v1/hood",
	.title = "affiliated: the Ocamba Hood face",
	.about = "Times are GMT. Of what is here these are this project's "
	    "own: errors with other codes than 400 and 500, view=basic, "
	    "dry_run and what it answers, ETag and If-Match, "
	    "Idempotency-Key, what is said twice, and that the form of some "
	    "members is open.",
	.tables = tables,
	.success = success, .failure = failure, .status = status,
	.success_schema = success_schema, .failure_schema = failure_schema,
};
