/*
 * The API document of a face: OpenAPI 3.1, printed from its route tables.
 *
 * Errors that follow from the flags of a route are worked out here, in the same
 * way as dispatch produces them; those of its own stand in its table.  The
 * slugs of each status are listed in x-errors, which the tests read.
 */
#include "http/http.h"

#include "base/banned.h"

#define SHAPES_MAX 256

struct printer {
	struct buf *b;
	const struct face *face;
	struct {
		const struct shape *shape;
		bool input;
	} shapes[SHAPES_MAX];
	size_t n;
};

static void
quoted(struct buf *b, const char *text)
{
	json_string(b, str_of(text));
}

/* Notes a shape and those within it, for the components. */
static void
note_shape(struct printer *p, const struct shape *s, bool input)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		if (p->shapes[i].shape == s)
			return;
	INVARIANT(p->n < SHAPES_MAX);
	p->shapes[p->n].shape = s;
	p->shapes[p->n++].input = input;
	for (size_t i = 0; i < s->n; i++)
		note_shape(p, s->fields[i].of, input);
}

static bool
is_public(const struct route *r)
{
	return (r->flags & R_PUBLIC) != 0;
}

static const char *const method_names[] = {
	"get", "head", "post", "put", "patch", "delete", "options",
};

/* Every error that the route can answer, each once, in the order of err.def. */
static void
errors_of(const struct face *face, const struct route *r, bool set[ERR_COUNT])
{
	bool public = is_public(r);
	bool body = r->in != NULL && (r->flags & R_RAW_BODY) == 0;
	bool keyed = (r->flags & R_WRITE) != 0 && (r->flags & R_NO_KEY) == 0;

	memset(set, 0, ERR_COUNT * sizeof(*set));
	for (size_t i = 0; r->errors != NULL && r->errors[i] != OK; i++)
		set[r->errors[i]] = true;
	if (!public)
		set[ERR_UNAUTHENTICATED] = true;
	set[ERR_SCOPE] = r->scope != 0;
	set[ERR_LOGIN_ONLY] = (r->flags & R_USER) != 0;
	set[ERR_FORBIDDEN] |= (r->flags & (R_HOUSE | R_OWNER)) != 0 ||
	    (face->promoters && !public);
	set[ERR_TEST_KEY] |= (r->flags & R_LIVE) != 0;
	set[ERR_NO_ORGANIZATION] = !public &&
	    (r->flags & (R_NO_ORG | R_HOUSE | R_PROMOTER)) == 0;
	set[ERR_BAD_ID] = strstr(r->path, "{id") != NULL;
	set[ERR_BAD_PAGE] = r->query != NULL;
	set[ERR_BAD_JSON] |= body;
	set[(r->flags & R_PARAMS) != 0 ? ERR_PARAMS : ERR_INVALID] |= body;
	set[ERR_MEDIA_TYPE] = body;
	/* a key that is none, a part of the path that is badly encoded */
	set[ERR_BAD_REQUEST] |= keyed || strchr(r->path, '{') != NULL;
	set[ERR_KEY_REUSED] = keyed;
	set[ERR_KEY_IN_FLIGHT] = keyed;
	set[ERR_STALE] |= (r->flags & R_QUOTE) != 0;
	set[ERR_RATE] = true;
	set[ERR_INTERNAL] = true;
	set[ERR_UNAVAILABLE] = true;
	set[ERR_UNKNOWN_OUTCOME] = (r->flags & (R_WRITE | R_OWN_TX)) != 0;
	set[ERR_RETRY] = set[ERR_UNKNOWN_OUTCOME];
}

static void
put_parameter(struct buf *b, const char *in, const char *name, bool required,
    const char *description, const char *schema)
{
	buf_printf(b, "{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,"
	    "\"description\":\"%s\",\"schema\":%s},", name, in,
	    required ? "true" : "false", description, schema);
}

/* The words of a string in JSON. */
static void
put_sorts(struct buf *b, const char *const *sorts)
{
	buf_printf(b, "\"%s, if absent", *sorts);
	while (*++sorts != NULL)
		buf_printf(b, "; %s", *sorts);
	buf_char(b, '"');
}

