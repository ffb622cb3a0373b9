/* All targets, and what they share. */
#include <sodium.h>
#include <stdlib.h>

#include "base/log.h"
#include "fuzz.h"
#include "base/banned.h"

const struct target *const fuzz_targets[] = {
	&fuzz_amount, &fuzz_click, &fuzz_credential, &fuzz_fcgi, &fuzz_json,
	&fuzz_mail, &fuzz_page, &fuzz_path, &fuzz_query, &fuzz_token,
	&fuzz_webhook, NULL
};

const struct target *
fuzz_open(const char *name)
{
	const struct target *t;
	size_t i = 0;

	while ((t = fuzz_targets[i]) != NULL && strcmp(t->name, name) != 0)
		i++;
	INVARIANT(sodium_init() >= 0 && log_open(NULL, LOG_ERROR));
	if (t != NULL && t->open != NULL)
		t->open();
	return t;
}

/* From malloc, not from the arena, which is larger than what is asked of it. */
static void
give_back(void *p)
{
	free(p);
}

struct str
fuzz_copy(struct arena *a, struct str s)
{
	char *p = malloc(s.n > 0 ? s.n : 1);

	INVARIANT(p != NULL);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	arena_defer(a, give_back, p);
	return (struct str){ p, s.n };
}

void
fuzz_run(const struct target *t, struct str s)
{
	struct arena a;

	arena_init(&a);
	t->run(&a, fuzz_copy(&a, s));
	arena_free(&a);
}

struct str
fuzz_line(struct str *rest)
{
	struct str line;

	if (!str_cut(*rest, '\n', &line, rest))
		*rest = STR("");
	return line;
}

struct str
fuzz_percent(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, 3 * s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
			buf_char(&b, s.p[i]);
		else
			buf_printf(&b, "%%%02X", c);
	}
	return buf_view(&b);
}
