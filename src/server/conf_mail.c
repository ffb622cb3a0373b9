/* The settings of mail: which do not go together. */
#include "server/conf.h"

#include <arpa/inet.h>

#include "server/conf_table.h"
#include "base/banned.h"

#define MAIL_SECONDS_MAX 25	/* shorter than the lease of a task */

/* What stands between scheme and port; absent where it is no address. */
static struct str
host_of(struct str url)
{
	struct str host, port, rest;
	int64_t n;

	if (str_has_prefix(url, STR("smtp://")))
		url = str_skip(url, 7);
	else if (str_has_prefix(url, STR("smtps://")))
		url = str_skip(url, 8);
	else
		return STR_NULL;
	if (str_has_prefix(url, STR("[")) &&
	    str_cut(str_skip(url, 1), ']', &host, &rest)) {
		if (rest.n == 0)
			return host;
		port = str_skip(rest, 1);
		if (rest.p[0] != ':')
			return STR_NULL;
	} else if (!str_cut(url, ':', &host, &port)) {
		port = STR("25");
	}
	for (size_t i = 0; i < host.n; i++)
		if (strchr("/@?#[] ", host.p[i]) != NULL)
			return STR_NULL;
	return host.n > 0 && str_to_i64(port, &n) && n >= 1 && n <= 65535 ?
	    host : STR_NULL;
}

static bool
is_this_machine(struct arena *a, struct str host)
{
	struct in_addr ip;

	return str_is(host, "localhost") || str_is(host, "::1") ||
	    (inet_pton(AF_INET, str_c(a, host), &ip) == 1 &&
	    ntohl(ip.s_addr) >> 24 == 127);
}

static bool
is_address(struct str s)
{
	struct str local, host;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("<>()[],;:\\\"", s.p[i]) != NULL)
			return false;
	return str_cut(s, '@', &local, &host) && local.n > 0 && host.n > 0 &&
	    memchr(host.p, '@', host.n) == NULL;
}

const char *
conf_mail_problem(struct conf *c)
{
	struct str host = host_of(str_of(c->smtp_url));

	if (c->smtp_url[0] == '\0')
		return c->confirm_email ? "confirm_email needs smtp_url" :
		    NULL;
	if (host.p == NULL)
		return "smtp_url: smtp://host:port or smtps://host:port is "
		    "wanted";
	if (!c->smtp_tls && !is_this_machine(&c->memory, host))
		return "smtp_tls: off is for a mail server on this machine";
	if (!is_address(str_of(c->mail_from)))
		return "mail_from: an email address is wanted";
	return c->mail_seconds > MAIL_SECONDS_MAX ?
	    "mail_seconds: 25 is the longest" : NULL;
}
