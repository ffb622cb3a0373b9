/* See all_shape.h. */
#include "all_shape.h"
#include "base/banned.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

SHAPE(line_shape, struct line, "Line",
    FIELD(struct line, id, "id"),
    FIELD(struct line, amount, "amount", .flags = F_REQUIRED, .min = 1,
	.max = 100));

SHAPE(all_shape, struct all, "All",
    FIELD(struct all, flag, "flag"),
    FIELD(struct all, count, "count", .min = -5, .max = 10),
    FIELD(struct all, free_count, "freeCount"),
    FIELD(struct all, id, "id", .flags = F_NULLABLE),
    FIELD(struct all, number, "number", .flags = F_ID_NUMBER),
    FIELD(struct all, text, "text", .flags = F_NULLABLE, .min = 2, .max = 4,
	.doc = "Some \"text\"", .example = "\"abc\""),
    FIELD(struct all, name, "name", .min = 1),
    FIELD(struct all, email, "email", .max = 254, .format = "email"),
    FIELD(struct all, uri, "uri", .max = 2000, .format = "uri"),
    FIELD(struct all, currency, "currency", .format = "currency"),
    FIELD(struct all, slug, "slug", .max = 60, .format = "slug"),
    FIELD(struct all, code, "code", .max = 40, .format = "code"),
    FIELD(struct all, secret, "secret", .flags = F_SECRET, .max = 40),
    FIELD(struct all, time, "time", .flags = F_NULLABLE),
    FIELD(struct all, day, "day", .flags = F_NULLABLE),
    FIELD(struct all, label, "colour", .labels = colours),
    FIELD(struct all, tags, "tags", .min = 1, .max = 3),
    FIELD(struct all, kinds, "kinds", .labels = colours),
    FIELD(struct all, lines, "lines", .of = &line_shape),
    FIELD(struct all, one, "one", .flags = F_NULLABLE, .of = &line_shape),
    FIELD(struct all, price, "price", .flags = F_NULLABLE));

SHAPE(needy_shape, struct all, "Needy",
    FIELD(struct all, id, "id", .flags = F_REQUIRED),
    FIELD(struct all, text, "text", .flags = F_REQUIRED | F_NULLABLE,
	.max = 40),
    FIELD(struct all, tags, "tags"));
