/*
 * A request's way: path, route, who asks, what he sends, the transaction, the
 * answer.  What the table of a route says is honoured here and nowhere else.
 */
#include <errno.h>
#include <sodium.h>

#include "http/authenticate.h"
#include "http/idempotency.h"
#include "http/problem.h"
#include "http/router.h"

#include "base/log.h"
#include "base/banned.h"

static const struct auth_lookup *lookup;

void
dispatch_init(const struct face *const *list, const struct auth_lookup *look)
{
	lookup = look;
	router_build(list);
}

const struct route *
dispatch_route(int number, const struct face **face)
{
	return router_route(number, face);
}

void
answer_header(struct request *rq, const char *name, struct str value)
{
	struct header *h = ARENA_NEW(rq->arena, struct header);

	*h = (struct header){ rq->headers, name, value };
	rq->headers = h;
}

void
answer_etag(struct request *rq, uint64_t version)
{
	answer_header(rq, "ETag", str_printf(rq->arena, "\"%llu\"",
	    (unsigned long long)version));
}

/* Does If-Match, where there is one, name this? */
static bool
is_matched(const struct request *rq, struct str have)
{
	struct str want = rq->http->if_match, one;

	if (want.p == NULL)
		return true;
	while (want.n > 0) {
		(void)str_cut(want, ',', &one, &want);
		one = str_trim(one);
		if (str_is(one, "*") || str_eq(one, have))
			return true;
	}
	return false;
}

enum err
precondition(struct request *rq, uint64_t version)
{
	return is_matched(rq, str_printf(rq->arena, "\"%llu\"",
	    (unsigned long long)version)) ? OK : ERR_STALE;
}

/* What a request works with beside what its handler sees. */
struct serving {
	struct request rq;
	const struct face *face;
	struct match match;
	struct idempotency key;
	struct http_out *out;
};

/* JSON, or for a PATCH a merge patch. */
static bool
is_taken(enum method method, struct str type)
{
	struct str media, parameter, name, charset;

	(void)str_cut(type, ';', &media, &parameter);
	media = str_trim(media);
	if (!str_eq_nocase(media, STR("application/json")) &&
	    (method != PATCH ||
	    !str_eq_nocase(media, STR("application/merge-patch+json"))))
		return false;
	if (parameter.p == NULL || str_trim(parameter).n == 0)
		return true;
	return str_cut(str_trim(parameter), '=', &name, &charset) &&
	    str_eq_nocase(name, STR("charset")) &&
	    (str_eq_nocase(charset, STR("utf-8")) ||
	    str_eq_nocase(charset, STR("\"utf-8\"")));
}

static enum err
decode_body(struct serving *s)
{
	struct request *rq = &s->rq;
	const struct route *r = rq->route;
	struct str body = rq->http->body;
	enum err e;

	if (r->in == NULL || (r->flags & (R_FORM | R_RAW_BODY)) != 0)
		return OK;
	if ((r->flags & R_BARE) != 0 && body.n == 0)
		body = STR("{}");
	else if (!is_taken(r->method, rq->http->content_type))
		return ERR_MEDIA_TYPE;
	rq->in = arena_alloc(rq->arena, r->in->size);
	e = json_decode(rq->arena, body, r->in, s->face->lax, rq->in,
	    &rq->given, &rq->wrong);
	if (r->check != NULL && (e == OK || e == ERR_INVALID)) {
		r->check(rq);
		e = rq->wrong.n == 0 ? OK : ERR_INVALID;
	}
	return e == ERR_INVALID && (r->flags & R_PARAMS) != 0 ? ERR_PARAMS : e;
}

static enum err
decode_query(struct serving *s, struct str query)
{
	struct request *rq = &s->rq;
	enum err e;

	if (rq->route->query == NULL)
		return OK;
	rq->query = arena_alloc(rq->arena, rq->route->query->size);
	e = query_decode(rq->arena, query, rq->route->query, s->face->lax,
	    rq->query, &rq->asked, &rq->wrong);
	return e == ERR_INVALID ? ERR_BAD_PAGE : e;
}

static int
success_status(const struct request *rq)
{
	return rq->status != 0 ? rq->status : rq->route->status;
}

static void
encode(struct serving *s, struct buf *b, bool masked)
{
	if ((s->rq.route->flags & R_RAW) != 0)
		buf_str(b, s->rq.raw);
	else if (success_status(&s->rq) != 204)
		s->face->success(&s->rq, b, masked);
}

static bool
has_secret(const struct shape *shape)
{
	for (size_t i = 0; shape != NULL && i < shape->n; i++)
		if ((shape->fields[i].flags & F_SECRET) != 0 ||
		    has_secret(shape->fields[i].of))
			return true;
	return false;
}

