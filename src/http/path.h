/* The path of a request, taken apart and decoded. */
#ifndef AFF_HTTP_PATH_H
#define AFF_HTTP_PATH_H

#include "base/err.h"
#include "base/str.h"

#define PATH_SEGMENTS	12
#define PATH_MAX_BYTES	2048

struct path {
	struct str segment[PATH_SEGMENTS];
	size_t n;
	struct str query;	/* raw, behind the '?'; absent without one */
};

/*
 * ERR_URI_TOO_LONG; ERR_BAD_REQUEST: an empty segment, a dot segment, an
 * encoded slash, NUL or control character, bad UTF-8 or bad encoding;
 * ERR_NO_ROUTE: more segments than any route has.  "/" has no segments.
 */
MUST_CHECK enum err path_read(struct arena *, struct str uri, struct path *);

#endif
