/* Writing records as JSON, straight into a buffer. */
#include "json/shape.h"

#include "base/banned.h"

void
json_string(struct buf *b, struct str s)
{
	size_t from = 0;

	if (s.p == NULL) {
		buf_lit(b, "null");
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_put(b, s.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_put(b, c == '"' ? "\\\"" : "\\\\", 2);
		else if (c == '\n')
			buf_lit(b, "\\n");
		else if (c == '\t')
			buf_lit(b, "\\t");
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_put(b, s.p + from, s.n - from);
	buf_char(b, '"');
}

static void
put_str(struct buf *b, const struct field *f, struct str s)
{
	if ((f->flags & F_JSON) != 0 && s.p != NULL)
		buf_str(b, s);
	else
		json_string(b, s);
}

static void
put_id(struct buf *b, uint64_t id, bool number)
{
	if (id == 0) {
		buf_lit(b, "null");
		return;
	}
	if (!number)
		buf_char(b, '"');
	buf_u64(b, id);
	if (!number)
		buf_char(b, '"');
}

static void
put_time(struct buf *b, const struct field *f, struct when w)
{
	bool gmt = f->format != NULL;
	char text[CLOCK_ISO_LEN + 1];

	if (w.us == 0) {
		buf_lit(b, "null");
		return;
	}
	if (gmt)
		clock_gmt(w, text);
	else
		clock_iso(w, text);
	buf_char(b, '"');
	buf_put(b, text, gmt ? CLOCK_GMT_LEN : CLOCK_ISO_LEN);
	buf_char(b, '"');
}

static void
put_day(struct buf *b, struct day d)
{
	char text[11];

	if (d.n == DAY_NONE.n) {
		buf_lit(b, "null");
		return;
	}
	day_iso(d, text);
	buf_char(b, '"');
	buf_put(b, text, 10);
	buf_char(b, '"');
}

static void
put_list(struct buf *b, const struct field *f, const struct list *l,
    bool masked)
{
	const bool ids = (f->flags & F_IDS) != 0;
	const uint64_t *id = l->items;
	const struct str *text = l->items;

	if (f->of != NULL) {
		json_encode_list(b, f->of, l, masked, UINT64_MAX);
		return;
	}
	buf_char(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			buf_char(b, ',');
		if (ids)
			buf_u64(b, id[i]);
		else
			json_string(b, text[i]);
	}
	buf_char(b, ']');
}

/* A nested record is absent when its first field is an id of 0. */
static bool
absent(const struct field *f, const char *at)
{
	const struct field *first = f->of->fields;

	return (f->flags & (F_NULLABLE | F_OMIT)) != 0 &&
	    first->type == T_ID &&
	    *(const uint64_t *)(const void *)(at + first->at) == 0;
}

static bool
is_null(const struct field *f, const void *p)
{
	switch (f->type) {
	case T_ID:
		return *(const uint64_t *)p == 0;
	case T_STR:
		return ((const struct str *)p)->p == NULL;
	case T_TIME:
		return ((const struct when *)p)->us == 0;
	case T_DAY:
		return ((const struct day *)p)->n == DAY_NONE.n;
	case T_LABEL:
		return *(const int *)p < 0;
	case T_DECIMAL:
		return ((const struct decimal *)p)->text.p == NULL;
	case T_RECORD:
		return absent(f, p);
	case T_LIST:
		return ((const struct list *)p)->items == NULL;
	case T_BOOL:
	case T_INT:
		break;
	}
	return false;
}

static void
put_value(struct buf *b, const struct field *f, const char *at, bool masked)
{
	const void *p = at;
	struct str text;
	int label;

	switch (f->type) {
	case T_BOOL:
		buf_str(b, *(const bool *)p ? STR("true") : STR("false"));
		break;
	case T_INT:
		buf_i64(b, *(const int64_t *)p);
		break;
	case T_ID:
		put_id(b, *(const uint64_t *)p, f->flags & F_ID_NUMBER);
		break;
	case T_STR:
		put_str(b, f, *(const struct str *)p);
		break;
	case T_TIME:
		put_time(b, f, *(const struct when *)p);
		break;
	case T_DAY:
		put_day(b, *(const struct day *)p);
		break;
	case T_LABEL:
		label = *(const int *)p;
		json_string(b, label < 0 ? STR_NULL : str_of(f->labels[label]));
		break;
	case T_DECIMAL:
		text = ((const struct decimal *)p)->text;
		buf_str(b, text.p == NULL ? STR("null") : text);
		break;
	case T_LIST:
		put_list(b, f, p, masked);
		break;
	case T_RECORD:
		if (absent(f, at))
			buf_lit(b, "null");
		else
			json_encode(b, f->of, p, masked);
		break;
	}
}

void
json_encode(struct buf *b, const struct shape *s, const void *record,
    bool masked)
{
	json_encode_some(b, s, record, masked, UINT64_MAX);
}

void
json_encode_some(struct buf *b, const struct shape *s, const void *record,
    bool masked, uint64_t members)
{
	const char *sep = "\"";

	buf_char(b, '{');
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];

		if ((members >> i & 1) == 0 || ((f->flags & F_OMIT) != 0 &&
		    is_null(f, (const char *)record + f->at)))
			continue;
		buf_str(b, str_of(sep));
		sep = ",\"";
		buf_str(b, str_of(f->name));
		buf_lit(b, "\":");
		if (masked && (f->flags & F_SECRET) != 0)
			buf_lit(b, "null");
		else
			put_value(b, f, (const char *)record + f->at, masked);
	}
	buf_char(b, '}');
}

void
json_encode_list(struct buf *b, const struct shape *s, const struct list *l,
    bool masked, uint64_t members)
{
	const char *record = l->items;

	buf_char(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			buf_char(b, ',');
		json_encode_some(b, s, record + i * s->size, masked, members);
	}
	buf_char(b, ']');
}
