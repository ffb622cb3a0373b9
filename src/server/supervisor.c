/*
 * A single loop: wait for a signal or for the next thing that is due.
 *
 * Every worker has a slot on the scoreboard.  A pool has one slot more than it
 * has workers: to replace a worker that still lives (it asked for it, or the
 * configuration is new), the spare slot gets a new one first; when that one is
 * ready the old one is told to end, and its slot is the spare from then on.  A
 * worker that died is started again in its own slot, with back-off.
 */
#include "server/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/listen.h"
#include "server/worker.h"
#include "base/banned.h"

#define WORKERS_MAX	1024
#define TICK_US		(SECOND_US / 4)
#define ROLL_US		(SECOND_US / 100)	/* while workers change */
#define BACKOFF_US	(SECOND_US / 10)
#define BACKOFF_MAX_US	(5 * SECOND_US)
#define SHORT_LIFE_US	(2 * SECOND_US)

struct slot {
	bool wanted;		/* should have a worker that serves */
	bool outdated;		/* runs with an old configuration */
	bool draining;
	int64_t started_us, next_us, backoff_us, drain_us;
};

struct pool_state {
	const char *address;
	bool ours;		/* the socket: not passed by systemd */
	int listen_fd, queue[2];
	size_t workers;
	struct slot *fresh;	/* of a worker that will replace another */
	struct slot *old;
};

struct supervisor {
	struct conf *conf;
	const char *path;
	bool (*refresh)(struct conf *, char why[CONF_WHY]);
	struct board *board;
	struct pool_state pools[POOL_COUNT];
	struct slot *slots;
	sigset_t signals;
	pid_t pid;
	bool announced, closing, stopped_all;
	int64_t closing_us;
};

static struct board_worker *
worker_of(const struct supervisor *s, const struct slot *slot)
{
	return &s->board->workers[slot - s->slots];
}

static struct pool_state *
pool_of(struct supervisor *s, const struct slot *slot)
{
	return &s->pools[worker_of(s, slot)->pool];
}

static void
child(struct supervisor *s, const struct slot *slot)
{
	struct pool_state *p = pool_of(s, slot);
	struct worker_start start = {
		.conf = s->conf, .board = s->board, .me = worker_of(s, slot),
		.supervisor = s->pid, .listen_fd = p->listen_fd,
		.queue = { p->queue[0], p->queue[1] },
	};

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != s->pid)
		_exit(1);
	for (int i = 0; i < POOL_COUNT; i++)
		if (&s->pools[i] != p) {
			close(s->pools[i].listen_fd);
			close(s->pools[i].queue[0]);
			close(s->pools[i].queue[1]);
		}
	worker_run(&start);
}

static void
spawn(struct supervisor *s, struct slot *slot, int64_t now)
{
	struct board_worker *w = worker_of(s, slot);
	pid_t pid;

	atomic_store(&w->state, WORKER_STARTING);
	atomic_store(&w->retire, false);
	atomic_store(&w->busy_since_us, 0);
	slot->started_us = now;
	slot->outdated = slot->draining = false;
	pid = fork();
	if (pid == 0)
		child(s, slot);
	if (pid < 0) {
		log_error("fork: %s", strerror(errno));
		slot->next_us = now + SECOND_US;
		atomic_store(&w->state, WORKER_NONE);
		return;
	}
	atomic_store(&w->pid, pid);
}

static void
say_end(const char *pool, pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_error("a worker of %s (%d) died of signal %d", pool,
		    (int)pid, WTERMSIG(status));
	else
		log_error("a worker of %s (%d) ended with status %d", pool,
		    (int)pid, WEXITSTATUS(status));
}

