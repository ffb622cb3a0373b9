/*
 * The loop of a worker: wait on the listening socket and on all open
 * connections, read only from readable ones, serve, send.
 *
 * Connections that the web server keeps open bind nobody: they are parked in
 * the epoll set, and other workers get them when this one is slow or ends.  (To
 * give some away as soon as several are readable costs a fifth of the
 * throughput.)  All signals come through a descriptor: the library
 * never sees one.
 */
#include "server/worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "api/site/click.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/probe.h"
#include "server/shepherd.h"
#include "base/banned.h"

#ifdef AFF_COVERAGE
void __gcov_dump(void);
#endif

#define CONNS_USED	32		/* of a pool that serves one by one */
#define EVENTS		16
#define FULL_MS		100		/* a full worker looks so often */
#define QUIET_MS	100		/* so long nothing: all is answered */
#define GIVE_MS		10		/* a full queue is tried so often */

enum { TAG_LISTEN, TAG_QUEUE, TAG_SIGNAL };

struct worker {
	struct worker_start s;
	struct arena arena;
	struct db *db;
	struct conns conns;
	struct shepherd shepherd;
	int signals;
	bool batch;		/* serves all that is readable at once */
	bool listening, queueing;	/* waiting for new ones, given ones */
	bool refuse;		/* closing, and the backlog is empty */
	bool ending, last;	/* last: nobody takes over */
	uint64_t limit;		/* of requests */
	uint64_t requests;
};

/* Starts or stops waiting for what all workers of the pool share. */
static void
watch(struct worker *w, int fd, unsigned tag, bool on, bool *is)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	if (on == *is)
		return;
	e.data.u64 = CONNS_TAG_OTHER | tag;
	INVARIANT(epoll_ctl(w->conns.epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
	    fd, &e) == 0);
	*is = on;
}

static void
invite(struct worker *w, bool new, bool given)
{
	watch(w, w->s.listen_fd, TAG_LISTEN, new, &w->listening);
	watch(w, w->s.queue[0], TAG_QUEUE, given, &w->queueing);
}

static void
accept_one(struct worker *w)
{
	int fd, on = 1;

	if (!conns_room(&w->conns) || w->refuse)
		return;
	fd = accept4(w->s.listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EAGAIN || errno == EINVAL)
			w->refuse = w->last;
		else if (errno != ECONNABORTED && errno != EINTR)
			log_warn("accept: %s", strerror(errno));
		return;
	}
	/* Fails on a unix socket, which needs none. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)conns_add(&w->conns, fd);
}

/* The first that was given and has a request; those before it wait here. */
static struct conn *
take_given(struct worker *w)
{
	while (conns_room(&w->conns)) {
		struct conn *c;
		int fd = conns_take(w->s.queue[0]);

		if (fd < 0)
			return NULL;
		board_add(&w->s.me->taken, 1);
		c = conns_add(&w->conns, fd);
		if (c != NULL && conns_readable(c))
			return c;
	}
	return NULL;
}

static void
mind_signals(struct worker *w)
{
	struct signalfd_siginfo s;

	while (read(w->signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGUSR2)
			log_reopen();
		else if (s.ssi_signo == SIGTERM)
			w->ending = true;
	}
}

static void
access_line(const struct conn *c, struct str method, struct str path,
    int64_t us, uint64_t statements)
{
	log_info("%.*s %.*s %d %lldus %zu bytes %llu statements",
	    STR_ARG(method), STR_ARG(path), c->out.status, (long long)us,
	    c->bytes, (unsigned long long)statements);
}

/* The connection stays in use, even if it is closed by now: see park. */
static void
send_answer(struct worker *w, struct conn *c, int route, int64_t started,
    uint64_t statements)
{
	size_t used = w->arena.used;
	struct str method, path, query;
	int64_t us;

	/* The line is written behind the answer, when its views are gone. */
	(void)str_cut(c->in.uri, '?', &path, &query);
	/* the name of a checkout session is a secret */
	path = str_has_prefix(path, STR("/sandbox/")) ? STR("/sandbox/-") :
	    str_dup(&w->arena, path);
	method = str_dup(&w->arena, c->in.method_text);
	(void)!fcgi_answer(c->fcgi, &w->arena, &c->in, &c->out, w->last,
	    &c->bytes);
	us = clock_monotonic_us() - started;
	access_line(c, method, path, us, statements);
	board_enter(w->s.me, route, c->out.status, us, statements, used);
	w->requests++;
}

