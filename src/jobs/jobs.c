/* The loop of the jobs role: turns of all that is due, then a short wait. */
#include "jobs/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include "base/log.h"
#include "jobs/courier.h"
#include "net/outside.h"
#include "jobs/work.h"

#include "base/banned.h"

#define AWAY_MAX_MS 2000	/* between looks at a database that is away */

static volatile sig_atomic_t stopping, reopening, reloading;

static void
on_signal(int number)
{
	if (number == SIGUSR2)
		reopening = 1;
	else if (number == SIGHUP)
		reloading = 1;
	else
		stopping = 1;
}

/* Signals are open only while waiting: none interrupts a statement. */
static void
catch_signals(sigset_t *during_wait)
{
	struct sigaction act = { .sa_handler = on_signal };
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR2 };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < LEN(numbers); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &act, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &blocked, during_wait);
}

static bool
write_pid(const char *path)
{
	FILE *f;

	if (path[0] == '\0')
		return true;
	f = fopen(path, "w");
	if (f == NULL || fprintf(f, "%d\n", (int)getpid()) < 0) {
		if (f != NULL)
			fclose(f);
		log_error("cannot write %s: %s", path, strerror(errno));
		return false;
	}
	return fclose(f) == 0;
}

static enum err
one_round(struct jobs *j, bool *more)
{
	TRY(schedule_round(j));
	TRY(task_round(j, more));
	return batch_round(j, more);
}

/* After a failure longer and longer. */
static int64_t
next_wait(const struct jobs *j, enum err e, bool more, int64_t wait)
{
	int64_t poll = j->conf->jobs_poll_ms;

	if (e == OK)
		return more ? 0 : poll;
	if (wait < poll)
		return poll;
	return wait * 2 < AWAY_MAX_MS ? wait * 2 : AWAY_MAX_MS;
}

static void
connect_as(struct jobs *j)
{
	const struct db_conf where = conf_db(j->conf);

	db_free(j->db);
	j->db = db_new(&where);
}

/* What the command line gave, for SIGHUP. */
struct source {
	const char *path;
	bool (*refresh)(struct conf *, char why[CONF_WHY]);
};

static void
reload(struct jobs *j, const struct source *from)
{
	struct conf *fresh = malloc(sizeof(*fresh));
	char why[CONF_WHY];

	INVARIANT(fresh != NULL);
	if (!conf_load(fresh, from->path, why)) {
		log_error("the old configuration stays: %s", why);
		free(fresh);
		return;
	}
	conf_keep(fresh, j->conf);
	if (!from->refresh(fresh, why)) {
		log_error("the old configuration stays: %s", why);
		conf_free(fresh);
		free(fresh);
		return;
	}
	/* The old one stays in memory: its texts may be in use elsewhere. */
	j->conf = fresh;
	connect_as(j);
	courier_renew();
	log_info("the configuration is read again");
}

static void
loop(struct jobs *j, const struct source *from, const sigset_t *during_wait)
{
	int64_t wait = 0;

	while (!stopping) {
		struct timespec ts;
		bool more = false;
		enum err e;

		courier_keep(j->conf);
		e = one_round(j, &more);
		wait = next_wait(j, e, more, wait);
		ts.tv_sec = wait / 1000;
		ts.tv_nsec = wait % 1000 * 1000000;
		(void)ppoll(NULL, 0, &ts, during_wait);
		if (reopening) {
			reopening = 0;
			log_reopen();
			courier_reopen();
		}
		if (reloading && !stopping) {
			reloading = 0;
			reload(j, from);
		}
	}
}

int
jobs_run(struct conf *conf, const char *path,
    bool (*refresh)(struct conf *, char why[CONF_WHY]))
{
	const struct source from = { path, refresh };
	struct jobs j = { .conf = conf };
	sigset_t during_wait;

	log_role("jobs");
	catch_signals(&during_wait);
	if (!write_pid(conf->jobs_pid_file))
		return 1;
	outside_init();
	arena_init(&j.arena);
	randombytes_buf(&j.owner, sizeof(j.owner));
	j.owner = (j.owner >> 2) + 1;
	connect_as(&j);
	log_info("started");
	loop(&j, &from, &during_wait);
	courier_stop();
	log_info("stopped");
	db_free(j.db);
	arena_free(&j.arena);
	if (conf->jobs_pid_file[0] != '\0')
		(void)unlink(conf->jobs_pid_file);
	return 0;
}