/* Immediately the first time, then later and later while lives are short. */
static void
back_off(struct slot *slot, int64_t now)
{
	if (now - slot->started_us >= SHORT_LIFE_US)
		slot->backoff_us = 0;
	slot->next_us = now + slot->backoff_us;
	slot->backoff_us = slot->backoff_us == 0 ? BACKOFF_US :
	    slot->backoff_us * 2 < BACKOFF_MAX_US ? slot->backoff_us * 2 :
	    BACKOFF_MAX_US;
}

static void
buried(struct supervisor *s, struct slot *slot, int status, int64_t now)
{
	struct board_worker *w = worker_of(s, slot);
	struct pool_state *p = pool_of(s, slot);
	pid_t pid = w->pid;

	atomic_store(&w->pid, 0);
	atomic_store(&w->state, WORKER_NONE);
	atomic_store(&w->connections, 0);
	atomic_store(&w->busy_since_us, 0);
	if (p->old == slot) {
		p->old = NULL;
		if (!slot->draining) {	/* died before it was told to end */
			p->fresh = NULL;
			slot->wanted = false;
		}
	}
	if (slot->draining || s->closing) {
		if (status != 0)
			say_end(pool_names[w->pool], pid, status);
		slot->draining = false;
		slot->backoff_us = 0;
		return;
	}
	say_end(pool_names[w->pool], pid, status);
	board_add(&s->board->respawns, 1);
	back_off(slot, now);
}

static void
reap(struct supervisor *s, int64_t now)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->board->n; i++)
			if (s->board->workers[i].pid == pid)
				buried(s, &s->slots[i], status, now);
}

/* A request that runs too long, or a drain: the worker is killed. */
static void
mind_deadlines(struct supervisor *s, struct slot *slot, int64_t now)
{
	struct board_worker *w = worker_of(s, slot);
	int64_t since = w->busy_since_us;

	if (w->pid == 0)
		return;
	if (since != 0 && now - since > s->conf->kill_seconds * SECOND_US) {
		log_error("a worker of %s (%d) is killed: its request runs "
		    "longer than kill_seconds", pool_names[w->pool],
		    (int)w->pid);
		board_add(&s->board->kills, 1);
		atomic_store(&w->busy_since_us, 0);
		kill(w->pid, SIGKILL);
	} else if (slot->draining && !s->closing && now - slot->drain_us >
	    (s->conf->kill_seconds + s->conf->drain_seconds) * SECOND_US) {
		log_error("a worker of %s (%d) is killed: it does not end",
		    pool_names[w->pool], (int)w->pid);
		slot->drain_us = now;
		kill(w->pid, SIGKILL);
	}
}

/* The one that is fresh serves: the old one may go. */
static void
drain_old(struct supervisor *s, struct pool_state *p, int64_t now)
{
	int state = worker_of(s, p->fresh)->state;

	if (state != WORKER_IDLE && state != WORKER_BUSY)
		return;
	p->fresh = NULL;
	p->old->wanted = false;
	p->old->draining = true;
	p->old->drain_us = now;
	if (worker_of(s, p->old)->pid != 0)
		kill(worker_of(s, p->old)->pid, SIGTERM);
	else
		p->old = NULL;
}

/* In place of one that is due, if there is a slot for it. */
static void
begin_fresh(struct supervisor *s, enum pool pool, int64_t now)
{
	struct pool_state *p = &s->pools[pool];
	struct slot *spare = NULL, *due = NULL;

	for (size_t i = 0; i < s->board->n; i++) {
		struct slot *slot = &s->slots[i];
		struct board_worker *w = &s->board->workers[i];

		if (w->pool != pool)
			continue;
		if (!slot->wanted && w->pid == 0)
			spare = slot;
		else if (slot->wanted && w->pid != 0 &&
		    (slot->outdated || w->retire) && due == NULL)
			due = slot;
	}
	if (spare == NULL || due == NULL)
		return;
	spare->wanted = true;
	spare->next_us = 0;
	p->fresh = spare;
	p->old = due;
	spawn(s, spare, now);
}

