/*
 * Requests and answers over libfcgi, on connections that we accepted.
 *
 * A request whose ipcFd is set is read from that connection.  Its listening
 * socket is -1: where reading fails, the library closes the connection and
 * wants to accept another one, which fails at once instead of blocking.
 *
 * The end of the body (an empty record) is always read, even without a body:
 * the library forgets its buffer between two requests, and the record would be
 * taken for the beginning of the next.
 */
#include "http/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

#define ROLE_RESPONDER	1	/* FCGI_RESPONDER of the protocol */
#define PARAMS_MAX	128
#define DRAIN_MAX	((size_t)64 * 1024 * 1024)

struct fcgi {
	FCGX_Request rq;
};

void
fcgi_init(void)
{
	/* Never wait for the web server to close after we did. */
	if (setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) != 0 ||
	    FCGX_Init() != 0)
		log_die("cannot start the FastCGI library");
	/* The library has set handlers of its own. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
}

struct fcgi *
fcgi_new(int fd)
{
	struct timeval limit = { .tv_sec = FCGI_SECONDS };
	struct fcgi *f = malloc(sizeof(*f));

	if (f == NULL)
		log_die("out of memory: a connection");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		log_warn("a connection without time limits: %s",
		    strerror(errno));
	FCGX_InitRequest(&f->rq, -1, 0);
	f->rq.ipcFd = fd;
	f->rq.keepConnection = 1;	/* else accepting closes it first */
	return f;
}

int
fcgi_fd(const struct fcgi *f)
{
	return f->rq.ipcFd;
}

int
fcgi_release(struct fcgi *f)
{
	int fd = f->rq.ipcFd;

	INVARIANT(f->rq.in == NULL);
	free(f);
	return fd;
}

void
fcgi_free(struct fcgi *f)
{
	FCGX_Free(&f->rq, f->rq.ipcFd >= 0);
	free(f);
}

