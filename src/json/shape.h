/*
 * A record is described once, by a table of fields over a C struct; the same
 * table decodes and validates JSON and query strings, binds database columns
 * and parameters, writes JSON and prints its schema.
 *
 * The C type of a member says what it is (_Generic):
 *   bool         boolean            int64_t      integer
 *   uint64_t     id: on the wire a string of digits; 0 is null
 *   struct str   string             struct when  time, ISO 8601; 0 is null
 *   struct day   date               int          one of .labels, by its index
 *   struct list  array of .of (records) or, without .of, of strings
 *   struct decimal  number with digits behind the point, as it is written
 *   any other    a nested record: .of
 * A string whose p is NULL is null.  An int of -1 is null.  A nested record
 * with F_NULLABLE is null when its first field is an id of 0.  A list without
 * items is empty, and null only for F_OMIT.
 */
#ifndef AFF_JSON_SHAPE_H
#define AFF_JSON_SHAPE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

enum field_type {
	T_BOOL, T_INT, T_ID, T_STR, T_TIME, T_DAY, T_LABEL, T_DECIMAL, T_LIST,
	T_RECORD,
};

enum {
	F_REQUIRED = 1,		/* input: must be there and not null */
	F_NULLABLE = 2,		/* input: null is taken; output: may be null */
	F_SECRET = 4,		/* shown once: null in a stored answer */
	F_ID_NUMBER = 8,	/* an id that is a JSON number on this face */
	F_BYTES = 16,		/* database only: str holds raw bytes */
	F_JSON = 32,		/* str holds JSON: an object, or see .format */
	F_LOOSE = 64,		/* input: ids and names may come as numbers,
				 * and numbers as text; in a query a list of
				 * one without [] */
	F_OPTIONAL = 128,	/* output: may be left out */
	F_IDS = 256,		/* a list of ids, uint64_t, as numbers; in a
				 * body only */
	F_OMIT = 512,		/* output: is left out where it is null */
};

struct list {
	void *items;		/* n records of the shape, or struct str */
	size_t n;
};

/*
 * "100.10": taken as a JSON number or as a string, without sign and exponent;
 * written as a number with just these digits.  Never a double on the way.
 * Absent (null): text.p is NULL.  Not in the database.
 */
struct decimal {
	struct str text;
};

struct field {
	const char *name;	/* on the wire; in the database: the column */
	enum field_type type;
	size_t at;		/* offsetof in the record */
	unsigned flags;
	/* Integer: range; string: characters; list: items. max 0: no bound.
	 * Decimal: min, of what is written. */
	int64_t min, max;
	const char *const *labels;	/* T_LABEL: NULL-terminated */
	const struct shape *of;
	const char *format;	/* OpenAPI format that is checked: email, uri,
				 * currency, slug, code; of F_JSON: array, any;
				 * of a time: gmt (YYYY-MM-DD HH:MM:SS) */
	const char *doc;	/* one line for the API document */
	const char *example;	/* JSON text */
};

struct shape {
	const char *name;	/* of the schema in the API document */
	size_t size;		/* of the C struct */
	const struct field *fields;
	size_t n;		/* at most 64 */
};

#define FIELD_TYPE(type, member) _Generic(((type *)0)->member, \
	bool: T_BOOL, int64_t: T_INT, uint64_t: T_ID, struct str: T_STR, \
	struct when: T_TIME, struct day: T_DAY, int: T_LABEL, \
	struct decimal: T_DECIMAL, struct list: T_LIST, default: T_RECORD)

/* FIELD(struct campaign, landing_url, "landingUrl", .flags = F_REQUIRED) */
#define FIELD(rec, member, wire, ...) \
	{ .name = (wire), .type = FIELD_TYPE(rec, member), \
	  .at = offsetof(rec, member), __VA_ARGS__ }
/* COLUMN(struct campaign, landing_url): the column has the member's name. */
#define COLUMN(type, member, ...) FIELD(type, member, #member, __VA_ARGS__)

/* SHAPE(campaign_row, struct campaign, "Campaign", fields...); */
/* In a header: extern const struct shape campaign_row; */
#define SHAPE(var, type, wire, ...) \
	extern const struct shape var; \
	static const struct field var##_fields[] = { __VA_ARGS__ }; \
	const struct shape var = { (wire), sizeof(type), var##_fields, \
	    LEN(var##_fields) }

#define FIELD_MAX 64

/* What was wrong with an input: every wrong field at once. */
struct complaint {
	struct complaint *next;
	struct str field;	/* "lines[2].amount" */
	struct str message;
};

struct complaints {
	struct complaint *first, **end;
	size_t n;		/* at most 50 are kept */
};

void complaints_init(struct complaints *);
void complain(struct complaints *, struct arena *, struct str field,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* What was given and is wrong is complained of already. */
void complain_missing(struct complaints *, struct arena *, struct str field);

/*
 * json/in.c: text to record.  *given gets one bit per field that was present
 * (by its index in the shape), for partial updates.  Strings are copied to the
 * arena.  ERR_BAD_JSON: not strict JSON or no object (the complaint says
 * where); ERR_INVALID: fields named in the complaints.  Unknown members are
 * complained of unless lax; if lax, an empty text that can be no value of its
 * field is left out (see check_is_none).
 */
MUST_CHECK enum err json_decode(struct arena *, struct str text,
    const struct shape *, bool lax, void *record, uint64_t *given,
    struct complaints *);
/*
 * The same from "a=1&b=x" (percent-decoded here); scalars, and lists as a[]=
 * or a[0]=, without empty items if lax.  A field may be named
 * "filters[at][from]"; all that begin with filters[ may also come as one JSON
 * object: filters={"at":{"from":"2026-01-01"}}.
 */
MUST_CHECK enum err query_decode(struct arena *, struct str query,
    const struct shape *, bool lax, void *record, uint64_t *given,
    struct complaints *);

/* json/lint.c: strict RFC 8259 and I-JSON, before json-c sees it. *at: byte. */
#define JSON_MAX_DEPTH 32
MUST_CHECK bool json_lint(struct str text, const char **why, size_t *at);

/* json/out.c: record to text.  masked: F_SECRET fields are written as null. */
void json_encode(struct buf *, const struct shape *, const void *record,
    bool masked);
/* Only the members of these bits, by their index in the shape. */
void json_encode_some(struct buf *, const struct shape *, const void *record,
    bool masked, uint64_t members);
/* An array of records; members as above, or UINT64_MAX for all. */
void json_encode_list(struct buf *, const struct shape *, const struct list *,
    bool masked, uint64_t members);
/*
 * An array of {field, text}, under these names: what is wrong with a field,
 * and with whole also what is wrong with the input as such.
 */
void json_complaints(struct buf *, const struct complaints *,
    const char *field, const char *text, bool whole);
/* Quoted and escaped, or null. */
void json_string(struct buf *, struct str);

/*
 * json/text.c: RFC 7386.  Both are well-formed, and target may be absent; the
 * result is absent where the patch is.
 */
struct str json_merge(struct arena *, struct str target, struct str patch);

/* The members of an object. */
struct json_member {
	struct str name;
	struct str json;		/* its value as it is written */
	struct str text;		/* of a string; else absent */
};
struct list json_members(struct arena *, struct str object);

/* json/pretty.c: well-formed JSON without white space, laid out. */
void json_pretty(struct buf *, struct str);

/* json/schema.c: the shape as a JSON Schema (OpenAPI 3.1) object. */
void json_schema(struct buf *, const struct shape *, bool input, bool lax);
void json_schema_field(struct buf *, const struct field *, bool input);

#endif
