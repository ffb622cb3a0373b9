/* From a name to letters, digits and hyphens. */
#include "model/people/slug.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "base/banned.h"

/* Latin letters beside a to z, in lower and upper case, by their numbers. */
static const struct {
	unsigned first, last;
	const char *as;
} letters[] = {
	{ 0xDF, 0xDF, "ss" }, { 0xE0, 0xE3, "a" }, { 0xE4, 0xE4, "ae" },
	{ 0xE5, 0xE5, "a" }, { 0xE6, 0xE6, "ae" }, { 0xE7, 0xE7, "c" },
	{ 0xE8, 0xEB, "e" }, { 0xEC, 0xEF, "i" }, { 0xF0, 0xF0, "d" },
	{ 0xF1, 0xF1, "n" }, { 0xF2, 0xF5, "o" }, { 0xF6, 0xF6, "oe" },
	{ 0xF8, 0xF8, "oe" }, { 0xF9, 0xFB, "u" }, { 0xFC, 0xFC, "ue" },
	{ 0xFD, 0xFD, "y" }, { 0xFE, 0xFE, "th" }, { 0xFF, 0xFF, "y" },
	{ 0x100, 0x105, "a" }, { 0x106, 0x10D, "c" }, { 0x10E, 0x111, "d" },
	{ 0x112, 0x11B, "e" }, { 0x11C, 0x123, "g" }, { 0x124, 0x127, "h" },
	{ 0x128, 0x131, "i" }, { 0x132, 0x133, "ij" }, { 0x134, 0x135, "j" },
	{ 0x136, 0x138, "k" }, { 0x139, 0x142, "l" }, { 0x143, 0x14B, "n" },
	{ 0x14C, 0x151, "o" }, { 0x152, 0x153, "oe" }, { 0x154, 0x159, "r" },
	{ 0x15A, 0x161, "s" }, { 0x162, 0x167, "t" }, { 0x168, 0x173, "u" },
	{ 0x174, 0x175, "w" }, { 0x176, 0x178, "y" }, { 0x179, 0x17E, "z" },
	{ 0x17F, 0x17F, "s" }, { 0x218, 0x219, "s" }, { 0x21A, 0x21B, "t" },
	{ 0x300, 0x36F, "" },	/* accents that stand by themselves */
	{ 0x1E9E, 0x1E9E, "ss" },
};

/* The number of a valid sequence of one to three bytes, else 0. */
static unsigned
number_of(const unsigned char *p, size_t n)
{
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	case 3:
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 |
		    (p[2] & 0x3Fu);
	}
	return 0;
}

/* What a letter becomes; absent: it separates words. */
static struct str
letter(unsigned c)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7))
		c += 0x20;
	if (c >= 'a' && c <= 'z')
		return (struct str){ plain + c - 'a', 1 };
	if (c >= '0' && c <= '9')
		return (struct str){ plain + 26 + c - '0', 1 };
	for (size_t i = 0; i < LEN(letters); i++)
		if (c >= letters[i].first && c <= letters[i].last)
			return str_of(letters[i].as);
	return STR_NULL;
}

struct str
slug_of(struct arena *a, struct str name)
{
	struct buf b;
	size_t step;

	buf_init(&b, a, SLUG_MAX);
	for (size_t i = 0; i < name.n && b.n < SLUG_MAX - 1; i += step) {
		struct str as;

		step = utf8_step(name.p + i, name.n - i);
		if (step == 0)
			break;
		as = letter(number_of((const unsigned char *)name.p + i,
		    step));
		if (as.p != NULL)
			buf_str(&b, as);
		else if (b.n > 0 && b.p[b.n - 1] != '-')
			buf_char(&b, '-');
	}
	while (b.n > 0 && b.p[b.n - 1] == '-')
		b.n--;
	return buf_view(&b);
}

bool
slug_reserved(struct str slug)
{
	static const char *const words[] = {
		"about", "account", "admin", "administrator", "affiliated",
		"api", "app", "assets", "auth", "billing", "current", "docs",
		"help", "house", "login", "logout", "metrics", "new", "null",
		"organization", "organizations", "public", "register", "root",
		"sandbox", "settings", "slug", "static", "status", "support",
		"system", "undefined", "users", "webhooks", "www",
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (str_is(slug, words[i]))
			return true;
	return false;
}
