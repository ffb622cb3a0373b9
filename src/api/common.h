/* What the faces share. */
#ifndef AFF_API_COMMON_H
#define AFF_API_COMMON_H

#include "http/http.h"

/* "const enum err x_errors[] = ERRORS(ERR_NOT_FOUND, ...)" */
#define ERRORS(...) { __VA_ARGS__, OK }

/* Who acts, for the model. */
#define ACTOR(rq) (&(struct actor){ (rq)->who.org_id, (rq)->who.user_id, \
	(rq)->now })

/* A placement's link: api/site/click.c follows it. */
struct str link_of_code(struct arena *, struct str code);

#endif