static struct str
header_value(const struct request *rq, const char *name)
{
	for (const struct header *h = rq->headers; h != NULL; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h->value;
	return STR_NULL;
}

static enum err
store_answer(struct serving *s)
{
	struct str stored = buf_view(&s->out->body);
	struct buf masked;

	if (has_secret(s->rq.route->out)) {
		buf_init(&masked, s->rq.arena, 512);
		encode(s, &masked, true);
		stored = buf_view(&masked);
	}
	return idempotency_store(s->rq.db, &s->key, &(struct stored){
	    .status = success_status(&s->rq),
	    .headers = header_value(&s->rq, "ETag"), .body = stored,
	    .user_id = s->rq.about != 0 ? s->rq.about : s->rq.who.user_id });
}

static void
begin_again(struct request *rq)
{
	rq->out = NULL;
	rq->status = 0;
	rq->refused = OK;
	rq->message = NULL;
	rq->headers = NULL;
	rq->about = 0;
	rq->dry = false;
	rq->quoted = STR_NULL;
	rq->page = (struct page){ .limit = 0 };
	complaints_init(&rq->wrong);
}

/* The ETag of a quote is a hash of what it says. */
static enum err
quote(struct serving *s)
{
	struct str said = s->rq.quoted.p != NULL ? s->rq.quoted :
	    buf_view(&s->out->body);
	unsigned char hash[16];
	char hex[2 * sizeof(hash) + 1];
	struct str tag;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)said.p,
	    said.n, NULL, 0);
	tag = str_printf(s->rq.arena, "\"%s\"", sodium_bin2hex(hex,
	    sizeof(hex), hash, sizeof(hash)));
	answer_header(&s->rq, "ETag", tag);
	return is_matched(&s->rq, tag) ? OK : ERR_STALE;
}

static enum err
answer(struct serving *s)
{
	buf_init(&s->out->body, s->rq.arena, 1024);
	encode(s, &s->out->body, false);
	if ((s->rq.route->flags & R_QUOTE) != 0)
		TRY(quote(s));
	if (s->rq.dry)
		return ERR_DRY_RUN;
	return s->key.used ? store_answer(s) : OK;
}

/* What was quoted could be done: if it can't any more, it is no longer so. */
static enum err
handle(struct request *rq)
{
	enum err e = rq->route->handle(rq);
	int status = err_status(e);

	return (rq->route->flags & R_QUOTE) != 0 && !is_matched(rq, STR("")) &&
	    (status == 409 || status == 422) ? ERR_STALE : e;
}

/* Runs again from its beginning after a deadlock: nothing may be left over. */
static enum err
run(struct db *db, void *arg)
{
	struct serving *s = arg;
	struct request *rq = &s->rq;

	begin_again(rq);
	if (s->key.used)
		TRY(idempotency_begin(db, &s->key, rq->now));
	TRY(handle(rq));
	TRY(page_check(rq));
	if (rq->route->outside == NULL || rq->out != NULL)
		return answer(s);
	return s->key.used ? idempotency_begun(db, &s->key, rq->subject) : OK;
}

/*
 * The second transaction.  What is refused for good may be asked for again
 * with the same key; of what is not known yet the key's row keeps the subject.
 */
static enum err
run_finish(struct db *db, void *arg)
{
	struct serving *s = arg;
	struct request *rq = &s->rq;

	begin_again(rq);
	TRY(rq->route->finish(rq));
	if (rq->refused == OK)
		return answer(s);
	return s->key.used && err_status(rq->refused) < 500 ?
	    idempotency_drop(db, &s->key) : OK;
}

static enum err
finish_write(struct serving *s)
{
	TRY(tx_run(s->rq.db, s->rq.arena, run_finish, s));
	return s->rq.refused;
}

static enum err
tell(struct db *db, void *arg)
{
	return idempotency_tell(db, arg);
}

static enum err
replay(struct serving *s)
{
	struct stored r = { .status = 0 };

	TRY(idempotency_find(s->rq.db, s->rq.arena, &s->key, &r));
	if (r.status == 0 && r.subject != 0 && s->rq.route->finish != NULL) {
		s->rq.subject = r.subject;
		s->rq.prepared = NULL;
		return finish_write(s);
	}
	if (r.status == 0)
		return ERR_KEY_IN_FLIGHT;
	if (!r.told)
		TRY(tx_run(s->rq.db, s->rq.arena, tell, &s->key));
	s->rq.status = (int)r.status;
	s->rq.headers = NULL;
	if (r.headers.p != NULL)
		answer_header(&s->rq, "ETag", r.headers);
	answer_header(&s->rq, "Idempotent-Replayed", STR("true"));
	buf_init(&s->out->body, s->rq.arena, r.body.n + 1);
	buf_str(&s->out->body, r.body);
	return OK;
}

/*
 * After a COMMIT whose outcome is unknown the key's row tells: it is there, or
 * nothing was done.  Or the server has not noticed yet that the connection is
 * gone, and it is still our own request that holds the key.
 */
static enum err
find_out(struct serving *s)
{
	enum err e = replay(s);

	if (e == ERR_NOT_FOUND)
		e = tx_run(s->rq.db, s->rq.arena, run, s);
	return e == ERR_UNAVAILABLE || e == ERR_KEY_IN_FLIGHT ?
	    ERR_UNKNOWN_OUTCOME : e;
}

