/*
 * A strict scanner for JSON: RFC 8259 as restricted by I-JSON (RFC 7493).
 *
 * It stands before json-c, which takes more than JSON: here a text has no
 * duplicate names, no NUL, no broken UTF-8, no lone surrogates, no number that
 * a double could not hold, and a bounded depth.
 */
#include "json/shape.h"

#include "base/utf8.h"

#include "base/banned.h"

#define MEMBERS_MAX 1000		/* of one object */
#define NAME_MAX_BYTES 256
#define VALUES_MAX 300000		/* json-c needs some 70 bytes each */

struct lint {
	struct str text;
	size_t at, values;
	const char *why;
	struct arena names;	/* of the objects that it is in */
};

static bool
fail(struct lint *l, const char *why)
{
	if (l->why == NULL)
		l->why = why;
	return false;
}

static char
peek(const struct lint *l)
{
	return l->at < l->text.n ? l->text.p[l->at] : '\0';
}

static void
skip_space(struct lint *l)
{
	while (l->at < l->text.n && (peek(l) == ' ' || peek(l) == '\t' ||
	    peek(l) == '\n' || peek(l) == '\r'))
		l->at++;
}

static bool
hex4(struct lint *l, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, l->at++) {
		char c = peek(l);
		unsigned v;

		if (c >= '0' && c <= '9')
			v = (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = (unsigned)((c | 32) - 'a') + 10;
		else
			return fail(l, "a \\u escape needs four hex digits");
		*out = *out << 4 | v;
	}
	return true;
}

/* A decoded name, for comparing: cut where it is longer than any of ours. */
struct name {
	struct name *before;	/* in its object */
	size_t n;
	char bytes[NAME_MAX_BYTES];
};

static void
add_byte(struct name *name, unsigned c)
{
	if (name != NULL && name->n < sizeof(name->bytes))
		name->bytes[name->n++] = (char)c;
}

static void
add_codepoint(struct name *name, unsigned c)
{
	if (c < 0x80) {
		add_byte(name, c);
	} else if (c < 0x800) {
		add_byte(name, 0xC0 | c >> 6);
		add_byte(name, 0x80 | (c & 63));
	} else if (c < 0x10000) {
		add_byte(name, 0xE0 | c >> 12);
		add_byte(name, 0x80 | (c >> 6 & 63));
		add_byte(name, 0x80 | (c & 63));
	} else {
		add_byte(name, 0xF0 | c >> 18);
		add_byte(name, 0x80 | (c >> 12 & 63));
		add_byte(name, 0x80 | (c >> 6 & 63));
		add_byte(name, 0x80 | (c & 63));
	}
}

static bool
unicode_escape(struct lint *l, struct name *name)
{
	unsigned high, low;

	if (!hex4(l, &high))
		return false;
	if (high == 0)
		return fail(l, "the character NUL is not allowed");
	if (high >= 0xDC00 && high <= 0xDFFF)
		return fail(l, "a lone surrogate");
	if (high >= 0xD800 && high <= 0xDBFF) {
		if (peek(l) != '\\')
			return fail(l, "a lone surrogate");
		l->at++;
		if (peek(l) != 'u')
			return fail(l, "a lone surrogate");
		l->at++;
		if (!hex4(l, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return fail(l, "a lone surrogate");
		high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	}
	add_codepoint(name, high);
	return true;
}

static bool
escape(struct lint *l, struct name *name)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;
	char c = peek(l);

	l->at++;
	if (c == 'u')
		return unicode_escape(l, name);
	known = c != '\0' ? strchr(from, c) : NULL;
	if (known == NULL)
		return fail(l, "an unknown escape in a string");
	add_byte(name, (unsigned char)to[known - from]);
	return true;
}

static bool
string(struct lint *l, struct name *name)
{
	if (peek(l) != '"')
		return fail(l, "a string in double quotes is needed here");
	l->at++;
	for (;;) {
		size_t step;

		if (l->at >= l->text.n)
			return fail(l, "a string without an end");
		if (peek(l) == '"') {
			l->at++;
			return true;
		}
		if (peek(l) == '\\') {
			l->at++;
			if (!escape(l, name))
				return false;
			continue;
		}
		if ((unsigned char)peek(l) < ' ')
			return fail(l, "a control character in a string");
		step = utf8_step(l->text.p + l->at, l->text.n - l->at);
		if (step == 0)
			return fail(l, "the text is not UTF-8");
		for (size_t i = 0; i < step; i++)
			add_byte(name, (unsigned char)l->text.p[l->at++]);
	}
}

static size_t
digits(struct lint *l)
{
	size_t from = l->at;

	while (peek(l) >= '0' && peek(l) <= '9')
		l->at++;
	return l->at - from;
}

static bool
number(struct lint *l)
{
	struct str whole = { l->text.p + l->at, 0 };
	bool integer = true;
	int64_t v;
	size_t n;

	if (peek(l) == '-')
		l->at++;
	if (peek(l) == '0') {
		l->at++;
		n = 1;
	} else {
		n = digits(l);
	}
	if (n == 0 || n > 200)	/* with e99 still no infinity */
		return fail(l, "a number is not well formed");
	whole.n = (size_t)(l->text.p + l->at - whole.p);
	if (peek(l) == '.') {
		integer = false;
		l->at++;
		if (digits(l) == 0)
			return fail(l, "a number is not well formed");
	}
	if (peek(l) == 'e' || peek(l) == 'E') {
		integer = false;
		l->at++;
		if (peek(l) == '+' || peek(l) == '-')
			l->at++;
		n = digits(l);
		if (n == 0 || n > 2)
			return fail(l, "the exponent of a number");
	}
	if (integer && (!str_to_i64(whole, &v) || v > (INT64_C(1) << 53) - 1 ||
	    v < -((INT64_C(1) << 53) - 1)))
		return fail(l, "a number beyond 9007199254740991");
	return true;
}

static bool value(struct lint *l, unsigned depth);

static int
compare_names(const void *a, const void *b)
{
	const struct name *x = *(const struct name *const *)a;
	const struct name *y = *(const struct name *const *)b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->n);
}

