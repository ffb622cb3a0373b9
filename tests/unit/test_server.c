/*
 * A real supervisor with its workers, driven over raw FastCGI.  Only the
 * probes are asked, so no database is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/supervisor.h"
#include "base/banned.h"

#define RESPONDER	1
#define AUTHORIZER	2

static char dir[] = "/tmp/affiliated-server-XXXXXX";
static pid_t supervisor;

static bool
refresh(struct conf *c, char why[CONF_WHY])
{
	(void)c, (void)why;
	return true;
}

static int
dial(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/%s", dir, name);
	/* A supervisor that was just started may not listen yet. */
	for (int i = 0; i < 500; i++) {
		if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
			return fd;
		usleep(10000);
	}
	fail_msg("nobody listens at %s", sa.sun_path);
	return -1;
}

static unsigned char *
record(unsigned char *p, int type, const void *data, size_t n)
{
	*p++ = 1;
	*p++ = (unsigned char)type;
	*p++ = 0;
	*p++ = 1;
	*p++ = (unsigned char)(n >> 8);
	*p++ = (unsigned char)n;
	*p++ = 0;
	*p++ = 0;
	if (n > 0)
		memcpy(p, data, n);
	return p + n;
}

static unsigned char *
param(unsigned char *p, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value);

	*p++ = (unsigned char)n;
	*p++ = (unsigned char)v;
	memcpy(p, name, n);
	memcpy(p + n, value, v);
	return p + n + v;
}

/* A whole request in one piece; length: CONTENT_LENGTH, body: what comes. */
static size_t
request(unsigned char *out, int role, const char *path, const char *length,
    const char *body)
{
	unsigned char begin[8] = { 0, (unsigned char)role, 1 }, params[512];
	unsigned char *p = params, *q = out;

	p = param(p, "REQUEST_METHOD", "GET");
	p = param(p, "REQUEST_URI", path);
	p = param(p, "REQUEST_ID", "r-1");
	p = param(p, "CONTENT_LENGTH", length);
	q = record(q, 1, begin, sizeof(begin));
	q = record(q, 4, params, (size_t)(p - params));
	q = record(q, 4, NULL, 0);
	if (body[0] != '\0')
		q = record(q, 5, body, strlen(body));
	q = record(q, 5, NULL, 0);
	return (size_t)(q - out);
}

static void
ask(int fd, const char *path)
{
	unsigned char b[1024];
	size_t n = request(b, RESPONDER, path, "", "");

	assert_int_equal(write(fd, b, n), n);
}

/* The text of an answer up to END_REQUEST; NULL: the connection is closed. */
static char *
answer(int fd)
{
	static char text[262144];
	size_t n = 0;

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		unsigned char h[8], body[65536 + 256];
		size_t want;

		assert_int_equal(poll(&pfd, 1, 10000), 1);
		if (recv(fd, h, sizeof(h), MSG_WAITALL) != sizeof(h))
			return NULL;
		want = (size_t)h[4] << 8 | h[5];
		if (want + h[6] > 0 && recv(fd, body, want + h[6],
		    MSG_WAITALL) != (ssize_t)(want + h[6]))
			return NULL;
		if (h[1] == 3) {
			text[n] = '\0';
			return text;
		}
		assert_true(h[1] == 6 && n + want < sizeof(text));
		memcpy(text + n, body, want);
		n += want;
	}
}

static void
assert_healthy(int fd)
{
	const char *s;

	ask(fd, "/healthz");
	s = answer(fd);
	assert_non_null(s);
	assert_non_null(strstr(s, "Status: 200 OK\r\n"));
	assert_non_null(strstr(s, "X-Request-Id: r-1\r\n"));
	assert_non_null(strstr(s, "\r\n\r\n{\"healthy\":true}\n"));
}

static long long
metric(const char *name)
{
	int fd = dial("metrics");
	const char *s, *at;
	long long v;

	ask(fd, "/metrics");
	s = answer(fd);
	assert_non_null(s);
	at = strstr(s, name);
	assert_non_null(at);
	v = strtoll(at + strlen(name), NULL, 10);
	close(fd);
	return v;
}