static void
put_query(struct buf *b, const struct route *r)
{
	const struct shape *s = r->query;

	for (size_t i = 0; s != NULL && i < s->n; i++) {
		const struct field *f = &s->fields[i];

		buf_printf(b, "{\"name\":\"%s\",\"in\":\"query\","
		    "\"required\":%s,\"description\":", f->name,
		    (f->flags & F_REQUIRED) != 0 ? "true" : "false");
		if (r->sorts != NULL && strcmp(f->name, "sort") == 0)
			put_sorts(b, r->sorts);
		else
			quoted(b, f->doc != NULL ? f->doc :
			    "Only those that have it");
		buf_lit(b, ",\"schema\":");
		json_schema_field(b, f, true);
		buf_lit(b, "},");
	}
}

static void
put_path_parameters(struct buf *b, const char *path)
{
	struct str rest = str_of(path), before, part, kind, name;

	while (str_cut(rest, '{', &before, &rest)) {
		(void)str_cut(rest, '}', &part, &rest);
		if (!str_cut(part, ':', &kind, &name))
			name = kind;
		put_parameter(b, "path", str_c(b->arena, name), true,
		    str_is(kind, "id") ? "Its id" : "Its name",
		    str_is(kind, "id") ? "{\"type\":\"string\","
		    "\"pattern\":\"^[1-9][0-9]*$\",\"maxLength\":19}" :
		    "{\"type\":\"string\",\"maxLength\":200}");
	}
}

static void
put_parameters(struct buf *b, const struct face *face, const struct route *r)
{
	bool etag = (r->flags & R_QUOTE) != 0;

	for (size_t i = 0; r->errors != NULL && r->errors[i] != OK; i++)
		etag |= r->errors[i] == ERR_STALE;
	buf_lit(b, "\"parameters\":[");
	if (face->account && (!is_public(r) || (r->flags & R_ACCOUNT) != 0))
		put_parameter(b, "header", "Account-ID", true,
		    "The account of the credential",
		    "{\"type\":\"string\",\"maxLength\":16}");
	put_path_parameters(b, r->path);
	put_query(b, r);
	if ((r->flags & R_WRITE) != 0 && (r->flags & R_NO_KEY) == 0)
		put_parameter(b, "header", "Idempotency-Key", false,
		    "The same key and request is done once and answers the "
		    "same again", "{\"type\":\"string\",\"maxLength\":255}");
	if (etag)
		put_parameter(b, "header", "If-Match", false,
		    "The ETag that was read: 412 when it is stale",
		    "{\"type\":\"string\",\"maxLength\":100}");
	if (r->also == 304)
		put_parameter(b, "header", "If-None-Match", false,
		    "The ETag of what is there already: 304 while it is good",
		    "{\"type\":\"string\",\"maxLength\":100}");
	if (b->p[b->n - 1] == ',')
		b->n--;
	buf_lit(b, "],");
}

static void
put_body(struct buf *b, const struct route *r)
{
	const char *types[] = { "application/json",
	    r->method == PATCH ? "application/merge-patch+json" : NULL };

	if (r->in == NULL)
		return;
	buf_printf(b, "\"requestBody\":{\"required\":%s,\"content\":{",
	    (r->flags & R_BARE) != 0 ? "false" : "true");
	for (size_t i = 0; i < LEN(types) && types[i] != NULL; i++)
		buf_printf(b, "%s\"%s\":{\"schema\":{\"$ref\":"
		    "\"#/components/schemas/%s\"}}", i > 0 ? "," : "",
		    types[i], r->in->name);
	buf_lit(b, "}},");
}

static void
put_success(struct printer *p, const struct route *r, int status)
{
	struct buf *b = p->b;

	buf_printf(b, "\"%d\":{\"description\":", status);
	quoted(b, status == 304 ? "Not changed: it has the ETag that "
	    "If-None-Match named" : r->done != NULL ? r->done : r->summary);
	if ((r->flags & R_QUOTE) != 0)
		buf_lit(b, ",\"headers\":{\"ETag\":{\"required\":true,"
		    "\"description\":\"Of what this answer says: as If-Match "
		    "of the real call after a dry run, just that is done\","
		    "\"schema\":{\"type\":\"string\",\"maxLength\":100}}}");
	if (status == 204 || status == 304) {
		;	/* nothing to describe */
	} else if ((r->flags & R_RAW) != 0 && (r->out == NULL ||
	    (r->also != 0 && status == r->status))) {
		buf_printf(b, ",\"content\":{\"%s\":{\"schema\":"
		    "{\"type\":\"%s\"}}}", r->raw_type, strcmp(r->raw_type,
		    "application/json") == 0 ? "object" : "string");
	} else {
		buf_lit(b, ",\"content\":{\"application/json\":{\"schema\":");
		p->face->success_schema(r, b);
		buf_lit(b, "}}");
	}
	buf_char(b, '}');
}

