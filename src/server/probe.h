/* /healthz, /readyz and, on the metrics pool, /metrics. */
#ifndef AFF_SERVER_PROBE_H
#define AFF_SERVER_PROBE_H

#include "http/http.h"
#include "server/board.h"

/* true: it was a probe, and *out is its answer. */
bool probe(struct db *, struct arena *, const struct board *, enum pool,
    const struct http_in *, struct http_out *);

#endif
