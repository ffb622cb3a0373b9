/* A growing buffer in an arena. */
#include "base/buf.h"

#include <stdarg.h>

#include "base/banned.h"

static void
reserve(struct buf *b, size_t more)
{
	size_t room = b->room;
	char *p;

	if (more < room - b->n)
		return;
	while (room - b->n <= more)
		room *= 2;
	p = arena_alloc(b->arena, room);
	memcpy(p, b->p, b->n);
	b->p = p;
	b->room = room;
}

void
buf_init(struct buf *b, struct arena *a, size_t room)
{
	if (room < 64)
		room = 64;
	*b = (struct buf){ .arena = a, .p = arena_alloc(a, room),
	    .room = room };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->p[0] = '\0';
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void
buf_char(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_put(b, digits + i, sizeof(digits) - i);
}

void
buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_char(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->room - b->n, fmt, ap);
	va_end(ap);
	INVARIANT(n >= 0);
	if ((size_t)n >= b->room - b->n) {
		reserve(b, (size_t)n);
		va_start(ap, fmt);
		n = vsnprintf(b->p + b->n, b->room - b->n, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

struct str
buf_view(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}
