/* Reading the Cookie header (RFC 6265, section 4.2). */
#include "http/cookie.h"

#include "base/banned.h"

struct str
cookie_value(struct str header, const char *name)
{
	struct str one, key, value;

	while (header.n > 0) {
		(void)str_cut(header, ';', &one, &header);
		if (str_cut(str_trim(one), '=', &key, &value) &&
		    str_is(key, name))
			return value;
	}
	return STR_NULL;
}
