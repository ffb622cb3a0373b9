/*
 * Reads the configuration by the table conf.def.  Entry points: conf_load,
 * conf_use; conf_mail.c looks at the settings of mail, conf_print.c prints the
 * table.
 */
#include "server/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "server/conf_table.h"
#include "base/banned.h"

#define FILE_MAX	((size_t)256 * 1024)
#define SECRET_MIN	32

const struct settings *settings;

const struct conf_entry conf_table[] = {
#define CONF(name, type, value, reload, doc) \
	{ #name, CONF_##type, offsetof(struct conf, name), value, reload, doc },
#include "server/conf.def"
#undef CONF
};
const size_t conf_table_n = LEN(conf_table);

static bool PRINTF_LIKE(2, 3)
fail(char why[CONF_WHY], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, CONF_WHY, fmt, ap);
	va_end(ap);
	return false;
}

/* The whole file; p NULL and errno on failure. */
static struct str
read_file(struct arena *a, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	char chunk[4096];
	struct buf b;
	ssize_t got;

	if (fd < 0)
		return STR_NULL;
	buf_init(&b, a, sizeof(chunk));
	while ((got = read(fd, chunk, sizeof(chunk))) > 0 && b.n <= FILE_MAX)
		buf_put(&b, chunk, (size_t)got);
	saved = got < 0 ? errno : EFBIG;
	close(fd);
	errno = saved;
	return got == 0 ? buf_view(&b) : STR_NULL;
}

static struct str
first_line(struct str s)
{
	struct str head, tail;

	(void)str_cut(s, '\n', &head, &tail);
	return str_trim(head);
}

static bool
parse_number(struct str text, int64_t min, int64_t max, int64_t *out,
    char why[CONF_WHY])
{
	if (str_to_i64(text, out) && *out >= min && *out <= max)
		return true;
	return fail(why, "a whole number from %lld to %lld is wanted",
	    (long long)min, (long long)max);
}

static bool
parse_mode(struct str text, int64_t *out, char why[CONF_WHY])
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7' || *out > 0777)
			return fail(why, "an octal number is wanted, as 0660");
		*out = *out * 8 + (text.p[i] - '0');
	}
	if (text.n == 0 || *out > 0777)
		return fail(why, "an octal number is wanted, as 0660");
	return true;
}

static bool
parse_word(struct str text, const char *const *words, int64_t *out,
    char why[CONF_WHY])
{
	size_t n;

	for (*out = 0; words[*out] != NULL; ++*out)
		if (str_is(text, words[*out]))
			return true;
	n = (size_t)snprintf(why, CONF_WHY, "one of these is wanted:");
	for (size_t i = 0; words[i] != NULL; i++)
		n += (size_t)snprintf(why + n, CONF_WHY - n, " %s", words[i]);
	return false;
}

static bool
parse_listen(struct str text, char why[CONF_WHY])
{
	const struct sockaddr_un un;
	struct str host, port;
	int64_t n;

	if (text.n > 0 && text.p[0] == '/') {
		if (text.n < sizeof(un.sun_path))
			return true;
		return fail(why, "a path of at most %zu bytes is wanted",
		    sizeof(un.sun_path) - 1);
	}
	if (str_cut(text, ':', &host, &port) && host.n > 0 &&
	    parse_number(port, 1, 65535, &n, why))
		return true;
	return fail(why, "a path from /, or host:port, is wanted");
}

static bool
parse_secret(struct conf *c, struct str text, const char **out,
    char why[CONF_WHY])
{
	if (text.n > 1 && text.p[0] == '@') {
		const char *path = str_c(&c->memory, str_skip(text, 1));
		struct str s = read_file(&c->memory, path);

		if (s.p == NULL)
			return fail(why, "%s: %s", path, strerror(errno));
		text = first_line(s);
	}
	*out = str_c(&c->memory, text);
	return true;
}

/* Sets one value from its text. */
static bool
set(struct conf *c, const struct conf_entry *e, struct str text,
    char why[CONF_WHY])
{
	static const char *const levels[] =
	    { "debug", "info", "warn", "error", NULL };
	static const char *const onoff[] = { "off", "on", NULL };
	void *at = (char *)c + e->at;
	int64_t n;

	if (memchr(text.p, '\0', text.n) != NULL)
		return fail(why, "there is a zero byte in it");
	switch (e->type) {
	case CONF_LISTEN:
		if (!parse_listen(text, why))
			return false;
		/* fallthrough */
	case CONF_TEXT:
	case CONF_PATH:
		*(const char **)at = str_c(&c->memory, text);
		return true;
	case CONF_SECRET:
		return parse_secret(c, text, at, why);
	case CONF_PORT:
		return parse_number(text, 1, 65535, at, why);
	case CONF_COUNT:
		return parse_number(text, 1, 100000, at, why);
	case CONF_SECONDS:
		return parse_number(text, 1, 1000000000, at, why);
	case CONF_NUMBER:
		return parse_number(text, 0, INT64_C(1000000000000), at, why);
	case CONF_MODE:
		return parse_mode(text, at, why);
	case CONF_LEVEL:
		return parse_word(text, levels, at, why);
	case CONF_BOOL:
		if (!parse_word(text, onoff, &n, why))
			return false;
		*(bool *)at = n != 0;
		return true;
	}
	return false;
}

