/* Opens the sockets that workers inherit. */
#include "server/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/banned.h"

#define BACKLOG		1024
#define PASSED_FIRST	3	/* first descriptor of a service manager */

/* The socket of this name that the service manager passed, or -1. */
static int
passed(const char *name)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	struct str rest = str_of(names), one;
	int64_t n, id;

	if (pid == NULL || fds == NULL || names == NULL ||
	    !str_to_i64(str_of(pid), &id) || id != getpid() ||
	    !str_to_i64(str_of(fds), &n))
		return -1;
	for (int fd = PASSED_FIRST; fd < PASSED_FIRST + n && rest.p != NULL;
	    fd++) {
		(void)str_cut(rest, ':', &one, &rest);
		if (str_is(one, name))
			return fd;
	}
	return -1;
}

static int
open_path(const char *path, mode_t mode)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sa.sun_path, path, n);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* Nobody connects before listen(), so before the rights are set. */
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
	    chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	n = (size_t)errno;
	close(fd);
	errno = (int)n;
	return -1;
}

static int
open_port(const char *address)
{
	struct addrinfo hint = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found = NULL;
	char host[256];
	const char *colon = strrchr(address, ':');
	int fd = -1, on = 1, e = EINVAL;
	uint64_t port;

	if (colon == NULL || (size_t)(colon - address) >= sizeof(host) ||
	    !str_to_u64(str_of(colon + 1), &port) || port > UINT16_MAX)
		return errno = EINVAL, -1;
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (getaddrinfo(host, colon + 1, &hint, &found) != 0)
		return errno = EADDRNOTAVAIL, -1;
	for (struct addrinfo *a = found; a != NULL; a = a->ai_next) {
		fd = socket(a->ai_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on));
		if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
		    listen(fd, BACKLOG) == 0)
			break;
		e = errno;
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	errno = e;
	return fd;
}

int
listen_open(const char *name, const char *address, mode_t mode, bool *ours)
{
	int fd = passed(name);

	*ours = fd < 0;
	if (fd >= 0) {
		if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
		    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
			log_error("the socket %s that was passed: %s", name,
			    strerror(errno));
			return -1;
		}
		return fd;
	}
	fd = address[0] == '/' ? open_path(address, mode) :
	    open_port(address);
	if (fd < 0)
		log_error("cannot listen at %s: %s", address,
		    strerror(errno));
	return fd;
}

void
listen_close_door(const char *address)
{
	if (address[0] == '/')
		(void)unlink(address);
}

void
listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t n;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	n = strlen(path);
	if (n >= sizeof(sa.sun_path))
		return;
	memcpy(sa.sun_path, path, n);
	if (path[0] == '@')	/* no file */
		sa.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&sa,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("cannot notify the service manager: %s",
		    strerror(errno));
	close(fd);
}
