/*
 * The FastCGI boundary.  An input is what a web server sends, byte by byte; or,
 * where it begins with a slash, a request: names and values by lines, an empty
 * line, the body.  That is cut into records in many ways, and arrives as it is.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "http/fcgi.h"
#include "base/banned.h"

enum { BEGIN = 1, PARAMS = 4, STDIN = 5 };

#define PARTS 64	/* lines that are looked at */

static void
check_request(const struct http_in *in)
{
	INVARIANT(in->request_id.n > 0 && in->request_id.n <= 64);
	INVARIANT(in->body.n <= FCGI_BODY_MAX);
	if (in->refused != OK)
		return;
	INVARIANT(in->uri.n > 0 && in->uri.n <= FCGI_URI_MAX);
	INVARIANT(in->uri.p[0] == '/' && in->method_text.n > 0);
}

static void
drain(int fd)
{
	char trash[4096];

	while (recv(fd, trash, sizeof(trash), MSG_DONTWAIT) > 0)
		continue;
}

/* A connection on which so much arrives before its end; *peer: its end. */
static struct fcgi *
connection(struct str bytes, int *peer)
{
	int fds[2], room = 1 << 20;

	INVARIANT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	INVARIANT(setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &room,
	    sizeof(room)) == 0);
	while (bytes.n > 0) {
		ssize_t n = send(fds[1], bytes.p, bytes.n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n <= 0)
			break;
		bytes = str_skip(bytes, (size_t)n);
	}
	INVARIANT(shutdown(fds[1], SHUT_WR) == 0);
	*peer = fds[1];
	return fcgi_new(fds[0]);
}

static bool
answer(struct arena *a, struct fcgi *f, const struct http_in *in)
{
	struct http_out out = { .status = 200, .content_type = "text/plain" };
	size_t bytes;

	buf_init(&out.body, a, 16);
	buf_lit(&out.body, "hello\n");
	return fcgi_answer(f, a, in, &out, false, &bytes);
}

/*
 * A length that no memory has room for ends the worker, in an assertion of
 * libfcgi.  It is replaced; here its end is that of the input.
 */
static jmp_buf end_of_worker;

__attribute__((visibility("default"))) void
__assert_fail(const char *what UNUSED, const char *file UNUSED,
    unsigned line UNUSED, const char *function)
{
	if (strcmp(function, "Malloc") == 0)
		longjmp(end_of_worker, 1);
	abort();
}

static void
take_bytes(struct arena *a, struct str bytes)
{
	struct http_in in;
	int peer;
	struct fcgi *f = connection(bytes, &peer);

	while (setjmp(end_of_worker) == 0 && fcgi_read(f, a, &in)) {
		check_request(&in);
		if (!answer(a, f, &in))
			break;
		drain(peer);
	}
	fcgi_free(f);
	close(peer);
}

static void
put_record(struct buf *b, int type, struct str s, size_t padding)
{
	const char head[8] = { 1, (char)type, 0, 1, (char)(s.n >> 8),
	    (char)s.n, (char)padding, 0 };
	static const char zeros[8];

	buf_put(b, head, sizeof(head));
	buf_put(b, s.p, s.n);
	buf_put(b, zeros, padding);
}

/* As records of sizes that follow from *seed, and an empty one. */
static void
put_stream(struct buf *b, int type, struct str s, uint32_t *seed)
{
	while (s.n > 0) {
		struct str part = { s.p, 0 };

		*seed = *seed * 1103515245 + 12345;
		part.n = 1 + (*seed >> 16) % ((*seed & 0x1000) != 0 ? 7 : 300);
		if (part.n > s.n)
			part.n = s.n;
		put_record(b, type, part, (*seed >> 8) % 8);
		s = str_skip(s, part.n);
	}
	put_record(b, type, s, 0);
}

static void
put_length(struct buf *b, size_t n, bool wide)
{
	if (!wide && n < 128) {
		buf_char(b, (char)n);
		return;
	}
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_char(b, (char)((n >> shift & 0xff) |
		    (shift == 24 ? 0x80 : 0)));
}

static void
put_param(struct buf *b, struct str name, struct str value, bool wide)
{
	put_length(b, name.n, wide);
	put_length(b, value.n, wide);
	buf_str(b, name);
	buf_str(b, value);
}

/* Lines up to an empty one; the first is the address.  *uri: that. */
static void
put_params(struct arena *a, struct buf *b, struct str *rest, struct str *uri,
    uint32_t *seed)
{
	struct str line, name, value;

	*uri = fuzz_line(rest);
	put_param(b, STR("REQUEST_URI"), *uri, false);
	put_param(b, STR("REQUEST_METHOD"), STR("POST"), true);
	for (int i = 0; i < PARTS; i++) {
		line = fuzz_line(rest);
		if (line.n == 0)
			break;
		*seed += (uint32_t)line.n;
		(void)str_cut(line, '=', &name, &value);
		put_param(b, name, value, (*seed & 1) != 0);
	}
	put_param(b, STR("CONTENT_LENGTH"), str_printf(a, "%zu", rest->n),
	    false);
}

static void
take_request(struct arena *a, struct str rest)
{
	static const char begin[8] = { 0, 1, 1 };
	uint32_t seed = (uint32_t)rest.n;
	struct buf params, b;
	struct http_in in;
	struct str uri;
	struct fcgi *f;
	int peer;

	buf_init(&params, a, rest.n + 256);
	put_params(a, &params, &rest, &uri, &seed);
	buf_init(&b, a, params.n + rest.n + 1024);
	put_record(&b, BEGIN, (struct str){ begin, sizeof(begin) }, 0);
	put_stream(&b, PARAMS, buf_view(&params), &seed);
	put_stream(&b, STDIN, rest, &seed);
	f = connection(buf_view(&b), &peer);
	if (b.n < 1 << 16) {
		INVARIANT(fcgi_read(f, a, &in));
		check_request(&in);
		if (in.refused == OK)
			INVARIANT(in.method == POST && str_eq(in.body, rest) &&
			    str_has_prefix(uri, in.uri));
		INVARIANT(answer(a, f, &in));
		INVARIANT(!fcgi_read(f, a, &in));
	}
	fcgi_free(f);
	close(peer);
}

static void
run(struct arena *a, struct str input)
{
	if (input.n > 0 && input.p[0] == '/')
		take_request(a, input);
	else
		take_bytes(a, input);
}

/*
 * For the sanitizers: too large is NULL, as malloc has it; and libfcgi forgets
 * 48 bytes with each management record that it does not know.  nginx sends
 * none, and a worker does not live for ever.
 */
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so\n";
}

const struct target fuzz_fcgi = { "fcgi", fcgi_init, run };
