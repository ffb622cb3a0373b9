/*
 * FastCGI connections, one request at a time on each.  Only fcgi.c knows the
 * library.  Whoever waits for a connection to become readable calls
 * fcgi_read(); reads and writes block for FCGI_SECONDS at most each, so that a
 * truncated record holds nobody.
 *
 * fcgi_read() and fcgi_answer() return false when the connection is gone; its
 * descriptor is closed by then and only fcgi_free() may follow.
 */
#ifndef AFF_HTTP_FCGI_H
#define AFF_HTTP_FCGI_H

#include "http/http.h"

#define FCGI_SECONDS	5
#define FCGI_BODY_MAX	((size_t)2 * 1024 * 1024)
#define FCGI_HEAD_MAX	((size_t)32 * 1024)	/* all parameters together */
#define FCGI_URI_MAX	((size_t)8 * 1024)

struct fcgi;

void fcgi_init(void);				/* once a process */
struct fcgi *fcgi_new(int fd);			/* owns fd */
int fcgi_fd(const struct fcgi *);		/* -1: closed */
/* Gives the descriptor back: between two requests only. */
int fcgi_release(struct fcgi *);
void fcgi_free(struct fcgi *);			/* closes what is open */

/*
 * Reads a whole request.  What is unfit for use (too large, malformed) is
 * still read to its end and says so in in->refused.  The views of *in are
 * valid until fcgi_answer(); the body is in the arena.
 */
MUST_CHECK bool fcgi_read(struct fcgi *, struct arena *, struct http_in *in);
/*
 * Sends the answer and ends the request.  last: the connection is closed
 * behind it, as it is where the web server does not keep it.  *bytes: the
 * length of the answer.
 */
MUST_CHECK bool fcgi_answer(struct fcgi *, struct arena *,
    const struct http_in *, const struct http_out *, bool last,
    size_t *bytes);

#endif