static bool
read_request(struct worker *w, struct conn *c)
{
	if (!fcgi_read(c->fcgi, &w->arena, &c->in))
		return false;
	c->out = (struct http_out){ .status = 0 };
	buf_init(&c->out.body, &w->arena, 1024);
	return true;
}

static void
serve_one(struct worker *w, struct conn *c)
{
	int64_t started = clock_monotonic_us();
	uint64_t statements = db_statements(w->db);
	int route = -1;

	atomic_store(&w->s.me->busy_since_us, started);
	c->parked = false;
	shepherd_serving(&w->shepherd);
	if (read_request(w, c)) {
		log_request(c->in.request_id);
		if (!probe(w->db, &w->arena, w->s.board, w->s.me->pool,
		    &c->in, &c->out)) {
			route = dispatch(w->db, &w->arena, &c->in, &c->out);
		}
		send_answer(w, c, route, started,
		    db_statements(w->db) - statements);
		log_request(STR_NULL);
	}
	arena_reset(&w->arena);
	shepherd_served(&w->shepherd);
	atomic_store(&w->s.me->busy_since_us, 0);
}

/* Back into the set, or gone. */
static void
park(struct worker *w, struct conn *c)
{
	if (fcgi_fd(c->fcgi) < 0) {
		conns_drop(&w->conns, c);
		return;
	}
	c->parked = true;
	c->since_us = clock_monotonic_us();
}

/* All at once: one transaction stores what they bring. */
static void
serve_batch(struct worker *w, struct conn **ready, size_t n)
{
	const struct http_in *in[CONNS_MAX];
	struct http_out *out[CONNS_MAX];
	int64_t started = clock_monotonic_us();
	uint64_t statements = db_statements(w->db);
	size_t asks = 0;

	atomic_store(&w->s.me->busy_since_us, started);
	for (size_t i = 0; i < n; i++)
		ready[i]->parked = false;
	shepherd_serving(&w->shepherd);
	for (size_t i = 0; i < n; i++) {
		struct conn *c = ready[i];

		if (!read_request(w, c) || probe(w->db, &w->arena, w->s.board,
		    w->s.me->pool, &c->in, &c->out))
			continue;
		in[asks] = &c->in;
		out[asks++] = &c->out;
	}
	if (asks > 0)
		click_batch(w->db, &w->arena, in, out, asks);
	statements = db_statements(w->db) - statements;
	for (size_t i = 0; i < n; i++) {
		if (fcgi_fd(ready[i]->fcgi) < 0)
			continue;
		log_request(ready[i]->in.request_id);
		send_answer(w, ready[i], -1, started, statements);
		statements = 0;		/* of all: told by the first */
	}
	log_request(STR_NULL);
	arena_reset(&w->arena);
	shepherd_served(&w->shepherd);
	atomic_store(&w->s.me->busy_since_us, 0);
	for (size_t i = 0; i < n; i++)
		park(w, ready[i]);
}

static void
serve_each(struct worker *w, const uint64_t *tags, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		/* The shepherd may have given it away meanwhile. */
		struct conn *c = conns_find(&w->conns, tags[i]);

		if (c == NULL)
			continue;
		serve_one(w, c);
		park(w, c);
	}
}

