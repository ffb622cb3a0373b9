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
	return (char)byte;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* Runs of anything else become one hyphen, none at the ends. */
static struct str
clean(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, SOURCE_MAX);
	size_t n = 0;

	while (s.n > 0 && n < SOURCE_MAX) {
		char c = lower(next_char(&s));

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


struct str
source_page(struct arena *a, struct str address)
{
	char *p = arena_alloc(a, SOURCE_PAGE_MAX);
	struct str page, rest;
	size_t n = 0;

	(void)str_cut(address, '#', &page, &rest);
	(void)str_cut(page, '?', &page, &rest);
	if (!str_has_prefix(page, STR("https://")) &&
	    !str_has_prefix(page, STR("http://")))
		return STR_NULL;
	for (size_t i = 0; i < page.n && n < SOURCE_PAGE_MAX; i++)
		if (page.p[i] > ' ' && page.p[i] < 0x7f)
			p[n++] = page.p[i];	/* others stand encoded there */
	return (struct str){ p, n };
}

struct str
source_sub_id(struct arena *a, struct str uri)
{
	static const char *const names[] = { "sub_id", "fp_sid" };
	char *p = arena_alloc(a, SOURCE_SUB_ID_MAX);
	struct str path, query, said = STR_NULL;
	size_t n = 0;

	(void)str_cut(uri, '#', &uri, &path);
	(void)str_cut(uri, '?', &path, &query);
	for (size_t i = 0; i < LEN(names) && said.n == 0; i++)
		said = member(query, names[i]);
	while (said.n > 0 && n < SOURCE_SUB_ID_MAX) {
		char c = next_char(&said);

		p[n++] = c >= ' ' && c < 0x7f ? c : '-';
	}
	return n > 0 ? (struct str){ p, n } : STR_NULL;
}
