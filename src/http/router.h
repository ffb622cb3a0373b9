/* From a path to a route: a tree that is built once from the faces' tables. */
#ifndef AFF_HTTP_ROUTER_H
#define AFF_HTTP_ROUTER_H

#include "http/http.h"
#include "http/path.h"

struct match {
	const struct route *route;	/* NULL: see err */
	int number;			/* of the route over all faces */
	struct str allow;		/* methods of the path, for 405 */
	uint64_t id[2];
	struct str text[2];
	bool bad_id;			/* an {id} that is none */
};

/* Each name, method and path once; a table that breaks this is a bug. */
void router_build(const struct face *const *);
/* ERR_NO_ROUTE, ERR_METHOD (then match->allow tells the others). */
MUST_CHECK enum err router_find(struct arena *, const struct path *,
    enum method, struct match *);
/* The face whose prefix stands at the front of a raw address. */
const struct face *router_face(struct str uri);
const struct route *router_route(int number, const struct face **);

#endif
