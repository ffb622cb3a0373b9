/* Who asks, and whether he may. */
#ifndef AFF_HTTP_AUTHENTICATE_H
#define AFF_HTTP_AUTHENTICATE_H

#include "http/http.h"

/* Fills rq->who.  ERR_UNAUTHENTICATED, ERR_UNAVAILABLE. */
MUST_CHECK enum err authenticate(struct request *, const struct auth_lookup *,
    const struct face *);
/* Against the flags and the scope of the route. */
MUST_CHECK enum err authorize(const struct route *, const struct principal *);

#endif