static bool
is_answered(const struct printer *p, const bool set[ERR_COUNT], int e,
    int status)
{
	return set[e] && face_status(p->face, (enum err)e) == status;
}

/* All errors of one status: their texts, and their slugs for programs. */
static void
put_failure(struct printer *p, const bool set[ERR_COUNT], int status)
{
	bool bare = p->face->coded && status == 401;
	struct buf *b = p->b;
	const char *sep = "";

	buf_printf(b, ",\"%d\":{\"description\":\"", status);
	for (int e = 0; e < ERR_COUNT; e++) {
		if (!is_answered(p, set, e, status))
			continue;
		buf_printf(b, "%s%s", sep, err_text((enum err)e));
		sep = "; or: ";
	}
	buf_lit(b, "\",\"x-errors\":[");
	sep = "";
	for (int e = 0; e < ERR_COUNT; e++) {
		if (!is_answered(p, set, e, status))
			continue;
		buf_printf(b, "%s\"%s\"", sep, err_slug((enum err)e));
		sep = ",";
	}
	buf_lit(b, "]");
	if (!bare)
		buf_lit(b, ",\"content\":{\"application/json\":{\"schema\":"
		    "{\"$ref\":\"#/components/schemas/Error\"}}}");
	buf_char(b, '}');
}

static void
put_responses(struct printer *p, const struct route *r)
{
	bool set[ERR_COUNT];

	errors_of(p->face, r, set);
	set[ERR_NOT_FOUND] |= p->face->account && !is_public(r);
	buf_lit(p->b, "\"responses\":{");
	put_success(p, r, r->status);
	if (r->also != 0) {
		buf_char(p->b, ',');
		put_success(p, r, r->also);
	}
	for (int status = 400; status < 600; status++)
		for (int e = 0; e < ERR_COUNT; e++)
			if (is_answered(p, set, e, status)) {
				put_failure(p, set, status);
				break;
			}
	buf_char(p->b, '}');
}

/* What a flag asks of the caller. */
static const struct {
	unsigned flag;
	const char *text;
} needs[] = {
	{ R_USER, "Needs a log-in, no API key" },
	{ R_HOUSE, "For administrators of the house" },
	{ R_OWNER, "For owners of the organization" },
	{ R_LIVE, "Not with a test key" },
	{ R_PROMOTER, "For a promoter himself, by his token" },
};

static void
put_operation(struct printer *p, const struct route *r)
{
	struct buf *b = p->b;

	note_shape(p, r->in, true);
	note_shape(p, r->out, false);
	buf_printf(b, "\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],"
	    "\"summary\":", method_names[r->method], r->op, r->tag);
	quoted(b, r->summary);
	buf_lit(b, ",\"description\":\"");
	buf_printf(b, "%s.", r->summary);
	for (size_t i = 0; i < LEN(needs); i++)
		if ((r->flags & needs[i].flag) != 0)
			buf_printf(b, " %s.", needs[i].text);
	for (unsigned i = 0; i < SCOPE_COUNT; i++)
		if ((r->scope >> i & 1) != 0)
			buf_printf(b, " Scope: `%s`.", scope_labels[i]);
	buf_lit(b, "\",");
	if (is_public(r))
		buf_lit(b, "\"security\":[],");
	put_parameters(b, p->face, r);
	put_body(b, r);
	put_responses(p, r);
	buf_char(b, '}');
}

/* "/sandbox/{text:token}" is "/sandbox/{token}" in the document. */
static void
put_path(struct buf *b, const char *path)
{
	struct str rest = str_of(path), before, part, name;

	buf_char(b, '"');
	while (str_cut(rest, '{', &before, &rest)) {
		(void)str_cut(rest, '}', &part, &rest);
		if (!str_cut(part, ':', &part, &name))
			name = part;
		buf_printf(b, "%.*s{%.*s}", STR_ARG(before), STR_ARG(name));
	}
	buf_printf(b, "%.*s\"", STR_ARG(before));
}

static const struct route *
route_at(const struct face *f, size_t k)
{
	for (size_t t = 0; f->tables[t] != NULL; t++)
		for (const struct route *r = f->tables[t]; r->op != NULL; r++)
			if (k-- == 0)
				return r;
	return NULL;
}

