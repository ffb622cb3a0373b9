/*
 * Allocations that fail, for workers of `affiliated serve` only: preloaded by
 * tests/fault.  AFFILIATED_FAULT_ALLOC names a file with the number of the
 * allocation that is to fail, counted by each worker since the file came; who
 * takes it renames it to FILE.done.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);

/* What dlsym() asks for before the real ones are known. */
static _Alignas(16) char early[16384];
static size_t early_used;

static char path[256], done[300];
static pid_t supervisor;		/* 0: this is no `affiliated serve` */

static __thread bool busy;
static struct timespec made;
static ino_t number;
static unsigned long left;

__attribute__((constructor)) static void
learn(void)
{
	const char *file = getenv("AFFILIATED_FAULT_ALLOC");
	char line[512];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);
	const char *verb;

	if (fd >= 0)
		close(fd);
	if (n <= 0 || file == NULL || strlen(file) >= sizeof(path))
		return;
	line[n] = '\0';
	verb = line + strlen(line) + 1;
	if (strstr(line, "affiliated") == NULL || verb >= line + n ||
	    strcmp(verb, "serve") != 0)
		return;
	strcpy(path, file);
	snprintf(done, sizeof(done), "%s.done", file);
	supervisor = getpid();
}

static bool
is_due(void)
{
	char text[24] = "";
	struct stat st;
	bool known;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	known = fstat(fd, &st) == 0 && st.st_ino == number &&
	    st.st_mtim.tv_sec == made.tv_sec &&
	    st.st_mtim.tv_nsec == made.tv_nsec;
	if (!known && read(fd, text, sizeof(text) - 1) > 0) {
		number = st.st_ino;
		made = st.st_mtim;
		left = strtoul(text, NULL, 10);
	}
	close(fd);
	return left > 0 && --left == 0 && rename(path, done) == 0;
}

static bool
fails(void)
{
	int saved = errno;
	bool due;

	if (supervisor == 0 || busy || getpid() == supervisor)
		return false;
	busy = true;
	due = is_due();
	busy = false;
	errno = due ? ENOMEM : saved;
	return due;
}

static void
find(void)
{
	if (busy)
		return;
	busy = true;
	real_calloc = dlsym(RTLD_NEXT, "calloc");
	real_realloc = dlsym(RTLD_NEXT, "realloc");
	real_malloc = dlsym(RTLD_NEXT, "malloc");
	busy = false;
}

static void *
early_take(size_t n)
{
	void *p = early + early_used;

	n = (n + 15) / 16 * 16;
	if (n > sizeof(early) - early_used)
		abort();
	early_used += n;
	return p;
}

static bool
is_early(const void *p)
{
	return (const char *)p >= early &&
	    (const char *)p < early + sizeof(early);
}

void *
malloc(size_t n)
{
	if (real_malloc == NULL)
		find();
	if (real_malloc == NULL)
		return early_take(n);
	return fails() ? NULL : real_malloc(n);
}

void *
calloc(size_t count, size_t n)
{
	if (real_malloc == NULL)
		find();
	if (real_malloc == NULL)
		return early_take(count * n);
	return fails() ? NULL : real_calloc(count, n);
}

void *
realloc(void *p, size_t n)
{
	if (real_malloc == NULL)
		find();
	if (is_early(p)) {
		void *q = real_malloc(n);
		size_t room = (size_t)(early + sizeof(early) - (char *)p);

		return q == NULL ? NULL : memcpy(q, p, n < room ? n : room);
	}
	return fails() ? NULL : real_realloc(p, n);
}

void
free(void *p)
{
	static void (*real_free)(void *);

	if (p == NULL || is_early(p))
		return;
	if (real_free == NULL)
		real_free = dlsym(RTLD_NEXT, "free");
	real_free(p);
}
