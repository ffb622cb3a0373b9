/*
 * Inside src/db: the connection and its prepared statements.
 *
 * A prepared statement belongs to the connection that was open when it was
 * made; all are dropped before the next connection is opened.
 *
 * A transaction that was broken (by a deadlock, a lost connection, anything
 * after which its effect is not whole) stays broken: nothing more runs in it,
 * so that a caller who overlooks an error can't commit half of his work.
 */
#ifndef AFF_DB_INTERNAL_H
#define AFF_DB_INTERNAL_H

#include <mysql.h>

#include "db/db.h"
#include "db/statement.h"

#define DUPLICATE_ROOM	65	/* a key's name is at most 64 characters */

/* Where one parameter or one column of a row stands while it is on its way. */
struct slot {
	int64_t number;
	MYSQL_TIME time;
	unsigned long length;
	my_bool null, error;
};

struct prepared {
	struct prepared *next;	/* of the same query */
	const struct statement *def;
	uint32_t wheres;
	unsigned order;
	size_t rows;
	MYSQL_STMT *stmt;

	size_t n_args;		/* that the caller gives */
	size_t n_params;	/* that the server takes */
	uint16_t *arg_of;	/* for each parameter its argument */
	MYSQL_BIND *params;
	struct slot *param_slots;

	const struct shape *shape;	/* that the columns are bound to */
	size_t n_columns;
	const struct field **field_of;
	MYSQL_BIND *columns;
	struct slot *column_slots;
	char *text;		/* room of the columns' strings */
};

struct db {
	struct arena memory;	/* settings, and text while it is joined */
	struct db_conf conf;
	MYSQL *mysql;		/* NULL: not connected */
	struct prepared *prepared[QUERY_COUNT];
	uint64_t statements;
	int64_t closed_until;	/* monotonic: no attempt to connect before */
	bool complained;	/* of a failed connect, in the log */
	bool fresh;		/* nothing ran on this connection so far */
	bool in_tx;
	enum err broken;	/* why the transaction can't go on, or OK */
	unsigned last_error;	/* the server's number */
	char duplicate[DUPLICATE_ROOM];
	unsigned char *rows;	/* a result while its length is not known */
	size_t rows_room;
};

/* conn.c */
MUST_CHECK enum err conn_need(struct db *);	/* opens it where it is not */
void conn_close(struct db *);
MUST_CHECK enum err conn_query(struct db *, const char *sql, const char *name);

/* fail.c: the server's error number to ours; closes what is of no more use. */
enum err db_failed(struct db *, const struct statement *, unsigned number,
    const char *message, const char *name);
bool db_error_is_retry(unsigned number);

/* fault.c: OK, or what a test has ordered to go wrong here. */
#ifdef AFF_FAULTS
MUST_CHECK enum err fault_here(struct db *, const struct statement *,
    const char *name);
#else
MUST_CHECK static inline enum err
fault_here(struct db *db, const struct statement *def, const char *name)
{
	(void)db;
	(void)def;
	(void)name;
	return OK;
}
#endif

/* prepare.c */
struct variant {
	enum query q;
	uint32_t wheres;
	unsigned order;
	size_t rows;		/* 1, or as often as the row is repeated */
};
MUST_CHECK enum err prepare(struct db *, const struct variant *,
    struct prepared **);
void prepared_done(struct prepared *);	/* drops what is not kept */
void prepared_drop_all(struct db *);
/* Arguments of each row of a statement with rows. */
size_t statement_row_args(const struct statement *);

/* bind.c */
void bind_args(struct prepared *, const struct arg *);
void bind_columns(struct prepared *, const struct shape *);
/* The row that was fetched; false when the server's answer broke off. */
MUST_CHECK bool read_row(struct prepared *, struct arena *, void *record);

#endif