static int
start(void **state)
{
	static struct conf conf;
	char why[CONF_WHY], path[128];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/conf", dir);
	f = fopen(path, "w");
	if (f == NULL)
		return -1;
	fprintf(f, "listen_api = %s/api\nlisten_auth = %s/auth\n"
	    "listen_outside = %s/outside\nworkers_outside = 1\n"
	    "listen_clicks = %s/clicks\nlisten_metrics = %s/metrics\n"
	    "pid_file = %s/pid\nworkers_api = 2\nworkers_auth = 1\n"
	    "workers_clicks = 1\nlog_file = %s/log\ndb_socket = %s/none\n",
	    dir, dir, dir, dir, dir, dir, dir, dir);
	if (fclose(f) != 0)
		return -1;
	supervisor = fork();
	if (supervisor == 0) {
		if (!conf_load(&conf, path, why) ||
		    !log_open(conf.log_file, LOG_INFO))
			_exit(9);
		_exit(supervise(&conf, path, refresh));
	}
	close(dial("metrics"));	/* opened last */
	return supervisor > 0 ? 0 : -1;
}

static int
ended(void)
{
	int status;

	assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
	supervisor = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int
stop(void **state)
{
	(void)state;
	if (supervisor == 0)
		return 0;
	kill(supervisor, SIGTERM);
	return ended();
}

static void
a_connection_is_kept(void **state)
{
	int fd = dial("api");

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_healthy(fd);
	close(fd);
}

static void
silent_connections_hold_nobody(void **state)
{
	int silent[40], fd;

	(void)state;
	for (size_t i = 0; i < LEN(silent); i++)
		silent[i] = dial("api");
	fd = dial("api");
	assert_healthy(fd);
	close(fd);
	for (size_t i = 0; i < LEN(silent); i++)
		close(silent[i]);
}

static void
a_full_pool_makes_room(void **state)
{
	int idle[80], fd;

	(void)state;
	for (size_t i = 0; i < LEN(idle); i++)
		idle[i] = dial("api");	/* more than 2 workers hold */
	fd = dial("api");
	assert_healthy(fd);
	close(fd);
	for (size_t i = 0; i < LEN(idle); i++) {
		assert_healthy(idle[i]);	/* it may be in use again */
		close(idle[i]);
	}
}

static void
clicks_are_served_together(void **state)
{
	int fd[20];

	(void)state;
	for (size_t i = 0; i < LEN(fd); i++)
		fd[i] = dial("clicks");
	for (size_t i = 0; i < LEN(fd); i++)
		ask(fd[i], "/healthz");
	for (size_t i = 0; i < LEN(fd); i++) {
		const char *s = answer(fd[i]);

		assert_non_null(s);
		assert_non_null(strstr(s, "Status: 200 OK\r\n"));
		close(fd[i]);
	}
}

static void
another_role_is_refused(void **state)
{
	unsigned char b[1024];
	size_t n = request(b, AUTHORIZER, "/healthz", "", "");
	int fd = dial("api");

	(void)state;
	assert_int_equal(write(fd, b, n), n);
	assert_null(answer(fd));
	close(fd);
}

static void
a_short_body_closes_the_connection(void **state)
{
	unsigned char b[1024];
	size_t n = request(b, RESPONDER, "/healthz", "10", "abc");
	int fd = dial("api");

	(void)state;
	assert_int_equal(write(fd, b, n), n);
	assert_null(answer(fd));
	close(fd);
}

static void
a_truncated_request_is_given_up(void **state)
{
	unsigned char b[1024];
	size_t n = request(b, RESPONDER, "/healthz", "", "");
	int fd = dial("api"), other = dial("api");

	(void)state;
	assert_int_equal(write(fd, b, n / 2), n / 2);
	assert_healthy(other);
	assert_null(answer(fd));	/* within FCGI_SECONDS */
	close(fd);
	close(other);
}

static void
readiness_needs_the_database(void **state)
{
	const char *s;
	int fd = dial("api");

	(void)state;
	ask(fd, "/readyz");
	s = answer(fd);
	assert_non_null(s);
	assert_non_null(strstr(s, "Status: 503 "));
	assert_non_null(strstr(s, "\"ready\":false"));
	close(fd);
}

static void
a_reload_keeps_connections(void **state)
{
	char done[] = "affiliated_workers{pool=\"api\",state=\"idle\"} ";
	int fd[8];
	long long handed;

	(void)state;
	for (size_t i = 0; i < LEN(fd); i++) {
		fd[i] = dial("api");
		assert_healthy(fd[i]);
	}
	handed = metric("affiliated_handed_total{pool=\"api\"} ");
	assert_int_equal(kill(supervisor, SIGHUP), 0);
	for (int i = 0; i < 200 && metric(
	    "affiliated_handed_total{pool=\"api\"} ") < handed + 8; i++)
		usleep(20000);
	assert_true(metric("affiliated_handed_total{pool=\"api\"} ") >=
	    handed + 8);
	assert_true(metric(done) >= 1);
	for (size_t i = 0; i < LEN(fd); i++) {
		assert_healthy(fd[i]);
		close(fd[i]);
	}
}

/* The last one is the youngest; the first may be on its way out. */
static pid_t
youngest_worker(void)
{
	char path[64], text[512] = "";
	uint64_t pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)supervisor, (int)supervisor);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	for (struct str rest = str_trim(str_of(text)), one; rest.n > 0;) {
		(void)str_cut(rest, ' ', &one, &rest);
		assert_true(str_to_u64(one, &pid));
	}
	assert_true(pid > 1);
	return (pid_t)pid;
}

