/* The table of who may do what, worked out as dispatch does. */
#ifndef AFF_HTTP_ROLES_H
#define AFF_HTTP_ROLES_H

#include "http/http.h"

/* A column: somebody who asks. */
struct asker {
	const char *name;
	struct principal who;
};

/* A Markdown table of the faces' operations; NULL ends the list. */
void roles_print(const struct face *const *, const struct asker *, size_t n,
    struct buf *);

#endif
