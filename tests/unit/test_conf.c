/* The configuration: file, environment, errors with their place, reload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/log.h"
#include "server/conf.h"
#include "base/banned.h"

static char dir[] = "/tmp/affiliated-conf-XXXXXX";

static const char *
file(const char *name, const char *text)
{
	static char path[2][128];
	static unsigned turn;
	char *p = path[turn++ % 2];
	FILE *f;

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	f = fopen(p, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return p;
}

static void
assert_refused(const char *text, const char *said)
{
	struct conf c;
	char why[CONF_WHY];
	const char *path = file("bad", text);

	assert_false(conf_load(&c, path, why));
	assert_non_null(strstr(why, said));
	assert_true(strncmp(why, path, strlen(path)) == 0);
}

static void
defaults_are_complete(void **state)
{
	struct conf c;
	char why[CONF_WHY];

	(void)state;
	assert_true(conf_load(&c, NULL, why));
	assert_int_equal(c.workers_api, 8);
	assert_int_equal(c.socket_mode, 0660);
	assert_true(c.sandbox);
	assert_string_equal(c.db_password, "");
	assert_true(c.sql_dir[0] != '\0');
	conf_free(&c);
}

static void
a_file_is_read(void **state)
{
	struct conf c;
	char why[CONF_WHY];

	(void)state;
	assert_true(conf_load(&c, file("good", "# comment\n\n"
	    "  workers_api=3 \nsandbox = off\r\nlog_level = error\n"
	    "db_password = a = #b\npublic_url = https://x/"), why));
	assert_int_equal(c.workers_api, 3);
	assert_false(c.sandbox);
	assert_int_equal(c.log_level, LOG_ERROR);
	assert_string_equal(c.db_password, "a = #b");
	assert_string_equal(c.public_url, "https://x/");
	conf_free(&c);
}

static void
errors_name_the_line(void **state)
{
	(void)state;
	assert_refused("\nworkers_api = 0\n", ":2: workers_api: a whole");
	assert_refused("workers_api = 8x\n", ":1: workers_api: a whole");
	assert_refused("wrong = 1\n", ":1: there is no setting wrong");
	assert_refused("sandbox\n", ":1: \"name = value\"");
	assert_refused("sandbox = yes\n", ":1: sandbox: one of these");
	assert_refused("sandbox = on\nsandbox = on\n", ":2: sandbox stands");
	assert_refused("socket_mode = 0888\n", ":1: socket_mode: an octal");
	assert_refused("listen_api = nowhere\n", ":1: listen_api: a path");
	assert_refused("db_port = 65536\n", ":1: db_port: a whole number");
	assert_refused("db_password = @/none/such\n", "/none/such: No such");
}

static void
a_missing_file_is_named(void **state)
{
	struct conf c;
	char why[CONF_WHY];

	(void)state;
	assert_false(conf_load(&c, "/none/such", why));
	assert_string_equal(why, "/none/such: No such file or directory");
}

static void
the_environment_overrides(void **state)
{
	struct conf c;
	char why[CONF_WHY];

	(void)state;
	setenv("AFFILIATED_WORKERS_API", "5", 1);
	assert_true(conf_load(&c, file("good", "workers_api = 3\n"), why));
	assert_int_equal(c.workers_api, 5);
	conf_free(&c);
	setenv("AFFILIATED_WORKERS_API", "none", 1);
	assert_false(conf_load(&c, NULL, why));
	assert_non_null(strstr(why, "environment AFFILIATED_WORKERS_API: "));
	unsetenv("AFFILIATED_WORKERS_API");
}

static void
a_secret_may_stand_in_a_file(void **state)
{
	struct conf c;
	char why[CONF_WHY], text[256];

	(void)state;
	snprintf(text, sizeof(text), "db_password = @%s\n",
	    file("secret", "s3cret\nnot this\n"));
	assert_true(conf_load(&c, file("good", text), why));
	assert_string_equal(c.db_password, "s3cret");
	conf_free(&c);
}

static void
use_fills_the_settings(void **state)
{
	struct conf c;
	char why[CONF_WHY], text[256];

	(void)state;
	snprintf(text, sizeof(text), "secret_file = %s\n"
	    "public_url = https://x//\nhold_days = 7\n"
	    "webhook_retries = 0  60 3600\n",
	    file("root", "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f\n"));
	assert_true(conf_load(&c, file("good", text), why));
	assert_true(conf_use(&c, why));
	assert_int_equal(settings->secret.n, 32);
	assert_int_equal(settings->secret.p[31], 31);
	assert_true(str_is(settings->public_url, "https://x"));
	assert_int_equal(settings->hold_days, 7);
	assert_int_equal(settings->webhook_retries_n, 3);
	assert_int_equal(settings->webhook_retries[2], 3600);
	conf_free(&c);
	assert_null(settings);
}

static void
a_short_secret_is_refused(void **state)
{
	struct conf c;
	char why[CONF_WHY], text[256];

	(void)state;
	snprintf(text, sizeof(text), "secret_file = %s\n",
	    file("root", "00010203\n"));
	assert_true(conf_load(&c, file("good", text), why));
	assert_false(conf_use(&c, why));
	assert_non_null(strstr(why, "32 or more bytes"));
	conf_free(&c);
}

/* said NULL: it is taken. */
static void
assert_use(const char *lines, const char *said)
{
	struct conf c;
	char why[CONF_WHY], text[512];

	snprintf(text, sizeof(text), "secret_file = %s\n%s",
	    file("root", "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f\n"), lines);
	assert_true(conf_load(&c, file("good", text), why));
	assert_int_equal(conf_use(&c, why), said == NULL);
	if (said != NULL)
		assert_non_null(strstr(why, said));
	conf_free(&c);
}