static void
a_dead_worker_is_replaced(void **state)
{
	long long before = metric("\naffiliated_respawns_total ");
	int fd;

	(void)state;
	assert_int_equal(kill(youngest_worker(), SIGKILL), 0);
	for (int i = 0; i < 200 &&
	    metric("\naffiliated_respawns_total ") == before; i++)
		usleep(20000);
	assert_int_equal(metric("\naffiliated_respawns_total "), before + 1);
	fd = dial("api");
	assert_healthy(fd);
	close(fd);
}

static void
a_stop_answers_what_is_there(void **state)
{
	char pid_file[128];
	int fd[20];

	(void)state;
	for (size_t i = 0; i < LEN(fd); i++) {
		fd[i] = dial("api");
		ask(fd[i], "/healthz");
	}
	kill(supervisor, SIGTERM);
	for (size_t i = 0; i < LEN(fd); i++) {
		const char *s = answer(fd[i]);

		assert_non_null(s);
		assert_non_null(strstr(s, "Status: 200 OK\r\n"));
		close(fd[i]);
	}
	assert_int_equal(ended(), 0);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", dir);
	assert_int_equal(access(pid_file, F_OK), -1);
}

static void
a_kill_leaves_nothing_in_the_way(void **state)
{
	int fd;

	assert_int_equal(start(state), 0);
	kill(supervisor, SIGKILL);
	assert_int_equal(ended(), 128);
	usleep(300000);		/* its workers end by themselves */
	assert_int_equal(start(state), 0);
	fd = dial("api");
	assert_healthy(fd);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_kept),
		cmocka_unit_test(silent_connections_hold_nobody),
		cmocka_unit_test(a_full_pool_makes_room),
		cmocka_unit_test(clicks_are_served_together),
		cmocka_unit_test(another_role_is_refused),
		cmocka_unit_test(a_short_body_closes_the_connection),
		cmocka_unit_test(a_truncated_request_is_given_up),
		cmocka_unit_test(readiness_needs_the_database),
		cmocka_unit_test(a_reload_keeps_connections),
		cmocka_unit_test(a_dead_worker_is_replaced),
		cmocka_unit_test(a_stop_answers_what_is_there),
		cmocka_unit_test(a_kill_leaves_nothing_in_the_way),
	};
	char command[128];
	int failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests_name("server", tests, start, stop);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return failed != 0 || system(command) != 0;
}
