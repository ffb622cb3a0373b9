/* Cookies of a request. */
#ifndef AFF_HTTP_COOKIE_H
#define AFF_HTTP_COOKIE_H

#include "base/str.h"

/* Value of the first cookie of that name, or absent. */
struct str cookie_value(struct str header, const char *name);

#endif