static enum method
method_of(struct str s)
{
	static const char *const names[] = {
		[GET] = "GET", [HEAD] = "HEAD", [POST] = "POST",
		[PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
		[OPTIONS] = "OPTIONS",
	};

	for (size_t i = 0; i < LEN(names); i++)
		if (str_is(s, names[i]))
			return (enum method)i;
	return METHOD_OTHER;
}

#define ONCE true

/* The parameters that are looked at; any other is passed over. */
static const struct param {
	const char *name;
	size_t at;
	bool once;		/* twice with different values is refused */
} params[] = {
#define P(name, member, once) { name, offsetof(struct http_in, member), once }
	P("REQUEST_METHOD", method_text, ONCE),
	P("REQUEST_URI", uri, ONCE),
	P("CONTENT_TYPE", content_type, ONCE),
	P("REQUEST_ID", request_id, ONCE),
	P("REMOTE_ADDR", address, ONCE),
	P("HTTP_AUTHORIZATION", authorization, ONCE),
	P("HTTP_X_API_KEY", api_key, ONCE),
	P("HTTP_IDEMPOTENCY_KEY", idempotency_key, ONCE),
	P("HTTP_IF_MATCH", if_match, ONCE),
	P("HTTP_IF_NONE_MATCH", if_none_match, false),
	P("HTTP_ACCEPT", accept, false),
	P("HTTP_COOKIE", cookie, false),
	P("HTTP_USER_AGENT", user_agent, false),
	P("HTTP_REFERER", referer, false),
	P("HTTP_SEC_PURPOSE", purpose, false),
	P("HTTP_PURPOSE", purpose, false),
	P("HTTP_X_MOZ", purpose, false),
	P("HTTP_ACCOUNT_ID", account_id, ONCE),
	P("HTTP_WEBHOOK_ID", webhook_id, ONCE),
	P("HTTP_WEBHOOK_TIMESTAMP", webhook_timestamp, ONCE),
	P("HTTP_WEBHOOK_SIGNATURE", signature, ONCE),
	P("HTTP_STRIPE_SIGNATURE", stripe_signature, ONCE),
#undef P
};

static void
refuse(struct http_in *in, enum err e)
{
	if (in->refused == OK)
		in->refused = e;
}

static void
take_param(struct http_in *in, struct str name, struct str value,
    struct str *length)
{
	if (str_is(name, "CONTENT_LENGTH")) {
		if (length->p != NULL && !str_eq(*length, value))
			refuse(in, ERR_BAD_REQUEST);
		*length = value;
		return;
	}
	for (size_t i = 0; i < LEN(params); i++) {
		struct str *s;

		if (!str_is(name, params[i].name))
			continue;
		s = (struct str *)(void *)((char *)in + params[i].at);
		if (s->p == NULL)
			*s = value;
		else if (params[i].once && !str_eq(*s, value))
			refuse(in, ERR_BAD_REQUEST);
		return;
	}
}

/* One pass over the parameters; *length is the text of CONTENT_LENGTH. */
static void
take_params(struct http_in *in, char **envp, struct str *length)
{
	size_t n = 0, total = 0;

	for (char **e = envp; *e != NULL; e++) {
		struct str all = str_of(*e), name, value;

		total += all.n;
		n++;
		if (!str_cut(all, '=', &name, &value) || name.n == 0)
			continue;
		/* as all that are looked at begin */
		if (name.p[0] == 'C' || name.p[0] == 'H' || name.p[0] == 'R')
			take_param(in, name, value, length);
	}
	if (in->uri.n > FCGI_URI_MAX)
		refuse(in, ERR_URI_TOO_LONG);
	else if (n > PARAMS_MAX || total > FCGI_HEAD_MAX)
		refuse(in, ERR_BAD_REQUEST);
	if (in->content_type.n == 0)	/* sent empty where there is none */
		in->content_type = STR_NULL;
	in->method = method_of(in->method_text);
	if (in->method_text.n == 0 || in->uri.n == 0 || in->uri.p[0] != '/')
		refuse(in, ERR_BAD_REQUEST);
}

/* An id of the web server, or one of our own where there is none fit. */
static void
mind_request_id(struct http_in *in, struct arena *a)
{
	static const struct str fit = { "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_", 64 };
	static unsigned count;
	bool good = in->request_id.n > 0 && in->request_id.n <= 64;

	for (size_t i = 0; good && i < in->request_id.n; i++)
		good = memchr(fit.p, in->request_id.p[i], fit.n) != NULL;
	if (!good)
		in->request_id = str_printf(a, "%016llx%08x%08x",
		    (unsigned long long)clock_now().us, (unsigned)getpid(),
		    ++count);
}

/* Passes over what is left of the body; false if it has no proper end. */
static bool
skip_body(struct fcgi *f, size_t *skipped)
{
	char trash[4096];
	int n;

	*skipped = 0;
	do {
		n = FCGX_GetStr(trash, sizeof(trash), f->rq.in);
		*skipped += (size_t)n;
		if (*skipped > DRAIN_MAX)
			return false;
	} while (n == (int)sizeof(trash));
	return FCGX_GetError(f->rq.in) == 0;
}

static bool
read_body(struct fcgi *f, struct arena *a, struct http_in *in, struct str text)
{
	uint64_t length = 0;
	size_t rest;
	char *p;

	if (text.n > 0 && (text.p[0] == '-' || !str_to_u64(text, &length)))
		refuse(in, ERR_BAD_REQUEST);
	if (length > FCGI_BODY_MAX)
		refuse(in, ERR_TOO_LARGE);
	if (in->refused != OK)
		return skip_body(f, &rest);
	if (length > 0) {
		p = arena_alloc(a, (size_t)length + 1);	/* NUL behind it */
		if (FCGX_GetStr(p, (int)length, f->rq.in) != (int)length)
			return false;
		in->body = (struct str){ p, (size_t)length };
	}
	if (!skip_body(f, &rest))
		return false;
	if (rest > 0) {
		in->body = STR_NULL;
		refuse(in, ERR_BAD_REQUEST);
	}
	return true;
}

bool
fcgi_read(struct fcgi *f, struct arena *a, struct http_in *in)
{
	struct str length = STR_NULL;

	*in = (struct http_in){ .refused = OK };
	if (FCGX_Accept_r(&f->rq) != 0)
		return false;
	if (f->rq.role != ROLE_RESPONDER) {
		log_warn("a FastCGI request of role %d was refused",
		    f->rq.role);
		goto gone;
	}
	take_params(in, f->rq.envp, &length);
	if (!read_body(f, a, in, length))
		goto gone;
	mind_request_id(in, a);
	return true;
gone:
	FCGX_Free(&f->rq, 1);
	return false;
}

/* No control character gets into a header line: none can be added to it. */
static void
put_value(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		buf_char(b, c < ' ' || c == 0x7f ? '?' : s.p[i]);
	}
}

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
		{ 204, "No Content" }, { 302, "Found" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 412, "Precondition Failed" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

static void
put_head(struct buf *b, const struct http_in *in, const struct http_out *out)
{
	buf_lit(b, "Status: ");
	buf_i64(b, out->status);
	buf_char(b, ' ');
	buf_str(b, str_of(reason(out->status)));
	buf_lit(b, "\r\n");
	if (out->content_type != NULL) {
		buf_lit(b, "Content-Type: ");
		put_value(b, str_of(out->content_type));
		buf_lit(b, "\r\n");
	}
	if (out->status != 204 && out->status != 304) {
		buf_lit(b, "Content-Length: ");
		buf_u64(b, out->parts != NULL ? out->parts->bytes :
		    out->body.n);
		buf_lit(b, "\r\n");
	}
	buf_lit(b, "X-Request-Id: ");
	buf_str(b, in->request_id);
	buf_lit(b, "\r\n");
	for (const struct header *h = out->headers; h != NULL; h = h->next) {
		put_value(b, str_of(h->name));
		buf_lit(b, ": ");
		put_value(b, h->value);
		buf_lit(b, "\r\n");
	}
	buf_lit(b, "\r\n");
}

/* An answer that breaks off leaves a connection that is of no more use. */
static bool
put_parts(struct fcgi *f, struct arena *a, struct parts *parts, size_t *bytes)
{
	uint64_t left = parts->bytes;

	while (left > 0) {
		const struct arena_mark mark = arena_mark(a);
		struct str part = STR_NULL;

		if (parts->next(parts, a, &part) != OK || part.n == 0 ||
		    part.n > left || part.n > INT32_MAX)
			return false;
		if (FCGX_PutStr(part.p, (int)part.n, f->rq.out) < 0)
			return false;
		left -= part.n;
		*bytes += part.n;
		arena_rewind(a, mark);
	}
	return true;
}

bool
fcgi_answer(struct fcgi *f, struct arena *a, const struct http_in *in,
    const struct http_out *out, bool last, size_t *bytes)
{
	const bool is_sent = in->method != HEAD && out->status != 204 &&
	    out->status != 304;
	struct buf b;

	INVARIANT(out->status >= 100 && out->status < 600);
	buf_init(&b, a, out->body.n + 1024);
	put_head(&b, in, out);
	if (is_sent && out->parts == NULL)
		buf_put(&b, out->body.p, out->body.n);
	INVARIANT(b.n <= INT32_MAX);
	*bytes = b.n;
	/* A failure shows when the request ends: the connection is closed. */
	(void)FCGX_PutStr(b.p, (int)b.n, f->rq.out);
	if (is_sent && out->parts != NULL &&
	    !put_parts(f, a, out->parts, bytes)) {
		FCGX_Free(&f->rq, 1);
		return false;
	}
	if (last)
		f->rq.keepConnection = 0;
	FCGX_Finish_r(&f->rq);
	return f->rq.ipcFd >= 0;
}
