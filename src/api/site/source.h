/* Where a click came from, as far as it is told. */
#ifndef AFF_API_SITE_SOURCE_H
#define AFF_API_SITE_SOURCE_H

#include "base/str.h"

#define SOURCE_MAX 40

/*
 * What the link says (src=, else utm_source=), else the host of the page it
 * stood on, else "direct".  In lower case, of a-z 0-9 . _ -, at most SOURCE_MAX
 * long: anything else becomes a hyphen.
 */
struct str source_of(struct arena *, struct str uri, struct str referer);

#endif
