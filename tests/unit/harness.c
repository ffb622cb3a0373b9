/* What the unit tests share. */
#include "harness.h"

#include "base/banned.h"

struct arena arena;

int
open_arena(void **state UNUSED)
{
	arena_init(&arena);
	return 0;
}

int
close_arena(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

struct str
changed(struct str s, size_t at, char c)
{
	char *p = arena_copy(&arena, s.p, s.n);

	p[at] = c;
	return (struct str){ p, s.n };
}
