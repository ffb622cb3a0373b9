/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, to U+10FFFF. */
#ifndef AFF_BASE_UTF8_H
#define AFF_BASE_UTF8_H

#include "base/str.h"

/* Length of the valid sequence at the front (1 to 4), or 0. */
size_t utf8_step(const char *p, size_t n);
bool utf8_valid(struct str);
size_t utf8_count(struct str);		/* characters of a valid string */
/* Valid, whatever the bytes: "?" for what is not; absent where they are. */
struct str utf8_readable(struct arena *, struct str bytes);

#endif
