/* Where a click came from, as far as it is told. */
#ifndef AFF_API_SITE_SOURCE_H
#define AFF_API_SITE_SOURCE_H

#include "base/str.h"

#define SOURCE_MAX 40
#define SOURCE_PAGE_MAX 200
#define SOURCE_SUB_ID_MAX 120

/*
 * What the link says (src=, else utm_source=), else the host of the page it
 * stood on, else "direct".  In lower case, of a-z 0-9 . _ -, at most SOURCE_MAX
 * long: anything else becomes a hyphen.
 */
struct str source_of(struct arena *, struct str uri, struct str referer);
/* The address without its query and fragment, cut; absent if it is none. */
struct str source_page(struct arena *, struct str address);
/*
 * What sub_id= or fp_sid= says, in ASCII: anything else becomes a hyphen;
 * absent where neither does.
 */
struct str source_sub_id(struct arena *, struct str uri);

#endif
