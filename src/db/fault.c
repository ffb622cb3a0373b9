/*
 * Faults that a test has ordered, in a build with --enable-faults only.
 *
 * AFFILIATED_FAULT names a file with "ROLE WHAT N [FROM]".  Within transactions
 * that role counts its statements, and each COMMIT before and after; at the
 * n-th since the order (or since it came to the statement FROM) it dies (WHAT
 * is "kill"), or the statement fails with that error number instead of running.
 * Whoever takes the order renames the file to FILE.done.  An N of 0 writes the
 * points into the log.
 */
#include "db/internal.h"

#ifdef AFF_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/banned.h"

struct order {
	struct str role, what, from;
	int64_t n;
};

static struct {
	struct timespec made;	/* of the order that is counted for */
	ino_t number;
	int64_t n;
	bool begun;
} count;

static bool
parse(struct str text, struct order *o)
{
	struct str n;

	return str_cut(str_trim(text), ' ', &o->role, &text) &&
	    str_cut(text, ' ', &o->what, &text) &&
	    (str_cut(text, ' ', &n, &o->from) || n.n > 0) &&
	    str_to_i64(n, &o->n) && str_is(o->role, log_whose());
}

/* The order that stands in the file, if it is for this process. */
static bool
read_order(const char *path, struct order *o)
{
	static char text[128];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	bool same;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	same = fstat(fd, &st) == 0 && st.st_ino == count.number &&
	    st.st_mtim.tv_sec == count.made.tv_sec &&
	    st.st_mtim.tv_nsec == count.made.tv_nsec;
	close(fd);
	*o = (struct order){ .n = 0 };
	if (n <= 0 || !parse((struct str){ text, (size_t)n }, o))
		return false;
	if (!same) {
		count.made = st.st_mtim;
		count.number = st.st_ino;
		count.n = 0;
		count.begun = o->from.n == 0;
	}
	return true;
}

static bool
is_taken(const char *path)
{
	char done[512];
	int n = snprintf(done, sizeof(done), "%s.done", path);

	INVARIANT(n > 0 && (size_t)n < sizeof(done));
	return rename(path, done) == 0;
}

enum err
fault_here(struct db *db, const struct statement *def, const char *name)
{
	const char *path = getenv("AFFILIATED_FAULT");
	struct order o;
	int64_t number = 0;

	if (path == NULL || !read_order(path, &o))
		return OK;
	count.begun |= str_is(o.from, name);
	if (!count.begun)
		return OK;
	count.n++;
	if (o.n == 0)
		log_info("fault: point %lld %s", (long long)count.n, name);
	if (count.n != o.n || !is_taken(path))
		return OK;
	log_warn("fault: %.*s at %s, statement %lld", STR_ARG(o.what), name,
	    (long long)o.n);
	if (!str_to_i64(o.what, &number))
		kill(getpid(), SIGKILL);
	return db_failed(db, def, (unsigned)number, "", name);
}
#endif