/* Replaces a worker that lives: see the top. */
static void
roll(struct supervisor *s, enum pool pool, int64_t now)
{
	struct pool_state *p = &s->pools[pool];

	if (p->fresh != NULL)
		drain_old(s, p, now);
	else if (p->old == NULL)
		begin_fresh(s, pool, now);
}

/* READY when every worker is there. */
static void
announce(struct supervisor *s)
{
	for (size_t i = 0; i < s->board->n; i++)
		if (s->slots[i].wanted &&
		    s->board->workers[i].state < WORKER_IDLE)
			return;
	s->announced = true;
	log_info("serving with %lld + %lld + %lld + %lld workers",
	    (long long)s->conf->workers_api, (long long)s->conf->workers_auth,
	    (long long)s->conf->workers_outside,
	    (long long)s->conf->workers_clicks);
	listen_notify("READY=1");
}

/* What is due now; returns how long to wait for the next. */
static int64_t
tick(struct supervisor *s, int64_t now)
{
	int64_t wait = TICK_US;

	for (size_t i = 0; i < s->board->n; i++) {
		struct slot *slot = &s->slots[i];

		mind_deadlines(s, slot, now);
		if (!slot->wanted || s->board->workers[i].pid != 0)
			continue;
		if (slot->next_us <= now)
			spawn(s, slot, now);
		else if (slot->next_us - now < wait)
			wait = slot->next_us - now;
	}
	for (int p = 0; p < POOL_COUNT; p++) {
		roll(s, (enum pool)p, now);
		if (s->pools[p].fresh != NULL || s->pools[p].old != NULL)
			wait = wait < ROLL_US ? wait : ROLL_US;
	}
	if (!s->announced) {
		announce(s);
		wait = wait < ROLL_US ? wait : ROLL_US;
	}
	return wait;
}

static void
tell_all(const struct supervisor *s, int signo)
{
	for (size_t i = 0; i < s->board->n; i++)
		if (s->board->workers[i].pid != 0)
			kill(s->board->workers[i].pid, signo);
}

static void
begin_close(struct supervisor *s, int64_t now)
{
	if (s->closing)
		return;
	log_info("closing: requests in flight are answered");
	listen_notify("STOPPING=1");
	s->closing = true;
	s->closing_us = now;
	for (int p = 0; p < POOL_COUNT; p++)
		if (s->pools[p].ours)
			listen_close_door(s->pools[p].address);
	atomic_store(&s->board->closing, true);
	tell_all(s, SIGTERM);
}

static void
reload(struct supervisor *s)
{
	struct conf *fresh = malloc(sizeof(*fresh));
	char why[CONF_WHY];

	INVARIANT(fresh != NULL);
	if (!conf_load(fresh, s->path, why)) {
		log_error("the old configuration stays: %s", why);
		free(fresh);
		return;
	}
	conf_keep(fresh, s->conf);
	if (!s->refresh(fresh, why)) {
		log_error("the old configuration stays: %s", why);
		conf_free(fresh);
		free(fresh);
		return;
	}
	/* The old one stays in memory: its texts may be in use elsewhere. */
	s->conf = fresh;
	for (size_t i = 0; i < s->board->n; i++)
		s->slots[i].outdated = true;
	log_info("the configuration is read again");
}

static void
on_signal(struct supervisor *s, int signo, int64_t now)
{
	switch (signo) {
	case SIGTERM:
	case SIGINT:
		begin_close(s, now);
		break;
	case SIGHUP:
		if (!s->closing)
			reload(s);
		break;
	case SIGUSR2:
		log_reopen();
		tell_all(s, SIGUSR2);
		break;
	}
}

static bool
any_left(const struct supervisor *s)
{
	for (size_t i = 0; i < s->board->n; i++)
		if (s->board->workers[i].pid != 0)
			return true;
	return false;
}

