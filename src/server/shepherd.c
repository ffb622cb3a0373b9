/*
 * The timer is armed once for many requests: it costs a request two operations
 * on a lock that nobody else wants.  An idle worker's thread sleeps.
 */
#include "server/shepherd.h"

#include <errno.h>
#include <limits.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

#define STACK	((size_t)64 * 1024)

static void
arm(struct shepherd *s, int64_t us)
{
	struct itimerspec t = { .it_value = { .tv_nsec = us * 1000 } };

	atomic_store(&s->armed, true);
	INVARIANT(timerfd_settime(s->timer, 0, &t, NULL) == 0);
}

static void
look(struct shepherd *s)
{
	struct conns *cs = s->conns;
	int64_t age = clock_monotonic_us() - cs->me->busy_since_us;

	if (age < SHEPHERD_US) {
		arm(s, SHEPHERD_US - age + 100);
		return;
	}
	for (struct conn *c = cs->at; c < cs->at + CONNS_MAX; c++)
		if (c->fcgi != NULL && c->parked && !conns_give(cs, c))
			break;
}

static void *
run(void *arg)
{
	struct shepherd *s = arg;
	uint64_t times;

	for (;;) {
		ssize_t n = read(s->timer, &times, sizeof(times));

		if (n < 0 && errno == EINTR)
			continue;
		INVARIANT(n == sizeof(times));
		atomic_store(&s->armed, false);
		if (pthread_mutex_trylock(&s->lock) != 0)
			continue;	/* not serving: armed again by then */
		look(s);
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

void
shepherd_start(struct shepherd *s, struct conns *cs)
{
	pthread_attr_t attr;
	pthread_t thread;
	size_t least = (size_t)PTHREAD_STACK_MIN;

	s->conns = cs;
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	INVARIANT(s->timer >= 0);
	INVARIANT(pthread_mutex_init(&s->lock, NULL) == 0);
	INVARIANT(pthread_mutex_lock(&s->lock) == 0);
	INVARIANT(pthread_attr_init(&attr) == 0);
	INVARIANT(pthread_attr_setstacksize(&attr,
	    least > STACK ? least : STACK) == 0);
	INVARIANT(pthread_create(&thread, &attr, run, s) == 0);
	pthread_attr_destroy(&attr);
	pthread_detach(thread);
}

void
shepherd_serving(struct shepherd *s)
{
	if (s->conns->n > 1 && !atomic_load(&s->armed))
		arm(s, SHEPHERD_US);
	pthread_mutex_unlock(&s->lock);
}

void
shepherd_served(struct shepherd *s)
{
	pthread_mutex_lock(&s->lock);
}
