/* What a value must be like: ranges, lengths, labels, formats. */
#include "json/check.h"

#include "base/money.h"
#include "base/utf8.h"

#include "base/banned.h"

#define WRONG(p, ...) complain((p)->wrong, (p)->arena, (p)->path, __VA_ARGS__)

void
check_int(const struct place *p, int64_t v)
{
	const struct field *f = p->field;
	int64_t min = f->max != 0 ? f->min : -INTEGER_MAX;
	int64_t max = f->max != 0 ? f->max : INTEGER_MAX;

	if (v < min || v > max)
		WRONG(p, "must be from %lld to %lld", (long long)min,
		    (long long)max);
	else
		*(int64_t *)(void *)p->at = v;
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 127)
			return true;
	}
	return false;
}

static bool
all_of(struct str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && (c == '\0' ||
		    strchr(more, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* Enough to catch mistakes; only a mail that arrives proves an address. */
static const char *
email_problem(struct str s)
{
	struct str local, host, first, rest;

	if (!str_cut(s, '@', &local, &host) || local.n == 0 || local.n > 64 ||
	    memchr(host.p, '@', host.n) != NULL ||
	    !all_of(host, ".-") || host.p[0] == '.' ||
	    host.p[host.n - 1] == '.' || !str_cut(host, '.', &first, &rest) ||
	    memmem(host.p, host.n, "..", 2) != NULL)
		return "must be an email address";
	for (size_t i = 0; i < local.n; i++)
		if ((unsigned char)local.p[i] <= ' ' ||
		    strchr("\"(),:;<>[\\]", local.p[i]) != NULL)
			return "must be an email address";
	return NULL;
}

bool
check_percent(struct str s, unsigned char *byte)
{
	char hex[2];

	if (s.n < 3)
		return false;
	for (size_t i = 0; i < 2; i++) {
		char c = s.p[i + 1];

		hex[i] = c >= 'A' && c <= 'F' ? (char)(c | 32) : c;
	}
	return str_unhex((struct str){ hex, 2 }, byte, 1);
}

static bool
percents_good(struct str s)
{
	unsigned char byte;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' && !check_percent(str_skip(s, i), &byte))
			return false;
	return true;
}

static const char *
uri_problem(struct str s)
{
	struct str rest, authority, path;

	if (str_has_prefix(s, STR("https://")))
		rest = str_skip(s, 8);
	else if (str_has_prefix(s, STR("http://")))
		rest = str_skip(s, 7);
	else
		return "must begin with https:// or http://";
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' ||
		    (unsigned char)s.p[i] >= 127 ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return "must be an address without spaces, quotes and "
			    "the like; encode them with %";
	if (!percents_good(s))
		return "has a % that two hexadecimal digits do not follow";
	(void)str_cut(rest, '/', &authority, &path);
	(void)str_cut(authority, '?', &authority, &path);
	(void)str_cut(authority, '#', &authority, &path);
	if (authority.n == 0 || authority.p[0] == ':' ||
	    memchr(authority.p, '@', authority.n) != NULL)
		return "must name a host, without a user";
	return NULL;
}

static const char *
slug_problem(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return "must be in lower case";
	return all_of(s, "-") && s.p[0] != '-' && s.p[s.n - 1] != '-' ? NULL :
	    "must be of letters, digits and hyphens within";
}

static const char *
format_problem(const char *format, struct str s)
{
	struct str f = str_of(format);

	if (str_is(f, "email"))
		return email_problem(s);
	if (str_is(f, "uri"))
		return uri_problem(s);
	if (str_is(f, "currency"))
		return currency_digits(s) >= 0 && !currency_is_unit(s) ? NULL :
		    "must be a currency code of ISO 4217";
	if (str_is(f, "slug"))
		return slug_problem(s);
	INVARIANT(str_is(f, "code"));
	return all_of(s, "-_") ? NULL :
	    "must be of letters, digits, hyphens and underscores";
}

static const char *
text_problem(const struct field *f, struct str s)
{
	if (!utf8_valid(s))
		return "must be UTF-8";
	if (has_control(s))
		return "must not have control characters";
	return f->format != NULL ? format_problem(f->format, s) : NULL;
}

void
check_text(const struct place *p, struct str s)
{
	const struct field *f = p->field;
	size_t n = utf8_count(s);
	const char *why;

	if (n < (size_t)f->min && f->max == 0) {
		WRONG(p, "must have at least %lld characters",
		    (long long)f->min);
		return;
	}
	if (f->max != 0 && (n < (size_t)f->min || n > (size_t)f->max)) {
		WRONG(p, "must have from %lld to %lld characters",
		    (long long)f->min, (long long)f->max);
		return;
	}
	why = text_problem(f, s);
	if (why != NULL)
		WRONG(p, "%s", why);
	else
		*(struct str *)(void *)p->at = str_dup(p->arena, s);
}

void
check_id(const struct place *p, struct str s)
{
	uint64_t id;

	if (s.n == 0 || s.p[0] == '0' || !str_to_u64(s, &id) ||
	    id > INT64_MAX)
		WRONG(p, "must be an id: digits, from 1");
	else
		*(uint64_t *)(void *)p->at = id;
}

static struct str
label_list(struct arena *a, const char *const *labels)
{
	struct buf b;

	buf_init(&b, a, 128);
	for (size_t i = 0; labels[i] != NULL; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", labels[i]);
	return buf_view(&b);
}

static int
label_index(const struct field *f, struct str s)
{
	for (int i = 0; f->labels[i] != NULL; i++)
		if (str_is(s, f->labels[i]))
			return i;
	return -1;
}

void
check_label(const struct place *p, struct str s)
{
	int i = label_index(p->field, s);

	if (i < 0)
		WRONG(p, "must be one of %.*s",
		    STR_ARG(label_list(p->arena, p->field->labels)));
	else
		*(int *)(void *)p->at = i;
}

void
check_time(const struct place *p, struct str s)
{
	struct when *at = (struct when *)(void *)p->at;

	if (p->field->format == NULL && !clock_parse(s, at))
		WRONG(p, "must be a time like 2026-11-21T09:30:00Z");
	else if (p->field->format != NULL && !clock_parse_gmt(s, at))
		WRONG(p, "must be a time like 2026-11-21 09:30:00, GMT");
}

void
check_day(const struct place *p, struct str s)
{
	if (!day_parse(s, (struct day *)(void *)p->at))
		WRONG(p, "must be a date like 2026-11-21");
}

/* As JSON writes a number, but for signs and exponents. */
static bool
is_decimal(struct str s)
{
	struct str whole, fraction;
	bool point = str_cut(s, '.', &whole, &fraction);

	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.')
			return false;
	return whole.n > 0 && (whole.n == 1 || whole.p[0] != '0') &&
	    (!point || (fraction.n > 0 &&
	    memchr(fraction.p, '.', fraction.n) == NULL));
}

void
check_decimal(const struct place *p, struct str s)
{
	if (s.n > 0 && s.p[0] == '-')
		WRONG(p, "must not be negative");
	else if (s.n > DECIMAL_MAX || !is_decimal(s))
		WRONG(p, "must be a decimal number like 100.10, without an "
		    "exponent");
	else
		((struct decimal *)(void *)p->at)->text =
		    str_dup(p->arena, s);
}

bool
check_count(const struct place *p, size_t items)
{
	const struct field *f = p->field;
	int64_t max = f->max != 0 ? f->max : LIST_MAX;

	if (items >= (size_t)f->min && items <= (size_t)max)
		return true;
	WRONG(p, "must have from %lld to %lld items", (long long)f->min,
	    (long long)max);
	return false;
}

void
check_item(const struct place *p, struct str s)
{
	const char *why = text_problem(p->field, s);

	if (p->field->labels != NULL && label_index(p->field, s) < 0)
		WRONG(p, "must be one of %.*s",
		    STR_ARG(label_list(p->arena, p->field->labels)));
	else if (utf8_count(s) > ITEM_MAX)
		WRONG(p, "must have at most %d characters", ITEM_MAX);
	else if (why != NULL)
		WRONG(p, "%s", why);
	else
		*(struct str *)(void *)p->at = str_dup(p->arena, s);
}

void
check_defaults(const struct shape *s, void *record)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		void *at = (char *)record + f->at;

		if (f->type == T_DAY)
			*(struct day *)at = DAY_NONE;
		else if (f->type == T_LABEL)
			*(int *)at = -1;
		else if (f->type == T_RECORD)
			check_defaults(f->of, at);
	}
}

bool
check_is_none(const struct field *f, struct str text)
{
	bool takes_it = f->type == T_STR && f->min == 0 && f->format == NULL;

	return text.n == 0 && !takes_it && f->type != T_BOOL &&
	    f->type != T_LIST && f->type != T_RECORD &&
	    (f->flags & F_JSON) == 0;
}