/* The other side has closed, and nothing is left to read. */
static bool
hung_up(const struct conn *c, uint32_t events)
{
	return (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 &&
	    !conns_readable(c);
}

/* given: it waited longer than those of this worker, or NULL. */
static void
serve_ready(struct worker *w, struct conn *given, const struct epoll_event *e,
    size_t n)
{
	uint64_t tags[CONNS_MAX];
	struct conn *ready[CONNS_MAX];
	size_t got = 0;

	if (given != NULL) {
		ready[got] = given;
		tags[got++] = conns_tag(&w->conns, given);
	}
	for (size_t i = 0; i < n; i++) {
		struct conn *c;

		if ((e[i].data.u64 & CONNS_TAG_OTHER) != 0)
			continue;
		c = conns_find(&w->conns, e[i].data.u64);
		if (c == NULL)
			continue;
		if (hung_up(c, e[i].events)) {
			conns_drop(&w->conns, c);
			continue;
		}
		ready[got] = c;
		tags[got++] = e[i].data.u64;
	}
	if (got > 0 && w->batch)
		serve_batch(w, ready, got);
	else if (got > 0)
		serve_each(w, tags, got);
}

/* Gives all away; what the queue has no room for is served meanwhile. */
static void
give_all(struct worker *w)
{
	for (struct conn *c = w->conns.at; c < w->conns.at + CONNS_MAX; c++)
		if (c->fcgi != NULL && !conns_give(&w->conns, c))
			return;
}

static void
end_process(struct worker *w)
{
	for (struct conn *c = w->conns.at; c < w->conns.at + CONNS_MAX; c++)
		if (c->fcgi != NULL)
			conns_drop(&w->conns, c);
	db_free(w->db);
#ifdef AFF_COVERAGE
	__gcov_dump();		/* what exit() would do */
#endif
	_exit(0);
}

/* How long to wait, in ms; does what is due before. */
static int
prepare(struct worker *w)
{
	bool room = conns_room(&w->conns) || conns_evict(&w->conns);

	if (w->ending) {
		atomic_store(&w->s.me->state, WORKER_DRAINING);
		if (w->s.board->closing || getppid() != w->s.supervisor)
			w->last = true;
		if (w->last) {
			invite(w, room && !w->refuse, room);
			return QUIET_MS;
		}
		invite(w, false, false);
		give_all(w);
		if (w->conns.n == 0)
			end_process(w);
		return GIVE_MS;
	}
	if (w->limit > 0 && w->requests >= w->limit)
		atomic_store(&w->s.me->retire, true);
	atomic_store(&w->s.me->state, WORKER_IDLE);
	invite(w, room, room);
	return room ? -1 : FULL_MS;
}

static void
turn(struct worker *w)
{
	struct epoll_event e[CONNS_MAX];
	struct conn *given = NULL;
	int wait = prepare(w), n;

	n = epoll_wait(w->conns.epoll, e, w->batch ? CONNS_MAX : EVENTS, wait);
	INVARIANT(n >= 0 || errno == EINTR);
	if (n == 0 && w->last)
		end_process(w);
	if (!w->ending)
		atomic_store(&w->s.me->state, WORKER_BUSY);
	for (int i = 0; i < n; i++) {
		if (e[i].data.u64 == (CONNS_TAG_OTHER | TAG_SIGNAL))
			mind_signals(w);
		else if (e[i].data.u64 == (CONNS_TAG_OTHER | TAG_LISTEN))
			accept_one(w);
		else if (e[i].data.u64 == (CONNS_TAG_OTHER | TAG_QUEUE))
			given = take_given(w);
	}
	if (n > 0)
		serve_ready(w, given, e, (size_t)n);
}

static void
start(struct worker *w)
{
	struct db_conf dc = conf_db(w->s.conf);
	struct epoll_event e = { .events = EPOLLIN };
	sigset_t set;
	uint64_t base = (uint64_t)w->s.conf->worker_requests;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR2);
	w->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	w->conns.epoll = epoll_create1(EPOLL_CLOEXEC);
	INVARIANT(w->signals >= 0 && w->conns.epoll >= 0);
	e.data.u64 = CONNS_TAG_OTHER | TAG_SIGNAL;
	INVARIANT(epoll_ctl(w->conns.epoll, EPOLL_CTL_ADD, w->signals, &e) ==
	    0);
	w->batch = w->s.me->pool == POOL_CLICKS;
	w->conns.me = w->s.me;
	w->conns.give = w->s.queue[1];
	w->conns.most = w->batch ? CONNS_MAX : CONNS_USED;
	/* Not all at the same time. */
	w->limit = base + base / 10 * ((uint64_t)getpid() % 8) / 8;
	arena_init(&w->arena);
	fcgi_init();
	w->db = db_new(&dc);
	shepherd_start(&w->shepherd, &w->conns);
}

void
worker_run(const struct worker_start *s)
{
	static struct worker w;

	w.s = *s;
	log_role(pool_names[s->me->pool]);
	start(&w);
	log_debug("ready");
	for (;;)
		turn(&w);
}
