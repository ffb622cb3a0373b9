/*
 * The inputs that fuzzing found worth keeping, tried once more: a test for each
 * target.  A line of corpus/NAME.txt is an input; \n, \\ and \xNN stand for
 * bytes, and a line that begins with # says what the next is about.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "base/banned.h"

static const char *name;
static int line_number;

/* Who dies says where. */
static void
on_abort(int sig UNUSED)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "# at line %d of corpus/%s.txt\n",
	    line_number, name);

	(void)!write(STDOUT_FILENO, text, (size_t)n);
}

static struct str
read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	char part[4096];
	struct buf b;
	size_t n;

	INVARIANT(f != NULL);
	buf_init(&b, a, 4096);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(&b, part, n);
	fclose(f);
	return buf_view(&b);
}

static struct str
plain(struct arena *a, struct str line)
{
	struct buf b;

	buf_init(&b, a, line.n);
	for (; line.n > 0; line = str_skip(line, 1)) {
		unsigned char c = (unsigned char)line.p[0];

		if (c == '\\') {
			line = str_skip(line, 1);
			INVARIANT(line.n > 0);
			c = line.p[0] == 'n' ? '\n' : '\\';
			if (line.p[0] == 'x') {
				INVARIANT(line.n > 2 && str_unhex((struct str){
				    line.p + 1, 2 }, &c, 1));
				line = str_skip(line, 2);
			}
		}
		buf_char(&b, (char)c);
	}
	return buf_view(&b);
}

/* How many inputs there were. */
static int
replay(const struct target *t, const char *srcdir)
{
	struct str rest;
	struct arena a;
	int n = 0;

	arena_init(&a);
	rest = read_file(&a, str_printf(&a, "%s/tests/fuzz/corpus/%s.txt",
	    srcdir, t->name).p);
	for (line_number = 1; rest.n > 0; line_number++) {
		struct str line = fuzz_line(&rest);

		if (line.n > 0 && line.p[0] == '#')
			continue;
		fuzz_run(t, plain(&a, line));
		n++;
	}
	arena_free(&a);
	return n;
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	int n = 0;

	while (fuzz_targets[n] != NULL)
		n++;
	printf("1..%d\n", n);
	signal(SIGABRT, on_abort);
	for (int i = 0; i < n; i++) {
		name = fuzz_targets[i]->name;
		fflush(stdout);
		printf("ok %d - %s: %d inputs\n", i + 1, name,
		    replay(fuzz_open(name), srcdir != NULL ? srcdir : "."));
	}
	return 0;
}
