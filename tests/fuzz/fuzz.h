/*
 * Targets of fuzzing: each takes any bytes and keeps its promises.  libFuzzer
 * makes the bytes (fuzz.c); test_fuzz replays those that are kept in corpus/,
 * in every build.
 */
#ifndef AFF_TESTS_FUZZ_H
#define AFF_TESTS_FUZZ_H

#include "base/buf.h"
#include "base/err.h"

struct target {
	const char *name;
	void (*open)(void);		/* once, before the first; or NULL */
	void (*run)(struct arena *, struct str);
};

extern const struct target fuzz_amount, fuzz_click, fuzz_credential, fuzz_fcgi,
    fuzz_json, fuzz_mail, fuzz_page, fuzz_path, fuzz_query, fuzz_token,
    fuzz_webhook;
extern const struct target *const fuzz_targets[];	/* NULL-terminated */

/* The target of that name, open; NULL: there is none. */
const struct target *fuzz_open(const char *name);
/* On its own memory. */
void fuzz_run(const struct target *, struct str);

/* What stands before the next line feed; *rest is what follows. */
struct str fuzz_line(struct str *rest);
/* The same bytes where a read behind their end is found out. */
struct str fuzz_copy(struct arena *, struct str);
/* %XX for all but letters and digits. */
struct str fuzz_percent(struct arena *, struct str);

#endif