static int
loop(struct supervisor *s)
{
	int64_t now = clock_monotonic_us();
	bool killed = false;

	for (;;) {
		int64_t wait = TICK_US;
		struct timespec t;
		int signo;

		reap(s, now);
		if (s->closing && !any_left(s))
			return killed ? 1 : 0;
		if (!s->closing) {
			wait = tick(s, now);
		} else if (!killed && now - s->closing_us >
		    s->conf->drain_seconds * SECOND_US) {
			log_error("workers that do not end are killed");
			tell_all(s, SIGKILL);
			killed = true;
		}
		t.tv_sec = wait / SECOND_US;
		t.tv_nsec = wait % SECOND_US * 1000;
		signo = sigtimedwait(&s->signals, NULL, &t);
		now = clock_monotonic_us();
		if (signo > 0)
			on_signal(s, signo, now);
	}
}

static bool
open_pool(struct supervisor *s, enum pool pool, const char *address,
    size_t workers)
{
	struct pool_state *p = &s->pools[pool];

	p->address = address;
	p->workers = workers;
	p->listen_fd = listen_open(pool_names[pool], address,
	    (mode_t)s->conf->socket_mode, &p->ours);
	if (p->listen_fd < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->queue) !=
	    0) {
		log_error("socketpair: %s", strerror(errno));
		return false;
	}
	return true;
}

static bool
open_pools(struct supervisor *s)
{
	const struct conf *c = s->conf;
	size_t at = 0, n = 0;

	if (!open_pool(s, POOL_API, c->listen_api, (size_t)c->workers_api) ||
	    !open_pool(s, POOL_AUTH, c->listen_auth,
	    (size_t)c->workers_auth) ||
	    !open_pool(s, POOL_OUTSIDE, c->listen_outside,
	    (size_t)c->workers_outside) ||
	    !open_pool(s, POOL_CLICKS, c->listen_clicks,
	    (size_t)c->workers_clicks) ||
	    !open_pool(s, POOL_METRICS, c->listen_metrics, 1))
		return false;
	for (int p = 0; p < POOL_COUNT; p++)
		n += s->pools[p].workers + 1;
	if (n > WORKERS_MAX) {
		log_error("more than %d workers", WORKERS_MAX - POOL_COUNT);
		return false;
	}
	s->board = board_new(n);
	s->slots = calloc(n, sizeof(*s->slots));
	INVARIANT(s->slots != NULL);
	for (int p = 0; p < POOL_COUNT; p++)
		for (size_t i = 0; i <= s->pools[p].workers; i++, at++) {
			s->board->workers[at].pool = (enum pool)p;
			s->slots[at].wanted = i < s->pools[p].workers;
		}
	return true;
}

static bool
write_pid(const char *path)
{
	FILE *f;
	bool good;

	if (path[0] == '\0')
		return true;
	f = fopen(path, "we");
	good = f != NULL && fprintf(f, "%d\n", (int)getpid()) > 0;
	if (f != NULL && fclose(f) != 0)
		good = false;
	if (!good)
		log_error("pid_file %s: %s", path, strerror(errno));
	return good;
}

int
supervise(struct conf *conf, const char *path,
    bool (*refresh)(struct conf *, char why[CONF_WHY]))
{
	struct supervisor s = { .conf = conf, .path = path,
	    .refresh = refresh, .pid = getpid() };
	int status;

	log_role("serve");
	sigemptyset(&s.signals);
	sigaddset(&s.signals, SIGTERM);
	sigaddset(&s.signals, SIGINT);
	sigaddset(&s.signals, SIGHUP);
	sigaddset(&s.signals, SIGUSR2);
	sigaddset(&s.signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &s.signals, NULL) != 0)
		log_die("sigprocmask: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	if (!open_pools(&s) || !write_pid(conf->pid_file))
		return 1;
	status = loop(&s);
	if (conf->pid_file[0] != '\0')
		(void)unlink(conf->pid_file);
	free(s.slots);
	log_info("closed");
	return status;
}
