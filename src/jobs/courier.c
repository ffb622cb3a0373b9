/* The courier's process and its loop. */
#include "jobs/courier.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "jobs/turn.h"
#include "model/event/publisher.h"

#include "base/banned.h"

#define AWAY_MS 1000		/* after a failure of the database */
#define AGAIN_US SECOND_US	/* between two starts */
#define BATCHES_MAX 20		/* of events, before others have their turn */

static pid_t courier;		/* 0: none */
static int64_t not_before;

struct courier {
	const struct conf *conf;
	struct arena arena;
	struct publisher publisher;
	struct turns turns;
	int signals;
	bool stopping;
	int64_t stop_us, look_us;
};

static void
take_signals(struct courier *c)
{
	struct signalfd_siginfo info;

	while (read(c->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR2)
			log_reopen();
		else if (info.ssi_signo != SIGHUP && !c->stopping) {
			c->stopping = true;
			c->stop_us = clock_monotonic_us() +
			    c->conf->drain_seconds * SECOND_US;
		}
	}
}

static enum err
publish_all(struct courier *c, bool *more)
{
	uint64_t count = PUBLISH_BATCH;

	for (int i = 0; i < BATCHES_MAX && count == PUBLISH_BATCH; i++) {
		arena_reset(&c->arena);
		TRY(publish(c->turns.db, &c->arena, &c->publisher,
		    clock_now(), &count));
	}
	*more |= count == PUBLISH_BATCH;
	return OK;
}

/* One look at what there is to do; *more: look again at once. */
static enum err
look(struct courier *c, bool *more)
{
	bool replays, some = false;

	TRY(publish_all(c, more));
	if (c->stopping)
		return OK;
	arena_reset(&c->arena);
	/* first, so that a replay that fails keeps nobody waiting */
	TRY(turns_begin(&c->turns, &some));
	TRY(replay_run(c->turns.db, &c->arena, clock_now(), &replays));
	*more |= replays;
	return OK;
}

static enum err
round_of(struct courier *c, bool *more)
{
	bool ended;

	arena_reset(&c->arena);
	TRY(turns_land(&c->turns, &ended));
	*more = ended;
	if (!ended && clock_monotonic_us() < c->look_us)
		return OK;
	c->look_us = clock_monotonic_us() + c->conf->jobs_poll_ms * 1000;
	return look(c, more);
}

static bool
over(const struct courier *c)
{
	return c->stopping && (c->turns.used == 0 ||
	    clock_monotonic_us() > c->stop_us);
}

static void
loop(struct courier *c)
{
	while (!over(c)) {
		bool more = false;
		enum err e = round_of(c, &more);
		int64_t ms = e == OK ? c->conf->jobs_poll_ms : AWAY_MS;

		if (e != OK)
			c->look_us = clock_monotonic_us() + ms * 1000;
		if (more)
			c->look_us = ms = 0;
		sender_wait(c->turns.sender, c->signals, ms);
		take_signals(c);
	}
	arena_reset(&c->arena);
	if (turns_drop(&c->turns) != OK)
		log_warn("what was under way is sent again in a while");
}

static int
run(const struct conf *conf)
{
	static struct courier c;	/* zeroed, and large */
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR2 };
	const struct db_conf where = conf_db(conf);
	sigset_t set;

	c.conf = c.turns.conf = conf;
	c.turns.arena = &c.arena;
	c.turns.db = db_new(&where);
	c.turns.sender = sender_new(conf);
	randombytes_buf(&c.turns.owner, sizeof(c.turns.owner));
	c.turns.owner = (c.turns.owner >> 2) + 1;
	arena_init(&c.arena);
	turns_init(&c.turns);
	sigemptyset(&set);
	for (size_t i = 0; i < LEN(numbers); i++)
		sigaddset(&set, numbers[i]);	/* blocked by the parent */
	c.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	INVARIANT(c.signals >= 0);
	loop(&c);
	db_free(c.turns.db);
	return 0;
}

/* The parent's connections are not ours: with its end they shall end. */
static void
begin(const struct conf *conf, pid_t parent)
{
	log_role("courier");
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		exit(0);
	if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0 ||
	    !log_open(conf->log_file, (enum log_level)conf->log_level))
		exit(1);
	log_info("started");
	exit(run(conf));
}

void
courier_keep(const struct conf *conf)
{
	const pid_t parent = getpid();
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != courier)
			continue;
		courier = 0;
		log_warn("the courier (%d) has ended: starting another",
		    (int)pid);
	}
	if (courier != 0 || clock_monotonic_us() < not_before)
		return;
	not_before = clock_monotonic_us() + AGAIN_US;
	courier = fork();
	if (courier == 0)
		begin(conf, parent);
	if (courier < 0) {
		log_error("no courier: %s", strerror(errno));
		courier = 0;
	}
}

void
courier_renew(void)
{
	if (courier != 0)
		(void)kill(courier, SIGTERM);
	courier = 0;
	not_before = 0;
}

void
courier_reopen(void)
{
	if (courier != 0)
		(void)kill(courier, SIGUSR2);
}

void
courier_stop(void)
{
	if (courier != 0)
		(void)kill(courier, SIGTERM);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		continue;
	courier = 0;
}