/* Operations of one path stand together, in the order of the tables. */
static void
put_paths(struct printer *p)
{
	const struct route *r, *other;
	const char *sep = "";

	buf_lit(p->b, "\"paths\":{");
	for (size_t i = 0; (r = route_at(p->face, i)) != NULL; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(route_at(p->face, k)->path,
			    r->path) == 0;
		if (seen)
			continue;
		buf_printf(p->b, "%s", sep);
		put_path(p->b, r->path);
		buf_lit(p->b, ":{");
		put_operation(p, r);
		for (size_t k = i + 1;
		    (other = route_at(p->face, k)) != NULL; k++) {
			if (strcmp(other->path, r->path) != 0)
				continue;
			buf_char(p->b, ',');
			put_operation(p, other);
		}
		buf_char(p->b, '}');
		sep = ",";
	}
	buf_lit(p->b, "},");
}

static void
put_components(struct printer *p)
{
	struct buf *b = p->b;

	buf_lit(b, "\"components\":{\"securitySchemes\":{"
	    "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
	    "\"description\":\"A JWT of /auth/login, or an API key");
	if (p->face->promoters)
		buf_lit(b, "; a promoter's own token");
	buf_lit(b, "\"},\"apiKey\":{\"type\":\"apiKey\",\"in\":\"header\","
	    "\"name\":\"X-API-Key\",\"description\":\"An API key\"}");
	if (p->face->basic)
		buf_lit(b, ",\"basic\":{\"type\":\"http\",\"scheme\":"
		    "\"basic\",\"description\":\"An API key: its prefix "
		    "(aff_live_ and the id in it) and its secret, or its id "
		    "and the whole key\"}");
	buf_lit(b, "},\"schemas\":{\"Error\":");
	p->face->failure_schema(b);
	for (size_t i = 0; i < p->n; i++) {
		buf_printf(b, ",\"%s\":", p->shapes[i].shape->name);
		json_schema(b, p->shapes[i].shape, p->shapes[i].input,
		    p->face->lax);
	}
	buf_lit(b, "}}");
}

/* The tag of a route that comes next after last in the alphabet. */
static const char *
next_tag(const struct face *f, const char *last)
{
	const char *next = NULL;
	const struct route *r;

	for (size_t i = 0; (r = route_at(f, i)) != NULL; i++)
		if (strcmp(r->tag, last) > 0 &&
		    (next == NULL || strcmp(r->tag, next) < 0))
			next = r->tag;
	return next;
}

static void
put_tags(struct printer *p)
{
	const char *tag = "", *sep = "";

	buf_lit(p->b, "\"tags\":[");
	while ((tag = next_tag(p->face, tag)) != NULL) {
		buf_printf(p->b, "%s{\"name\":\"%s\",\"description\":"
		    "\"Operations on %s\"}", sep, tag, tag);
		sep = ",";
	}
	buf_lit(p->b, "],");
}

static void
put_document(struct printer *p)
{
	struct buf *b = p->b;

	buf_lit(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":");
	quoted(b, p->face->title);
	buf_lit(b, ",\"version\":\"0\",\"description\":\"Organizations run "
	    "campaigns, referrers promote them, sales become commissions. "
	    "Every answer carries X-Request-Id. ");
	buf_str(b, str_of(p->face->about));
	buf_lit(b, "\",\"contact\":{\"name\":\"The operator of this "
	    "installation\",\"url\":\"https://localhost:8443/\","
	    "\"email\":\"operator@localhost.localdomain\"},"
	    "\"license\":{\"name\":\"MIT\","
	    "\"url\":\"https://opensource.org/license/mit\"}},"
	    "\"servers\":[{\"url\":\"");
	buf_printf(b, "https://localhost:8443%s\"}],", p->face->prefix);
	buf_printf(b, "\"security\":[{\"bearer\":[]},{\"apiKey\":[]}%s],",
	    p->face->basic ? ",{\"basic\":[]}" : "");
	put_tags(p);
	put_paths(p);
	put_components(p);
	buf_char(b, '}');
}

void
openapi_print(const struct face *face, struct buf *b)
{
	struct printer *p = ARENA_NEW(b->arena, struct printer);
	struct buf compact;

	buf_init(&compact, b->arena, (size_t)256 * 1024);
	p->b = &compact;
	p->face = face;
	put_document(p);
	json_pretty(b, buf_view(&compact));
}
