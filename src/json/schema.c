/* A shape as a JSON Schema (2020-12, as in OpenAPI 3.1). */
#include "json/check.h"

#include "base/banned.h"

#define SAFE_INTEGER "9007199254740991"

static void
put_type(struct buf *b, const char *type, bool nullable)
{
	if (nullable)
		buf_printf(b, "\"type\":[\"%s\",\"null\"]", type);
	else
		buf_printf(b, "\"type\":\"%s\"", type);
}

/* A string, or where it is taken a whole number. */
static void
put_string(struct buf *b, const struct field *f, bool nullable, bool input)
{
	if (input && (f->flags & F_LOOSE) != 0)
		buf_printf(b, "\"type\":[\"string\",\"integer\"%s]",
		    nullable ? ",\"null\"" : "");
	else
		put_type(b, "string", nullable);
}

static void
put_labels(struct buf *b, const char *const *labels, bool nullable)
{
	buf_lit(b, ",\"enum\":[");
	for (size_t i = 0; labels[i] != NULL; i++) {
		if (i > 0)
			buf_char(b, ',');
		json_string(b, str_of(labels[i]));
	}
	if (nullable)
		buf_lit(b, ",null");
	buf_char(b, ']');
}

static void
put_json(struct buf *b, struct str format, bool nullable)
{
	if (str_is(format, "any")) {
		buf_lit(b, "\"type\":[\"object\",\"array\",\"string\","
		    "\"number\",\"boolean\",\"null\"],\"items\":{}");
	} else if (str_is(format, "array")) {
		put_type(b, "array", nullable);
		buf_lit(b, ",\"maxItems\":65536,\"items\":{}");
	} else {
		put_type(b, "object", nullable);
		buf_lit(b, ",\"additionalProperties\":true");
	}
}

static void
put_text(struct buf *b, const struct field *f, bool nullable, bool input)
{
	struct str format = str_of(f->format != NULL ? f->format : "");

	if ((f->flags & F_JSON) != 0) {
		put_json(b, format, nullable);
		return;
	}
	put_string(b, f, nullable, input);
	if (input && f->min > 0)
		buf_printf(b, ",\"minLength\":%lld", (long long)f->min);
	if (f->max > 0)
		buf_printf(b, ",\"maxLength\":%lld", (long long)f->max);
	if (str_is(format, "email"))	/* any letters before the "@" */
		buf_lit(b, ",\"format\":\"idn-email\"");
	else if (str_is(format, "uri"))
		buf_lit(b, ",\"format\":\"uri\"");
	else if (str_is(format, "currency"))
		buf_lit(b, ",\"pattern\":\"^[A-Z]{3}$\"");
	else if (str_is(format, "slug"))
		buf_lit(b, ",\"pattern\":\"^[a-z0-9][a-z0-9-]*$\"");
	else if (str_is(format, "code"))
		buf_lit(b, ",\"pattern\":\"^[A-Za-z0-9_-]+$\"");
}

static void
put_integer(struct buf *b, const struct field *f, bool nullable, bool input)
{
	if (input && (f->flags & F_LOOSE) != 0)
		buf_printf(b, "\"type\":[\"integer\",\"string\"%s],"
		    "\"pattern\":\"^-?[0-9]+$\",\"maxLength\":20",
		    nullable ? ",\"null\"" : "");
	else
		put_type(b, "integer", nullable);
	buf_lit(b, ",\"format\":\"int64\"");
	if (f->max != 0)
		buf_printf(b, ",\"minimum\":%lld,\"maximum\":%lld",
		    (long long)f->min, (long long)f->max);
	else
		buf_lit(b, ",\"minimum\":-" SAFE_INTEGER
		    ",\"maximum\":" SAFE_INTEGER);
}

static void
put_list(struct buf *b, const struct field *f, bool nullable, bool input)
{
	put_type(b, "array", nullable);
	if (input && f->min > 0)
		buf_printf(b, ",\"minItems\":%lld", (long long)f->min);
	buf_printf(b, ",\"maxItems\":%lld,\"items\":",
	    (long long)(f->max != 0 ? f->max : LIST_MAX));
	if (f->of != NULL) {
		buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}",
		    f->of->name);
		return;
	}
	if ((f->flags & F_IDS) != 0) {
		buf_lit(b, "{\"type\":[\"integer\",\"string\"],"
		    "\"minimum\":1,\"maximum\":" SAFE_INTEGER ","
		    "\"pattern\":\"^[1-9][0-9]*$\",\"maxLength\":19}");
		return;
	}
	buf_char(b, '{');
	put_string(b, f, false, input);
	if (f->labels != NULL)
		put_labels(b, f->labels, false);
	else
		buf_printf(b, ",\"maxLength\":%d", ITEM_MAX);
	buf_char(b, '}');
}

