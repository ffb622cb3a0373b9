/* Listening sockets: of one's own, and those of a service manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/listen.h"

static char dir[] = "/tmp/affiliated-listen-XXXXXX";

static int
start(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
stop(void **state)
{
	(void)state;
	return rmdir(dir);
}

static struct sockaddr_un
place(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/%s", dir, name);
	return sa;
}

static bool
connects(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool good = connect(fd, (const struct sockaddr *)sa,
	    sizeof(*sa)) == 0;

	close(fd);
	return good;
}

static void
a_path_gets_a_socket_with_its_rights(void **state)
{
	struct sockaddr_un sa = place("own");
	struct stat st;
	bool ours;
	int fd = listen_open("api", sa.sun_path, 0600, &ours);

	(void)state;
	assert_true(fd >= 0);
	assert_true(ours);
	assert_int_equal(stat(sa.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true(connects(&sa));
	/* Left behind by a process that was killed. */
	close(fd);
	assert_false(connects(&sa));
	fd = listen_open("api", sa.sun_path, 0600, &ours);
	assert_true(fd >= 0);
	assert_true(connects(&sa));
	close(fd);
	unlink(sa.sun_path);
}

static void
a_host_and_port(void **state)
{
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);
	bool ours;
	int fd = listen_open("api", "127.0.0.1:0", 0600, &ours), client;

	(void)state;
	assert_true(fd >= 0);
	assert_true(ours);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&sa, n), 0);
	close(client);
	close(fd);
}

static void
what_cannot_be_opened(void **state)
{
	static const char *const bad[] = { "/nowhere/at/all/socket",
	    "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x" };
	bool ours;

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		assert_int_equal(listen_open("api", bad[i], 0600, &ours), -1);
}

/* In a child, where the descriptors 3 and 4 are free to be given. */
static int
take_over(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), taken;
	char pid[16];
	bool ours = true;

	if (bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) != 0 ||
	    listen(fd, 5) != 0 || (fd != 4 && dup2(fd, 4) != 4))
		return 10;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "other:clicks", 1);
	taken = listen_open("clicks", "/nowhere/at/all", 0600, &ours);
	if (taken != 4 || ours)
		return 11;
	if ((fcntl(taken, F_GETFL) & O_NONBLOCK) == 0)
		return 12;
	if (!connects(sa) || accept(taken, NULL, NULL) < 0)
		return 13;
	return listen_open("api", "/nowhere/at/all", 0600, &ours) == -1 ? 0 :
	    14;
}

static void
a_socket_of_the_service_manager_is_taken_by_name(void **state)
{
	struct sockaddr_un sa = place("given");
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(take_over(&sa));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	unlink(sa.sun_path);
}

static void
readiness_is_told(void **state)
{
	struct sockaddr_un sa = place("notify");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char got[32] = "";

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	setenv("NOTIFY_SOCKET", sa.sun_path, 1);
	listen_notify("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), 7);
	assert_string_equal(got, "READY=1");
	unsetenv("NOTIFY_SOCKET");
	listen_notify("READY=1");	/* nobody to tell: nothing happens */
	assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), -1);
	close(fd);
	unlink(sa.sun_path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_gets_a_socket_with_its_rights),
		cmocka_unit_test(a_host_and_port),
		cmocka_unit_test(what_cannot_be_opened),
		cmocka_unit_test(
		    a_socket_of_the_service_manager_is_taken_by_name),
		cmocka_unit_test(readiness_is_told),
	};

	return cmocka_run_group_tests_name("listen", tests, start, stop);
}
