/* Referral links, /r/{code}, and visits that pages tell of (visit.h). */
#ifndef AFF_API_SITE_CLICK_H
#define AFF_API_SITE_CLICK_H

#include "http/http.h"

/*
 * Answers n requests: stores their clicks in one transaction and fills out[i]
 * for in[i] only after it is durable.  Other paths get 404.
 */
void click_batch(struct db *, struct arena *, const struct http_in *const in[],
    struct http_out *const out[], size_t n);
/* The same for one, on a server without a pool of click workers. */
MUST_CHECK enum err click_follow(struct request *);

#endif