static void
put_id(struct buf *b, const struct field *f, bool nullable, bool input)
{
	bool number = (f->flags & F_ID_NUMBER) != 0;
	bool loose = input && (f->flags & F_LOOSE) != 0;

	if (number && !loose)
		put_type(b, "integer", nullable);
	else
		put_string(b, f, nullable, input);
	if (number)
		buf_lit(b, ",\"format\":\"int64\",\"minimum\":1,"
		    "\"maximum\":" SAFE_INTEGER);
	if (!number || loose)
		buf_lit(b, ",\"pattern\":\"^[1-9][0-9]*$\","
		    "\"maxLength\":20");
}

static void
put_decimal(struct buf *b, const struct field *f, bool nullable, bool input)
{
	if (input)
		buf_printf(b, "\"type\":[\"number\",\"string\"%s],"
		    "\"pattern\":\"^(0|[1-9][0-9]*)([.][0-9]+)?$\","
		    "\"maxLength\":%d", nullable ? ",\"null\"" : "",
		    DECIMAL_MAX);
	else
		put_type(b, "number", nullable);
	buf_printf(b, ",\"minimum\":%lld,\"maximum\":" SAFE_INTEGER,
	    (long long)f->min);
}

static void
put_reference(struct buf *b, const struct field *f, bool nullable)
{
	if (nullable)
		buf_printf(b, "\"oneOf\":[{\"$ref\":"
		    "\"#/components/schemas/%s\"},{\"type\":\"null\"}]",
		    f->of->name);
	else
		buf_printf(b, "\"allOf\":[{\"$ref\":"
		    "\"#/components/schemas/%s\"}]", f->of->name);
}

static void
put_kind(struct buf *b, const struct field *f, bool input)
{
	bool nullable = (f->flags & (F_NULLABLE | (input ? 0 : F_SECRET))) != 0;

	switch (f->type) {
	case T_BOOL:
		put_type(b, "boolean", nullable);
		break;
	case T_INT:
		put_integer(b, f, nullable, input);
		break;
	case T_ID:
		put_id(b, f, nullable, input);
		break;
	case T_STR:
		put_text(b, f, nullable, input);
		break;
	case T_TIME:
		put_type(b, "string", nullable);
		buf_str(b, f->format == NULL ?
		    STR(",\"format\":\"date-time\",\"maxLength\":40") :
		    STR(",\"pattern\":\"^\\\\d{4}-\\\\d{2}-\\\\d{2} "
		    "\\\\d{2}:\\\\d{2}:\\\\d{2}$\",\"maxLength\":19"));
		break;
	case T_DAY:
		put_type(b, "string", nullable);
		buf_lit(b, ",\"format\":\"date\",\"maxLength\":10");
		break;
	case T_LABEL:
		put_type(b, "string", nullable);
		put_labels(b, f->labels, nullable);
		break;
	case T_DECIMAL:
		put_decimal(b, f, nullable, input);
		break;
	case T_LIST:
		put_list(b, f, nullable, input);
		break;
	case T_RECORD:
		put_reference(b, f, nullable);
		break;
	}
}

void
json_schema_field(struct buf *b, const struct field *f, bool input)
{
	buf_char(b, '{');
	put_kind(b, f, input);
	if (f->doc != NULL) {
		buf_lit(b, ",\"description\":");
		json_string(b, str_of(f->doc));
	}
	if (f->example != NULL)
		buf_printf(b, ",\"examples\":[%s]", f->example);
	buf_char(b, '}');
}

/* What is lax takes whole numbers as text as well, and ids either way. */
static struct field
as_taken(const struct field *f, bool input, bool lax)
{
	struct field taken = *f;

	if (input && lax && (f->type == T_INT || f->type == T_ID))
		taken.flags |= F_LOOSE;
	return taken;
}

void
json_schema(struct buf *b, const struct shape *s, bool input, bool lax)
{
	size_t required = 0;

	buf_lit(b, "{\"type\":\"object\",\"properties\":{");
	for (size_t i = 0; i < s->n; i++) {
		struct field f = as_taken(&s->fields[i], input, lax);

		if (i > 0)
			buf_char(b, ',');
		json_string(b, str_of(f.name));
		buf_char(b, ':');
		json_schema_field(b, &f, input);
	}
	buf_char(b, '}');
	for (size_t i = 0; i < s->n; i++) {
		if ((s->fields[i].flags & (F_OPTIONAL | F_OMIT)) != 0 ||
		    (input && (s->fields[i].flags & F_REQUIRED) == 0))
			continue;
		buf_str(b, required++ == 0 ? STR(",\"required\":[") : STR(","));
		json_string(b, str_of(s->fields[i].name));
	}
	if (required > 0)
		buf_char(b, ']');
	buf_printf(b, ",\"additionalProperties\":%s}",
	    input && lax ? "true" : "false");
}
