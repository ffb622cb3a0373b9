/* Visits told by a page: any page may, without cookies of this site. */
#include "api/site/visit.h"

#include "api/firstpromoter/routes.h"
#include "http/problem.h"

#include "base/banned.h"

#define PATH	"/api/v2/track/visit"
#define TOKEN_SECONDS 3600	/* a link with a token may be passed on */

SHAPE(visit_in, struct visit_in, "TrackVisit",
    FIELD(struct visit_in, code, "code", .flags = F_REQUIRED, .min = 1,
	.max = 200, .doc = "The promoter's code"),
    FIELD(struct visit_in, tid, "tid", .flags = F_NULLABLE, .max = 200,
	.doc = "The visitor, as an earlier answer named him"),
    FIELD(struct visit_in, click, "click", .flags = F_NULLABLE, .max = 200,
	.doc = "The click that led to the page, from its address"),
    FIELD(struct visit_in, url, "url", .flags = F_NULLABLE, .max = 4000,
	.doc = "Of the page: what it says of a source is counted"),
    FIELD(struct visit_in, referrer, "referrer", .flags = F_NULLABLE,
	.max = 4000));

SHAPE(visit_out, struct visit_out, "TrackedVisit",
    FIELD(struct visit_out, tid, "tid", .flags = F_NULLABLE,
	.doc = "The visitor: for the cookie _fprom_tid"),
    FIELD(struct visit_out, max_age, "max_age",
	.doc = "Seconds, for which the cookie is kept"));

bool
visit_told(const struct http_in *in)
{
	struct str path, query;

	(void)str_cut(in->uri, '?', &path, &query);
	return str_is(path, PATH);
}

enum err
visit_read(struct arena *a, const struct http_in *in, struct visit_in *v,
    struct complaints *wrong)
{
	uint64_t given;

	if (in->method != POST)
		return ERR_METHOD;
	TRY(in->refused);
	return json_decode(a, in->body, &visit_in, true, v, &given, wrong);
}

struct token_row {
	uint64_t placement_id;
	struct str visitor, source, url, sub_id;
};

SHAPE(visit_token_row, struct token_row, NULL,
    COLUMN(struct token_row, placement_id),
    COLUMN(struct token_row, visitor, .flags = F_BYTES),
    COLUMN(struct token_row, source),
    COLUMN(struct token_row, url),
    COLUMN(struct token_row, sub_id));

enum err
visit_known(struct db *db, struct arena *a, const struct visit_in *v,
    struct when now, struct click *c, bool *counted)
{
	unsigned char token[CLICK_TOKEN_BYTES];
	struct token_row row = { 0 };
	enum err e = ERR_NOT_FOUND;

	if (v->click.n > 0 && str_unhex(v->click, token, sizeof(token)))
		e = db_row(db, a, Q_CLICK_TOLD, ARGS(BYTES(token,
		    sizeof(token)), when_add(now, -TOKEN_SECONDS)),
		    &visit_token_row, &row);
	if (e == ERR_NOT_FOUND || (e == OK &&
	    row.placement_id != c->placement_id))
		return OK;
	TRY(e);
	if (!c->known_visitor)
		memcpy(c->visitor, row.visitor.p, sizeof(c->visitor));
	c->same = memcmp(c->visitor, row.visitor.p, sizeof(c->visitor)) != 0;
	c->source = row.source;		/* told again, it came from there */
	c->url = row.url;
	c->sub_id = row.sub_id;
	*counted = c->same;
	return OK;
}

static void
allow(struct arena *a, struct http_out *out)
{
	out->headers = problem_header(a, out->headers,
	    "Access-Control-Allow-Origin", STR("*"));
}

/* A browser asks first, where the body is not plain. */
static void
preflight(struct arena *a, struct http_out *out)
{
	static const struct {
		const char *name, *value;
	} says[] = {
		{ "Access-Control-Allow-Methods", "POST" },
		{ "Access-Control-Allow-Headers", "content-type" },
		{ "Access-Control-Max-Age", "86400" },
		{ "Allow", "POST, OPTIONS" },
	};

	out->status = 204;
	buf_init(&out->body, a, 1);
	for (size_t i = 0; i < LEN(says); i++)
		out->headers = problem_header(a, out->headers, says[i].name,
		    str_of(says[i].value));
}

void
visit_answer(struct arena *a, const struct http_in *in, enum err e,
    const struct complaints *wrong, const struct visit_out *v,
    struct http_out *out)
{
	if (in->method == OPTIONS) {
		preflight(a, out);
	} else if (e == OK) {
		out->status = 200;
		out->content_type = "application/json";
		out->headers = problem_header(a, NULL, "Cache-Control",
		    STR("no-store"));
		buf_init(&out->body, a, 128);
		json_encode(&out->body, &visit_out, v, false);
	} else {
		problem_write(&firstpromoter, &(struct request){ .http = in,
		    .arena = a, .wrong = *wrong }, e, STR("POST, OPTIONS"),
		    out);
	}
	allow(a, out);
}
