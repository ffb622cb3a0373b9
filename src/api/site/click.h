/* Referral links: /r/{code}. */
#ifndef AFF_API_SITE_CLICK_H
#define AFF_API_SITE_CLICK_H

#include "http/http.h"

/*
 * Answers n requests on referral links: stores their clicks in one transaction
 * and fills out[i] for in[i] only after it is durable.  Other paths get 404.
 */
void click_batch(struct db *, struct arena *, const struct http_in *const in[],
    struct http_out *const out[], size_t n);

#endif