static void
settings_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	assert_use("stripe_key = sk_test_x\n", NULL);
	assert_use("stripe_key = sk_live_x\nsandbox = off\n", NULL);
	assert_use("stripe_key = sk_live_x\n", "sandbox");
	assert_use("stripe_key = rk_live_x\n", "sandbox");
	assert_use("stripe_key = sk_test_x\nstripe_url = http://a\n",
	    "stripe_url");
	assert_use("stripe_key = sk_test_x\nkill_seconds = 10\n",
	    "stripe_seconds");
	assert_use("kill_seconds = 10\nstripe_url = x\n", NULL);
	assert_use("commission_ppm = 1000000\n", NULL);
	assert_use("commission_ppm = 1000001\n", "commission_ppm");
}

static void
times_of_retries_are_numbers(void **state)
{
	static const char *const bad[] = { "5 x", "-1", "1.5", "99999999999",
	    "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
	};
	struct conf c;
	char why[CONF_WHY], text[256];

	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		snprintf(text, sizeof(text), "secret_file = %s\n"
		    "webhook_retries = %s\n", file("root",
		    "000102030405060708090a0b0c0d0e0f"
		    "101112131415161718191a1b1c1d1e1f\n"), bad[i]);
		assert_true(conf_load(&c, file("good", text), why));
		assert_false(conf_use(&c, why));
		assert_non_null(strstr(why, "webhook_retries"));
		conf_free(&c);
	}
}

static void
a_reload_keeps_what_needs_a_restart(void **state)
{
	struct conf old, c;
	char why[CONF_WHY];

	(void)state;
	assert_true(log_open("/dev/null", LOG_ERROR));
	assert_true(conf_load(&old, file("old", "workers_api = 3\n"
	    "pid_file = /a\nhold_days = 1\n"), why));
	assert_true(conf_load(&c, file("new", "workers_api = 4\n"
	    "pid_file = /b\nhold_days = 2\n"), why));
	conf_keep(&c, &old);
	conf_free(&old);
	assert_int_equal(c.workers_api, 3);
	assert_string_equal(c.pid_file, "/a");
	assert_int_equal(c.hold_days, 2);
	conf_free(&c);
}

static void
the_sample_is_valid(void **state)
{
	struct conf c;
	char why[CONF_WHY], path[128], line[512], out[128];
	FILE *f, *g;

	(void)state;
	snprintf(path, sizeof(path), "%s/sample", dir);
	snprintf(out, sizeof(out), "%s/plain", dir);
	f = fopen(path, "w+");
	g = fopen(out, "w");
	assert_non_null(f);
	assert_non_null(g);
	conf_print_sample(f);
	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL)	/* defaults, live */
		fputs(line[0] == '#' && line[1] != ' ' ? line + 1 : line, g);
	fclose(f);
	fclose(g);
	assert_true(conf_load(&c, out, why));
	conf_free(&c);
}

static void
the_manual_is_current(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[512], *printed = NULL, *there;
	size_t n = 0;
	FILE *f = open_memstream(&printed, &n);

	(void)state;
	assert_non_null(f);
	conf_print_man(f);
	assert_int_equal(fclose(f), 0);
	snprintf(path, sizeof(path), "%s/docs/affiliated.conf.5",
	    srcdir != NULL ? srcdir : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	there = calloc(1, n + 2);
	assert_non_null(there);
	assert_int_equal(fread(there, 1, n + 1, f), n);
	assert_memory_equal(there, printed, n);
	fclose(f);
	free(there);
	free(printed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_complete),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(errors_name_the_line),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(the_environment_overrides),
		cmocka_unit_test(a_secret_may_stand_in_a_file),
		cmocka_unit_test(use_fills_the_settings),
		cmocka_unit_test(a_short_secret_is_refused),
		cmocka_unit_test(times_of_retries_are_numbers),
		cmocka_unit_test(settings_that_do_not_fit_are_refused),
		cmocka_unit_test(a_reload_keeps_what_needs_a_restart),
		cmocka_unit_test(the_sample_is_valid),
		cmocka_unit_test(the_manual_is_current),
	};
	char command[128];
	int failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests_name("conf", tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return failed != 0 || system(command) != 0;
}
