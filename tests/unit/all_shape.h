/* A record with a field of every type and format, for the tests of json. */
#ifndef AFF_TESTS_ALL_SHAPE_H
#define AFF_TESTS_ALL_SHAPE_H

#include "json/shape.h"

struct line {
	uint64_t id;
	int64_t amount;
};

struct all {
	bool flag;
	int64_t count, free_count;
	uint64_t id, number;
	struct str text, name, email, uri, currency, slug, code, secret;
	struct when time;
	struct day day;
	int label;
	struct list tags, kinds, lines;
	struct line one;
	struct decimal price;
};

extern const struct shape line_shape, all_shape;
extern const struct shape needy_shape;	/* of some required fields */

#endif
