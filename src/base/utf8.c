/* UTF-8, checked byte by byte after the table of RFC 3629, section 4. */
#include "base/utf8.h"

#include "base/banned.h"

static bool
between(char c, unsigned lo, unsigned hi)
{
	return (unsigned char)c >= lo && (unsigned char)c <= hi;
}

size_t
utf8_step(const char *p, size_t n)
{
	unsigned char c;
	size_t len;

	if (n == 0)
		return 0;
	c = (unsigned char)p[0];
	if (c < 0x80)
		return 1;
	len = c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 :
	    c >= 0xF0 && c <= 0xF4 ? 4 : 0;
	if (len == 0 || len > n)
		return 0;
	if (!between(p[1], c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80,
	    c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF))
		return 0;
	for (size_t i = 2; i < len; i++)
		if (!between(p[i], 0x80, 0xBF))
			return 0;
	return len;
}

bool
utf8_valid(struct str s)
{
	for (size_t i = 0, step; i < s.n; i += step) {
		step = utf8_step(s.p + i, s.n - i);
		if (step == 0)
			return false;
	}
	return true;
}

size_t
utf8_count(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; i++)
		count += !between(s.p[i], 0x80, 0xBF);
	return count;
}

/* What is cut off within a letter is left out. */
struct str
utf8_readable(struct arena *a, struct str bytes)
{
	char *p;
	size_t n = 0;

	if (bytes.p == NULL)
		return STR_NULL;
	p = arena_alloc(a, bytes.n + 1);
	for (size_t i = 0, step; i < bytes.n; i += step > 0 ? step : 1) {
		step = utf8_step(bytes.p + i, bytes.n - i);
		if (step > 0 && bytes.p[i] != '\0') {
			memcpy(p + n, bytes.p + i, step);
			n += step;
		} else if (step > 0 || bytes.n - i >= 4)
			p[n++] = '?';
	}
	p[n] = '\0';
	return (struct str){ p, n };
}