static bool
set_line(struct conf *c, struct str line, bool *seen, char why[CONF_WHY])
{
	struct str name, value;

	line = str_trim(line);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line = str_trim((struct str){ line.p, line.n - 1 });
	if (line.n == 0 || line.p[0] == '#')
		return true;
	if (!str_cut(line, '=', &name, &value))
		return fail(why, "\"name = value\" is wanted");
	name = str_trim(name);
	for (size_t i = 0; i < conf_table_n; i++) {
		char what[CONF_WHY];

		if (!str_is(name, conf_table[i].name))
			continue;
		if (seen[i])
			return fail(why, "%s stands here a second time",
			    conf_table[i].name);
		seen[i] = true;
		if (set(c, &conf_table[i], str_trim(value), what))
			return true;
		return fail(why, "%s: %.400s", conf_table[i].name, what);
	}
	return fail(why, "there is no setting %.*s", STR_ARG(name));
}

static bool
set_file(struct conf *c, const char *path, char why[CONF_WHY])
{
	struct str rest = read_file(&c->memory, path), line;
	bool seen[LEN(conf_table)] = { false };
	char what[CONF_WHY];

	if (rest.p == NULL)
		return fail(why, "%s: %s", path, strerror(errno));
	for (unsigned n = 1; rest.p != NULL; n++) {
		(void)str_cut(rest, '\n', &line, &rest);
		if (!set_line(c, line, seen, what))
			return fail(why, "%s:%u: %.400s", path, n, what);
	}
	return true;
}

static bool
set_environment(struct conf *c, char why[CONF_WHY])
{
	for (size_t i = 0; i < conf_table_n; i++) {
		char name[64] = "AFFILIATED_", what[CONF_WHY];
		size_t n = strlen(name);
		const char *value;

		for (const char *p = conf_table[i].name; *p != '\0'; p++)
			name[n++] = (char)toupper((unsigned char)*p);
		name[n] = '\0';
		value = getenv(name);
		if (value != NULL && !set(c, &conf_table[i],
		    str_trim(str_of(value)), what))
			return fail(why, "environment %s: %.400s", name, what);
	}
	return true;
}

bool
conf_load(struct conf *c, const char *path, char why[CONF_WHY])
{
	*c = (struct conf){ 0 };
	arena_init(&c->memory);
	for (size_t i = 0; i < conf_table_n; i++)
		INVARIANT(set(c, &conf_table[i], str_of(conf_table[i].value),
		    why));
	if ((path == NULL || set_file(c, path, why)) &&
	    set_environment(c, why)) {
		if (c->sql_dir[0] == '\0')
			c->sql_dir = AFF_SQL_DIR;
		return true;
	}
	conf_free(c);
	return false;
}

void
conf_free(struct conf *c)
{
	if (settings == &c->settings)
		settings = NULL;
	arena_free(&c->memory);
	*c = (struct conf){ 0 };
}

static bool
read_secret(struct conf *c, char why[CONF_WHY])
{
	struct str text = read_file(&c->memory, c->secret_file);
	unsigned char *bytes;

	if (text.p == NULL)
		return fail(why, "secret_file %s: %s", c->secret_file,
		    strerror(errno));
	text = first_line(text);
	bytes = arena_alloc(&c->memory, text.n / 2 + 1);
	if (text.n % 2 != 0 || text.n / 2 < SECRET_MIN ||
	    !str_unhex(text, bytes, text.n / 2))
		return fail(why, "secret_file %s: %d or more bytes in "
		    "hexadecimal are wanted", c->secret_file, SECRET_MIN);
	c->settings.secret = (struct str){ (char *)bytes, text.n / 2 };
	return true;
}

static bool
read_retries(struct conf *c, char why[CONF_WHY])
{
	struct settings *s = &c->settings;
	struct str rest = str_of(c->webhook_retries), one;
	char what[CONF_WHY];

	for (s->webhook_retries_n = 0; rest.n > 0;) {
		(void)str_cut(rest, ' ', &one, &rest);
		if (one.n == 0)
			continue;
		if (s->webhook_retries_n == WEBHOOK_TRIES_MAX)
			return fail(why, "webhook_retries: at most %d",
			    WEBHOOK_TRIES_MAX);
		if (!parse_number(one, 0, 365 * 86400,
		    &s->webhook_retries[s->webhook_retries_n++], what))
			return fail(why, "webhook_retries: %.400s", what);
	}
	return true;
}

static struct str
without_slash(struct conf *c, const char *url)
{
	struct str s = str_of(url);

	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	return str_dup(&c->memory, s);
}

