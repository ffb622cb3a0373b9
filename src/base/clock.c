/* Calendar arithmetic on day numbers (months counted from March). */
#include "base/clock.h"

#include <sys/time.h>

#include "base/banned.h"

struct when
clock_now(void)
{
	struct timeval tv;

	(void)gettimeofday(&tv, NULL);
	return (struct when){ tv.tv_sec * SECOND_US + tv.tv_usec };
}

int64_t
clock_monotonic_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

struct when
when_add(struct when w, int64_t seconds)
{
	return (struct when){ w.us + seconds * SECOND_US };
}

struct day
day_from(int year, int month, int mday)
{
	int y = month <= 2 ? year - 1 : year;
	int era = y / 400, of_era = y - era * 400;
	int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
	int day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	return (struct day){ era * 146097 + day - 719468 };
}

void
day_split(struct day d, int *year, int *month, int *mday)
{
	int z = d.n + 719468, era = z / 146097, doe = z - era * 146097;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*mday = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2 ? 1 : 0);
}

struct day
day_of(struct when w)
{
	return (struct day){ (int32_t)(w.us / DAY_US) };
}

struct when
day_start(struct day d)
{
	return (struct when){ d.n * DAY_US };
}

struct when
day_end(struct day d)
{
	return (struct when){ (d.n + INT64_C(1)) * DAY_US - 1 };
}

/* Writes v in exactly width digits. */
static char *
digits(char *p, int v, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + width;
}

void
day_iso(struct day d, char out[11])
{
	int y, m, md;
	char *p = out;

	day_split(d, &y, &m, &md);
	p = digits(p, y, 4);
	*p++ = '-';
	p = digits(p, m, 2);
	*p++ = '-';
	p = digits(p, md, 2);
	*p = '\0';
}

void
clock_iso(struct when w, char *out)
{
	int ms = (int)(w.us % DAY_US / 1000), s = ms / 1000;
	char *p = out + 10;

	day_iso(day_of(w), out);
	*p++ = 'T';
	p = digits(p, s / 3600, 2);
	*p++ = ':';
	p = digits(p, s / 60 % 60, 2);
	*p++ = ':';
	p = digits(p, s % 60, 2);
	*p++ = '.';
	p = digits(p, ms % 1000, 3);
	*p++ = 'Z';
	*p = '\0';
}

/* Reads exactly width digits at the front of *s. */
static bool
take(struct str *s, int width, int *out)
{
	uint64_t v;

	if (s->n < (size_t)width ||
	    !str_to_u64((struct str){ s->p, (size_t)width }, &v))
		return false;
	*out = (int)v;
	*s = str_skip(*s, (size_t)width);
	return true;
}

static bool
take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static bool
take_day(struct str *s, struct day *out)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int y, m, d, last;

	if (!take(s, 4, &y) || !take_char(s, '-') || !take(s, 2, &m) ||
	    !take_char(s, '-') || !take(s, 2, &d))
		return false;
	if (y < 1970 || m < 1 || m > 12 || d < 1)
		return false;
	last = lengths[m - 1];
	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		last = 29;
	if (d > last)
		return false;
	*out = day_from(y, m, d);
	return true;
}

bool
day_parse(struct str s, struct day *out)
{
	return take_day(&s, out) && s.n == 0;
}

/* An optional fraction of a second, in microseconds; further digits go. */
static bool
take_fraction(struct str *s, int *us)
{
	int scale = 100000, count = 0;

	*us = 0;
	if (!take_char(s, '.'))
		return true;
	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; count++) {
		*us += (s->p[0] - '0') * scale;
		scale /= 10;
		*s = str_skip(*s, 1);
	}
	return count > 0;
}

/* "Z" or "+hh:mm", in minutes east. */
static bool
take_offset(struct str *s, int *minutes)
{
	int sign, h, m;

	*minutes = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	if (sign == 0 || !take(s, 2, &h) || !take_char(s, ':') ||
	    !take(s, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool
clock_parse(struct str s, struct when *out)
{
	struct day d;
	int h, m, sec, us, east;
	int64_t t;

	if (!take_day(&s, &d) || (!take_char(&s, 'T') && !take_char(&s, 't')) ||
	    !take(&s, 2, &h) || !take_char(&s, ':') || !take(&s, 2, &m) ||
	    !take_char(&s, ':') || !take(&s, 2, &sec) ||
	    !take_fraction(&s, &us) || !take_offset(&s, &east) || s.n != 0)
		return false;
	if (h > 23 || m > 59 || sec > 59)
		return false;
	t = d.n * DAY_US + (h * 3600 + (m - east) * 60 + sec) * SECOND_US + us;
	if (t <= 0 || t >= day_start(day_from(10000, 1, 1)).us)
		return false;
	out->us = t;
	return true;
}

void
clock_gmt(struct when w, char *out)
{
	clock_iso(w, out);
	out[10] = ' ';
	out[CLOCK_GMT_LEN] = '\0';
}

bool
clock_parse_gmt(struct str s, struct when *out)
{
	char iso[CLOCK_GMT_LEN + 1];

	if (s.n != CLOCK_GMT_LEN || s.p[10] != ' ')
		return false;
	memcpy(iso, s.p, CLOCK_GMT_LEN);
	iso[10] = 'T';
	iso[CLOCK_GMT_LEN] = 'Z';
	return clock_parse((struct str){ iso, sizeof(iso) }, out);
}