/* A key that is there already replays its answer. */
static enum err
run_write(struct serving *s)
{
	enum err e = tx_run(s->rq.db, s->rq.arena, run, s), again;

	if (e == ERR_DRY_RUN)
		return OK;
	if (!s->key.used)
		return e;
	if (e == ERR_UNKNOWN_OUTCOME)
		e = find_out(s);
	if (e == ERR_CONFLICT)
		again = replay(s);
	else
		return e;
	/* Gone since, or a conflict of the handler's own. */
	return again == ERR_NOT_FOUND ? ERR_CONFLICT : again;
}

/* Another organization's account is like one that does not exist. */
static enum err
check_account(const struct serving *s)
{
	struct str named = s->rq.http->account_id;

	if (!s->face->account || (s->rq.route->flags & R_PUBLIC) != 0)
		return OK;
	if (named.p == NULL)
		return ERR_UNAUTHENTICATED;
	return str_eq(str_trim(named), s->rq.who.account_id) ? OK :
	    ERR_NOT_FOUND;
}

static enum err
prepare(struct serving *s, struct str query)
{
	struct request *rq = &s->rq;

	TRY(authenticate(rq, lookup, s->face));
	TRY(authorize(rq->route, &rq->who));
	TRY(check_account(s));
	if (s->match.bad_id)
		return ERR_BAD_ID;
	TRY(rq->http->refused);
	TRY(decode_query(s, query));
	TRY(decode_body(s));
	if ((rq->route->flags & R_WRITE) != 0 &&
	    (rq->route->flags & R_NO_KEY) == 0)
		TRY(idempotency_read(rq, &s->key));
	return OK;
}

/* A replay needs none of a route's slow preparation. */
static enum err
replay_early(struct serving *s, bool *done)
{
	enum err e;

	*done = false;
	if (!s->key.used || s->rq.route->prepare == NULL)
		return OK;
	e = replay(s);
	*done = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
serve(struct serving *s, struct str query)
{
	const struct route *r = s->rq.route;
	bool done;

	TRY(prepare(s, query));
	TRY(replay_early(s, &done));
	if (done)
		return OK;
	if (r->prepare != NULL)
		TRY(r->prepare(&s->rq));
	if ((r->flags & R_WRITE) == 0)
		return (r->flags & R_MOMENT) != 0 ?
		    tx_read(s->rq.db, run, s) : run(s->rq.db, s);
	TRY(run_write(s));
	if (r->outside == NULL || s->rq.subject == 0 || s->out->body.n > 0)
		return OK;
	TRY(r->outside(&s->rq));
	return finish_write(s);
}

static enum err
route(struct serving *s, struct path *path)
{
	struct request *rq = &s->rq;

	if (rq->http->refused == ERR_URI_TOO_LONG)
		return rq->http->refused;
	TRY(path_read(rq->arena, rq->http->uri, path));
	TRY(router_find(rq->arena, path, rq->http->method, &s->match));
	/* the face as well: its prefix may be written in other ways */
	rq->route = router_route(s->match.number, &s->face);
	memcpy(rq->id, s->match.id, sizeof(rq->id));
	memcpy(rq->text, s->match.text, sizeof(rq->text));
	return OK;
}

static void
finish(struct serving *s, enum err e)
{
	struct http_out *out = s->out;
	bool raw = e == OK && (s->rq.route->flags & R_RAW) != 0;

	/* a library that had no memory has refused what may be right */
	if (e != OK && err_status(e) < 500 && errno == ENOMEM)
		e = ERR_UNAVAILABLE;
	if (e == ERR_INTERNAL && s->rq.route != NULL)
		log_error("%s failed inside", s->rq.route->op);
	if (e != OK) {
		problem_write(s->face, &s->rq, e, s->match.allow, out);
		return;
	}
	out->status = success_status(&s->rq);
	out->content_type = !raw ? "application/json" :
	    s->rq.raw_type != NULL ? s->rq.raw_type : s->rq.route->raw_type;
	out->headers = s->rq.headers;
	out->parts = s->rq.parts;
	if (!raw)
		out->headers = problem_header(s->rq.arena, out->headers,
		    "Cache-Control", STR("no-store"));
}

int
dispatch(struct db *db, struct arena *a, const struct http_in *in,
    struct http_out *out)
{
	struct serving s = {
		.rq = { .http = in, .arena = a, .db = db, .now = clock_now() },
		.out = out,
	};
	struct path path = { .n = 0 };
	enum err e;

	errno = 0;
	complaints_init(&s.rq.wrong);
	s.face = router_face(in->uri);
	e = route(&s, &path);
	if (e == ERR_METHOD && in->method == OPTIONS) {
		out->status = 204;
		buf_init(&out->body, a, 64);
		out->headers = problem_header(a, NULL, "Allow", s.match.allow);
		return -1;
	}
	if (e == OK)
		e = serve(&s, path.query);
	finish(&s, e);
	if (s.rq.who.key_id != 0 && out->status < 500)
		lookup->key_used(db, a, &s.rq.who, s.rq.now);
	return s.rq.route != NULL ? s.match.number : -1;
}
