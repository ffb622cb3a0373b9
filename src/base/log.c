/* Writes each message with one write(2), so that processes share a file. */
#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/banned.h"

static struct {
	int fd;
	const char *path;
	enum log_level least;
	const char *role;
	char request[72];
} state = { .fd = STDERR_FILENO, .least = LOG_INFO, .role = "affiliated" };

bool
log_open(const char *path, enum log_level least)
{
	int fd = STDERR_FILENO;

	if (path != NULL && path[0] != '\0') {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0640);
		if (fd < 0)
			return false;
	}
	state.fd = fd;
	state.path = path;
	state.least = least;
	return true;
}

void
log_reopen(void)
{
	int old = state.fd;

	if (old == STDERR_FILENO)
		return;
	if (!log_open(state.path, state.least))
		log_error("cannot open the log file again; the old one stays");
	else
		close(old);
}

void
log_role(const char *role)
{
	state.role = role;
}

const char *
log_whose(void)
{
	return state.role;
}

void
log_request(struct str id)
{
	snprintf(state.request, sizeof(state.request), "%s%.*s",
	    id.p != NULL ? " request=" : "", STR_ARG(id));
}

static void PRINTF_LIKE(2, 0)
put(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	char line[2048], when[CLOCK_ISO_LEN + 1];
	size_t n;

	if (level < state.least)
		return;
	clock_iso(clock_now(), when);
	n = (size_t)snprintf(line, sizeof(line), "%s %-5s %s[%d]%s ", when,
	    names[level], state.role, (int)getpid(), state.request);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	n = strlen(line);
	for (size_t i = 0; i < n; i++)	/* one message stays one line */
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[n++] = '\n';
	if (write(state.fd, line, n) < 0)
		return;		/* nowhere left to say so */
}

#define LEVEL(name, level) \
void name(const char *fmt, ...) \
{ \
	va_list ap; \
	va_start(ap, fmt); \
	put(level, fmt, ap); \
	va_end(ap); \
}

LEVEL(log_debug, LOG_DEBUG)
LEVEL(log_info, LOG_INFO)
LEVEL(log_warn, LOG_WARN)
LEVEL(log_error, LOG_ERROR)

void
log_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_ERROR, fmt, ap);
	va_end(ap);
	abort();
}

void
invariant_failed(const char *cond, const char *file, int line)
{
	log_die("broken invariant: %s at %s:%d", cond, file, line);
}
