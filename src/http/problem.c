/* What a failure looks like to the client. */
#include "http/problem.h"

#include "base/banned.h"

struct header *
problem_header(struct arena *a, struct header *next, const char *name,
    struct str value)
{
	struct header *h = ARENA_NEW(a, struct header);

	*h = (struct header){ next, name, value };
	return h;
}

int
face_status(const struct face *face, enum err e)
{
	return face != NULL && face->status != NULL ? face->status(e) :
	    err_status(e);
}

/* The media type stands in Accept, whatever else does. */
static bool
wants_problem(struct str accept)
{
	struct str one, media, rest;

	while (accept.n > 0) {
		(void)str_cut(accept, ',', &one, &accept);
		(void)str_cut(one, ';', &media, &rest);
		if (str_eq_nocase(str_trim(media),
		    STR("application/problem+json")))
			return true;
	}
	return false;
}

static void
rfc9457(const struct request *rq, enum err e, int status, struct buf *b)
{
	buf_printf(b, "{\"type\":\"about:blank\",\"title\":\"%s\","
	    "\"status\":%d,\"code\":\"%s\",\"instance\":", err_text(e),
	    status, err_slug(e));
	json_string(b, rq->http->request_id);
	buf_lit(b, ",\"errors\":");
	json_complaints(b, &rq->wrong, "field", "message", true);
	buf_char(b, '}');
}

static struct header *
headers_of(const struct face *face, const struct request *rq, int status,
    struct str allow)
{
	struct header *h = problem_header(rq->arena, NULL, "Cache-Control",
	    STR("no-store"));

	switch (status) {
	case 401:
		return problem_header(rq->arena, h, "WWW-Authenticate",
		    face != NULL && face->basic ? STR("Bearer, "
		    "Basic realm=\"API key\"") : STR("Bearer"));
	case 405:
		return problem_header(rq->arena, h, "Allow", allow);
	case 429:
	case 503:
		return problem_header(rq->arena, h, "Retry-After", STR("1"));
	}
	return h;
}

void
problem_write(const struct face *face, const struct request *rq, enum err e,
    struct str allow, struct http_out *out)
{
	bool plain = face == NULL || face->failure == NULL ||
	    wants_problem(rq->http->accept);

	out->status = face_status(face, e);
	out->headers = headers_of(face, rq, out->status, allow);
	buf_init(&out->body, rq->arena, 512);
	out->content_type = plain ? "application/problem+json" :
	    "application/json";
	if (plain)
		rfc9457(rq, e, out->status, &out->body);
	else
		face->failure(rq->http, e, &rq->wrong, &out->body);
}
