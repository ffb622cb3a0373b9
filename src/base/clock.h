/*
 * Time: microseconds since 1970 in UTC, and days since 1970-01-01.
 * Zero microseconds is "absent" (null); the program handles no time before
 * 1970.  Calendar: proleptic Gregorian, years 1970 to 9999.
 */
#ifndef AFF_BASE_CLOCK_H
#define AFF_BASE_CLOCK_H

#include "base/str.h"

struct when {
	int64_t us;
};

struct day {
	int32_t n;	/* 1970-01-01 is 0; DAY_NONE is absent */
};

#define DAY_NONE	((struct day){ INT32_MIN })
#define SECOND_US	INT64_C(1000000)
#define DAY_US		(INT64_C(86400) * SECOND_US)
#define CLOCK_ISO_LEN	24	/* 2026-11-21T02:19:00.000Z */
#define CLOCK_GMT_LEN	19	/* 2026-11-21 02:19:00 */

struct when clock_now(void);
int64_t clock_monotonic_us(void);	/* for durations */
struct when when_add(struct when, int64_t seconds);

/* ISO 8601 with milliseconds; out has room for CLOCK_ISO_LEN + 1. */
void clock_iso(struct when, char *out);
/* RFC 3339: a date, T, a time, an optional fraction, Z or an offset. */
MUST_CHECK bool clock_parse(struct str, struct when *);
/* The same without T and Z, in whole seconds; room as for clock_iso. */
void clock_gmt(struct when, char *out);
MUST_CHECK bool clock_parse_gmt(struct str, struct when *);

struct day day_of(struct when);
struct when day_start(struct day);
struct when day_end(struct day);	/* its last microsecond */
struct day day_from(int year, int month, int mday);
void day_split(struct day, int *year, int *month, int *mday);
void day_iso(struct day, char out[11]);
MUST_CHECK bool day_parse(struct str, struct day *);	/* YYYY-MM-DD */

#endif
