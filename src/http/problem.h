/* Error answers: the face's own shape, or RFC 9457 for those who ask. */
#ifndef AFF_HTTP_PROBLEM_H
#define AFF_HTTP_PROBLEM_H

#include "http/http.h"

/* face NULL: no face is known; allow: for 405. */
void problem_write(const struct face *, const struct request *, enum err,
    struct str allow, struct http_out *);
/* A header in front of others. */
struct header *problem_header(struct arena *, struct header *, const char *name,
    struct str value);

#endif
