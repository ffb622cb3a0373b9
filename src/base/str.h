/*
 * A string is a pointer and a length.  It is a view: it owns nothing, and
 * promises no NUL behind it unless its maker says so (str_dup and str_printf
 * do).  p == NULL is "absent" (null in JSON and SQL), which is not the same as
 * the empty string.
 */
#ifndef AFF_BASE_STR_H
#define AFF_BASE_STR_H

#include "base/arena.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(lit)	((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_NULL	((struct str){ NULL, 0 })
/* For printf: "%.*s". */
#define STR_ARG(s)	(int)(s).n, (s).n > 0 ? (s).p : ""

struct str str_of(const char *cstring);
struct str str_dup(struct arena *, struct str);		/* NUL behind it */
struct str str_printf(struct arena *, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str str_vprintf(struct arena *, const char *fmt, __builtin_va_list)
    PRINTF_LIKE(2, 0);
const char *str_c(struct arena *, struct str);		/* a C string */

bool str_eq(struct str, struct str);
bool str_is(struct str, const char *cstring);
bool str_eq_nocase(struct str, struct str);		/* ASCII only */
bool str_has_prefix(struct str, struct str prefix);
struct str str_skip(struct str, size_t n);
struct str str_trim(struct str);			/* spaces and tabs */

/*
 * Cuts at the first sep: *head is what stands before it, *tail what follows.
 * false, and *head the whole, *tail absent, where there is no sep.
 */
bool str_cut(struct str, char sep, struct str *head, struct str *tail);

/* Decimal digits with an optional minus, nothing else, in range; else false. */
MUST_CHECK bool str_to_i64(struct str, int64_t *);
MUST_CHECK bool str_to_u64(struct str, uint64_t *);

/* Lower-case hexadecimal, two digits a byte. */
struct str str_hex(struct arena *, const void *bytes, size_t n);
MUST_CHECK bool str_unhex(struct str, unsigned char *out, size_t n);

/* Base64 for URLs without padding (RFC 4648, section 5). */
struct str str_base64url(struct arena *, const void *bytes, size_t n);
/* *n is the room on entry and the length after it; false if malformed. */
MUST_CHECK bool str_unbase64url(struct str, unsigned char *out, size_t *n);

#endif
