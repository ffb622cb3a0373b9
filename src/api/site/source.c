/* Sources of clicks: visitors write them, so they are cut to a plain form. */
#include "api/site/source.h"

#include "json/check.h"

#include "base/banned.h"

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	    c == '_';
}

/* Percent signs that encode nothing are letters like others. */
static char
next_char(struct str *s)
{
	unsigned char byte = (unsigned char)s->p[0];
	size_t n = 1;

	if (byte == '%' && check_percent(*s, &byte))
		n = 3;
	*s = str_skip(*s, n);
	return byte >= 'A' && byte <= 'Z' ? (char)(byte | 32) : (char)byte;
}

/* Runs of anything else become one hyphen, none at the ends. */
static struct str
clean(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, SOURCE_MAX);
	size_t n = 0;

	while (s.n > 0 && n < SOURCE_MAX) {
		char c = next_char(&s);

		if (is_plain(c))
			p[n++] = c;
		else if (n > 0 && p[n - 1] != '-')
			p[n++] = '-';
	}
	if (n > 0 && p[n - 1] == '-')
		n--;
	return (struct str){ p, n };
}

/* The first member of the query with that name, as it stands there. */
static struct str
member(struct str query, const char *name)
{
	struct str one, key, value;

	while (query.n > 0) {
		(void)str_cut(query, '&', &one, &query);
		if (str_cut(one, '=', &key, &value) && str_is(key, name))
			return value;
	}
	return STR_NULL;
}

/* "https://user@www.shop.example:8080/a" is shop.example. */
static struct str
host_of(struct str address)
{
	static const char *const schemes[] = { "https://", "http://" };
	struct str host = STR_NULL, rest, behind;

	for (size_t i = 0; i < LEN(schemes) && host.p == NULL; i++)
		if (str_has_prefix(address, str_of(schemes[i])))
			host = str_skip(address, strlen(schemes[i]));
	(void)str_cut(host, '/', &host, &rest);
	(void)str_cut(host, '?', &host, &rest);
	(void)str_cut(host, '#', &host, &rest);
	if (str_cut(host, '@', &rest, &behind))
		host = behind;
	(void)str_cut(host, ':', &host, &rest);
	return str_has_prefix(host, STR("www.")) ? str_skip(host, 4) : host;
}

struct str
source_of(struct arena *a, struct str uri, struct str referer)
{
	static const char *const names[] = { "src", "utm_source" };
	struct str path, query, source;

	(void)str_cut(uri, '?', &path, &query);
	for (size_t i = 0; i < LEN(names); i++) {
		source = clean(a, member(query, names[i]));
		if (source.n > 0)
			return source;
	}
	source = clean(a, host_of(referer));
	return source.n > 0 ? source : STR("direct");
}