static bool
check_stripe(const struct conf *c, char why[CONF_WHY])
{
	struct str key = str_of(c->stripe_key);

	if (key.n == 0)
		return true;
	if (!str_has_prefix(str_of(c->stripe_url), STR("https://")))
		return fail(why, "stripe_url: an address from https:// is "
		    "wanted");
	if (c->stripe_seconds >= c->kill_seconds)
		return fail(why, "stripe_seconds: less than kill_seconds is "
		    "wanted");
	/* Whoever presses Pay there gets what others pay for. */
	if (c->sandbox && (str_has_prefix(key, STR("sk_live_")) ||
	    str_has_prefix(key, STR("rk_live_"))))
		return fail(why, "sandbox: off is wanted beside a live "
		    "stripe_key");
	return true;
}

bool
conf_use(struct conf *c, char why[CONF_WHY])
{
	const char *problem = conf_mail_problem(c);

	if (!read_secret(c, why) || !check_stripe(c, why))
		return false;
	if (c->commission_ppm > 1000000)
		return fail(why, "commission_ppm: at most 1000000, all of a "
		    "sale");
	if (problem != NULL)
		return fail(why, "%s", problem);
	c->settings = (struct settings){
		.public_url = without_slash(c, c->public_url),
		.click_parameter = str_of(c->click_parameter),
		.access_seconds = c->access_seconds,
		.refresh_seconds = c->refresh_seconds,
		.promoter_seconds = c->promoter_seconds,
		.promoter_password_url = c->promoter_password_url[0] != '\0' ?
		    str_of(c->promoter_password_url) :
		    without_slash(c, c->public_url),
		.cookie_days = c->cookie_days,
		.checkout_minutes = c->checkout_minutes,
		.commission_ppm = c->commission_ppm,
		.hold_days = c->hold_days,
		.least_withdrawal = c->least_withdrawal,
		.velocity_per_hour = c->velocity_per_hour,
		.hold_checked = c->hold_checked,
		.join_approval = c->join_approval,
		.terms = str_of(c->terms),
		.recover_days = c->recover_days,
		.mail = c->smtp_url[0] != '\0',
		.confirm_email = c->confirm_email,
		.invitation_days = c->invitation_days,
		.invitations_max = c->invitations_max,
		.reservation_seconds = c->reservation_seconds,
		.reservation_max_seconds = c->reservation_max_seconds,
		.invitation_letters = c->invitation_letters,
		.sandbox = c->sandbox,
		.export_lines = c->export_lines,
		.export_hours = c->export_hours,
		.stripe_key = str_of(c->stripe_key),
		.stripe_webhook_secret = str_of(c->stripe_webhook_secret),
		.stripe_url = without_slash(c, c->stripe_url),
		.stripe_ca = c->stripe_ca,
		.stripe_seconds = c->stripe_seconds,
		.secret = c->settings.secret,
		.jwt_keys = str_of(c->jwt_keys),
		.jwt_signer = str_of(c->jwt_signer),
		.jwt_issuer = str_of(c->jwt_issuer),
		.jwt_audience = str_of(c->jwt_audience),
		.webhook_private = c->webhook_private,
		.webhook_endpoints = c->webhook_endpoints,
		.webhook_seconds = c->webhook_seconds,
		.webhook_ca = c->webhook_ca,
		.webhook_fail_hours = c->webhook_fail_hours,
	};
	if (!read_retries(c, why))
		return false;
	settings = &c->settings;
	return true;
}

void
conf_keep(struct conf *c, const struct conf *old)
{
	for (size_t i = 0; i < conf_table_n; i++) {
		const struct conf_entry *e = &conf_table[i];
		void *at = (char *)c + e->at;
		const void *was = (const char *)old + e->at;
		bool differs;

		if (e->reload)
			continue;
		if (e->type == CONF_LISTEN || e->type == CONF_PATH) {
			const char *s = *(const char *const *)was;

			differs = strcmp(*(char **)at, s) != 0;
			*(const char **)at = str_c(&c->memory, str_of(s));
		} else {
			differs = *(int64_t *)at != *(const int64_t *)was;
			*(int64_t *)at = *(const int64_t *)was;
		}
		if (differs)
			log_warn("%s needs a restart; the old value stays",
			    e->name);
	}
}

struct db_conf
conf_db(const struct conf *c)
{
	return (struct db_conf){
		.host = c->db_host,
		.socket = c->db_host[0] == '\0' ? c->db_socket : "",
		.user = c->db_user,
		.password = c->db_password,
		.database = c->db_name,
		.tls_ca = c->db_tls_ca,
		.port = (unsigned)c->db_port,
		.connect_seconds = (unsigned)c->db_connect_seconds,
		.statement_seconds = (unsigned)c->db_statement_seconds,
		.lock_seconds = (unsigned)c->db_lock_seconds,
		.sync_wait = c->db_sync_wait,
	};
}

struct db_conf
conf_migrate_db(const struct conf *c)
{
	struct db_conf d = conf_db(c);

	if (c->migrate_user[0] != '\0') {
		d.user = c->migrate_user;
		d.password = c->migrate_password;
	}
	return d;
}