static bool
unique(struct lint *l, struct name *last, size_t n)
{
	struct name **names;

	if (n < 2)
		return true;
	names = arena_array(&l->names, n, sizeof(*names));
	for (size_t i = 0; i < n; i++, last = last->before)
		names[i] = last;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (compare_names(&names[i - 1], &names[i]) == 0)
			return fail(l, "a member stands twice in an object");
	return true;
}

static bool
members(struct lint *l, unsigned depth)
{
	struct name *last = NULL, *name;
	size_t n = 0;

	for (;; last = name) {
		if (n++ == MEMBERS_MAX)
			return fail(l, "an object of more than 1000 members");
		name = ARENA_NEW(&l->names, struct name);
		name->before = last;
		skip_space(l);
		if (!string(l, name))
			return false;
		if (name->n == NAME_MAX_BYTES)
			return fail(l, "a member's name is too long");
		skip_space(l);
		if (peek(l) != ':')
			return fail(l, "a colon is needed behind a name");
		l->at++;
		if (!value(l, depth + 1))
			return false;
		skip_space(l);
		if (peek(l) != ',')
			break;
		l->at++;
	}
	if (peek(l) != '}')
		return fail(l, "a comma or a closing brace is needed here");
	l->at++;
	return unique(l, name, n);
}

static bool
object(struct lint *l, unsigned depth)
{
	const struct arena_mark mark = arena_mark(&l->names);
	bool good;

	l->at++;
	skip_space(l);
	if (peek(l) == '}') {
		l->at++;
		return true;
	}
	good = members(l, depth);
	arena_rewind(&l->names, mark);
	return good;
}

static bool
array(struct lint *l, unsigned depth)
{
	l->at++;
	skip_space(l);
	if (peek(l) == ']') {
		l->at++;
		return true;
	}
	for (;;) {
		if (!value(l, depth + 1))
			return false;
		skip_space(l);
		if (peek(l) != ',')
			break;
		l->at++;
	}
	if (peek(l) != ']')
		return fail(l, "a comma or a closing bracket is needed here");
	l->at++;
	return true;
}

static bool
word(struct lint *l, struct str w)
{
	if (!str_has_prefix(str_skip(l->text, l->at), w))
		return fail(l, "no value of JSON");
	l->at += w.n;
	return true;
}

static bool
value(struct lint *l, unsigned depth)
{
	if (depth > JSON_MAX_DEPTH)
		return fail(l, "nested too deeply");
	if (++l->values > VALUES_MAX)
		return fail(l, "more values than any call takes");
	skip_space(l);
	switch (peek(l)) {
	case '{':
		return object(l, depth);
	case '[':
		return array(l, depth);
	case '"':
		return string(l, NULL);
	case 't':
		return word(l, STR("true"));
	case 'f':
		return word(l, STR("false"));
	case 'n':
		return word(l, STR("null"));
	default:
		return number(l);
	}
}

bool
json_lint(struct str text, const char **why, size_t *at)
{
	struct lint l = { .text = text };
	bool good;

	arena_init(&l.names);
	good = value(&l, 1);
	arena_free(&l.names);
	if (good) {
		skip_space(&l);
		if (l.at < text.n)
			good = fail(&l, "something stands behind the value");
	}
	*why = l.why;
	*at = l.at;
	return good;
}
