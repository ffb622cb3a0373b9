/*
 * What the strict scanner takes, json-c takes too and writes again as strict
 * JSON; what is decoded to a record is written as strict JSON, which decodes to
 * the same text, and stays JSON when it is laid out.  What is kept as text is
 * strict JSON, also when a patch was merged into it, which is the same once
 * more.
 */
#include <json.h>

#include "fuzz.h"
#include "json/shape.h"
#include "base/banned.h"

struct line {
	uint64_t id;
	int64_t amount;
};

struct all {
	bool flag;
	int64_t count;
	uint64_t id;
	struct str text, email, uri;
	struct when time;
	struct day day;
	int label;
	struct list tags, lines;
};

static const char *const colours[] = { "red", "green", NULL };

SHAPE(line_shape, struct line, "Line",
    FIELD(struct line, id, "i", .flags = F_NULLABLE),
    FIELD(struct line, amount, "a", .min = -9, .max = 9));

SHAPE(all_shape, struct all, "All",
    FIELD(struct all, flag, "f"),
    FIELD(struct all, count, "c"),
    FIELD(struct all, id, "i", .flags = F_NULLABLE),
    FIELD(struct all, text, "t", .flags = F_NULLABLE),
    FIELD(struct all, email, "e", .flags = F_NULLABLE, .format = "email"),
    FIELD(struct all, uri, "u", .flags = F_NULLABLE, .format = "uri"),
    FIELD(struct all, time, "w", .flags = F_NULLABLE),
    FIELD(struct all, day, "d", .flags = F_NULLABLE),
    FIELD(struct all, label, "l", .flags = F_NULLABLE, .labels = colours),
    FIELD(struct all, tags, "s"),
    FIELD(struct all, lines, "n", .of = &line_shape));

static bool
lint(struct str s)
{
	const char *why;
	size_t at;

	return json_lint(s, &why, &at);
}

/* In an array, since json-c waits for more behind a number or a word. */
static void
compare_with_jsonc(struct arena *a, struct str text)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
	struct str list = str_printf(a, "[%.*s]", STR_ARG(text));
	json_object *o;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, list.p, (int)list.n);
	INVARIANT(json_tokener_get_error(tok) == json_tokener_success);
	INVARIANT(json_object_array_length(o) == 1);
	INVARIANT(lint(str_of(json_object_to_json_string(
	    json_object_array_get_idx(o, 0)))));
	json_object_put(o);
	json_tokener_free(tok);
}

static struct str
encode(struct arena *a, const struct all *r)
{
	struct buf b;

	buf_init(&b, a, 64);
	json_encode(&b, &all_shape, r, false);
	INVARIANT(lint(buf_view(&b)));
	return buf_view(&b);
}

/* The record, once written, is the same when it is read again. */
static void
there_and_back(struct arena *a, const struct all *r)
{
	struct str text = encode(a, r);
	struct all again = { .count = 0 };
	struct complaints wrong;
	struct buf laid_out;
	uint64_t given;

	complaints_init(&wrong);
	INVARIANT(json_decode(a, text, &all_shape, false, &again, &given,
	    &wrong) == OK);
	INVARIANT(str_eq(encode(a, &again), text));
	buf_init(&laid_out, a, 2 * text.n);
	json_pretty(&laid_out, text);
	INVARIANT(lint(buf_view(&laid_out)));
}

struct kept {
	struct str target, patch;
};

SHAPE(kept_shape, struct kept, "Kept",
    FIELD(struct kept, target, "t", .flags = F_JSON | F_NULLABLE,
	.format = "any"),
    FIELD(struct kept, patch, "p", .flags = F_JSON | F_NULLABLE,
	.format = "any"));

static void
merge(struct arena *a, struct str text)
{
	struct kept k = { .target = STR_NULL };
	struct complaints wrong;
	uint64_t given;
	struct str both;

	complaints_init(&wrong);
	if (json_decode(a, text, &kept_shape, true, &k, &given, &wrong) != OK)
		return;
	INVARIANT(k.target.p == NULL || lint(k.target));
	both = json_merge(a, k.target, k.patch);
	INVARIANT((both.p == NULL) == (k.patch.p == NULL));
	if (both.p == NULL)
		return;
	INVARIANT(lint(both));
	INVARIANT(str_eq(json_merge(a, both, k.patch), both));
}

static void
run(struct arena *a, struct str text)
{
	struct complaints wrong;
	uint64_t given;
	enum err e;

	for (int lax = 0; lax < 2; lax++) {
		struct all r = { .count = 0 };

		complaints_init(&wrong);
		e = json_decode(a, text, &all_shape, lax, &r, &given, &wrong);
		INVARIANT((e == OK) == (wrong.n == 0));
		INVARIANT(e != ERR_INVALID || lint(text));
		if (e == OK)
			there_and_back(a, &r);
	}
	merge(a, text);
	if (lint(text))
		compare_with_jsonc(a, text);
}

const struct target fuzz_json = { "json", NULL, run };
