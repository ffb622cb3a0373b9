/*
 * Query strings: what is decoded is the same when it is written once more, with
 * brackets and with filters as JSON.
 */
#include <json.h>

#include "fuzz.h"
#include "json/shape.h"
#include "base/banned.h"

struct asked {
	int64_t page, least;
	uint64_t owner, loose;
	struct day from, to;
	struct when since;
	struct str email, q;
	int state, sort;
	bool flag;
	struct decimal amount;
	struct list ids, names;
};

static const char *const states[] = { "pending", "denied", NULL };
static const char *const directions[] = { "asc", "desc", NULL };

SHAPE(asked_shape, struct asked, "Asked",
    FIELD(struct asked, page, "page", .min = 1, .max = 1000000),
    FIELD(struct asked, least, "filters[amount][from]"),
    FIELD(struct asked, owner, "filters[id]"),
    FIELD(struct asked, loose, "promoter_id", .flags = F_LOOSE),
    FIELD(struct asked, from, "filters[created_at][from]"),
    FIELD(struct asked, to, "filters[created_at][to]"),
    FIELD(struct asked, since, "since"),
    FIELD(struct asked, email, "filters[email]", .format = "email",
	.max = 254),
    FIELD(struct asked, q, "q", .min = 1, .max = 60),
    FIELD(struct asked, state, "filters[state]", .labels = states),
    FIELD(struct asked, sort, "sorting[created_at]", .labels = directions),
    FIELD(struct asked, flag, "filters[archived]"),
    FIELD(struct asked, amount, "amount"),
    FIELD(struct asked, ids, "ids", .flags = F_LOOSE, .min = 1, .max = 5),
    FIELD(struct asked, names, "filters[names]", .max = 3));

static struct str
encode(struct arena *a, const struct asked *r)
{
	struct buf b;

	buf_init(&b, a, 256);
	json_encode(&b, &asked_shape, r, false);
	return buf_view(&b);
}

static void
put_pair(struct arena *a, struct buf *b, struct str name, bool item,
    struct str value)
{
	buf_printf(b, "&%.*s%s=%.*s", STR_ARG(fuzz_percent(a, name)),
	    item ? "[]" : "", STR_ARG(fuzz_percent(a, value)));
}

/* filters[a][b] as filters={"a":{"b":value}} */
static void
put_filter(struct arena *a, struct buf *b, struct str name, struct str value)
{
	struct str part;
	struct buf json;
	int depth = 0;

	buf_init(&json, a, 64);
	(void)str_cut(name, '[', &part, &name);
	for (; name.n > 0; depth++) {
		(void)str_cut(name, ']', &part, &name);
		buf_printf(&json, "{\"%.*s\":", STR_ARG(part));
		name = str_skip(name, name.n > 0);
	}
	buf_str(&json, value);
	while (depth-- > 0)
		buf_char(&json, '}');
	put_pair(a, b, STR("filters"), false, buf_view(&json));
}

static void
put_field(struct arena *a, struct buf *b, const struct field *f, bool json,
    json_object *v)
{
	struct str name = str_of(f->name);

	if (json && str_has_prefix(name, STR("filters["))) {
		put_filter(a, b, name,
		    str_of(json_object_to_json_string(v)));
	} else if (f->type != T_LIST) {
		put_pair(a, b, name, false, str_of(json_object_get_string(v)));
	} else {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			put_pair(a, b, name, true,
			    str_of(json_object_get_string(
			    json_object_array_get_idx(v, i))));
	}
}

/* The record as a query string. */
static struct str
ask(struct arena *a, struct str record, uint64_t given, bool json)
{
	json_object *top = json_tokener_parse(str_c(a, record));
	struct buf b;

	buf_init(&b, a, 256);
	for (size_t i = 0; i < asked_shape.n; i++)
		if ((given >> i & 1) != 0)
			put_field(a, &b, &asked_shape.fields[i], json,
			    json_object_object_get(top,
			    asked_shape.fields[i].name));
	json_object_put(top);
	return buf_view(&b);
}

static bool
decode(struct arena *a, struct str query, bool lax, struct asked *r,
    uint64_t *given)
{
	struct complaints wrong;
	enum err e;

	*r = (struct asked){ .page = 0 };
	complaints_init(&wrong);
	e = query_decode(a, query, &asked_shape, lax, r, given, &wrong);
	INVARIANT((e == OK) == (wrong.n == 0));
	return e == OK;
}

static void
run(struct arena *a, struct str query)
{
	struct asked r, again;
	uint64_t given, given_again;

	(void)!decode(a, query, true, &r, &given);
	if (!decode(a, query, false, &r, &given))
		return;
	for (int json = 0; json < 2; json++) {
		struct str text = encode(a, &r);

		INVARIANT(decode(a, ask(a, text, given, json), false, &again,
		    &given_again));
		INVARIANT(given == given_again);
		INVARIANT(str_eq(text, encode(a, &again)));
	}
}

const struct target fuzz_query = { "query", NULL, run };
