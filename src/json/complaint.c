/* Gathering what is wrong with an input, and writing it. */
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

void
complain_missing(struct complaints *c, struct arena *a, struct str field)
{
	const struct complaint *one = c->first;

	while (one != NULL && !str_eq(one->field, field))
		one = one->next;
	if (one == NULL)
		complain(c, a, field, "must be given");
}

void
json_complaints(struct buf *b, const struct complaints *wrong,
    const char *field, const char *text, bool whole)
{
	const char *sep = "";

	buf_char(b, '[');
	for (const struct complaint *c = wrong->first; c != NULL;
	    c = c->next) {
		if (c->field.n == 0 && !whole)
			continue;
		buf_printf(b, "%s{\"%s\":", sep, field);
		json_string(b, c->field);
		buf_printf(b, ",\"%s\":", text);
		json_string(b, c->message);
		buf_char(b, '}');
		sep = ",";
	}
	buf_char(b, ']');
}
