/*
 * The connection: opened at the first need and again after a loss, by us and
 * never by the library, which would forget the prepared statements.
 */
#include <mysqld_error.h>

#include "base/log.h"
#include "db/internal.h"
#include "base/banned.h"

#define PAUSE_US	(250 * 1000)	/* after a failed connect */
#define IDLE_SECONDS	30	/* of a transaction that was forgotten */
#define ANSWER_SECONDS	2	/* beyond the time of a statement */

struct db *
db_new(const struct db_conf *conf)
{
	struct db *db = calloc(1, sizeof(*db));
	struct arena *a;

	if (db == NULL)
		log_die("out of memory: a database connection");
	a = &db->memory;
	arena_init(a);
	db->conf = *conf;
#define KEEP(setting) db->conf.setting = \
	str_dup(a, str_of(conf->setting != NULL ? conf->setting : "")).p
	KEEP(host);
	KEEP(socket);
	KEEP(user);
	KEEP(password);
	KEEP(database);
	KEEP(tls_ca);
#undef KEEP
	return db;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	conn_close(db);
	prepared_drop_all(db);
	arena_free(&db->memory);
	free(db->rows);
	free(db);
}

void
conn_close(struct db *db)
{
	if (db->mysql != NULL)
		mysql_close(db->mysql);
	db->mysql = NULL;
}

static bool
is_loopback(const char *host)
{
	return host[0] == '\0' || strcmp(host, "localhost") == 0 ||
	    strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

/* A host that is not this one is verified by its certificate. */
static bool
set_tls(MYSQL *m, const struct db_conf *c)
{
	const my_bool on = 1;

	if (c->socket[0] != '\0' || is_loopback(c->host))
		return true;
	if (c->tls_ca[0] == '\0') {
		log_error("database: db_tls_ca is needed for host %s", c->host);
		return false;
	}
	return mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &on) == 0 &&
	    mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on) == 0 &&
	    mysql_options(m, MYSQL_OPT_SSL_CA, c->tls_ca) == 0;
}

static bool
set_options(MYSQL *m, const struct db_conf *c)
{
	const my_bool on = 1, off = 0;
	const unsigned none = 0, protocol = c->socket[0] != '\0' ?
	    MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
	const unsigned answer = c->statement_seconds == 0 ? 0 :
	    c->statement_seconds + ANSWER_SECONDS;

	return mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4") == 0 &&
	    mysql_options(m, MYSQL_OPT_PROTOCOL, &protocol) == 0 &&
	    mysql_options(m, MYSQL_OPT_RECONNECT, &off) == 0 &&
	    mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &none) == 0 &&
	    mysql_options(m, MYSQL_REPORT_DATA_TRUNCATION, &on) == 0 &&
	    mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT,
	    &c->connect_seconds) == 0 &&
	    mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &answer) == 0 &&
	    mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &answer) == 0 &&
	    set_tls(m, c);
}

/*
 * Not split_materialized: it may read the whole range of a derived table with
 * GROUP BY again for each row that is joined to it.  No join buffers: where a
 * table is small they gather all rows of a list before the first is answered,
 * and its order has to be made again.
 */
static bool
set_session(MYSQL *m, const struct db_conf *c)
{
	char sql[640];
	const int n = snprintf(sql, sizeof(sql),
	    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,"
	    "ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
	    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',"
	    " optimizer_switch = 'split_materialized=off',"
	    " join_cache_level = 0,"
	    " autocommit = 1, tx_isolation = 'REPEATABLE-READ',"
	    " innodb_snapshot_isolation = ON, max_statement_time = %u,"
	    " innodb_lock_wait_timeout = %u, idle_transaction_timeout = %d",
	    c->statement_seconds, c->lock_seconds, IDLE_SECONDS);

	INVARIANT(n > 0 && (size_t)n < sizeof(sql));
	return mysql_real_query(m, sql, (unsigned long)n) == 0;
}

/*
 * A node of a cluster may not have worked off yet what another one has
 * acknowledged.  Who comes from there, as after its death, waits for that
 * once; who works beside a writer, before each read.  Elsewhere there is
 * nothing to wait for.
 */
static bool
catch_up(MYSQL *m, const struct db_conf *c)
{
	const char *sql = c->sync_wait ? "SET SESSION wsrep_sync_wait = 1" :
	    "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1";

	if (mysql_real_query(m, sql, (unsigned long)strlen(sql)) != 0)
		return mysql_errno(m) == ER_UNKNOWN_SYSTEM_VARIABLE;
	mysql_free_result(mysql_store_result(m));
	return mysql_errno(m) == 0;
}

static const char *
or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

static bool
conn_open(struct db *db)
{
	const struct db_conf *c = &db->conf;
	MYSQL *m = mysql_init(NULL);

	if (m == NULL)
		log_die("out of memory: a database connection");
	if (set_options(m, c) &&
	    mysql_real_connect(m, or_null(c->host), c->user, c->password,
	    or_null(c->database), c->port, or_null(c->socket),
	    CLIENT_FOUND_ROWS) != NULL && set_session(m, c) &&
	    catch_up(m, c)) {
		if (db->complained)
			log_info("database: connected again");
		db->complained = false;
		db->fresh = true;
		db->mysql = m;
		return true;
	}
	if (!db->complained)
		log_error("database: cannot connect: error %u: %s",
		    mysql_errno(m), mysql_error(m));
	db->complained = true;
	mysql_close(m);
	return false;
}

bool
db_connected(const struct db *db)
{
	return db->mysql != NULL;
}

enum err
conn_need(struct db *db)
{
	if (db->in_tx && db->broken != OK)
		return db->broken;
	if (db->mysql != NULL)
		return OK;
	INVARIANT(!db->in_tx);
	if (clock_monotonic_us() < db->closed_until)
		return ERR_UNAVAILABLE;
	prepared_drop_all(db);
	if (conn_open(db))
		return OK;
	db->closed_until = clock_monotonic_us() + PAUSE_US;
	return ERR_UNAVAILABLE;
}

enum err
conn_query(struct db *db, const char *sql, const char *name)
{
	db->statements++;
	if (mysql_real_query(db->mysql, sql, (unsigned long)strlen(sql)) != 0)
		return db_failed(db, NULL, mysql_errno(db->mysql),
		    mysql_error(db->mysql), name);
	db->fresh = false;
	return OK;
}

enum err
db_ping(struct db *db)
{
	INVARIANT(!db->in_tx);
	for (;;) {
		bool fresh;

		TRY(conn_need(db));
		fresh = db->fresh;
		if (mysql_ping(db->mysql) == 0)
			return OK;
		conn_close(db);
		if (fresh)
			return ERR_UNAVAILABLE;
	}
}

uint64_t
db_statements(const struct db *db)
{
	return db->statements;
}

const char *
db_duplicate(const struct db *db)
{
	return db->duplicate;
}
