/*
 * What the server's error numbers mean to the program.
 *
 * Unexpected ones are logged by number and by the name of the statement.  The
 * server's text holds values of rows: it is not logged.
 */
#include <mysqld_error.h>

#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

/* Connector/C's own numbers; 2030 to 2036 are for wrong use of statements. */
#define CLIENT_FIRST	2000
#define CLIENT_LAST	2999
#define CLIENT_USE	2030
#define CLIENT_LOST	2055	/* 2013 with the system's error */
#define CLIENT_MORE	5000

/*
 * A deadlock or a wait for the lock on a table's counter has a number of its
 * own: an INSERT ... SELECT holds that lock while it waits for rows.
 */
bool
db_error_is_retry(unsigned number)
{
	return number == ER_LOCK_DEADLOCK ||
	    number == ER_LOCK_WAIT_TIMEOUT || number == ER_CHECKREAD ||
	    number == ER_AUTOINC_READ_FAILED;
}

static bool
is_client(unsigned number)
{
	return number >= CLIENT_MORE ||
	    (number >= CLIENT_FIRST && number <= CLIENT_LAST);
}

/* The connection is gone, or leads to a server that can't do our work. */
static bool
is_lost(unsigned number)
{
	switch (number) {
	case 0:		/* Connector/C had no memory, and does not say so */
	case ER_SERVER_SHUTDOWN:
	case ER_UNKNOWN_COM_ERROR:	/* Galera: this node is not ready */
	case ER_NEW_ABORTING_CONNECTION:
	case ER_NET_READ_ERROR:
	case ER_NET_READ_INTERRUPTED:
	case ER_NET_ERROR_ON_WRITE:
	case ER_NET_WRITE_INTERRUPTED:
	case ER_OPTION_PREVENTS_STATEMENT:	/* read-only */
	case ER_READ_ONLY_MODE:
	case ER_UNKNOWN_STMT_HANDLER:
	case ER_CONNECTION_KILLED:
		return true;
	default:
		return (number >= CLIENT_FIRST && number < CLIENT_USE) ||
		    number == CLIENT_LOST;
	}
}

/* The server is there and can't do it now. */
static bool
is_unavailable(unsigned number)
{
	switch (number) {
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_CON_COUNT_ERROR:
	case ER_OUTOFMEMORY:
	case ER_OUT_OF_SORTMEMORY:
	case ER_OUT_OF_RESOURCES:
	case ER_CANT_CREATE_THREAD:
	case ER_ERROR_ON_WRITE:
	case ER_RECORD_FILE_FULL:
	case ER_ERROR_DURING_COMMIT:
	case ER_LOCK_TABLE_FULL:
	case ER_MAX_PREPARED_STMT_COUNT_REACHED:
	case ER_DISK_FULL:
		return true;
	default:
		return false;
	}
}

/* "Duplicate entry '...' for key 'member_once'": the last quoted name. */
static void
note_duplicate(struct db *db, const char *message)
{
	const char *end = strrchr(message, '\''), *from = end;
	size_t n;

	if (end == NULL)
		return;
	while (from > message && from[-1] != '\'' && from[-1] != '.')
		from--;
	n = (size_t)(end - from);
	if (from > message && n < DUPLICATE_ROOM) {
		memcpy(db->duplicate, from, n);
		db->duplicate[n] = '\0';
	}
}

/* What a statement may meet in the ordinary course of things. */
static enum err
expected(struct db *db, const struct statement *def, unsigned number,
    const char *message)
{
	switch (number) {
	case ER_DUP_ENTRY:
		note_duplicate(db, message);
		return ERR_CONFLICT;
	case ER_CONSTRAINT_FAILED:
		return ERR_FUNDS;
	case ER_WARN_DATA_OUT_OF_RANGE:
	case ER_DATA_OUT_OF_RANGE:
		return ERR_OVERFLOW;
	case ER_BAD_NULL_ERROR:		/* a subquery found no row */
	case ER_NO_REFERENCED_ROW_2:
	case ER_CANT_AGGREGATE_2COLLATIONS:	/* not its letters */
		return ERR_NOT_FOUND;
	case ER_LOCK_WAIT_TIMEOUT:
		if (def != NULL && def->nowait)
			return ERR_KEY_IN_FLIGHT;
		return ERR_RETRY;
	default:
		return db_error_is_retry(number) ? ERR_RETRY : ERR_OK;
	}
}

enum err
db_failed(struct db *db, const struct statement *def, unsigned number,
    const char *message, const char *name)
{
	enum err e;

	db->last_error = number;
	e = expected(db, def, number, message);
	if (e == OK) {
		const bool lost = is_lost(number);

		e = lost || is_unavailable(number) ? ERR_UNAVAILABLE
						   : ERR_INTERNAL;
		/* A lost connection may well be only an idle one's end. */
		if (lost)
			log_warn("database: lost in %s: error %u", name,
			    number);
		else
			log_error("database: error %u in %s", number, name);
		/* An unread answer or a lack of memory: start afresh. */
		if (lost || is_client(number))
			conn_close(db);
	}
	if (db->in_tx && (e == ERR_RETRY || e == ERR_UNAVAILABLE ||
	    e == ERR_INTERNAL))
		db->broken = e;
	return e;
}
