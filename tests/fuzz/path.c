/*
 * Paths over the routes of all faces: a decoded segment cannot be mistaken for
 * another path, and encoded once more it is the same.
 */
#include "base/utf8.h"
#include "fuzz.h"
#include "http/router.h"
#include "base/banned.h"

static void
start(void)
{
	router_build(faces);
}

static void
check_segment(struct str s)
{
	INVARIANT(s.n > 0 && utf8_valid(s));
	INVARIANT(!str_is(s, ".") && !str_is(s, ".."));
	for (size_t i = 0; i < s.n; i++)
		INVARIANT((unsigned char)s.p[i] >= ' ' && s.p[i] != 127);
	/* its slashes cannot be encoded ones: the path is cut there first */
	INVARIANT(memchr(s.p, '/', s.n) == NULL);
}

static void
there_and_back(struct arena *a, const struct path *p)
{
	struct path again;
	struct buf b;
	enum err e;

	buf_init(&b, a, 256);
	for (size_t i = 0; i < p->n; i++)
		buf_printf(&b, "/%.*s", STR_ARG(fuzz_percent(a,
		    p->segment[i])));
	if (p->n == 0)
		buf_char(&b, '/');
	e = path_read(a, buf_view(&b), &again);
	if (e == ERR_URI_TOO_LONG && b.n > PATH_MAX_BYTES)
		return;
	for (size_t i = 0; i < p->n; i++)
		if (memchr(p->segment[i].p, '\\', p->segment[i].n) != NULL)
			return;		/* stands for itself only */
	INVARIANT(e == OK && again.n == p->n);
	for (size_t i = 0; i < p->n; i++)
		INVARIANT(str_eq(again.segment[i], p->segment[i]));
}

static void
find(struct arena *a, struct str uri, const struct path *p)
{
	for (int method = GET; method <= METHOD_OTHER; method++) {
		struct match m;
		enum err e = router_find(a, p, (enum method)method, &m);

		INVARIANT((e == OK) == (m.route != NULL));
		if (e == ERR_METHOD)
			INVARIANT(m.allow.n > 0);
		if (e != OK)
			continue;
		INVARIANT(router_face(uri) != NULL);
		for (size_t i = 0; i < LEN(m.id); i++)
			INVARIANT(m.bad_id || m.id[i] <= INT64_MAX);
		for (size_t i = 0; i < LEN(m.text); i++)
			INVARIANT(m.text[i].p == NULL || m.text[i].n > 0);
	}
}

static void
run(struct arena *a, struct str uri)
{
	struct path p;

	(void)router_face(uri);
	if (path_read(a, uri, &p) != OK)
		return;
	INVARIANT(p.n <= PATH_SEGMENTS);
	for (size_t i = 0; i < p.n; i++)
		check_segment(p.segment[i]);
	there_and_back(a, &p);
	find(a, uri, &p);
}

const struct target fuzz_path = { "path", start, run };
