/* Gathering what is wrong with an input. */
#include "json/shape.h"

#include <stdarg.h>

#include "base/banned.h"

#define COMPLAINTS_MAX 50

void
complaints_init(struct complaints *c)
{
	*c = (struct complaints){ .end = NULL };
}

void
complain(struct complaints *c, struct arena *a, struct str field,
    const char *fmt, ...)
{
	struct complaint *one;
	va_list ap;

	if (c->n++ >= COMPLAINTS_MAX)
		return;
	one = ARENA_NEW(a, struct complaint);
	va_start(ap, fmt);
	*one = (struct complaint){ .field = field,
	    .message = str_vprintf(a, fmt, ap) };
	va_end(ap);
	if (c->end == NULL)
		c->end = &c->first;
	*c->end = one;
	c->end = &one->next;
}
