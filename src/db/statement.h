/*
 * The table that sql/compile.awk makes of sql/queries, by enum query.
 *
 * The parts of a statement stand behind each other: its head, its where
 * fragments, its order fragments, its row (rows), its tail (tail).
 */
#ifndef AFF_DB_STATEMENT_H
#define AFF_DB_STATEMENT_H

#include <stdint.h>

#include "base/compiler.h"
#include "db/queries.h"

struct sql_part {
	const char *name;	/* of the statement or the fragment */
	const char *params;	/* n bytes: number of the name behind each ? */
	unsigned n;
	const char *sql;
};

/* Forced where all of the wheres and one of the orders (0: any) are chosen. */
struct sql_index {
	const char *sql;
	uint32_t wheres, orders;
};

#define SQL_PARAM_NAMES	200	/* different names in a statement, at most */

struct statement {
	const char *name;
	const struct sql_part *parts;
	unsigned wheres, orders;
	bool rows, tail;
	bool writes;		/* or locks: only in a transaction */
	bool nowait;		/* 1205 says that somebody else is at it */
	const struct sql_index *indexes;	/* the first that fits */
	unsigned n_indexes, index_at;		/* at this place of the head */
};

/* What stands there in the variant with these wheres and that order. */
const char *statement_index(const struct statement *, uint32_t wheres,
    unsigned order);

extern const struct statement statements[QUERY_COUNT];

#endif
