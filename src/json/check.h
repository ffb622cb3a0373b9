/* Checks of single values, shared by JSON bodies and query strings. */
#ifndef AFF_JSON_CHECK_H
#define AFF_JSON_CHECK_H

#include "json/shape.h"

/* Bounds of a field that names none of its own (.max 0). */
#define LIST_MAX	1000			/* items */
#define ITEM_MAX	1000			/* characters of one string */
#define INTEGER_MAX	INT64_C(9007199254740991)	/* as in I-JSON */
#define DECIMAL_MAX	20			/* characters */
#define DIGITS_MAX	20			/* of a number as text */

/* Where a value goes, and what it is called when it is wrong. */
struct place {
	struct arena *arena;
	const struct field *field;
	struct str path;
	char *at;			/* in the record */
	struct complaints *wrong;
};

/* Each stores the value or complains. */
void check_int(const struct place *, int64_t);
void check_text(const struct place *, struct str);	/* T_STR */
void check_id(const struct place *, struct str);
void check_label(const struct place *, struct str);
void check_time(const struct place *, struct str);
void check_day(const struct place *, struct str);
void check_decimal(const struct place *, struct str);
/* Stores nothing. */
MUST_CHECK bool check_count(const struct place *, size_t items);
/* One item of a list of strings. */
void check_item(const struct place *, struct str);

/*
 * Where callers are lax: an empty text that can be none of its values is as if
 * it were not there, as forms send what was not filled in.  Not so of booleans:
 * what is not said of them may be yes.
 */
MUST_CHECK bool check_is_none(const struct field *, struct str);

/* The byte that the %XX at the front stands for. */
MUST_CHECK bool check_percent(struct str, unsigned char *byte);

/* Marks days and labels as absent: for them that is not 0. */
void check_defaults(const struct shape *, void *record);

#endif
