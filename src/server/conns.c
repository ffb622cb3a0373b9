/* The table of connections; descriptors travel over a socket pair. */
#include "server/conns.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int))];
};

uint64_t
conns_tag(const struct conns *cs, const struct conn *c)
{
	return (uint64_t)c->turn << 16 | (uint64_t)(c - cs->at);
}

struct conn *
conns_find(struct conns *cs, uint64_t tag)
{
	struct conn *c = &cs->at[tag & 0xffff];

	INVARIANT((tag & 0xffff) < CONNS_MAX);
	return c->fcgi != NULL && c->parked && c->turn == tag >> 16 ? c : NULL;
}

static bool
watch(struct conns *cs, struct conn *c)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP };

	e.data.u64 = conns_tag(cs, c);
	return epoll_ctl(cs->epoll, EPOLL_CTL_ADD, fcgi_fd(c->fcgi), &e) == 0;
}

struct conn *
conns_add(struct conns *cs, int fd)
{
	struct conn *c = cs->at;

	INVARIANT(cs->n < CONNS_MAX);
	while (c->fcgi != NULL)
		c++;
	c->fcgi = fcgi_new(fd);
	c->turn++;
	c->parked = true;
	c->since_us = clock_monotonic_us();
	cs->n++;
	atomic_store(&cs->me->connections, (int)cs->n);
	if (watch(cs, c))
		return c;
	log_warn("a connection cannot be watched: %s", strerror(errno));
	conns_drop(cs, c);
	return NULL;
}

static void
forget(struct conns *cs, struct conn *c)
{
	c->fcgi = NULL;
	c->parked = false;
	cs->n--;
	atomic_store(&cs->me->connections, (int)cs->n);
}

void
conns_drop(struct conns *cs, struct conn *c)
{
	fcgi_free(c->fcgi);
	forget(cs, c);
}

bool
conns_give(struct conns *cs, struct conn *c)
{
	union control control = { .room = { 0 } };
	char byte = 'c';
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	int fd = fcgi_fd(c->fcgi);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	/* First out of our epoll set: it stays there while others have it. */
	if (epoll_ctl(cs->epoll, EPOLL_CTL_DEL, fd, NULL) != 0)
		return false;
	if (sendmsg(cs->give, &m, MSG_DONTWAIT | MSG_NOSIGNAL) != 1) {
		INVARIANT(watch(cs, c));
		return false;
	}
	close(fcgi_release(c->fcgi));
	forget(cs, c);
	board_add(&cs->me->handed, 1);
	return true;
}

int
conns_take(int queue)
{
	union control control = { .room = { 0 } };
	char byte;
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };
	const struct cmsghdr *h;
	int fd = -1;

	if (recvmsg(queue, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return -1;
	h = CMSG_FIRSTHDR(&m);
	if (h != NULL && h->cmsg_type == SCM_RIGHTS &&
	    h->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	return fd;
}

bool
conns_readable(const struct conn *c)
{
	char byte;

	return recv(fcgi_fd(c->fcgi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static bool
is_idle(const struct conn *c, int64_t now_us)
{
	return c->parked && now_us - c->since_us >= CONNS_IDLE_US;
}

bool
conns_room(const struct conns *cs)
{
	int64_t now = clock_monotonic_us();
	size_t used = 0;

	if (cs->n < cs->most || cs->n == CONNS_MAX)
		return cs->n < CONNS_MAX;
	for (const struct conn *c = cs->at; c < cs->at + CONNS_MAX; c++)
		used += c->fcgi != NULL && !is_idle(c, now);
	return used < cs->most;
}

bool
conns_evict(struct conns *cs)
{
	struct conn *old = cs->at;

	if (cs->n < CONNS_MAX)
		return false;
	for (struct conn *c = cs->at; c < cs->at + CONNS_MAX; c++)
		if (c->since_us < old->since_us)
			old = c;
	if (!is_idle(old, clock_monotonic_us()) || conns_readable(old))
		return false;
	conns_drop(cs, old);
	return true;
}
