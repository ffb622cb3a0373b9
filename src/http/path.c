/* Decoding REQUEST_URI: nothing is repaired, what is odd is refused. */
#include "http/path.h"

#include "base/utf8.h"

#include "base/banned.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
decode(struct arena *a, struct str raw, struct str *out)
{
	char *p = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[i];

		if (c == '%') {
			if (i + 2 >= raw.n || hex(raw.p[i + 1]) < 0 ||
			    hex(raw.p[i + 2]) < 0)
				return false;
			c = (unsigned char)(hex(raw.p[i + 1]) << 4 |
			    hex(raw.p[i + 2]));
			i += 2;
			if (c == '/' || c == '\\')
				return false;
		}
		if (c < ' ' || c == 127)
			return false;
		p[n++] = (char)c;
	}
	*out = (struct str){ p, n };
	return n > 0 && utf8_valid(*out) && !str_is(*out, ".") &&
	    !str_is(*out, "..");
}

enum err
path_read(struct arena *a, struct str uri, struct path *path)
{
	struct str rest, raw;

	*path = (struct path){ .n = 0 };
	if (uri.n > PATH_MAX_BYTES)
		return ERR_URI_TOO_LONG;
	(void)str_cut(uri, '#', &uri, &rest);
	(void)str_cut(uri, '?', &rest, &path->query);
	if (rest.n == 0 || rest.p[0] != '/')
		return ERR_BAD_REQUEST;
	rest = str_skip(rest, 1);
	while (rest.p != NULL && (rest.n > 0 || path->n > 0)) {
		if (path->n == PATH_SEGMENTS)
			return ERR_NO_ROUTE;
		(void)str_cut(rest, '/', &raw, &rest);
		if (!decode(a, raw, &path->segment[path->n++]))
			return ERR_BAD_REQUEST;
	}
	return OK;
}
